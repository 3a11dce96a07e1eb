"""Random companies to reorganise, and who sees and may do what in them, asked of the database user by user."""

from django.contrib.auth.models import Group, Permission
from django.utils import timezone

from accounts.authorization.grants import Grants
from accounts.models import Department, DepartmentGroupPermission, JobProfile, User
from learning.models import Document, Event, Module
from learning.visibility.audience import RULES

from .factories import DepartmentFactory, UserFactory
from .learning_factories import make_document, make_event, make_module

MODELS = (Module, Event, Document)
NAMES = ("North", "South", "Shop")
RIGHTS = ("see_people", "edit_people", "act_on_behalf")


class RandomCompany:
    """Departments, some of the same name, with people, items and permission types. chance: random.Random."""

    def __init__(self, chance):
        self.chance = chance
        self.departments = []
        for number in range(chance.randint(4, 9)):
            parent = chance.choice([None, *self.departments, *self.departments])
            name = chance.choice([*NAMES, f"Place {number}"])
            taken = [each.name for each in self.departments if each.parent == parent]
            department = DepartmentFactory(name=name if name not in taken else f"Place {number}", parent=parent)
            department.parent = parent
            self.departments.append(department)
        self.profiles = [JobProfile.objects.create(name=name) for name in ("Barista", "Baker")]
        self.people = [
            UserFactory(
                first_name=f"Person{number}",
                department=chance.choice([*self.departments, None]),
                job_profile=chance.choice([*self.profiles, None]),
                is_active=chance.random() < 0.85,
            )
            for number in range(8)
        ]
        for make in (make_module, make_event, make_document):
            for _number in range(3):
                make("Item", *self.audience(), excluded=chance.sample(self.people, chance.randint(0, 2)))
        for number in range(3):
            group = Group.objects.create(name=f"Type {number}")
            self.grant(group)
            for person in chance.sample(self.people, 2):
                person.groups.add(group)

    def audience(self):
        parts = [
            *({"department": department} for department in self.departments),
            *({"job_profile": profile} for profile in self.profiles),
            *({"person": person} for person in self.people[:2]),
        ]
        found = self.chance.sample(parts, self.chance.randint(1, 3))
        return found + [{"is_everyone": True}] * (self.chance.random() < 0.1)

    def grant(self, group):
        for permission in Permission.objects.filter(codename__in=RIGHTS):
            if self.chance.random() < 0.15:
                group.permissions.add(permission)
            for department in self.chance.sample(self.departments, self.chance.randint(0, 2)):
                DepartmentGroupPermission.objects.create(
                    group=group, permission=permission, content_object=Department.objects.get(pk=department.pk)
                )


def meant():
    """Return each pair of an item and an active user in its audience, by the rules in SQL."""
    rules = [rule for rule in RULES if rule.name in ("audience", "not_excluded")]
    found = set()
    for user in User.objects.filter(is_active=True):
        for model in MODELS:
            conditions = [rule.condition(model, user, timezone.now()) for rule in rules]
            numbers = model.objects.filter(*conditions).values_list("pk", flat=True)
            found |= {(f"{model._meta.model_name}-{pk}", user.pk) for pk in numbers}
    return found


def reached():
    """Return each permission type, right and active user in a department that the right reaches."""
    grants = Grants.read()
    return {
        (group, right, user.pk)
        for user in User.objects.filter(is_active=True, department__isnull=False).select_related("department")
        for right in (f"accounts.{name}" for name in RIGHTS)
        for group in grants.covering(right, user.department.path)
    }

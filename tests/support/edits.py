"""Random edits of people and content by each way: page, admin form, admin action, import by command, and code."""

from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone

from accounts.models import Department, JobProfile, User
from accounts.organisation import actions
from accounts.organisation.plans import plan_merge, plan_move
from accounts.organisation.preview import preview
from accounts.organisation.tree import Tree
from learning.models import Module
from tests.support.import_files import row, rows
from tests.support.learning_factories import make_module
from tests.support.page_forms import form_on


class Edits:
    """
    A company that people edit.

    people: users to edit. items: modules, events and documents to edit. sams_browser edits users, carls_browser edits
    content; both are signed in.
    """

    def __init__(self, chance, *, people, items, sams_browser, carls_browser, folder):
        self.chance, self.people, self.items, self.folder = chance, people, items, folder
        self.sam, self.carl = sams_browser, carls_browser
        self.ways = [getattr(self, name) for name in dir(self) if name.startswith("by_")]

    def one(self):
        """Make one random edit, and return its name."""
        way = self.chance.choice(self.ways)
        way()
        return way.__name__

    def department(self):
        return self.chance.choice([*Department.objects.order_by("path")[1:]])

    def item(self):
        return self.chance.choice([type(item).objects.get(pk=item.pk) for item in self.items])

    def by_page(self):
        address = reverse("user_edit", args=[self.chance.choice(self.people).pk])
        sent = form_on(self.sam.get(address)) | {"department": self.department().pk}
        assert self.sam.post(address, sent).status_code == 302

    def by_import(self):
        user = User.objects.get(pk=self.chance.choice(self.people).pk)
        department = self.department()
        ends = range(4, len(department.path) + 1, 4)
        above = Department.objects.filter(path__in=[department.path[:end] for end in ends]).order_by("path")
        place, job = " / ".join(each.name for each in above), self.chance.choice(["Barista", "Baker"])
        file = self.folder / "staff.csv"
        content = rows(row(user.external_id, user.first_name, user.last_name, user.email, place, job))
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        call_command("import_users", str(file))

    def by_code(self):
        match self.chance.randrange(6):
            case 0:
                Module.objects.filter(pk__in=[item.pk for item in self.items if isinstance(item, Module)][:2]).update(
                    is_published=self.chance.random() < 0.7
                )
            case 1:
                user = User.objects.get(pk=self.chance.choice(self.people).pk)
                user.job_profile = self.chance.choice([None, *JobProfile.objects.all()])
                user.save()
            case 2:
                self.item().audience.all().delete()
            case 3:
                self.item().audience.get_or_create(department=self.department())
            case 4:
                modules = Module.objects.order_by("pk")
                waiting, needed = self.chance.sample(list(modules), 2)
                if not needed.is_below(waiting):
                    waiting.prerequisites.add(needed)
            case 5:
                User.objects.filter(pk=self.chance.choice(self.people).pk).update(department=self.department())

    def plan(self, plan_it):
        """Return an owner, and the preview of a random move or merge; None if this one is refused."""
        owner = User.objects.filter(is_superuser=True).first() or User.objects.create_superuser(
            "tree@harbour.example", "standin-demo", first_name="Thea"
        )
        tree = Tree.read()
        subject, target = self.chance.sample([node for node in tree.values() if node.depth > 1], 2)
        plan = plan_it(tree, subject, target)
        return owner, None if actions.why_not(owner, plan) else preview(owner, plan)

    def by_move(self):
        owner, shown = self.plan(plan_move)
        if shown:
            subject, target = Department.objects.get(pk=shown.plan.subject.id), shown.plan.target.id
            actions.move_department(actor=owner, department=subject, target=target, seen=shown.fingerprint)

    def by_move_in_code(self):
        subject, target = self.chance.sample(list(Department.objects.filter(depth__gt=1)), 2)
        if not target.path.startswith(subject.path):
            Department.objects.move(subject, target, self.chance.choice(["first-child", "last-child", "left"]))

    def by_merge(self):
        if Department.objects.count() < 5:
            parent = self.chance.choice(list(Department.objects.all()))
            Department.objects.add_child(parent, {"name": f"Shop {self.chance.randrange(10**6)}"})
            return
        owner, shown = self.plan(plan_merge)
        if shown:
            subject, into = Department.objects.get(pk=shown.plan.subject.id), shown.plan.target.id
            actions.merge_department(actor=owner, department=subject, into=into, seen=shown.fingerprint)

    def by_deletion(self):
        module = make_module("Short-lived")
        self.items[0].leads_to.add(module)
        Module.objects.get(pk=self.items[0].pk).prerequisites.clear()
        Module.objects.get(pk=module.pk).delete()

    def by_submitting(self):
        module = self.chance.choice([item for item in self.items if isinstance(item, Module)])
        person = self.chance.choice(self.people)
        if not module.progress_of(person).submitted_at:
            for step in module.interactions.all():
                module.keep_answers(person, {step: self.chance.choice(step.options).pk})
        module.submit_for(person)

    def by_pass_mark(self):
        modules = [item.pk for item in self.items if isinstance(item, Module)]
        Module.objects.filter(pk=self.chance.choice(modules)).update(pass_mark=self.chance.choice([None, 40, 60, 100]))

    def by_admin_action(self):
        item = self.item()
        address = reverse(f"admin:learning_{item._meta.model_name}_changelist")
        action = self.chance.choice(["publish", "withdraw"])
        answer = self.carl.post(address, {"action": action, "_selected_action": [item.pk]})
        assert answer.status_code == 302

    def by_admin_form(self):
        item = self.item()
        address = reverse(f"admin:learning_{item._meta.model_name}_change", args=[item.pk])
        page = self.carl.get(address)
        sent = form_on(page)
        match self.chance.randrange(4):
            case 0:
                sent |= {"audience-TOTAL_FORMS": str(item.audience.count() + 1)}
                number, missing = item.audience.count(), self.department()
                if not item.audience.filter(department=missing).exists():
                    sent |= {f"audience-{number}-department": missing.pk}
            case 1:
                sent |= {f"audience-{number}-DELETE": "on" for number in range(item.audience.count())}
            case 2:
                sent |= {"exclusions-TOTAL_FORMS": str(item.exclusions.count() + 1)}
                person = self.chance.choice(self.people)
                if not item.exclusions.filter(person=person).exists():
                    sent |= {f"exclusions-{item.exclusions.count()}-person": person.email}
            case 3:
                later = timezone.localtime() + self.chance.choice([-1, 1]) * timezone.timedelta(days=2)
                sent |= {"published_from_0": f"{later:%Y-%m-%d}", "published_from_1": f"{later:%H:%M:%S}"}
                sent |= {"published_until_0": "", "published_until_1": ""}
        if "file" in sent or item._meta.model_name == "document":
            sent.pop("file", None)
        answer = self.carl.post(address, sent)
        assert answer.status_code == 302, answer.content.decode()[:5000]

"""What the people of the demo have done so far looks like a company at work, and is the same each time."""

import pytest

from accounts.models import User
from demo import learning, progress, users
from learning.models import Answer, Interaction, Module, ModuleProgress, Status

pytestmark = pytest.mark.django_db


@pytest.fixture
def demo(db):
    users.load()
    learning.load()


def test_every_choice_of_the_demo_can_be_answered_right(demo):
    questions = [each for each in Interaction.objects.prefetch_related("choices") if each.offers_choices]
    assert len(questions) == 7
    for question in questions:
        assert question.is_right(progress.right_answer(question)) is True


def test_most_people_have_done_what_is_overdue_and_some_have_only_begun(demo):
    told = [name + users.DOMAIN for name in progress.PROGRESS]
    others = User.objects.filter(is_active=True).exclude(email__in=told)
    found = {}
    for title in ("Allergens at the counter", "Food safety basics"):
        of_it = ModuleProgress.objects.filter(module__title=title, user__in=others)
        found[title] = of_it.filter(submitted_at=None).count() / len(others), of_it.count() / len(others)
    assert {title: [round(share, 1) for share in shares] for title, shares in found.items()} == {
        "Allergens at the counter": [0.1, 1.0],
        "Food safety basics": [0.1, 0.7],
    }


def test_what_was_submitted_is_complete_and_what_was_begun_is_not(demo):
    for user in User.objects.filter(pk__in=ModuleProgress.objects.order_by("user").values("user")[:60]):
        for module in Module.objects.visible_to(user).with_progress_of(user).exclude(started_at=None):
            assert (module.status == Status.DONE) == (module.missing_count == 0), (user, module)
            assert module.answered_count > 0


def test_nobody_has_done_what_they_do_not_see(demo):
    for module in Module.objects.all():
        people = ModuleProgress.objects.filter(module=module).values("user")
        assert all(
            Module.objects.visible_to(user).filter(pk=module.pk).exists()
            for user in User.objects.filter(pk__in=people)[:30]
        )


def test_each_demo_is_the_same(demo):
    first = set(ModuleProgress.objects.values_list("user__email", "module__title"))
    Answer.objects.all().delete()
    ModuleProgress.objects.all().delete()
    progress.make_progress()
    assert set(ModuleProgress.objects.values_list("user__email", "module__title")) == first

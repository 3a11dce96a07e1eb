"""The words of the matrix: each right is named so that it can be read alone, and each feature says what it allows."""

from collections import Counter

import pytest
from django.contrib.auth.models import Permission

from accounts.permission_setup.matrix import BOXES, FEATURES, Matrix, allowed
from accounts.permission_setup.shipped import SHIPPED, permissions, ship
from accounts.policy.holdings import COMPANY_WIDE, Holding, Holdings
from accounts.policy.rights import WORDS, Right


def held_by_boxes(matrix, *names):
    return matrix.holdings(names, [COMPANY_WIDE])


@pytest.mark.once
def test_no_two_boxes_have_the_same_words():
    words = Counter(str(box.label) for box in BOXES.values())
    assert [label for label, times in words.items() if times > 1] == []


@pytest.mark.once
def test_each_right_has_one_name_on_all_pages():
    """The organisation's preview names a right as its box does."""
    named = {right: str(box.label) for box in BOXES.values() for right in box.rights if right in Right.values}
    assert named == {right.value: str(right.words) for right in Right}
    assert set(WORDS) <= set(Right.values)


@pytest.mark.django_db
def test_words_of_pages_leave_the_stored_names_of_rights_alone():
    stored = dict(Permission.objects.filter(content_type__app_label="accounts").values_list("codename", "name"))
    assert stored["act_on_behalf"] == str(Right.ACT_ON_BEHALF.label) == "Log in on behalf: act"


@pytest.mark.once
@pytest.mark.parametrize("feature", FEATURES, ids=lambda feature: feature.name)
def test_each_box_of_a_feature_has_a_gist(feature):
    named = Counter(name for _phrase, enough in feature.gists for name in enough)
    assert named == Counter(box.name for box in feature.boxes)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("boxes", "gist"),
    [
        (["people_see", "people_export"], ["See people"]),
        (["people_see", "people_import"], ["Manage people"]),
        (["on_behalf_check", "on_behalf_look"], ["Log in as people to look only"]),
        (["on_behalf_look", "on_behalf_act", "on_behalf_second_factor"], ["Log in as people to act"]),
        (["on_behalf_second_factor"], ["Follow stricter rules"]),
        (["departments", "permission_types", "settings"], ["Decide who may do what"]),
        (["learning_see", "audit_export"], ["See learning content", "Export the audit log"]),
        (["assumed_see", "assumed_review"], ["Review objections"]),
        ([], []),
    ],
)
def test_the_gist_is_the_most_that_a_feature_allows(boxes, gist):
    matrix = Matrix()
    found = allowed(matrix, held_by_boxes(matrix, *boxes))
    assert [each.gist for each in found] == gist
    assert sorted(label for each in found for label in each.labels) == sorted(str(BOXES[name].label) for name in boxes)


@pytest.mark.django_db
def test_the_usual_types_are_understood_at_first_sight():
    ship()
    matrix = Matrix()
    said = {}
    for name, rights in SHIPPED.items():
        named = {f"{found.content_type.app_label}.{found.codename}" for found in permissions(rights)}
        held = Holdings(Holding(right, COMPANY_WIDE) for right in named)
        said[name] = " · ".join(each.gist for each in allowed(matrix, held))
    assert said == {
        "Owner": (
            "Manage people · Log in as people to act · Decide who may do what · Edit learning content"
            " · Read the audit log · End live sessions"
        ),
        "Support": "Manage people · Log in as people to act · Give another try and more time",
        "Manager": "See people · See progress",
        "Content creator": "Edit learning content",
        "Auditor": "Read the audit log · Review objections",
        "User": "",
    }

"""Which addresses, of a form or a link, lead to a page of the platform."""

import pytest
from django.urls import set_script_prefix

from accounts.authorization.requests import is_ours


@pytest.fixture
def below():
    set_script_prefix("/learning/")
    yield
    set_script_prefix("/")


@pytest.mark.parametrize("address", ["/", "/users/?q=a..b", "/users/7/?next=/../x", "/documents/a..b/#.."])
def test_pages_of_the_platform(address):
    assert is_ours(address)


@pytest.mark.parametrize("address", ["", "users/", "//x.example/", "/\\x.example", "https://x.example/", "data:x"])
def test_other_addresses(address):
    assert not is_ours(address)


@pytest.mark.parametrize("way_up", ["..", "%2e%2e", "%2E.", "a/../.."])
@pytest.mark.parametrize("slash", ["/", "\\", "%2f", "%5C"])
def test_a_browser_would_leave_the_sub_path(below, way_up, slash):
    assert is_ours("/learning/users/")
    assert not is_ours(f"/learning/{way_up}{slash}wiki/")
    assert not is_ours(f"/learning/users{slash}{way_up}")

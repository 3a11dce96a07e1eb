"""Pages of an upgraded database, as a process of its own: prints the status of each page as JSON."""

import json

import django
from django.test.utils import setup_test_environment


def main() -> None:
    """Sign in as Lena and as Sam, and let Sam log in as Lena and exit."""
    django.setup()
    setup_test_environment()

    from django.test import Client
    from django.urls import reverse

    from accounts.models import User
    from tests.support.assumed import post_login_as, sign_in

    lena = User.objects.get(email="lena@harbour.example")
    learner, support = Client(), Client()
    sign_in(learner, lena)
    sign_in(support, User.objects.get(email="sam@harbour.example"))
    pages = {
        "dashboard": learner.get(reverse("dashboard")),
        "access history": learner.get(reverse("account")),
        "user list": support.get(reverse("user_list")),
        "login as": post_login_as(support, lena),
        "dashboard of the target": support.get(reverse("dashboard")),
        "exit": support.post(reverse("assumed_session_exit")),
    }
    print(json.dumps({name: page.status_code for name, page in pages.items()}))


if __name__ == "__main__":
    main()

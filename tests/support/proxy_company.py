"""`python -m tests.support.proxy_company`: migrates an empty database and adds users who can sign in."""

import django
from django.core.management import call_command

PASSWORD = "standin-demo"
PEOPLE = 60
OWNER = "owner@harbour.example"


def email(number):
    return f"person{number}@harbour.example"


if __name__ == "__main__":
    django.setup()
    from .factories import DepartmentFactory, UserFactory

    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    from accounts.models import User

    User.objects.create_superuser(OWNER, PASSWORD, first_name="Olivia")
    company = DepartmentFactory(name="Harbour Coffee")
    for number in range(PEOPLE):
        UserFactory(email=email(number), password=PASSWORD, department=company)

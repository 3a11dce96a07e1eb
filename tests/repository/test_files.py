"""What holds for every file, view, template and setting of the project; a new one that breaks it fails here."""

import re
from pathlib import Path

import allauth
import django
import pytest

from accounts.authorization.decorators import MARKS
from config.settings import BASE_DIR
from tests.support.url_configuration import methods, patterns, views_with

FOLDERS = (
    ".github",
    "accounts",
    "audit",
    "config",
    "demo",
    "impersonation",
    "learning",
    "templates",
    "static",
    "tests",
    "tools",
    "docs",
)
pytestmark = pytest.mark.once  # no database has a say in it
# Lists of people as HR systems write them, in many encodings.
LISTS = BASE_DIR / "tests" / "accounts" / "user_import" / "files"
SOURCE = {".py", ".html", ".txt", ".css", ".js", ".md", ".toml", ".yaml", ".yml"}
PROJECT = ("config", "demo", "impersonation", "learning", "accounts", "audit")
SAFE = {"GET", "HEAD", "OPTIONS"}
# Our own views that change something and stay closed on behalf of somebody, each with its reason.
CLOSED_ON_PURPOSE = {
    "brand_settings": "settings of the whole company",
    "department_create": "administration of the company",
    "department_delete": "administration of the company",
    "department_merge": "administration of the company",
    "department_move": "administration of the company",
    "department_rename": "administration of the company",
    "job_profile_create": "administration of the company",
    "job_profile_delete": "administration of the company",
    "job_profile_merge": "administration of the company",
    "job_profile_rename": "administration of the company",
    "organisation_settings": "settings of the whole company",
    "permission_type_create": "rights",
    "permission_type_delete": "rights",
    "permission_type_edit": "rights",
    "permission_types_usual": "rights",
    "user_create": "administration of people",
    "user_deactivate": "administration of people",
    "user_edit": "administration of people",
    "user_export": "people's data leave the platform",
    "user_import": "administration of people",
    "user_import_columns": "administration of people",
    "user_import_preview": "administration of people",
    "user_import_undo": "administration of people",
    "user_invite": "administration of people",
    "user_lift_sign_in_lock": "administration of people",
    "user_permission_types": "rights",
    "user_protect": "administration of people",
    "user_reactivate": "administration of people",
    "user_remove_second_factors": "administration of people",
    "user_send_password_link": "administration of people",
}


def files():
    """Every source file of the project, as (path inside it, text)."""
    found = [path for folder in FOLDERS for path in sorted((BASE_DIR / folder).rglob("*")) if path.suffix in SOURCE]
    found += [path for path in sorted(BASE_DIR.iterdir()) if path.suffix in SOURCE or path.name == "Makefile"]
    return {str(path.relative_to(BASE_DIR)): path.read_text(encoding="utf-8") for path in found if path.parent != LISTS}


FILES = files()
TEMPLATES = {name.removeprefix("templates/"): text for name, text in FILES.items() if name.startswith("templates/")}


def test_there_is_something_to_look_at():
    assert len(FILES) > 150
    assert {"learning/dashboard.html", "base.html"} <= set(TEMPLATES)


def own_views():
    for name, _route, pattern in patterns():
        if pattern.callback.__module__.partition(".")[0] in PROJECT and not name.startswith("admin:"):
            yield name, pattern.callback


def test_every_own_view_says_which_methods_it_answers():
    assert [name for name, view in own_views() if methods(view) is None] == []


def marks(view):
    return [mark for mark in MARKS if getattr(view, mark, False)]


def is_page_to_read(view):
    """Return whether a view of the apps answers safe methods alone."""
    return view.__module__.partition(".")[0] in PROJECT and (methods(view) or {"POST"}) <= SAFE


def test_every_view_is_marked_or_a_page_to_read_or_closed_on_purpose():
    views = {name or route: pattern.callback for name, route, pattern in patterns()}
    without = {name for name, view in views.items() if not marks(view) and not is_page_to_read(view)}
    assert without == set(CLOSED_ON_PURPOSE), (
        "mark the view (docs/guides/login-as-user.md), or say here why it stays closed"
    )


def test_no_view_carries_two_marks():
    assert {name: marks(pattern.callback) for name, _, pattern in patterns() if len(marks(pattern.callback)) > 1} == {}


def test_every_view_of_the_administration_is_marked_for_ones_own_account():
    views = {name: marks(pattern.callback) for name, _, pattern in patterns() if name.startswith("admin:")}
    assert len(views) > 20
    assert {name: found for name, found in views.items() if found != ["own_account_only"]} == {}


def test_the_read_only_guard_is_switched_off_for_the_access_check_alone():
    """Its pages are GET, and must be in the audit log (docs/decisions/0007)."""
    assert views_with("records_on_get") == {"user_access", "assumed_session_access"}
    assert views_with("always_open") == {
        "login_as", "assumed_session_exit", "assumed_session_stay", "assumed_session_mode", "account_logout",
        "confirm_identity",
        "demo_tour_hide",  # sets a cookie, in the demo alone
    }  # fmt: skip


def test_what_is_open_on_behalf_answers_posts_alone():
    opened = [(name, methods(view)) for name, view in own_views() if getattr(view, "allowed_on_behalf", False)]
    assert opened
    assert {name: answers for name, answers in opened if answers != {"POST"}} == {}


def overrides_a_package(template):
    """Return whether an installed package renders a template of this name, which the project then overrides."""
    roots = [Path(allauth.__file__).parent / "templates", *Path(django.__file__).parent.glob("contrib/*/templates")]
    return any((root / template).exists() for root in roots)


MAIL_PART = re.compile(r"(_subject)?\.(txt|html)$")  # a mail is named without its parts


def test_every_template_is_used():
    code = "\n".join(text for name, text in FILES.items() if not name.startswith(("tests/", "docs/")))
    errors = {"400.html", "403.html", "404.html", "429.html", "500.html", "503.html"}
    unused = [
        template
        for template in TEMPLATES
        if not any(f'"{name}"' in code for name in (template, MAIL_PART.sub("", template)))
        and template not in errors
        and not overrides_a_package(template)
    ]
    # The admin looks for these names.
    assert [template for template in unused if not template.startswith("admin/")] == []


def test_a_file_holds_one_idea():
    long = {name: len(text.splitlines()) for name, text in FILES.items() if len(text.splitlines()) >= 300}
    assert {name: lines for name, lines in long.items() if "/migrations/" not in name} == {}


INLINE = {
    "a script": re.compile(r"<script(?![^>]*(?:\ssrc=|\stype=.application/json.))", re.IGNORECASE),
    "a style sheet": re.compile(r"<style", re.IGNORECASE),
    "a style": re.compile(r"<[^>]+\sstyle=", re.IGNORECASE),
    "a handler": re.compile(r"<[^>]+\son[a-z]+=", re.IGNORECASE),
    "a script address": re.compile(r"(?:href|src|action)=[\"']?javascript:", re.IGNORECASE),
    "another host": re.compile(r"(?:src|href|action)=[\"']?(?:https?:)?//", re.IGNORECASE),
}


# The page is answered before the policy is sent, and no style sheet would arrive: its address loops as well.
WITHOUT_THE_POLICY = {"a style sheet": ["redirect_loop.html"]}


@pytest.mark.parametrize("what", INLINE)
def test_no_template_holds_inline(what):
    found = [name for name, text in TEMPLATES.items() if INLINE[what].search(text)]
    assert found == WITHOUT_THE_POLICY.get(what, [])


@pytest.mark.parametrize(
    ("what", "text"),
    [
        ("a script", "<script>alert(1)</script>"),
        ("a style sheet", "<style>p {}</style>"),
        ("a style", '<p class="x" style="color: red">'),
        ("a handler", '<a href="/" onclick="go()">'),
        ("a script address", '<a href="javascript:go()">'),
        ("another host", '<script src="//cdn.example/x.js">'),
    ],
)
def test_the_look_for_inline_things_finds_them(what, text):
    assert INLINE[what].search(text)


def test_each_own_script_is_a_module():
    """Classic scripts share their names, so that one that declares a name again doesn't run at all."""
    tags = re.findall(r"<script src=\"{% static 'js/(\w+)\.js' %}\"([^>]*)>", "\n".join(TEMPLATES.values()))
    assert len(tags) > 20
    assert [name for name, attributes in tags if ' type="module"' not in attributes] == []


def test_every_template_extends_first_or_not_at_all():
    late = [name for name, text in TEMPLATES.items() if "{% extends" in text and not text.startswith("{% extends")]
    assert late == []


# Written in two halves, so that this file is not its own find.
OF_ONE_MACHINE = re.compile(
    "|".join(["/wor" + "k/", "/roo" + "t/", "/hom" + "e/[a-z]", "index-" + "url", "extra-" + "index"])
)


def test_no_file_knows_the_machine_it_was_written_on():
    lock = (BASE_DIR / "requirements.lock").read_text()
    everything = FILES | {"requirements.lock": lock}
    assert [name for name, text in everything.items() if OF_ONE_MACHINE.search(text)] == []


def test_every_setting_is_in_the_example_and_the_other_way_round():
    settings = "\n".join(text for name, text in FILES.items() if name.startswith("config/"))
    read = set(re.findall(r"\benv\.\w+\(\s*\"([A-Z_]+)\"", settings))
    shown = set(re.findall(r"^([A-Z_]+)=", (BASE_DIR / ".env.example").read_text(), re.MULTILINE))
    assert len(read) > 10
    assert read == shown


def test_every_right_is_asked_for_through_the_policy():
    asking = re.compile(r"\.has_perms?\(|\bget_objects_for_user\(|\bpermission_required\(")
    found = [
        name
        for name, text in FILES.items()
        if name.startswith(PROJECT) and name.endswith(".py") and asking.search(text) and "admin" not in name
    ]
    assert found == []


OTHER_LOGIN = re.compile(r"(?<!super\(\)\.)\blogin\(request")  # the sign-in package's own goes on


def test_nobody_logs_in_as_somebody_by_djangos_login():
    found = [name for name, text in FILES.items() if name.startswith(PROJECT) and OTHER_LOGIN.search(text)]
    assert found == ["demo/views.py"], "only the demo, by the form of sign-in with the password that everybody knows"


UNPICKLES = re.compile(
    r"^\s*(?:import|from) (?:_?pickle|cPickle|dill|cloudpickle|jsonpickle|joblib|marshal|shelve)\b"
    r"|PickleSerializer|RedisSerializer|import_module\([\"'](?:pickle|marshal|shelve)",
    re.MULTILINE,
)


def test_no_own_code_unpickles(settings):
    """What is unpickled runs; tests alone make pickles, to see that nobody reads them."""
    code = {name: text for name, text in FILES.items() if name.endswith(".py") and not name.startswith("tests/")}
    assert [name for name, text in code.items() if UNPICKLES.search(text)] == []
    assert UNPICKLES.search("x = 1\n    from pickle import loads\n")
    assert settings.SESSION_ENGINE == "django.contrib.sessions.backends.db"
    assert settings.SESSION_SERIALIZER == "django.contrib.sessions.serializers.JSONSerializer"
    assert settings.MESSAGE_STORAGE == "django.contrib.messages.storage.session.SessionStorage"
    assert {cache["BACKEND"] for cache in settings.CACHES.values()} == {"config.caching.database.DatabaseCache"}


def test_every_test_that_the_threats_name_is_there():
    pages = "\n".join(text for name, text in FILES.items() if name.startswith("docs/reference/threats"))
    named = set(re.findall(r"`(test_\w+)`", pages))
    code = "\n".join(text for name, text in FILES.items() if name.startswith("tests/"))
    assert len(named) > 40
    assert {name for name in named if f"def {name}(" not in code} == set()

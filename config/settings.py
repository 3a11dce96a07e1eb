"""Django settings. Values that differ between installations come from the environment (.env.example lists them)."""

import os
import zoneinfo
from importlib.util import find_spec
from urllib.parse import urlsplit

from . import databases, logging, rate_limits
from .caching import settings as caches
from .environment import BASE_DIR, SHORTEST_KEY, env
from .files import storages

# Every entry point loads this file. Only the process's own user may read its files (database, uploads, anchors).
os.umask(0o077)

HIGHEST_PORT = 65_535

DEBUG = env.bool("DEBUG", default=False)
# No certificate: for a demo on one machine. The development server uses plain HTTP too.
PLAIN_HTTP = DEBUG or env.bool("PLAIN_HTTP", default=False)
# Sign-in with one click as the people of the demo, for a demo on this machine alone.
DEMO = env.bool("DEMO", default=False)
if DEMO and not (PLAIN_HTTP and env.str("HOST", default="127.0.0.1") in ("127.0.0.1", "::1", "localhost")):
    env.problem("DEMO", "It lets everybody in. Only a demo on plain HTTP may have it, that only this machine reaches.")
    DEMO = False
SECRET_KEY = env.str("SECRET_KEY")
# Earlier and coming secret keys, whose signatures are accepted: machines of a rotation have different ones.
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
for name, secrets in (("SECRET_KEY", [SECRET_KEY]), ("SECRET_KEY_FALLBACKS", SECRET_KEY_FALLBACKS)):
    if any(0 < len(secret) < SHORTEST_KEY for secret in secrets):
        env.problem(
            name, f"It is short enough to guess. Write {SHORTEST_KEY} random characters or more, without commas."
        )
# The platform's public address: links in mail begin with it, and never with a request's own Host header.
# Browsers allow security keys only on a host with a name, so not at http://127.0.0.1.
here = f"http://localhost:{env.str('PORT', default='8000')}"
SITE_URL = env.str("SITE_URL", default=here if PLAIN_HTTP else "").rstrip("/")
site = urlsplit(SITE_URL)
if site.scheme not in ("http", "https") or not site.hostname or site.query or site.fragment:
    env.problem("SITE_URL", "SITE_URL is the platform's address. Write it like https://learning.example.")
    site = urlsplit("https://learning.example")  # until env.refuse() at the end
# A path, as in https://example.com/learning, is the sub-path of all addresses (config/sub_path.py).
SUB_PATH = site.path.rstrip("/")
SITE_URL = f"{site.scheme}://{site.netloc}"
if SUB_PATH:
    FORCE_SCRIPT_NAME = SUB_PATH
site_host = f"[{site.hostname}]" if ":" in site.hostname else site.hostname
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"] if PLAIN_HTTP else [site_host])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
# Number of trusted reverse proxies; 0 ignores X-Forwarded-For (accounts/authentication/remote_address.py).
TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXY_COUNT", default=0)

# Rate limits of sign-in (.env.example explains them).
KNOWN_BROWSER_DAYS = env.int("KNOWN_BROWSER_DAYS", default=30)
ACCOUNT_RATE_LIMITS = rate_limits.of_account(
    failures=env.rates("SIGN_IN_FAILURES", default="5/5m,20/h"),
    failures_per_account=env.rates("SIGN_IN_FAILURES_PER_ACCOUNT", default="60/h"),
    failures_per_address=env.rates("SIGN_IN_FAILURES_PER_ADDRESS", default="200/10m"),
    sign_ins_per_address=env.rates("SIGN_INS_PER_ADDRESS", default="2000/10m"),
    resets_per_account=env.rates("PASSWORD_RESETS_PER_ACCOUNT", default="5/10m,20/h"),
    resets_per_address=env.rates("PASSWORD_RESETS_PER_ADDRESS", default="200/10m"),
)
MFA_RATE_LIMITS = {"webauthn_login": None}  # no page signs in with a key alone

# Login as User: the switch of the operator, and ceilings of what the company settings say (login_as_rules.py).
LOGIN_AS_ENABLED = env.bool("LOGIN_AS_ENABLED", default=True)
LOGIN_AS_STARTS_PER_HOUR = env.int("LOGIN_AS_STARTS_PER_HOUR", default=20)
STEP_UP_MINUTES = env.int("STEP_UP_MINUTES", default=10)
ASSUMED_SESSION_IDLE_MINUTES = env.int("ASSUMED_SESSION_IDLE_MINUTES", default=15)
ASSUMED_SESSION_MAX_MINUTES = env.int("ASSUMED_SESSION_MAX_MINUTES", default=60)
# How log and access history learn titles of items, what was changed, and what can be undone: they don't know learning.
TITLES_OF_ITEMS = "learning.access_check.access.titles_of"
TITLES_IN_LOG = "learning.access_check.access.titles_in_log"
CHANGES_TOLD = "learning.changes_told.changes_told"
WAYS_BACK = "learning.ways_back.ways_back"

# Keys of the audit log, as "k2:secret,k1:older secret". The first key signs, the others only verify.
AUDIT_KEYS = env.named_keys("AUDIT_KEYS")
AUDIT_ANCHOR_FILE = env.str("AUDIT_ANCHOR_FILE", default="")

# Keys for the secrets of second factors, as "k2:secret,k1:older secret". The first encrypts, the others only decrypt.
SECOND_FACTOR_KEYS = env.named_keys("SECOND_FACTOR_KEYS")

INSTALLED_APPS = [
    "config.apps.ConfigConfig",  # first, because its createsuperuser takes the place of Django's
    "config.apps.AdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "guardian",
    "treebeard",
    "demo",
    "learning",
    "impersonation",
    "accounts",
    "audit",
]

# In an assumed session, an unmarked view of any other package is closed (accounts/authorization/decorators.py).
OWN_PACKAGES = {"accounts", "audit", "config", "demo", "impersonation", "learning"}

MIDDLEWARE = [
    "config.health.health_checks",
    "config.middleware.transport.explain_redirect_loops",
    "config.monitoring.middleware.watch_requests",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "config.middleware.common.response_headers",
    "config.middleware.common.audit_context",
    "config.middleware.cookies.ignore_foreign_cookies",
    "config.middleware.browser_sessions.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "config.middleware.last_refusals.keep_last_refusal",
    "config.middleware.bodies.BodyMiddleware",
    "config.middleware.browser_sessions.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "impersonation.middleware.AssumedSessionMiddleware",
    "config.middleware.common.LoginRequiredMiddleware",
    "config.middleware.common.PreferencesMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "config.middleware.sent_twice.SentTwiceMiddleware",
]

REMEMBERS_CHANGES = "audit.replica.remember_own_changes"

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CSRF_FAILURE_VIEW = "config.views.csrf_failure"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "loaders": [
                ("django.template.loaders.cached.Loader",
                 ["config.dedented_templates.Loader", "django.template.loaders.app_directories.Loader"]),
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "accounts.organisation.brand.context_processors.brand",
                "demo.context_processors.demo",
                "impersonation.context_processors.sign_in_notice",
                "impersonation.context_processors.unseen_sessions",
                "impersonation.context_processors.ticket",
                "impersonation.context_processors.latest_people",
            ],
            "builtins": ["django.templatetags.i18n", "django.templatetags.static", "audit.templatetags.dates",
                         "accounts.templatetags.breadcrumbs"],
        },
    }
]  # fmt: skip

# Databases and cache
DATABASES = databases.from_environment()
REPLICA_MAX_LAG = env.int("REPLICA_MAX_LAG", default=30)  # seconds
if "replica" in DATABASES:
    DATABASE_ROUTERS = ["audit.replica.Router"]
    MIDDLEWARE.insert(MIDDLEWARE.index("config.middleware.cookies.ignore_foreign_cookies"), REMEMBERS_CHANGES)
CACHES = caches.from_environment()

# Users and sign-in
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["accounts.authentication.backends.EmailBackend"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "dashboard"
# W001 wants guardian's backend, but only accounts.policy checks rights, and there must be no second answer.
# W003 looks for Django's CSRF middleware by name; CsrfViewMiddleware of browser_sessions.py is a subclass of it.
SILENCED_SYSTEM_CHECKS = ["guardian.W001", "security.W003"]
ANONYMOUS_USER_NAME = None  # guardian would otherwise create an active user
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_AGE = 12 * 60 * 60
SIGNING_IN_COOKIE_NAME = "signing_in"  # of a user who is still signing in (config/middleware/browser_sessions.py)
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]
ACCOUNT_ADAPTER = "accounts.authentication.backends.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR = "accounts.authentication.password_links.PasswordLinkTokens"  # noqa: S105
ACCOUNT_FORMS = {
    "login": "accounts.authentication.sign_in_form.SignInForm",
    "reset_password": "accounts.authentication.backends.PasswordLinkForm",
    "reset_password_from_key": "accounts.authentication.password_forms.ResetPasswordKeyForm",
    "change_password": "accounts.authentication.password_forms.ChangePasswordForm",
    "reauthenticate": "accounts.authentication.password_forms.ReauthenticateForm",
}
ACCOUNT_CHANGE_EMAIL = False
# A security key is only a second factor; it never replaces the password.
MFA_ADAPTER = "accounts.authentication.backends.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_FORMS = {
    "authenticate": "accounts.authentication.second_factor_forms.AuthenticateForm",
    "reauthenticate": "accounts.authentication.second_factor_forms.ReauthenticateForm",
    "activate_totp": "accounts.authentication.second_factor_forms.ActivateTOTPForm",
}
MFA_TOTP_TOLERANCE = 1  # accepts the previous and the next code too, because phone clocks differ and people are slow
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = PLAIN_HTTP
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="Standin <standin@localhost>")
if not DEBUG and not env.str("EMAIL_URL", default=""):
    env.problem(
        "EMAIL_URL",
        "EMAIL_URL is needed: without a mail server nobody gets an invitation or a link to a new password. "
        "EMAIL_URL=consolemail:// prints mail, with links that sign people in, to the log.",
    )
vars().update(env.email("EMAIL_URL", default="consolemail://"))
EMAIL_TIMEOUT = 10

# Language and time. Languages say their own names, so that their speakers find them in a page that they can't read.
NAMES_OF_LANGUAGES = {"en": "English", "da": "Dansk", "de": "Deutsch"}
OFFERED = list(dict.fromkeys(code.strip() for code in env.list("LANGUAGES", default=[]))) or list(NAMES_OF_LANGUAGES)
if not set(OFFERED) <= NAMES_OF_LANGUAGES.keys():
    env.problem("LANGUAGES", f"It names a language that isn't there. Write some of {', '.join(NAMES_OF_LANGUAGES)}.")
    OFFERED = list(NAMES_OF_LANGUAGES)
LANGUAGES = [(code, NAMES_OF_LANGUAGES[code]) for code in OFFERED]
LANGUAGE_CODE = OFFERED[0]
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = ["config.formats"]
TIME_ZONE = "Europe/Copenhagen"
if find_spec("tzdata"):
    # Use the installed package, so that all nodes know the same time zones on every operating system.
    zoneinfo.reset_tzpath(to=())

# Static files
STATIC_URL = f"{SUB_PATH}/static/"
STATIC_ROOT = BASE_DIR / "static_root"
WHITENOISE_ALLOW_ALL_ORIGINS = False  # no page of another host loads our files
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = storages.from_environment(development=DEBUG)
FILE_UPLOAD_PERMISSIONS = 0o600
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o700
MEDIA_ROOT = storages.media_root()
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000

# Transport: HTTPS, unless PLAIN_HTTP is on.
SECURE_SSL_REDIRECT = not PLAIN_HTTP
# Subdomains and preload concern hosts that Standin knows nothing of, so only the operator can switch them on.
SECURE_HSTS_SECONDS = 0 if PLAIN_HTTP else env.int("HSTS_SECONDS", default=365 * 24 * 60 * 60)
SECURE_HSTS_INCLUDE_SUBDOMAINS = env.bool("HSTS_SUBDOMAINS", default=False)
SECURE_HSTS_PRELOAD = env.bool("HSTS_PRELOAD", default=False)
# Warnings of Django about the two, which it would like everywhere.
SILENCED_SYSTEM_CHECKS += ["security.W005", "security.W021"]
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_SECURE = not PLAIN_HTTP
CSRF_COOKIE_SECURE = not PLAIN_HTTP
if not PLAIN_HTTP:
    # Browsers accept these names only over HTTPS, for this host and all paths, so that no other host can set them.
    # Under a sub-path, cookies must not reach the neighbours on the host, and `__Host-` allows no path.
    prefix = "__Secure-" if SUB_PATH else "__Host-"
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = f"{prefix}sessionid", f"{prefix}csrftoken"
    SIGNING_IN_COOKIE_NAME = f"{prefix}signing_in"
SESSION_COOKIE_PATH = CSRF_COOKIE_PATH = f"{SUB_PATH}/"
CSRF_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_AGE = 365 * 24 * 60 * 60
X_FRAME_OPTIONS = "DENY"
if TRUSTED_PROXY_COUNT:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# Monitoring (docs/guides/monitoring.md)
METRICS_TOKEN = env.str("METRICS_TOKEN", default="")
if METRICS_TOKEN and len(METRICS_TOKEN) < SHORTEST_KEY:
    env.problem("METRICS_TOKEN", f"It is short enough to guess. Write {SHORTEST_KEY} random characters or more.")
METRICS_HOST = env.str("METRICS_HOST", default="127.0.0.1")
METRICS_PORT = env.int("METRICS_PORT", default=0)
if METRICS_PORT > HIGHEST_PORT:
    env.problem("METRICS_PORT", f"It is no port. Write a number up to {HIGHEST_PORT}, such as 9464.")
SENTRY_DSN = env.str("SENTRY_DSN", default="")
SENTRY_ENVIRONMENT = env.str("SENTRY_ENVIRONMENT", default="production")
OTEL_EXPORTER_OTLP_ENDPOINT = env.str("OTEL_EXPORTER_OTLP_ENDPOINT", default="")
for name, package, extra in (
    ("SENTRY_DSN", "sentry_sdk", "sentry"),
    ("OTEL_EXPORTER_OTLP_ENDPOINT", "opentelemetry", "opentelemetry"),
):
    if vars()[name] and not find_spec(package):
        env.problem(name, f"It needs packages that aren't installed. Install those of the extra “{extra}”.")
ACCESS_LOG = env.bool("ACCESS_LOG", default=not DEBUG)
LOGGING = logging.configuration(machines_read_it=not DEBUG, access_lines=ACCESS_LOG)

env.refuse()  # at the end, so that a start names everything that is wrong at once

"""CACHE_URL, UPLOADS and MEDIA_ROOT: wrong values end the start with a sentence."""

import os
import subprocess
import sys

import pytest

from config.settings import BASE_DIR

pytestmark = pytest.mark.once
STORE = {"UPLOADS": "s3", "UPLOADS_BUCKET": "b"}
WITHOUT = (
    "import importlib.util as u; f = u.find_spec; u.find_spec = lambda n, p=None: None if n in {names} else f(n, p); "
)


def start(variables, *, without=()):
    """Load the settings in a process, without these packages, and return its last line of errors."""
    names = ("CACHE_URL", "UPLOADS", "UPLOADS_BUCKET", "UPLOADS_ENDPOINT", "MEDIA_ROOT")
    environment = {name: value for name, value in os.environ.items() if name not in names} | variables
    program = WITHOUT.format(names=set(without) or "()") + "import tests.settings as s; print(s.STORAGES['default'])"
    ran = subprocess.run([sys.executable, "-c", program], cwd=BASE_DIR, env=environment, capture_output=True, text=True)
    return ran.stdout or ran.stderr.strip().splitlines()[-1]


@pytest.mark.parametrize(
    ("variables", "said"),
    [
        ({"UPLOADS": "ftp"}, "UPLOADS is folder or s3, not 'ftp'."),
        ({"UPLOADS": "s3"}, "UPLOADS=s3 needs UPLOADS_BUCKET"),
        (STORE | {"UPLOADS_ENDPOINT": "objects.example"}, "UPLOADS_ENDPOINT is the store's address"),
        (STORE | {"UPLOADS_ACCESS_KEY": "secret"}, "belong together: set both or none."),
        ({"MEDIA_ROOT": "media"}, "MEDIA_ROOT is an absolute path"),
        ({"CACHE_URL": "redis://a:1,b:1/0"}, "CACHE_URL names one Redis server"),
    ],
)
def test_a_wrong_value_ends_the_start_and_no_secret_is_said(variables, said):
    error = start(variables)
    assert said in error
    assert "secret" not in error


@pytest.mark.parametrize(
    ("variables", "package"), [(STORE, "storages"), (STORE, "boto3"), ({"CACHE_URL": "redis://127.0.0.1:1/0"}, "redis")]
)
def test_a_missing_package_is_named(variables, package):
    assert package in start(variables, without=[package])
    assert "ImproperlyConfigured" in start(variables, without=[package])


def test_the_folder_is_the_default():
    assert "config.files.uploads.Folder" in start({})
    assert "'is_marked': True" in start({"MEDIA_ROOT": "/srv/uploads"})
    assert "config.files.object_store.ObjectStore" in start(STORE)

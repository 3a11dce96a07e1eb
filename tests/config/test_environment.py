"""A secret of a file, which its variable names."""

import os
import subprocess
import sys

from config.settings import BASE_DIR


def test_file_of_a_variable_holds_its_value(tmp_path):
    (tmp_path / "secret").write_text("kept in a file; long enough for everything that is signed with it\n")
    environment = {name: value for name, value in os.environ.items() if name != "SECRET_KEY"}
    environment |= {
        "SECRET_KEY_FILE": str(tmp_path / "secret"),
        "AUDIT_KEYS": "k1:for tests only; nothing is signed by it",
        "SECOND_FACTOR_KEYS": "k1:for tests only; nothing is encrypted by it",
        "DEBUG": "on",
    }
    program = "from config.settings import SECRET_KEY; print(SECRET_KEY)"
    ran = subprocess.run([sys.executable, "-c", program], cwd=BASE_DIR, env=environment, capture_output=True, text=True)
    assert ran.stdout.startswith("kept in a file; long enough"), ran.stderr

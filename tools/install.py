"""Create the virtual environment and install the packages of requirements.lock, once for each version of the lock."""

import hashlib
import subprocess
import sys
from pathlib import Path

LOCK = Path("requirements.lock")


def main(venv: Path) -> None:
    if sys.version_info < (3, 11):
        sys.exit(f"Standin needs Python 3.11 or newer; this is {sys.version.split()[0]}. Say PYTHON=/path/to/python3.")
    python, stamp = venv / "bin" / "python", venv / "installed"
    wanted = hashlib.sha256(LOCK.read_bytes()).hexdigest() + sys.version
    if python.exists() and stamp.exists() and stamp.read_text() == wanted:
        return
    print(f"Making the environment in {venv} (about a minute, only the first time) …", flush=True)
    run([sys.executable, "-m", "venv", "--clear", str(venv)], "Is the venv module there (Debian: python3-venv)?")
    pip = [str(python), "-m", "pip", "--disable-pip-version-check", "install", "--quiet", "--no-deps", "--no-compile"]
    run([*pip, "--require-hashes", "-r", str(LOCK)], "Is there a network? pip fetches the packages.")
    stamp.write_text(wanted)


def run(command: list[str], hint: str) -> None:
    if subprocess.run(command).returncode:
        sys.exit(f"This did not work: {' '.join(command)}\n{hint}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))

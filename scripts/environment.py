"""The virtual environments of the checks: what a list of requirements pins, installed by pip."""

import os
import shutil
import subprocess
import venv
from pathlib import Path

REQUIREMENTS = Path(__file__).resolve().parent / "requirements.txt"


class CannotCheck(Exception):
    """The check could not be made; says why and what to do."""


def run(command, cwd=None):
    """Runs a registry client; its output is shown only when it fails."""
    if shutil.which(str(command[0])) is None:
        raise CannotCheck(f"`{command[0]}` is not installed: it fetches what this check needs")
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        tail = "\n".join((done.stderr or done.stdout).strip().splitlines()[-5:])
        raise CannotCheck(f"`{' '.join(map(str, command))}` failed:\n{tail}")


def python_in(tools, requirements=REQUIREMENTS, name="venv"):
    """The Python of the virtual environment `name` below `tools` that holds the pinned packages; made when it is not there."""
    folder = tools / name
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    stamp = folder / requirements.name
    wanted = requirements.read_text(encoding="utf-8")
    if not (stamp.is_file() and stamp.read_text(encoding="utf-8") == wanted):
        venv.create(folder, with_pip=True, clear=True)
        run([python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement", requirements])
        stamp.write_text(wanted, encoding="utf-8")
    return python

"""Install requirements.lock and Lineament itself into the environment that runs this, as `make setup` does.

For systems without make: `python packaging/install_locked.py`. torch comes first and with its own requirements.
"""

import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
LOCK = PROJECT / "requirements.lock"


def commands(lock: str) -> list[list[str]]:
    """Arguments of pip, one list a step, for the text of the lock."""
    lines = lock.splitlines()
    torch = next(line for line in lines if line.startswith("torch=="))
    return [
        ["install", "--constraint", str(LOCK), torch],
        ["install", "--no-deps", "--requirement", str(LOCK)],
        # The lock is made on Linux; what PyInstaller needs beside it on other systems comes now.
        ["install", "--constraint", str(LOCK), next(line for line in lines if line.startswith("pyinstaller=="))],
        ["install", "--no-deps", "--no-build-isolation", "--editable", str(PROJECT)],
    ]


def main() -> None:
    for step in commands(LOCK.read_text(encoding="utf-8")):
        subprocess.run([sys.executable, "-m", "pip", *step], check=True)


if __name__ == "__main__":
    main()

"""Where the shipped files lie: inside the installed package, or in `resources/` of a source checkout."""

from importlib import resources
from pathlib import Path


def resource_path(name: str) -> Path:
    """Path of a shipped file or folder, e.g. `demo/interview.mp4`.

    Raises `FileNotFoundError` when it is not there, which is a broken installation and not a user's mistake.
    """
    installed = Path(str(resources.files("lineament"))) / "resources" / name
    if installed.exists():
        return installed
    checkout = Path(__file__).resolve().parents[2] / "resources" / name
    if checkout.exists():
        return checkout
    raise FileNotFoundError(f"shipped resource {name} is missing from this installation")

"""`lineament review`: open the window."""

from importlib.metadata import entry_points
from pathlib import Path

import click

from lineament.errors import LineamentError


@click.command("review")
@click.argument("file", type=click.Path(path_type=Path), required=False)
def review_command(file: Path | None) -> None:
    """Open FILE (a video, a recording or an OpenFace CSV) in the Review window; without FILE, the demonstration."""
    if file is not None and not file.exists():
        raise LineamentError("there is no such file", path=file, remedy="Check the path and try again.")
    # The window registers itself as an entry point, so that the library never imports it.
    found = entry_points(group="gui_scripts", name="lineament-desktop")
    if not found:
        raise LineamentError(
            "the window is not part of this installation",
            remedy="Install Lineament with its desktop application.",
        )
    start = next(iter(found)).load()
    raise SystemExit(start(["lineament-desktop", *([str(file)] if file else [])]))

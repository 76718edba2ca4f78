"""Start-up and the main window's assembly."""

from collections.abc import Sequence


def main(argv: Sequence[str] | None = None) -> int:
    """Start the application; see `lineament_desktop.app.start.main`."""
    from lineament_desktop.app.start import main as start

    return start(argv)


__all__ = ["main"]

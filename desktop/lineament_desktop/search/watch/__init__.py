"""Everything that shows a search run: one run as it goes or as it ended, and several side by side."""

from lineament_desktop.search.watch.run_page import RunPage
from lineament_desktop.search.watch.run_pages import RunPages

__all__ = ["RunPage", "RunPages"]

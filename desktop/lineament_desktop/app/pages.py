"""The window's workspaces: Review is there at once, the others are made when they are first shown."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, runtime_checkable

from PySide6.QtWidgets import QStackedWidget, QWidget

from lineament_desktop.jobs.core_work import Core
from lineament_desktop.state import ReviewState
from lineament_desktop.state.preferences import DEVICE
from lineament_desktop.state.settings import Settings

REVIEW = "review"


@dataclass(frozen=True)
class Context:
    """What the window lends to a workspace.

    review: what Review shows, and where messages are posted. show: bring another workspace, by its name, to the front.
    open_path: open a video or recording in Review. use_model: let the model of a folder score what Review shows, from
    now on and in later runs; None: the shipped default. A folder that cannot be used is refused in a message.
    """

    review: ReviewState
    settings: Settings
    core: Core
    show: Callable[[str], None]
    open_path: Callable[[Path], None]
    use_model: Callable[[Path | None], None]


@dataclass(frozen=True)
class Page:
    """A workspace beside Review: `make` imports and builds its widget."""

    name: str
    title: str
    make: Callable[[Context], QWidget]


@runtime_checkable
class Closing(Protocol):
    """A workspace that has something to end when the window closes."""

    def close_page(self) -> None: ...


def _search(context: Context) -> QWidget:
    from lineament_desktop.search.workspace import SearchWorkspace

    workspace = SearchWorkspace(context)
    workspace.setup.form.fields["device"].set_value(context.settings.get(DEVICE))
    return workspace


def _models(context: Context) -> QWidget:
    from lineament_desktop.models import ModelsWorkspace

    workspace = ModelsWorkspace(context)
    workspace.trainings.form.device.set_value(context.settings.get(DEVICE))
    return workspace


PAGES: tuple[Page, ...] = (Page("search", "Search", _search), Page("models", "Models", _models))
"""In the order of the mode bar, after Review."""


class Pages(QStackedWidget):
    """One workspace in front; the others keep what they show."""

    def __init__(self, review: QWidget, context: Context, pages: tuple[Page, ...]) -> None:
        super().__init__()
        self._context = context
        self._makers: Mapping[str, Page] = {page.name: page for page in pages}
        self._made: dict[str, QWidget] = {REVIEW: review}
        self.addWidget(review)

    @property
    def current(self) -> str:
        return next(name for name, widget in self._made.items() if widget is self.currentWidget())

    def show_page(self, name: str) -> None:
        """Raises `KeyError` for a workspace there is not."""
        if name not in self._made:
            widget = self._makers[name].make(self._context)
            self._made[name] = widget
            self.addWidget(widget)
        self.setCurrentWidget(self._made[name])

    def made(self, name: str) -> QWidget | None:
        """The workspace, where it was shown before."""
        return self._made.get(name)

    def close_pages(self) -> None:
        for widget in self._made.values():
            if isinstance(widget, Closing):
                widget.close_page()

"""What the palette offers, and in which order."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from lineament_desktop.app.menus import known_models
from lineament_desktop.app.palette.fuzzy import match
from lineament_desktop.state.preferences import PAGES

if TYPE_CHECKING:
    from lineament_desktop.app.main_window import MainWindow

PALETTE = "view.palette"
ELSEWHERE = 0.5
"""What a word found in the group or the place counts, beside one found in the title."""
RECENCY = 1.5
"""Points for what was chosen last; less for what was chosen before it."""


@dataclass(frozen=True)
class Entry:
    """One line. id: remembered when it is chosen. group: what it is. detail: where, or how it stands. asked_for: it is
    shown only to somebody who types."""

    id: str
    group: str
    title: str
    run: Callable[[], object]
    keys: str = ""
    detail: str = ""
    asked_for: bool = False


@dataclass(frozen=True)
class Found:
    """An entry and the letters of its title that were typed."""

    entry: Entry
    letters: frozenset[int] = frozenset()


def entries_of(window: "MainWindow") -> list[Entry]:
    """What can be done in the window now: nothing that is disabled, or belongs to another workspace."""
    return [*_actions(window), *_files(window), *_models(window), *_settings(window)]


def found(entries: Sequence[Entry], text: str, used: Sequence[str]) -> list[Found]:
    """The entries in which every word of `text` is found, best first; what was used last comes first among equals."""
    recent = {one: 1 - place / max(len(used), 1) for place, one in enumerate(used)}
    words = text.split()
    if not words:
        shown = [one for one in entries if not one.asked_for]
        return [Found(one) for one in sorted(shown, key=lambda one: -recent.get(one.id, 0.0))]
    scored = [(_judged(one, words, recent.get(one.id, 0.0)), one) for one in entries]
    hits = [(judged, one) for judged, one in scored if judged is not None]
    hits.sort(key=lambda hit: -hit[0][0])
    return [Found(one, letters) for (_, letters), one in hits]


def _judged(entry: Entry, words: Sequence[str], recency: float) -> tuple[float, frozenset[int]] | None:
    points, letters = RECENCY * recency - 0.01 * len(entry.title), frozenset[int]()
    for word in words:
        in_title = match(word, entry.title)
        if in_title is not None:
            points, letters = points + in_title.points, letters | in_title.letters
            continue
        elsewhere = match(word, f"{entry.group} {entry.detail}")
        if elsewhere is None:
            return None
        points += ELSEWHERE * elsewhere.points
    return points, letters


def _actions(window: "MainWindow") -> list[Entry]:
    entries = []
    for listed in window.registry.listed():
        action = window.registry[listed.id]
        if action.isEnabled() and action.isVisible() and listed.id != PALETTE:
            state = ("on" if action.isChecked() else "off") if action.isCheckable() else ""
            keys = " or ".join(listed.keys)
            entries.append(Entry(listed.id, listed.group, listed.title, action.trigger, keys, state))
    return entries


def _files(window: "MainWindow") -> list[Entry]:
    return [
        Entry(f"recent:{path}", "Recent file", path.name, partial(window.open_path, path), detail=str(path.parent))
        for path in window.settings.recent()
    ]


def _models(window: "MainWindow") -> list[Entry]:
    present = window.state.model
    return [
        Entry(
            f"model:{model.folder}",
            "Use model",
            model.name,
            partial(window.use_model, model.folder),
            detail="in use" if present is not None and present.folder == model.folder else model.detail,
        )
        for model in known_models(window)
    ]


def _settings(window: "MainWindow") -> list[Entry]:
    return [
        Entry(
            f"setting:{one.name}",
            "Setting",
            one.title,
            partial(window.show_settings, one.name),
            detail=f"{page.title}: {one.words(window.settings.get(one))}",
            asked_for=True,
        )
        for page in PAGES
        for one in page.preferences
    ]

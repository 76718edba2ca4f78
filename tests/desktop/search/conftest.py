"""A Search workspace for tests, and a tiny search as a file of settings."""

from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot
from tests.support.tiny_search import COHORT, TINY

from lineament.search.preset_files import SettingsFile, write_settings
from lineament_desktop.app.pages import Context
from lineament_desktop.jobs.core_work import Core
from lineament_desktop.search.workspace import SearchWorkspace
from lineament_desktop.state import Message, ReviewState
from lineament_desktop.state.settings import Settings

STARTS_MS = 240_000
"""A process that loads torch on a busy machine."""


@dataclass
class Shown:
    """A workspace on screen and what it said."""

    workspace: SearchWorkspace
    messages: list[Message] = field(default_factory=list)

    def said(self, words: str) -> bool:
        return any(words in message.text for message in self.messages)


def show_workspace(qtbot: QtBot) -> Shown:
    state = ReviewState()
    others = {one.name: lambda *_: None for one in fields(Context)}
    context = Context(**{**others, "review": state, "settings": Settings(), "core": Core()})  # type: ignore[arg-type]
    shown = Shown(SearchWorkspace(context))
    state.message_posted.connect(shown.messages.append)
    qtbot.addWidget(shown.workspace)
    shown.workspace.resize(1280, 720)
    shown.workspace.show()
    qtbot.waitExposed(shown.workspace)
    return shown


@pytest.fixture
def shown(qtbot: QtBot) -> Iterator[Shown]:
    found = show_workspace(qtbot)
    yield found
    found.workspace.close_page()


@pytest.fixture
def tiny_settings(tmp_path: Path) -> Path:
    """The tiny search as a file of settings."""
    path = tmp_path / "tiny.search.json"
    write_settings(path, SettingsFile("tiny", TINY, COHORT))
    return path

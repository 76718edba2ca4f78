"""Review's panes in a window of their own, without a player."""

from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from lineament_desktop.review.workspace import Controls, ReviewWorkspace
from lineament_desktop.state import ReviewState


def shown_workspace(qtbot: QtBot, state: ReviewState) -> ReviewWorkspace:
    """On screen at 1400 x 900, with words where the player's picture and controls would be."""
    made = ReviewWorkspace(state, Controls(QLabel("picture"), QLabel("buttons"), QLabel("seek bar")))
    qtbot.addWidget(made)
    made.resize(1400, 900)
    made.show()
    qtbot.waitExposed(made)
    return made

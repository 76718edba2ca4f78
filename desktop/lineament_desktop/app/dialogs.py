"""Texts to read, for example what this application is."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QVBoxLayout, QWidget

from lineament.version import __version__
from lineament_desktop.widgets.markdown_browser import MarkdownBrowser

ABOUT = f"""
# Lineament {__version__}

A workbench for facial-behaviour research on depression severity: review an interview, measure the face, and see what a
model makes of it.

**Research use only.** What is shown is a model estimate, not a diagnosis. Action units are geometric estimates from
facial landmarks. The shipped model was trained on simulated behaviour; its figures say nothing about people.

Everything is computed on this machine; nothing is sent anywhere.

Licence: Apache-2.0.
"""


def close_button(dialog: QDialog) -> QDialogButtonBox:
    """The one button of a dialog that is only read."""
    buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
    buttons.button(QDialogButtonBox.StandardButton.Close).setIcon(QIcon())  # the style's own is of another drawing
    buttons.rejected.connect(dialog.reject)
    return buttons


class TextDialog(QDialog):
    """Markdown in a window of its own, read with the keyboard, closed with Esc."""

    def __init__(self, title: str, markdown: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.browser = MarkdownBrowser(title, markdown)
        column = QVBoxLayout(self)
        column.addWidget(self.browser)
        column.addWidget(close_button(self))
        self.resize(880, 640)

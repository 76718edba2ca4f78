"""The theme in force: chosen by the user or by the system, announced when it changes."""

from typing import Literal

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication, QStyleFactory

from lineament_desktop.theme.style import style_sheet
from lineament_desktop.theme.tokens import LIGHT, THEMES, Tokens

ThemeChoice = Literal["system", "light", "dark"]

LEAST_POINTS = 8.0


class Theme(QObject):
    """Holds the tokens in force. `changed` comes after the palette and the style sheet have been replaced."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.tokens: Tokens = LIGHT
        self.choice: ThemeChoice = "system"
        self._followed: QApplication | None = None

    def apply(self, app: QApplication, choice: ThemeChoice) -> None:
        if self._followed is not app:
            self._follow_system(app)
        self.choice = choice
        self._wear(app, THEMES[_system_theme() if choice == "system" else choice])

    def _follow_system(self, app: QApplication) -> None:
        self._followed = app
        app.setStyle(QStyleFactory.create("Fusion"))
        app.setFont(_tabular(app.font()))
        app.styleHints().colorSchemeChanged.connect(self._on_system_changed)

    def _on_system_changed(self) -> None:
        if self.choice == "system" and self._followed is not None:
            self._wear(self._followed, THEMES[_system_theme()])

    def _wear(self, app: QApplication, tokens: Tokens) -> None:
        self.tokens = tokens
        app.setPalette(_palette(tokens))
        app.setStyleSheet(style_sheet(tokens))
        self.changed.emit()


theme = Theme()
"""The one theme of the process; connect to `theme.changed` and repaint from `tokens()`."""


def tokens() -> Tokens:
    """The colours in force; ask again on every paint, they change."""
    return theme.tokens


def small_font(font: QFont) -> QFont:
    """A point smaller, for labels in charts, but never under what can be read."""
    small = QFont(font)
    small.setPointSizeF(max(font.pointSizeF() - 1, LEAST_POINTS))
    return small


def apply_theme(app: QApplication, choice: ThemeChoice) -> None:
    """Dress the application: style, palette, style sheet. "system" follows the desktop, also when it changes later."""
    theme.apply(app, choice)


def _system_theme() -> Literal["light", "dark"]:
    return "dark" if QGuiApplication.styleHints().colorScheme() == Qt.ColorScheme.Dark else "light"


def _tabular(font: QFont) -> QFont:
    """The same font with figures of one width, so that running numbers stand still."""
    font.setFeature(QFont.Tag("tnum"), 1)
    return font


def _palette(tokens: Tokens) -> QPalette:
    """Qt's colour roles from ours, with the disabled group muted."""
    role = QPalette.ColorRole
    colours = {
        role.Window: tokens.background,
        role.WindowText: tokens.text,
        role.Base: tokens.surface,
        role.AlternateBase: tokens.background,
        role.Text: tokens.text,
        role.PlaceholderText: tokens.muted,
        role.Button: tokens.raised,
        role.ButtonText: tokens.text,
        role.BrightText: tokens.words["alarm"],
        role.ToolTipBase: tokens.surface,
        role.ToolTipText: tokens.text,
        role.Highlight: tokens.accent,
        role.HighlightedText: tokens.on_accent,
        role.Link: tokens.accent,
        role.LinkVisited: tokens.accent,
        role.Light: tokens.surface,
        role.Midlight: tokens.raised,
        role.Mid: tokens.line,
        role.Dark: tokens.line,
        role.Shadow: tokens.line,
        role.Accent: tokens.accent,
    }
    palette = QPalette()
    for colour_role, colour in colours.items():
        palette.setColor(colour_role, QColor(colour))
    for colour_role in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, colour_role, QColor(tokens.muted))
    return palette

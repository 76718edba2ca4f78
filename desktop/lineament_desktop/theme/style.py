"""The style sheet, written from tokens on a 4-pixel grid. Object names and dynamic properties choose the rules."""

from pathlib import Path
from string import Template

from lineament_desktop.theme.colour import mix, readable
from lineament_desktop.theme.tokens import LINE_CONTRAST, Tokens

ICONS = Path(__file__).parent / "icons"
_SHEET = Template("""
QToolTip { background: $surface; color: $text; border: 1px solid $line; padding: 4px; }
QMainWindow::separator, QSplitter::handle { background: $background; }
QSplitter::handle:hover, QSplitter::handle:focus { background: $line; }
QMenuBar { background: $background; border-bottom: 1px solid $line; padding: 0 4px; }
QMenuBar::item { padding: 4px 8px; background: transparent; }
QMenuBar::item:selected, QMenuBar::item:pressed { background: $raised; border-radius: 4px; }
QMenu { background: $surface; border: 1px solid $line; padding: 4px; }
QMenu::item { padding: 4px 24px 4px 24px; border-radius: 4px; }
QMenu::item:selected { background: $accent; color: $on_accent; }
QMenu::item:disabled { color: $muted; }
QMenu::separator { height: 1px; background: $line; margin: 4px 8px; }
QStatusBar { background: $background; border-top: 1px solid $line; }
QStatusBar::item { border: none; }
QToolButton, QPushButton { background: transparent; border: 1px solid transparent; border-radius: 4px; padding: 4px; }
QPushButton { background: $raised; border-color: $edge; padding: 4px 12px; }
QToolButton:hover, QPushButton:hover { background: $raised; border-color: $line; }
QToolButton:checked { background: $raised; border-color: $accent; }
QToolButton:pressed, QPushButton:pressed { background: $line; }
QToolButton:focus, QPushButton:focus { border: 2px solid $accent; padding: 3px; background: $focus; }
QPushButton:focus { padding: 3px 11px; }
QToolButton:disabled, QPushButton:disabled { color: $muted; }
QToolButton[popupMode="2"] { padding-right: 14px; }
QScrollArea, QAbstractScrollArea#bare { background: transparent; border: none; }
QAbstractScrollArea::corner { background: transparent; border: none; }
QScrollBar { background: transparent; border: none; }
QScrollBar:vertical { width: 12px; }
QScrollBar:horizontal { height: 12px; }
QScrollBar::handle { background: $edge; border-radius: 4px; margin: 2px; min-height: 24px; min-width: 24px; }
QScrollBar::handle:hover { background: $text; }
QScrollBar::add-line, QScrollBar::sub-line { border: none; width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: none; }
QProgressBar { background: $raised; border: 1px solid $line; border-radius: 4px; max-height: 10px; }
QProgressBar::chunk { background: $accent; border-radius: 3px; }
QLineEdit { background: $surface; border: 1px solid $edge; border-radius: 4px; padding: 2px 8px; }
QLineEdit:focus { border-color: $accent; }
QCheckBox { spacing: 6px; }
QCheckBox::indicator { width: 14px; height: 14px; border: 1px solid $muted; border-radius: 3px; background: $surface; }
QCheckBox::indicator:hover, QCheckBox::indicator:focus { border-color: $accent; background: $focus; }
QCheckBox::indicator:checked { border-color: $accent; background: $accent; image: url("$check"); }
QCheckBox::indicator:checked:focus { border-color: $text; }
QCheckBox::indicator:disabled { border-color: $line; background: $raised; }
QCheckBox:disabled { color: $muted; }
QTextBrowser, QTreeView, QTableView { background: $surface; border: 1px solid $line; border-radius: 4px; }
QHeaderView::section { background: $raised; color: $text; border: none; padding: 4px 8px; }
#card { background: $surface; border: 1px solid $line; border-radius: 6px; }
#muted { color: $muted; }
#title { font-weight: 600; }
#modeBar { background: $background; }
#modeBar QToolButton { padding: 4px 12px; font-weight: 600; }
#notice { color: $text; font-weight: 600; }
#simulated { color: $words_alarm; font-weight: 600; }
#messageBar { background: $surface; border: 1px solid $line; border-left: 4px solid $accent; border-radius: 4px; }
#messageBar[severity="warning"] { border-left-color: $fills_ochre; }
#messageBar[severity="error"] { border-left-color: $fills_alarm; }
#videoSlot { background: $video; border-radius: 6px; }
""")


def style_sheet(tokens: Tokens) -> str:
    return _SHEET.substitute(
        background=tokens.background,
        surface=tokens.surface,
        raised=tokens.raised,
        line=tokens.line,
        # of what is to be typed into, pressed or dragged (WCAG 1.4.11)
        edge=readable(tokens.line, (tokens.surface, tokens.background), LINE_CONTRAST),
        text=tokens.text,
        muted=tokens.muted,
        accent=tokens.accent,
        on_accent=tokens.on_accent,
        focus=mix(tokens.surface, tokens.accent, 0.22),
        video=tokens.video,
        check=(ICONS / f"check-{tokens.name}.svg").as_posix(),
        words_alarm=tokens.words["alarm"],
        fills_alarm=tokens.fills["alarm"],
        fills_ochre=tokens.fills["action units"],
    )

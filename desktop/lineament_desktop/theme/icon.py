"""Icons: one drawn set of SVG files in `icons/`, whose `currentColor` becomes the theme's text colour."""

from functools import lru_cache
from pathlib import Path

from PySide6.QtCore import QByteArray, QObject, QRectF, Qt
from PySide6.QtGui import QAction, QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QAbstractButton

from lineament_desktop.theme.current import theme, tokens

ICON_FOLDER = Path(__file__).parent / "icons"
SIZES = (16, 20, 24, 32, 48, 64)


def icon(name: str) -> QIcon:
    """The drawn icon `icons/NAME.svg` in the colours of the present theme.

    Raises `FileNotFoundError` when there is no such drawing. The icon does not follow later changes of the theme: use
    `set_icon` for a button or an action that lives on.
    """
    return _tinted(name, tokens().text, tokens().muted)


def set_icon(target: QAction | QAbstractButton, name: str) -> None:
    """Give a button or an action the icon, now and after every change of the theme."""
    target.setIcon(icon(name))
    known = target.findChild(_Redresser, options=Qt.FindChildOption.FindDirectChildrenOnly)
    if isinstance(known, _Redresser):
        known.name = name
    else:
        _Redresser(target, name)


class _Redresser(QObject):
    """Child of a button or an action: dresses it again when the theme changes, and dies with it."""

    def __init__(self, target: QAction | QAbstractButton, name: str) -> None:
        super().__init__(target)
        self.name: str = name
        theme.changed.connect(self._redress)

    def _redress(self) -> None:
        target = self.parent()
        if isinstance(target, QAction | QAbstractButton):
            target.setIcon(icon(self.name))


@lru_cache(maxsize=256)
def _tinted(name: str, normal: str, disabled: str) -> QIcon:
    drawing = (ICON_FOLDER / f"{name}.svg").read_text(encoding="utf-8")
    made = QIcon()
    # said for selected rows too, because styles else tint a drawing with their own colour of selections
    colours = {QIcon.Mode.Normal: normal, QIcon.Mode.Selected: normal, QIcon.Mode.Disabled: disabled}
    for mode, colour in colours.items():
        for size in SIZES:
            made.addPixmap(_rendered(drawing.replace("currentColor", colour), size), mode)
    return made


def _rendered(drawing: str, size: int) -> QPixmap:
    pixmap = QPixmap(size, size)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    QSvgRenderer(QByteArray(drawing.encode())).render(painter, QRectF(0, 0, size, size))
    painter.end()
    return pixmap

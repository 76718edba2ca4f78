"""Words on screen that have less room than they need."""

from PySide6.QtCore import QRect, QSize
from PySide6.QtWidgets import QAbstractButton, QComboBox, QLabel, QLineEdit, QWidget

from lineament_desktop.widgets.elided_label import ElidedLabel

SLACK = 1  # a pixel that rounding takes


def cut_words(root: QWidget) -> list[str]:
    """Of every visible label, button and combo box below `root`: what it says, where it is not seen whole.

    Labels that end in an ellipsis by design say all in their tool tip. What lies in a scrolled area may be scrolled to.
    """
    found = []
    for widget in root.findChildren(QWidget):
        if not widget.isVisible() or isinstance(widget, ElidedLabel) or isinstance(widget.parentWidget(), QLineEdit):
            continue
        if isinstance(widget, QLabel) and widget.text():
            if not _label_fits(widget):
                found.append(f"{widget.text()[:60]} ({_sizes(widget)})")
        elif isinstance(widget, QAbstractButton) and (widget.text() or not widget.icon().isNull()):
            if _too_small(widget.size(), widget.minimumSizeHint().boundedTo(widget.sizeHint())):
                found.append(f"button {widget.text() or widget.accessibleName()} ({_sizes(widget)})")
        elif isinstance(widget, QComboBox) and widget.height() + SLACK < widget.sizeHint().height():
            found.append(f"combo box {widget.accessibleName()} ({_sizes(widget)})")
        else:
            continue
        if isinstance(widget, QLabel | QAbstractButton) and not _inside_its_parents(widget, root):
            found.append(f"{widget.text()[:60]} lies outside what it is in")
    return found


def _label_fits(label: QLabel) -> bool:
    if not label.wordWrap():
        return not _too_small(label.size(), label.minimumSizeHint())
    return label.height() + SLACK >= label.heightForWidth(label.width())


def _too_small(there: QSize, needed: QSize) -> bool:
    return there.width() + SLACK < needed.width() or there.height() + SLACK < needed.height()


def _inside_its_parents(widget: QWidget, root: QWidget) -> bool:
    """Not below the edge of what it lies in, unless that is scrolled."""
    inside = QRect(widget.rect())
    while widget is not root and not widget.isWindow():
        parent = widget.parentWidget()
        if parent.objectName() == "qt_scrollarea_viewport":
            return True
        inside.translate(widget.pos())
        if not parent.rect().adjusted(-SLACK, -SLACK, SLACK, SLACK).contains(inside):
            return False
        widget = parent
    return True


def _sizes(widget: QWidget) -> str:
    there, wanted = widget.size(), widget.sizeHint()
    return f"{there.width()} x {there.height()}, wants {wanted.width()} x {wanted.height()}"

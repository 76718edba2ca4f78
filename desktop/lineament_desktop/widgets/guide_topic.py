"""Which place of the user guide a part of the window belongs to, by a property, so that neither knows the other."""

from PySide6.QtWidgets import QWidget

_PROPERTY = "guideTopic"


def set_topic(widget: QWidget, place: str) -> None:
    """place: a page of the guide, or a section of one: "review" or "review#panes"."""
    widget.setProperty(_PROPERTY, place)


def topic_of(widget: QWidget | None) -> str:
    """Of the widget or the nearest one that it lies in; "" where none of them has one."""
    while widget is not None:
        place = widget.property(_PROPERTY)
        if isinstance(place, str):
            return place
        widget = widget.parentWidget()
    return ""

"""The form of a search's settings, made from their descriptions: what is asked most is in sight, the rest folded."""

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from lineament.errors import LineamentError
from lineament.search.config import SETTINGS, SearchConfig
from lineament.settings import Setting
from lineament_desktop.widgets.folded_fields import FoldedFields
from lineament_desktop.widgets.setting_fields import Field, make_field

SECTIONS: Mapping[str, tuple[str, ...]] = {
    "Data": ("protocol", "seconds"),
    "Space": ("attributes", "representations", "families"),
    "Method": ("method", "warm_up", "joint", "fusion_search", "selection"),
    "Controls": ("random_controls", "rivals"),
    "Budget": ("budget", "seed"),
    "Computing": ("device", "workers"),
}
_BY_NAME: Mapping[str, Setting] = {one.name: one for one in SETTINGS}


class SearchForm(QWidget):
    """All settings of a search. changed: what stands there is another search.

    A section's layout may take further widgets: `add_to`.
    """

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.fields: dict[str, Field] = {}
        self._sections: dict[str, QVBoxLayout] = {}
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        for title, names in SECTIONS.items():
            column.addWidget(self._section(title, [name for name in names if name in _BY_NAME]))
        shown = {name for names in SECTIONS.values() for name in names}
        rest = [one for one in SETTINGS if one.name not in shown]
        self.more = FoldedFields(rest, lambda one: self._add(one.name))
        self.more_button = self.more.button
        column.addWidget(self.more_button)
        column.addWidget(self.more)
        column.addStretch(1)
        self.set_config(SearchConfig())

    def _section(self, title: str, names: list[str]) -> QWidget:
        section = QWidget()
        column = self._sections[title] = QVBoxLayout(section)
        column.setContentsMargins(0, 0, 0, 8)
        column.setSpacing(4)
        head = QLabel(title)
        head.setObjectName("title")
        column.addWidget(head)
        for name in names:
            column.addWidget(self._add(name))
        return section

    def _add(self, name: str) -> Field:
        field = self.fields[name] = make_field(_BY_NAME[name])
        field.changed.connect(self.changed)
        return field

    def add_to(self, section: str, widget: QWidget, place: int = -1) -> None:
        """Put a widget into a section, below what is there or at a place (0 is above all, the title aside)."""
        column = self._sections[section]
        column.insertWidget(place + 1 if place >= 0 else -1, widget)

    # Values

    def set_config(self, config: SearchConfig) -> None:
        """Fill every field."""
        values = flat(config.to_json())
        for name, field in self.fields.items():
            field.set_value(values[name])
        self.changed.emit()

    def config(self) -> SearchConfig:
        """Raises the sentence of the first field that is wrong, or of settings that do not go together."""
        return SearchConfig.from_json(nested({name: field.value() for name, field in self.fields.items()}))

    def error(self) -> str:
        """What is wrong with the settings as a whole, "" where nothing is or a field says it already."""
        if any(field.error for field in self.fields.values()):
            return ""
        try:
            self.config()
        except LineamentError as error:
            return str(error)[:1].upper() + str(error)[1:]
        return ""

    def show_wrong(self) -> Field | None:
        """The first field with an error, unfolded and under the cursor."""
        wrong = next((field for field in self.fields.values() if field.error), None)
        if wrong is not None:
            if wrong.parentWidget() is self.more:
                self.more_button.setChecked(True)
            wrong.editor.setFocus()
        return wrong


def flat(values: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Values of groups under their dotted names."""
    found: dict[str, Any] = {}
    for name, value in values.items():
        found |= flat(value, f"{prefix}{name}.") if isinstance(value, Mapping) else {f"{prefix}{name}": value}
    return found


def nested(values: Mapping[str, Any]) -> dict[str, Any]:
    """The other way round."""
    found: dict[str, Any] = {}
    for name, value in values.items():
        *groups, last = name.split(".")
        place = found
        for group in groups:
            place = place.setdefault(group, {})
        place[last] = value
    return found

"""The field that a setting of the application is changed with: the forms' own, dressed for the dialog."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QLabel, QPushButton

from lineament.face import face_landmarker_path
from lineament_desktop.state.places import given_from_outside, present_folder
from lineament_desktop.state.preference import Preference
from lineament_desktop.state.preferences import TRACKER
from lineament_desktop.widgets.setting_fields import ChoiceField, Field, TextField, make_field

NUMBER_WIDTH = 88
NOT_INSTALLED = "Its model file is not installed. Add it with: lineament models add face-landmarker FILE."


def field_of(one: Preference[Any]) -> Field:
    """With the setting's words and unit; its sentence names the setting by its title."""
    setting = replace(one.setting, name=f'"{one.title}"')
    field = FolderField(setting, one.variable) if one.variable else make_field(setting)
    field.label.hide()
    for widget in (field.label, field.editor):
        widget.setToolTip("")
    field.editor.setObjectName(one.name)
    field.editor.setAccessibleName(f"{one.title}, {one.unit}" if one.unit else one.title)
    if isinstance(field, ChoiceField):
        _put_words(field, one)
    elif isinstance(field, TextField) and not one.variable:
        field.editor.setFixedWidth(NUMBER_WIDTH)
        unit = QLabel(one.unit)
        unit.setObjectName("muted")
        field.row.addWidget(unit)
        field.row.addStretch(1)
    return field


def on_change(field: Field, apply: Callable[[], None]) -> None:
    """A choice applies at once, a number or a path when it is whole: at Return or when the field is left."""
    if isinstance(field, TextField):
        field.line.editingFinished.connect(apply)
    else:
        field.changed.connect(apply)
    if isinstance(field, FolderField):
        field.changed.connect(lambda: apply() if not field.line.hasFocus() else None)


def _put_words(field: ChoiceField, one: Preference[Any]) -> None:
    combo = field.combo
    for choice, words in one.choices.items():
        combo.setItemText(combo.findData(choice), words)
    if one is TRACKER and face_landmarker_path() is None:
        row = combo.findData("face-landmarker")
        combo.setItemData(row, NOT_INSTALLED, Qt.ItemDataRole.ToolTipRole)
        combo.model().item(row).setEnabled(False)  # type: ignore[attr-defined]


class FolderField(TextField):
    """A path that is typed or chosen. A variable that somebody set from outside goes before it."""

    def __init__(self, setting: Any, variable: str) -> None:
        super().__init__(setting)
        self.button = QPushButton("&Choose…")
        self.button.setAccessibleName(f"Choose: {setting.name.strip(chr(34))}")
        self.button.clicked.connect(self._ask)
        self.row.addWidget(self.button)
        self.line.setPlaceholderText(str(present_folder(variable)))
        self.line.setToolTip(str(present_folder(variable)))
        if given_from_outside(variable):
            for widget in (self.line, self.button):
                widget.setEnabled(False)

    def raw(self) -> Any:
        return self.line.text().strip()

    def _ask(self) -> None:
        start = self.raw() or self.line.placeholderText()
        name = QFileDialog.getExistingDirectory(self, self.editor.accessibleName(), start)
        if name:
            self.line.setText(str(Path(name)))
            self.check()
            self.changed.emit()


def lock_reason(one: Preference[Any]) -> str:
    """Why a setting is not to be changed here, "" where it is."""
    if one.variable and given_from_outside(one.variable):
        return f"{one.variable} names the folder {present_folder(one.variable)}, and goes before this setting."
    return ""

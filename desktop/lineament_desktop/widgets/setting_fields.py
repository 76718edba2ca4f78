"""A row of a form for each described setting: its name, what it takes, and the sentence that says what is wrong."""

from collections.abc import Iterable
from typing import Any

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from lineament.errors import LineamentError
from lineament.settings import Setting, typed
from lineament_desktop.widgets.choice_words import choice_words

LABEL_WIDTH = 128
COLUMNS = 2
"""Of the boxes of a list."""
TITLES = {
    "seconds": "Seconds of a session",
    "level": "Interval level",
    "rivals": "Rivals may win",
    "token": "Token size",
    "joint": "Joint search",
    "outer_folds": "Outer folds",
    "recipe.rate": "First rate",
}


def title_of(one: Setting) -> str:
    """The setting's name as a label: "random_controls" is "Random controls"."""
    words = one.name.rpartition(".")[2].replace("_", " ")
    return TITLES.get(one.name, words[:1].upper() + words[1:])


def text_of(value: Any) -> str:
    """A number as it is typed: without exponents and trailing zeros where they say nothing."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, float) else str(value)


class Field(QWidget):
    """changed: the user has changed the value, or it was set. The value is whatever the setting makes of what stands
    there; `error` is the setting's own sentence where it refuses that."""

    changed = Signal()

    def __init__(self, one: Setting) -> None:
        super().__init__()
        self.setting = one
        self.error = ""
        self._complaint = QLabel()
        self._complaint.setObjectName("simulated")
        self._complaint.setWordWrap(True)
        self._complaint.hide()
        self.label = QLabel(title_of(one))
        self.label.setFixedWidth(LABEL_WIDTH)
        self.label.setWordWrap(True)
        self.editor = self._make_editor()
        self._describe(self.editor)
        self.label.setBuddy(self.editor)
        self.row = row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.label, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self.editor, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addLayout(row)
        column.addWidget(self._complaint)
        self.label.setMinimumHeight(self.editor.sizeHint().height())

    def _describe(self, editor: QWidget) -> None:
        help_text = self.setting.help[:1].upper() + self.setting.help[1:]
        bounds = f" ({self.setting.bounds})" if self.setting.bounds else ""
        for widget in (self.label, editor):
            widget.setToolTip(f"{help_text}{bounds}. --set {self.setting.name}=…")
        editor.setAccessibleName(title_of(self.setting))
        editor.setAccessibleDescription(f"{help_text}{bounds}")
        editor.setObjectName(self.setting.name)

    def _make_editor(self) -> QWidget:
        raise NotImplementedError

    def raw(self) -> Any:
        """What stands there, not yet checked."""
        raise NotImplementedError

    def put(self, value: Any) -> None:
        """Show a value."""
        raise NotImplementedError

    def value(self) -> Any:
        """Raises what the setting raises."""
        return self.setting.check(self.raw())

    def set_value(self, value: Any) -> None:
        """Show a value without telling that it changed."""
        blocked = self.blockSignals(True)
        self.put(value)
        self.blockSignals(blocked)
        self.check()

    def check(self) -> bool:
        """Say what is wrong with the value, if anything is."""
        try:
            self.value()
            self.complain("")
        except LineamentError as error:
            self.complain(str(error)[:1].upper() + str(error)[1:])
        return not self.error

    def complain(self, sentence: str) -> None:
        self.error = sentence
        self._complaint.setText(sentence)
        self._complaint.setVisible(bool(sentence))
        self.editor.setAccessibleDescription(sentence or self.setting.help)

    def _on_edit(self, *_: object) -> None:
        self.check()
        self.changed.emit()


class TextField(Field):
    """Numbers and texts are typed; nothing is corrected behind the user's back."""

    def _make_editor(self) -> QWidget:
        self.line = QLineEdit()
        self.line.textEdited.connect(self._on_edit)
        return self.line

    def raw(self) -> Any:
        return typed(self.setting, self.line.text().strip().replace(",", "").replace("\N{THIN SPACE}", ""))

    def put(self, value: Any) -> None:
        self.line.setText(text_of(value))


class QuietCombo(QComboBox):
    """A wheel that turns over it scrolls the form and changes nothing, unless it has the focus."""

    def __init__(self) -> None:
        super().__init__()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(8)
        self.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Wheel and not self.hasFocus():
            event.ignore()
            return True
        return super().eventFilter(watched, event)

    def minimumSizeHint(self) -> QSize:
        return QSize(80, super().minimumSizeHint().height())


class ChoiceField(Field):
    """One of the setting's choices."""

    def _make_editor(self) -> QWidget:
        self.combo = QuietCombo()
        for choice in self.setting.choices:
            self.combo.addItem(choice_words(choice), choice)
        self.combo.activated.connect(self._on_edit)
        return self.combo

    def raw(self) -> Any:
        return self.combo.currentData()

    def put(self, value: Any) -> None:
        self.combo.setCurrentIndex(self.combo.findData(value))


class SwitchField(Field):
    """Yes or no."""

    def _make_editor(self) -> QWidget:
        self.box = QCheckBox()
        self.box.toggled.connect(self._on_edit)
        return self.box

    def raw(self) -> Any:
        return self.box.isChecked()

    def put(self, value: Any) -> None:
        self.box.setChecked(bool(value))


class ListField(Field):
    """A box for each of the setting's choices."""

    def _make_editor(self) -> QWidget:
        self.boxes = {choice: QCheckBox(choice_words(choice)) for choice in self.setting.choices}
        frame = QWidget()
        grid = QGridLayout(frame)
        grid.setContentsMargins(0, 2, 0, 2)
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(2)
        for number, box in enumerate(self.boxes.values()):
            box.toggled.connect(self._on_edit)
            grid.addWidget(box, number // COLUMNS, number % COLUMNS)
        return frame

    def raw(self) -> Any:
        return [choice for choice, box in self.boxes.items() if box.isChecked()]

    def put(self, value: Iterable[str]) -> None:
        chosen = set(value)
        for choice, box in self.boxes.items():
            box.setChecked(choice in chosen)


def make_field(one: Setting) -> Field:
    """The widget that a setting's description asks for."""
    if one.kind == "list":
        return ListField(one)
    if one.kind == "yes or no":
        return SwitchField(one)
    return ChoiceField(one) if one.choices else TextField(one)

"""One setting in the dialog: what it is called and does, its field, and the way back to how it came."""

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from lineament_desktop.app.settings.fields import FolderField, field_of, lock_reason, on_change
from lineament_desktop.state.preference import Preference
from lineament_desktop.state.settings import Settings
from lineament_desktop.theme import set_icon

FIELD_WIDTH = 264
WORDS_WIDTH = 300


class PreferenceRow(QWidget):
    """Changes the setting as soon as its field holds a value it takes, and follows when it is changed elsewhere."""

    def __init__(self, settings: Settings, one: Preference[Any]) -> None:
        super().__init__()
        self._settings, self.preference = settings, one
        self.field = field_of(one)
        self.reset = QToolButton()
        self._lay_out()
        self._describe()
        on_change(self.field, self._apply)
        self.reset.clicked.connect(self._reset)
        settings.preference_changed.connect(self._on_changed)
        self.destroyed.connect(lambda: settings.preference_changed.disconnect(self._on_changed))
        self.refresh()

    def _lay_out(self) -> None:
        self.title = QLabel(self.preference.title)
        self.title.setBuddy(self.field.editor)
        self.words = QLabel()
        self.words.setObjectName("muted")
        self.words.setWordWrap(True)
        self.words.setMinimumWidth(WORDS_WIDTH)
        set_icon(self.reset, "reset")
        kept = self.reset.sizePolicy()
        kept.setRetainSizeWhenHidden(True)
        self.reset.setSizePolicy(kept)
        height = max(self.field.editor.sizeHint().height(), self.title.sizeHint().height())
        self.reset.setFixedHeight(height)
        said = QVBoxLayout()
        said.setSpacing(2)
        said.addWidget(self.title)
        said.addWidget(self.words)
        said.addStretch(1)
        top = Qt.AlignmentFlag.AlignTop
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(4)
        grid.setColumnStretch(0, 1)
        if isinstance(self.field, FolderField):  # a path wants the whole width
            grid.addLayout(said, 0, 0)
            grid.addWidget(self.field, 1, 0)
            grid.addWidget(self.reset, 1, 1, top)
        else:
            self.field.setFixedWidth(FIELD_WIDTH)
            self.title.setMinimumHeight(height)
            grid.addLayout(said, 0, 0)
            grid.addWidget(self.field, 0, 1, top)
            grid.addWidget(self.reset, 0, 2, top)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)

    def _describe(self) -> None:
        one = self.preference
        bounds = f" ({one.setting.bounds} {one.unit})".replace(" )", ")") if one.setting.bounds else ""
        later = f" Takes effect {one.later}." if one.later else ""
        words = f"{one.help[:1].upper()}{one.help[1:]}{bounds}.{later}"
        self.words.setText(lock_reason(one) or words)
        self.field.editor.setAccessibleDescription(words)
        self.reset.setToolTip(f"Back to how it came: {one.words(one.default)}")
        self.reset.setAccessibleName(f"Reset: {one.title}")

    # Following and changing

    def refresh(self) -> None:
        """Show the value in force."""
        self.field.set_value(self._settings.get(self.preference))
        self.field.editor.setAccessibleDescription(self.words.text())
        self.reset.setVisible(not self._settings.is_default(self.preference) and not lock_reason(self.preference))

    def _on_changed(self, one: Preference[Any]) -> None:
        if one is self.preference:
            self.refresh()

    def _apply(self) -> None:
        if self.field.check():
            self._settings.set(self.preference, self.field.value())

    def _reset(self) -> None:
        self._settings.reset([self.preference])
        self.refresh()  # also what was typed and refused
        self.field.editor.setFocus(Qt.FocusReason.OtherFocusReason)

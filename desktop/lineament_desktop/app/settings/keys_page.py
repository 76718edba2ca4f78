"""The page of keys: find an action, press another key for it, and settle whose a key is."""

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget

from lineament_desktop.app.actions import ActionRegistry, in_words
from lineament_desktop.app.keymap import Keymap, Keys
from lineament_desktop.app.settings.key_catcher import KeyCatcher
from lineament_desktop.app.settings.key_table import KeyTable

NOTHING = "No action has these words or this key."
CHOOSE = "Choose an action to change its keys."


class KeysPage(QWidget):
    """Below the table stands one of three things: what can be done with the chosen action, where the new key is
    pressed, or the question whether a key may be taken from another action."""

    def __init__(self, registry: ActionRegistry, keymap: Keymap) -> None:
        super().__init__()
        self._registry, self._keymap = registry, keymap
        self._adding = False
        self._wanted: tuple[str, Keys] = ("", ())
        self.search = QLineEdit()
        self.table = KeyTable(registry, keymap)
        self.words = QLabel()
        self.catcher = KeyCatcher()
        self.change = self._button("&Change key…", lambda: self.begin(adding=False))
        self.add = self._button("A&dd key…", lambda: self.begin(adding=True))
        self.none = self._button("&No key", lambda: self._propose(()))
        self.usual = self._button("&Reset", self._reset)
        self.take = self._button("&Take it over", self._take)
        self.leave = self._button("&Leave it", self.settle)
        self.all_usual = self._button("Reset all &keys", self._reset_all)
        self._lay_out()
        self._connect()
        self.settle()

    # Assembly

    def _button(self, text: str, command: object) -> QPushButton:
        button = QPushButton(text)
        button.clicked.connect(command)
        return button

    def _lay_out(self) -> None:
        self.search.setPlaceholderText("Find an action or a key, for example loop or Ctrl+D")
        self.search.setAccessibleName("Find an action or a key")
        self.search.setClearButtonEnabled(True)
        self.words.setWordWrap(True)
        self.words.setAccessibleName("Keys of the chosen action")
        self.catcher.setFixedWidth(160)
        panel = QFrame()
        panel.setObjectName("card")
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        for widget in (self.change, self.add, self.none, self.usual, self.catcher, self.take, self.leave):
            buttons.addWidget(widget)
        buttons.addStretch(1)
        inside = QVBoxLayout(panel)
        inside.setContentsMargins(12, 8, 12, 8)
        inside.setSpacing(8)
        inside.addWidget(self.words)
        inside.addLayout(buttons)
        self.words.setMinimumHeight(self.catcher.sizeHint().height())
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.search, 1)
        row.addWidget(self.all_usual)
        column = QVBoxLayout(self)
        column.setContentsMargins(4, 4, 12, 4)
        column.setSpacing(8)
        column.addLayout(row)
        column.addWidget(self.table, 1)
        column.addWidget(panel)

    def _connect(self) -> None:
        self.search.textChanged.connect(self._find)
        self.search.installEventFilter(self)
        self.table.currentItemChanged.connect(lambda *_: self.settle())
        self.table.asked.connect(lambda: self.begin(adding=False))
        self.catcher.caught.connect(self._caught)
        self.catcher.left.connect(self._give_up)
        self._keymap.changed.connect(self.settle)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """From the search field the arrows go into the table, and Return changes the key that was found."""
        if watched is self.search and event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            if event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Up):
                self.table.setFocus(Qt.FocusReason.OtherFocusReason)
                return True
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self.begin(adding=False)
                return True
        return super().eventFilter(watched, event)

    # What stands below the table

    def settle(self) -> None:
        """What can be done with the chosen action."""
        action = self.table.action
        self._show(self.change, self.add, self.none, self.usual)
        self.all_usual.setEnabled(not self._keymap.all_usual())
        for button in (self.change, self.add):
            button.setEnabled(bool(action))
        self.none.setEnabled(bool(action) and bool(self._keymap.keys(action)))
        self.usual.setEnabled(bool(action) and not self._keymap.is_usual(action))
        if not action:
            self.words.setText(NOTHING if self.search.text().strip() else CHOOSE)
            return
        keys = " or ".join(in_words(self._keymap.keys(action))) or "no key"
        self.words.setText(f"{self._title(action)} has {keys}.")

    def begin(self, *, adding: bool) -> None:
        """Wait for the new key of the chosen action. adding: beside those it has."""
        if not self.table.action:
            return
        self._adding = adding
        self._ask(f"Press the {'further' if adding else 'new'} key for {self._title(self.table.action)}.")

    def _ask(self, words: str) -> None:
        self.words.setText(f"{words} Esc leaves it as it is.")
        self._show(self.catcher, self.leave)
        self.catcher.begin()

    def _show(self, *shown: QWidget) -> None:
        for widget in (self.change, self.add, self.none, self.usual, self.catcher, self.take, self.leave):
            widget.setVisible(widget in shown)

    def _title(self, action: str) -> str:
        return f"“{self._registry.title_of(action)}”"

    # Changing

    def _caught(self, key: str) -> None:
        refusal = self._keymap.refusal(key)
        if refusal:
            self._ask(refusal.removesuffix(" Press another key.") + " Press another.")
            return
        present = self._keymap.keys(self.table.action)
        self._propose((*present, key) if self._adding else (key,))

    def _propose(self, keys: Keys) -> None:
        """Give the chosen action these keys, or ask first where they are another's."""
        self._wanted = (self.table.action, keys)
        taken = self._keymap.taken(*self._wanted)
        if not taken:
            self._take()
            return
        each = [f"{in_words([key])[0]} belongs to {self._title(holder)}" for key, holder in taken.items()]
        them = "it" if len(each) == 1 else "them"
        self.words.setText(f"{' and '.join(each)}, which loses {them} if you take {them} over.")
        self._show(self.take, self.leave)
        self.leave.setFocus(Qt.FocusReason.OtherFocusReason)

    def _take(self) -> None:
        self._keymap.assign(*self._wanted)
        self._give_up()

    def _reset(self) -> None:
        self._propose(self._keymap.usual(self.table.action))

    def _reset_all(self) -> None:
        self._keymap.reset_all()
        self._give_up()

    def _give_up(self) -> None:
        """Back to the table, as it stands."""
        self.settle()
        self.table.setFocus(Qt.FocusReason.OtherFocusReason)

    def _find(self, text: str) -> None:
        self.table.show_with(text)
        self.settle()

"""A short list to choose from, kept while its entries stay the same."""

from collections.abc import Sequence

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QComboBox


class Choice(QComboBox):
    """Entries are (key, words). picked: the user chose another one."""

    picked = Signal(str)

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setSizeAdjustPolicy(self.SizeAdjustPolicy.AdjustToContents)
        self.activated.connect(lambda _: self.picked.emit(self.key))

    @property
    def key(self) -> str:
        """Of the entry that is chosen, "" where there is none."""
        return str(self.currentData() or "")

    def show_entries(self, entries: Sequence[tuple[str, str]]) -> None:
        """What was chosen stays chosen where it is still there; otherwise the first entry is."""
        known = [(str(self.itemData(i)), self.itemText(i)) for i in range(self.count())]
        if list(entries) == known:
            return
        chosen = self.key
        with QSignalBlocker(self):
            self.clear()
            for key, words in entries:
                self.addItem(words, key)
            self.setCurrentIndex(max(self.findData(chosen), 0))
        self.setVisible(len(entries) > 1)

"""The guide's own window: contents and search at the left, a page at the right. No other has to wait for it."""

from collections.abc import Callable

from PySide6.QtCore import Qt, QTimer, QUrl
from PySide6.QtGui import QCloseEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from lineament_desktop.app.guide.browser import PageBrowser
from lineament_desktop.app.guide.entries import EXCERPT, EntryDelegate
from lineament_desktop.app.guide.history import History, Place
from lineament_desktop.app.guide.pages import CONTENTS, Guide, place_of, with_keys

TITLE = "User guide"
SIZE = (1000, 720)
LEFT_WIDTH = 272
PLACE = Qt.ItemDataRole.UserRole
FIRST = "clinician"
NOTHING = "No page has these words. Try fewer, or a part of one."
Keys = Callable[[str], str]
"""The key an action has now, by its id, "" for none."""


class GuideWindow(QWidget):
    """Opened by `show_place`; a link, the contents, a hit of the search, back and forward go from page to page."""

    def __init__(self, parent: QWidget, keys: Keys) -> None:
        super().__init__(parent, Qt.WindowType.Window)
        self.setWindowTitle(TITLE)
        self._keys = keys
        self.guide = Guide()
        self.history = History()
        self.field = QLineEdit()
        self.field.setPlaceholderText("Search the guide")
        self.field.setAccessibleName("Search the guide")
        self.field.setClearButtonEnabled(True)
        self.list = QListWidget()
        self.list.setItemDelegate(EntryDelegate(self.list))
        self.list.setVerticalScrollMode(self.list.ScrollMode.ScrollPerPixel)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setStyleSheet("QListWidget { border: 1px solid palette(mid); border-radius: 4px; outline: none; }")
        self.nothing = QLabel(NOTHING)
        self.nothing.setObjectName("muted")
        self.nothing.setWordWrap(True)
        self.nothing.hide()
        self.browser = PageBrowser()
        self.back = self._button("&Back", -1)
        self.forward = self._button("&Forward", 1)
        self._lay_out()
        self._connect()
        self._show_contents()
        self.resize(*SIZE)

    # Assembly

    def _button(self, words: str, by: int) -> QPushButton:
        button = QPushButton(words)
        button.clicked.connect(lambda: self.step(by))
        return button

    def _lay_out(self) -> None:
        left, right = QWidget(), QWidget()
        column = QVBoxLayout(left)
        column.setContentsMargins(8, 8, 0, 8)
        for widget in (self.field, self.nothing):
            column.addWidget(widget)
        column.addWidget(self.list, 1)
        buttons = QHBoxLayout()
        buttons.addWidget(self.back)
        buttons.addWidget(self.forward)
        buttons.addStretch(1)
        column = QVBoxLayout(right)
        column.setContentsMargins(0, 8, 8, 8)
        column.addLayout(buttons)
        column.addWidget(self.browser, 1)
        splitter = QSplitter(Qt.Orientation.Horizontal)
        splitter.setChildrenCollapsible(False)
        splitter.addWidget(left)
        splitter.addWidget(right)
        splitter.setStretchFactor(1, 1)
        splitter.setSizes([LEFT_WIDTH, SIZE[0] - LEFT_WIDTH])
        whole = QHBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(splitter)

    def _connect(self) -> None:
        self.field.textChanged.connect(self._on_typed)
        self.field.returnPressed.connect(self._open_first)
        self.list.itemClicked.connect(self._open_item)
        self.list.itemActivated.connect(self._open_item)
        self.browser.anchorClicked.connect(self._follow)
        standard = QKeySequence.StandardKey
        keys: tuple[tuple[QKeySequence.StandardKey | str, Callable[[], object]], ...] = (
            (standard.Back, lambda: self.step(-1)),
            (standard.Forward, lambda: self.step(1)),
            (standard.Find, self._begin_search),
            ("Esc", self.leave),
        )
        for key, command in keys:
            QShortcut(QKeySequence(key), self).activated.connect(command)

    # Going somewhere

    def show_place(self, page: str, anchor: str = "") -> None:
        """Bring the window to the front with this place, the beginning of the page where `anchor` is not there.

        Raises `KeyError` for a page there is not.
        """
        self._go(Place(page, anchor))
        self.show()
        self.setWindowState(self.windowState() & ~Qt.WindowState.WindowMinimized)
        self.raise_()
        self.activateWindow()
        self.browser.setFocus()
        QTimer.singleShot(0, self, lambda: self._settle(Place(page, anchor)))

    def _settle(self, place: Place) -> None:
        """Only a window on screen has its final width, by which lines are broken."""
        if self.history.present == place:
            self.browser.go_to(place.anchor)

    def _go(self, place: Place) -> None:
        page = self.guide.pages[place.page]
        present = self.history.present
        if present is None or (present.page, present.anchor) != (place.page, place.anchor):
            self.history.go(place, self.browser.verticalScrollBar().value())
        self._display(place, page.name == (present.page if present is not None else ""))

    def _display(self, place: Place, same: bool) -> None:
        page = self.guide.pages[place.page]
        if not same:
            self.browser.show_page(page.title, with_keys(page.text, self._keys))
        if place.scroll is None:
            self.browser.go_to(place.anchor)
        else:
            self.browser.verticalScrollBar().setValue(place.scroll)
        self.setWindowTitle(f"{page.title} – {TITLE}")
        self.back.setEnabled(self.history.can_go_back)
        self.forward.setEnabled(self.history.can_go_forward)
        self._mark_in_list()

    def step(self, by: int) -> None:
        """Back (-1) or forward (+1)."""
        before = self.history.present
        place = self.history.step(by, self.browser.verticalScrollBar().value())
        if place is not None and before is not None:
            self._display(place, place.page == before.page)

    def _follow(self, url: QUrl) -> None:
        present = self.history.present
        assert present is not None
        self._go(Place(*place_of(url.toString(), present.page)))

    def leave(self) -> None:
        """Esc: end the search, else close the window."""
        if self.field.text():
            self.field.clear()
            self.browser.setFocus()
        else:
            self.close()

    # Contents and search

    def _show_contents(self) -> None:
        self.list.clear()
        self.list.setAccessibleName("Contents of the guide")
        for group, names in CONTENTS:
            head = QListWidgetItem(group)
            head.setFlags(Qt.ItemFlag.NoItemFlags)
            self.list.addItem(head)
            for name in names:
                self._add(self.guide.pages[name].title, Place(name))
        self.nothing.hide()
        self.list.show()
        self._mark_in_list()

    def _add(self, words: str, place: Place, excerpt: str = "") -> None:
        item = QListWidgetItem(words)
        item.setData(PLACE, place)
        item.setData(EXCERPT, excerpt)
        item.setToolTip(words if excerpt else "")
        item.setData(Qt.ItemDataRole.AccessibleDescriptionRole, excerpt)
        self.list.addItem(item)

    def _mark_in_list(self) -> None:
        present = self.history.present
        if self.field.text().strip() or present is None:
            return
        for row in range(self.list.count()):
            place = self.list.item(row).data(PLACE)
            if isinstance(place, Place) and place.page == present.page:
                self.list.setCurrentRow(row)

    def _on_typed(self, typed: str) -> None:
        if not typed.strip():
            self._show_contents()
            self.browser.mark(())
            return
        hits = self.guide.search(typed)
        self.list.clear()
        self.list.setAccessibleName(f"{len(hits)} places of the guide with these words")
        for hit in hits:
            page, place = hit.page.title, Place(hit.page.name, hit.section.anchor)
            self._add(hit.section.heading, place, f"{page}: {hit.excerpt}" if place.anchor else hit.excerpt or page)
        self.nothing.setVisible(not hits)
        self.list.setVisible(bool(hits))

    def _begin_search(self) -> None:
        self.field.setFocus()
        self.field.selectAll()

    def _open_first(self) -> None:
        if self.field.text().strip() and self.list.count():
            self._open_item(self.list.item(0))

    def _open_item(self, item: QListWidgetItem) -> None:
        place = item.data(PLACE)
        if isinstance(place, Place):
            self._go(place)
            self.browser.mark(self.field.text().split())

    # The window's life

    def closeEvent(self, event: QCloseEvent) -> None:
        """Nothing is lost: it opens again where it was."""
        self.field.clear()
        super().closeEvent(event)

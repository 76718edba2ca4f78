"""One page of the guide: scrolled to a section, with the words that were looked for marked."""

from collections.abc import Sequence

from PySide6.QtGui import QColor, QTextBlock, QTextBlockFormat, QTextCharFormat, QTextCursor, QTextDocument
from PySide6.QtWidgets import QTextEdit

from lineament_desktop.app.guide.pages import slug
from lineament_desktop.theme import theme, tokens
from lineament_desktop.theme.colour import mix
from lineament_desktop.widgets.markdown_browser import MARGIN, MarkdownBrowser

LINE_PERCENT = 120
ABOVE_HEADINGS = (0.0, 20.0, 14.0)
"""Pixels above a heading of the first, second and third level."""
BELOW_HEADINGS = 6.0
MARKED = 0.3  # of the ochre in the ground behind a word that was looked for


class PageBrowser(MarkdownBrowser):
    """anchorClicked: a link; who has the pages follows it."""

    def __init__(self) -> None:
        super().__init__("Page of the guide", "")
        self._words: tuple[str, ...] = ()
        theme.changed.connect(self._dress_again)

    def show_page(self, title: str, markdown: str) -> None:
        self.setAccessibleName(f"Page of the guide: {title}")
        self.show_markdown(markdown)
        self.mark(())

    def show_markdown(self, markdown: str) -> None:
        super().show_markdown(markdown)
        block = self.document().begin()
        while block.isValid():
            self._dress_block(block)
            block = block.next()
        self.moveCursor(QTextCursor.MoveOperation.Start)

    def _dress_block(self, block: QTextBlock) -> None:
        """Room between lines and above headings, and a ground behind keys and commands."""
        cursor, given = QTextCursor(block), block.blockFormat()
        shape, ground = QTextBlockFormat(), QColor(tokens().raised)
        if 0 < given.headingLevel() <= len(ABOVE_HEADINGS):
            shape.setTopMargin(ABOVE_HEADINGS[given.headingLevel() - 1])
            shape.setBottomMargin(BELOW_HEADINGS)
        if given.hasProperty(QTextBlockFormat.Property.BlockCodeFence):
            shape.setBackground(ground)
        else:
            shape.setLineHeight(LINE_PERCENT, QTextBlockFormat.LineHeightTypes.ProportionalHeight.value)
        cursor.mergeBlockFormat(shape)
        shade = QTextCharFormat()
        shade.setBackground(ground)
        fragments = block.begin()
        while not fragments.atEnd():
            found = fragments.fragment()
            if found.charFormat().fontFixedPitch():
                cursor.setPosition(found.position())
                cursor.setPosition(found.position() + found.length(), QTextCursor.MoveMode.KeepAnchor)
                cursor.mergeCharFormat(shade)
            fragments += 1

    def headings(self) -> dict[str, QTextBlock]:
        """By their anchors; the page's own title is ""."""
        found, block = {}, self.document().begin()
        while block.isValid():
            level = block.blockFormat().headingLevel()
            if level:
                found["" if level == 1 else slug(block.text())] = block
            block = block.next()
        return found

    def go_to(self, anchor: str) -> None:
        """A section's heading at the top; the beginning for one that is not there."""
        block = self.headings().get(anchor) if anchor else None
        top = self.document().documentLayout().blockBoundingRect(block).top() - MARGIN if block is not None else 0
        self.verticalScrollBar().setValue(round(top))
        cursor = QTextCursor(block) if block is not None else QTextCursor(self.document())
        self.setTextCursor(cursor)
        self.verticalScrollBar().setValue(round(top))  # the cursor may have scrolled as little as would show it

    def mark(self, words: Sequence[str]) -> None:
        """Mark every place of these words."""
        self._words = tuple(words)
        shade = QTextCharFormat()
        shade.setBackground(QColor(mix(tokens().surface, tokens().fills["action units"], MARKED)))
        found = []
        for word in self._words:
            at = self.document().find(word)
            while not at.isNull():
                one = QTextEdit.ExtraSelection()
                one.cursor, one.format = at, shade
                found.append(one)
                at = self.document().find(word, at, QTextDocument.FindFlag(0))
        self.setExtraSelections(found)

    def _dress_again(self) -> None:
        """The colours of links and code stand in the document: it is made again where one reads on."""
        at = self.verticalScrollBar().value()
        words = self._words
        self.show_markdown(self.markdown)
        self.mark(words)
        self.verticalScrollBar().setValue(at)

"""Markdown to read, with tables in the theme's own lines and room around them."""

from PySide6.QtGui import QBrush, QColor, QTextFrameFormat, QTextTable
from PySide6.QtWidgets import QTextBrowser

from lineament_desktop.theme import theme, tokens

MARGIN = 12
CELL_PADDING = 4
AROUND_TABLES = 8


class MarkdownBrowser(QTextBrowser):
    """Links are not followed."""

    def __init__(self, name: str, markdown: str) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setOpenExternalLinks(False)
        self.setOpenLinks(False)
        self.document().setDocumentMargin(MARGIN)
        theme.changed.connect(self._dress_tables)
        self.show_markdown(markdown)

    def show_markdown(self, markdown: str) -> None:
        """Show another text, from its beginning."""
        self.markdown = markdown
        self.setMarkdown(markdown)
        self._dress_tables()

    def _dress_tables(self) -> None:
        for frame in self.document().rootFrame().childFrames():
            if isinstance(frame, QTextTable):
                shape = frame.format()
                shape.setBorderStyle(QTextFrameFormat.BorderStyle.BorderStyle_Solid)
                shape.setBorderCollapse(True)
                shape.setBorderBrush(QBrush(QColor(tokens().line)))
                shape.setCellPadding(CELL_PADDING)
                shape.setTopMargin(AROUND_TABLES)
                shape.setBottomMargin(AROUND_TABLES)
                frame.setFormat(shape)

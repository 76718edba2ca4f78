"""The desktop application: PySide6 and pyqtgraph over `lineament`, and no mathematics of its own."""

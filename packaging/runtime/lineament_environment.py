"""Runs before the frozen program's first line: which Qt binding is meant, and that matplotlib never opens a window."""

import os

os.environ["QT_API"] = "pyside6"
os.environ["PYQTGRAPH_QT_LIB"] = "PySide6"
os.environ["MPLBACKEND"] = "Agg"

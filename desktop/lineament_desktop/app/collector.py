"""Cyclic garbage is collected in the window's own thread only.

Python collects in whichever thread happens to allocate. Where that is a background thread it destroys widgets there,
which Qt does not allow: it can wait for ever on a lock that the window's thread holds.
"""

import gc

from PySide6.QtCore import QObject, QTimer

INTERVAL_MS = 500


class MainThreadCollector(QObject):
    """Takes over from automatic collection while it lives: looks at Python's own thresholds twice a second."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        gc.disable()
        self._timer = QTimer(self, interval=INTERVAL_MS)
        self._timer.timeout.connect(self.collect_when_due)
        self._timer.start()

    def collect_when_due(self) -> None:
        """Collect the oldest generation whose count has passed its threshold."""
        counts, thresholds = gc.get_count(), gc.get_threshold()
        due = [generation for generation in range(3) if counts[generation] > thresholds[generation]]
        if due:
            gc.collect(due[-1])

"""Long arrays kept as blocks that are loaded when they are looked at; the last few stay in memory."""

import bisect
import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence

import numpy as np

from lineament.recording.schema import AnyArray

KEPT_BLOCKS = 8

Load = Callable[[], AnyArray]


class BlockedRows:
    """Rows 0..n of an array [n, ...] in consecutive blocks. Any thread may read; one appends or replaces."""

    def __init__(self, kept: int = KEPT_BLOCKS) -> None:
        self._lock = threading.RLock()
        self._starts: list[int] = []
        self._loads: list[Load] = []
        self._n_rows = 0
        self._kept = kept
        self._loaded: OrderedDict[int, AnyArray] = OrderedDict()

    def __len__(self) -> int:
        return self._n_rows

    def append(self, rows: int, load: Load) -> None:
        """Add a block of `rows` rows, which `load()` gives whenever it is needed."""
        with self._lock:
            self._starts.append(self._n_rows)
            self._loads.append(load)
            self._n_rows += rows

    def replace(self, start: int, blocks: Sequence[tuple[int, Load]]) -> None:
        """Let all rows from `start`, where a block begins, to the end come from these (rows, load) instead."""
        with self._lock:
            first = bisect.bisect_left(self._starts, start)
            if first >= len(self._starts) or self._starts[first] != start:
                raise ValueError(f"no block begins at row {start}")
            if sum(rows for rows, _ in blocks) != self._n_rows - start:
                raise ValueError("the new blocks do not hold as many rows as the old ones")
            del self._starts[first:], self._loads[first:]
            for block in [block for block in self._loaded if block >= first]:
                del self._loaded[block]
            self._n_rows = start
            for rows, load in blocks:
                self.append(rows, load)

    def read(self, start: int, stop: int) -> AnyArray | None:
        """Rows start..stop; None when there are none."""
        with self._lock:
            pieces = []
            while start < stop:
                block = bisect.bisect_right(self._starts, start) - 1
                first = self._starts[block]
                values = self._block(block)[start - first : stop - first]
                if len(values) == 0:
                    raise ValueError(f"a block holds fewer rows than it should (row {start})")
                pieces.append(values)
                start += len(values)
            if not pieces:
                return None
            return pieces[0] if len(pieces) == 1 else np.concatenate(pieces)

    def _block(self, block: int) -> AnyArray:
        if block in self._loaded:
            self._loaded.move_to_end(block)
            return self._loaded[block]
        values = self._loaded[block] = self._loads[block]()
        if len(self._loaded) > self._kept:
            self._loaded.popitem(last=False)
        return values

"""Progress on the terminal, and Ctrl-C as a request to stop cleanly."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from lineament.progress import CancelToken, EventSink
from lineament.progress import Progress as Advance


@dataclass(frozen=True)
class Notice:
    """A sentence that is shown above the bars and stays."""

    text: str


class TerminalProgress:
    """An event sink that draws one bar a task (name, share, units a second, time left) and prints notices above."""

    def __init__(self, console: Console) -> None:
        self._bars = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.percentage:>3.0f} %"),
            TextColumn("{task.fields[rate]}"),
            TimeRemainingColumn(),
            console=console,
        )
        self._tasks: dict[str, TaskID] = {}

    def start(self) -> None:
        self._bars.start()

    def stop(self) -> None:
        self._bars.stop()

    def __call__(self, event: object) -> None:
        if isinstance(event, Notice):
            self._bars.console.print(event.text, markup=False, highlight=False)
        if not isinstance(event, Advance):
            return
        task = self._tasks.get(event.task)
        if task is None:
            task = self._tasks[event.task] = self._bars.add_task(event.task, total=event.total, rate="")
        rate = f"{event.rate:,.0f} {event.unit}/s" if event.rate else ""
        self._bars.update(task, completed=event.done, total=event.total, rate=rate)


@contextmanager
def watched_work() -> Iterator[tuple[CancelToken, EventSink]]:
    """A cancel token that Ctrl-C sets, and a sink that draws on stderr, for the length of some work.

    A second Ctrl-C interrupts at once.
    """
    cancel = CancelToken()

    def stop_once(number: int, frame: FrameType | None) -> None:
        cancel.cancel()
        signal.signal(signal.SIGINT, signal.default_int_handler)

    before = signal.signal(signal.SIGINT, stop_once)
    progress = TerminalProgress(Console(stderr=True))
    progress.start()
    try:
        yield cancel, progress
    finally:
        progress.stop()
        signal.signal(signal.SIGINT, before)

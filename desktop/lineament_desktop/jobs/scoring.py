"""Keeping an estimate up to date: the newest wish is answered, those before it are dropped."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from lineament.models import Prediction
from lineament.progress import CancelToken, EventSink
from lineament.recording import RecordingView

WAIT_S = 0.1


@dataclass(frozen=True)
class ScoringTask:
    """With what one recording is scored.

    model: a model's folder. force: though it is of another extractor than the model was trained on. video: for models
    that look at the picture, None where it is not here. earlier: recordings of the person's earlier visits, for models
    that know the person.
    """

    model: Path
    force: bool = False
    video: Path | None = None
    earlier: tuple[Path, ...] = ()


class Scores(Protocol):
    """Holds a model and what it has made of the recording it last scored."""

    def score(self, recording: RecordingView, cancel: CancelToken) -> Iterator[Prediction]:
        """Estimates of the recording as it is now, at least one, the last one of all of it."""
        ...

    def close(self) -> None:
        """Let go of what it holds open."""
        ...


@dataclass(frozen=True)
class Scored:
    """An estimate for the recording as it was when it was asked for."""

    recording: RecordingView
    prediction: Prediction


class ScoringWork:
    """Work for a `BackgroundJob`: answers requests until the last; an unanswered one is replaced by a newer one."""

    def __init__(self, make_scorer: Callable[[], Scores]) -> None:
        self._make_scorer = make_scorer
        self._wanted: RecordingView | None = None
        self._last = False
        self._changed = threading.Condition()

    def request(self, recording: RecordingView, *, last: bool = False) -> None:
        """Score this recording as soon as possible; `last` ends the work after it."""
        with self._changed:
            self._wanted, self._last = recording, self._last or last
            self._changed.notify()

    def __call__(self, cancel: CancelToken, sink: EventSink) -> None:
        first = self._next(cancel)
        scorer = self._make_scorer()  # only now: loading torch would hold up the first measured frames
        try:
            self._answer(scorer, first, cancel, sink)
        finally:
            scorer.close()

    def _answer(self, scorer: Scores, request: "_Request", cancel: CancelToken, sink: EventSink) -> None:
        while True:
            for prediction in scorer.score(request.recording, cancel):
                cancel.raise_if_cancelled()
                sink(Scored(request.recording, prediction))
            if request.last:
                return
            request = self._next(cancel)

    def _next(self, cancel: CancelToken) -> "_Request":
        with self._changed:
            while self._wanted is None:
                cancel.raise_if_cancelled()
                self._changed.wait(WAIT_S)
            recording, self._wanted = self._wanted, None
            return _Request(recording, self._last)


@dataclass(frozen=True)
class _Request:
    recording: RecordingView
    last: bool

"""Crops of a whole simulated cohort in a folder, on one core or several."""

import multiprocessing
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from multiprocessing.synchronize import Event
from pathlib import Path
from typing import Any

from lineament.crops.facts import CropRequest
from lineament.crops.simulated import SimulatedCrops
from lineament.errors import LineamentError
from lineament.progress import Cancelled, CancelToken, EventSink, ProgressMeter, ignore_events
from lineament.simulation import SimulatedCohort
from lineament.storage import make_folder

DRAWING = "drawing faces"
_POLL_S = 0.1


def write_simulated_crops(
    cohort: SimulatedCohort,
    folder: Path,
    request: CropRequest,
    *,
    seconds: float | None = None,
    beside: bool = False,
    workers: int = 1,
    cancel: CancelToken | None = None,
    sink: EventSink = ignore_events,
) -> tuple[Path, ...]:
    """Crops of every session's first `seconds` (None: of all), a file a session; the files in the cohort's order.

    Files that are there already, known by all that they depend on, are kept, so a stopped run goes on; several cohorts
    and requests may share a folder. beside: `folder` is the cohort's own (`write_cohort`), and the files go beside its
    sessions, under the names that crops of videos have (`crop_path`); those of other seconds are replaced. workers:
    processes; the files are the same with any number. Crops whose face is turned too far are left out, as in a video.

    Raises `StorageError`, `DatasetError` for seconds that are none, `Cancelled`.
    """
    job, token = SimulatedCrops(cohort, request, seconds, beside), cancel or CancelToken()
    make_folder(folder)
    missing = [i for i in range(len(cohort)) if not job.whole(folder, i)]
    meter = ProgressMeter(DRAWING, len(cohort), "sessions", sink, skipped=len(cohort) - len(missing))
    tasks = job.by_person(missing)
    count = min(workers, len(tasks))
    for _ in _here(job, folder, tasks, token) if count <= 1 else _in_processes(job, folder, tasks, token, count):
        meter.advance()
    meter.finish()
    return tuple(job.path(folder, i) for i in range(len(cohort)))


def _here(job: SimulatedCrops, folder: Path, tasks: list[tuple[int, ...]], cancel: CancelToken) -> Iterator[int]:
    for sessions in tasks:
        cancel.raise_if_cancelled()
        yield from job.write(folder, sessions, cancel)


def _in_processes(
    job: SimulatedCrops, folder: Path, tasks: list[tuple[int, ...]], cancel: CancelToken, workers: int
) -> Iterator[int]:
    context = multiprocessing.get_context("spawn")
    stop = context.Event()
    with ProcessPoolExecutor(workers, context, initializer=_begin, initargs=(job, folder, stop)) as pool:
        waiting: set[Future[Any]] = {pool.submit(_work, sessions) for sessions in tasks}
        try:
            while waiting:
                cancel.raise_if_cancelled()
                done, waiting = wait(waiting, _POLL_S, FIRST_COMPLETED)
                for future in done:
                    yield from _result(future)
        except BaseException:
            stop.set()
            pool.shutdown(wait=True, cancel_futures=True)
            raise


def _result(future: Future[Any]) -> tuple[int, ...]:
    """What a process made; what it failed with is raised here."""
    made = future.result()
    if isinstance(made, _Failure):
        raise made.kind(made.what, path=made.path, remedy=made.remedy)
    return tuple(made)


class _Failure:
    """An error's parts: errors with a remedy do not travel between processes."""

    def __init__(self, error: LineamentError) -> None:
        self.kind = type(error)
        self.what, self.path, self.remedy = error.what, error.path, error.remedy


class _SharedToken(CancelToken):
    """A cancel token that another process sets."""

    def __init__(self, event: Event) -> None:
        super().__init__()
        self._shared = event

    def raise_if_cancelled(self) -> None:
        if self._shared.is_set():
            raise Cancelled


_task: tuple[SimulatedCrops, Path, CancelToken]


def _begin(job: SimulatedCrops, folder: Path, stop: Event) -> None:
    global _task
    _task = job, folder, _SharedToken(stop)


def _work(sessions: tuple[int, ...]) -> tuple[int, ...] | _Failure:
    import cv2

    cv2.setNumThreads(1)  # a core a process
    job, folder, cancel = _task
    try:
        return tuple(job.write(folder, sessions, cancel))
    except LineamentError as error:
        return _Failure(error)
    except Cancelled:
        return ()

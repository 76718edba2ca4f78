"""What the workspace has done in background threads; torch and onnx are imported there."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, cast

from lineament.models.exchange.library import Entry, list_models
from lineament.models.exchange.places import own_models_folder
from lineament.models.exchange.speed import Speed
from lineament.progress import CancelToken, EventSink
from lineament.recording import RecordingView
from lineament.training.unfinished_folders import UnfinishedTraining, list_unfinished
from lineament_desktop.jobs.companions import find_video
from lineament_desktop.jobs.core_work import Core
from lineament_desktop.jobs.scoring import ScoringTask
from lineament_desktop.state.model_facts import read_model_facts

if TYPE_CHECKING:
    from lineament.inference.comparison import Along, Apart

Work = Callable[[CancelToken, EventSink], object]


@dataclass(frozen=True)
class Listed:
    """entries: all models, as `list_models` has them. unfinished: trainings in the user's library."""

    entries: tuple[Entry, ...]
    unfinished: tuple[UnfinishedTraining, ...]


def list_work(elsewhere: Sequence[Path]) -> Work:
    return lambda cancel, sink: Listed(list_models(elsewhere), list_unfinished(own_models_folder()))


def import_work(source: Path) -> Work:
    def run(cancel: CancelToken, sink: EventSink) -> Entry:
        from lineament.models.exchange.importing import import_model

        return import_model(source)

    return run


def export_work(entry: Entry, out: Path) -> Work:
    """An ONNX file where the name ends so, else an archive; the answer is a sentence."""

    def run(cancel: CancelToken, sink: EventSink) -> str:
        from lineament.models.exchange.archive import export_archive
        from lineament.models.exchange.library import load_any
        from lineament.models.exchange.onnx_file import SUFFIX, export_onnx

        if out.suffix.lower() != SUFFIX:
            return f"Exported {entry.name} as {export_archive(entry.folder, out)}."
        made = export_onnx(load_any(entry.folder), out, cancel=cancel, sink=sink)  # type: ignore[arg-type]
        return (
            f"Exported {entry.name} as {made.path}. On {made.checked} random inputs it differs from the model by at "
            f"most {made.difference:.1g}."
        )

    return run


def speed_work(core: Core, folder: Path) -> Work:
    def run(cancel: CancelToken, sink: EventSink) -> Speed:
        from lineament.models.exchange.speed import measure_speed

        return measure_speed(core.load_model(folder), cancel)

    return run


@dataclass(frozen=True)
class Compared:
    """Two models' words on one recording, in the order in which they were asked for."""

    recording: str
    along: "tuple[Along, Along]"
    apart: "Apart"


def compare_work(core: Core, folders: tuple[Path, Path], recording: RecordingView | Path, video: Path | None) -> Work:
    """recording: on screen, or a file to read first. video: of the one on screen; a file's is looked for beside it."""

    def run(cancel: CancelToken, sink: EventSink) -> Compared:
        from lineament.inference.comparison import apart

        view, film, name = recording, video, video.name if video is not None else "the recording on screen"
        if isinstance(view, Path):
            name = view.name
            view = core.read_recording(view)
            film = find_video(cast(Path, recording), view.meta.video)
        first, second = (_follow(core, ScoringTask(folder, video=film), view, cancel) for folder in folders)
        return Compared(name, (first, second), apart(first, second))

    return run


def _follow(core: Core, task: ScoringTask, recording: RecordingView, cancel: CancelToken) -> "Along":
    from lineament.inference.comparison import along_predictions, along_recording
    from lineament.models import Model

    cancel.raise_if_cancelled()
    scorer = core.make_scorer(task)
    try:
        predictions = list(scorer.score(recording, cancel))
    finally:
        scorer.close()
    if read_model_facts(task.model).reads_crops:
        return along_predictions(predictions, cancel)
    return along_recording(cast(Model, core.load_model(task.model)), recording, predictions[-1], cancel)

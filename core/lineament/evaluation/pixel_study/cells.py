"""One cell of the study: one system trained on one cohort with one seed, and its results as a small file.

A study that was stopped goes on with the cells that are missing, and a training that was stopped with its checkpoint.
"""

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from lineament.evaluation.pixel_study.cohorts import DrawnCohort, PixelCohort, draw
from lineament.evaluation.pixel_study.controls import controls
from lineament.evaluation.pixel_study.recipes import CONTROLS, HMHN, RECIPES
from lineament.evaluation.pixel_study.saying import Said, dj_ldml_says, hmhn_says
from lineament.evaluation.pixel_study.starts import ensure_start, start_file
from lineament.progress import CancelToken, EventSink, ignore_events
from lineament.simulation.session import SIMULATOR_VERSION
from lineament.storage import make_folder, write_atomically

if TYPE_CHECKING:
    from lineament.models.dj_ldml.model import DjLdmlModel
    from lineament.models.hmhn.model import HMHNModel

AS_IT_CAME, SCALED = "as it came", "scaled by dev"


@dataclass(frozen=True)
class PixelCell:
    """system: of `recipes.SYSTEMS`. seed: of the training."""

    cohort: PixelCohort
    system: str
    seed: int = 0

    @property
    def name(self) -> str:
        words = "".join(letter if letter.isalnum() else "_" for letter in self.system.lower().replace(",", ""))
        return f"{self.cohort.name}-{words}-{self.seed}"


@dataclass(eq=False)
class PixelStudy:
    """Cells to fill, in order. results: where their files are; models: a folder a trained network; crops, work: what is
    drawn and what is begun, safe to delete between cells. workers: processes that draw; threads: of a training."""

    cells: Sequence[PixelCell]
    results: Path
    models: Path
    crops: Path
    work: Path
    workers: int = 1
    threads: int = 2

    def missing(self) -> list[PixelCell]:
        """Cells without a result, or with one of another simulator, cohort or recipe."""
        return [cell for cell in self.cells if not self._is_filled(cell)]

    def fill(self, cancel: CancelToken, sink: EventSink = ignore_events) -> None:
        """Fill the missing cells and tell each when it is done. Raises `Cancelled` and what drawing and training raise;
        what is filled stays."""
        make_folder(self.results)
        drawn: DrawnCohort | None = None
        for cell in self.missing():
            cancel.raise_if_cancelled()
            if drawn is None or drawn.cohort != cell.cohort:
                drawn = draw(cell.cohort, self.crops, self.workers, cancel, sink)
            facts = self._run(cell, drawn, cancel, sink)
            write_atomically(self._file(cell), (json.dumps(facts) + "\n").encode())
            sink(cell)

    def _file(self, cell: PixelCell) -> Path:
        return self.results / f"{cell.name}.json"

    def _is_filled(self, cell: PixelCell) -> bool:
        if not self._file(cell).exists():
            return False
        return bool(json.loads(self._file(cell).read_text(encoding="utf-8")).get("key") == self._key(cell))

    def _key(self, cell: PixelCell) -> Any:
        """What a result belongs to, as plain JSON."""
        recipe = None
        if cell.system in RECIPES:
            start = start_file(self.work, cell.cohort, cell.system)
            recipe = RECIPES[cell.system](cell.seed, self.threads, start).to_json()
        plain = {"simulator": SIMULATOR_VERSION, "cohort": asdict(cell.cohort), "recipe": recipe}
        return json.loads(json.dumps(plain))

    def _run(self, cell: PixelCell, drawn: DrawnCohort, cancel: CancelToken, sink: EventSink) -> dict[str, Any]:
        videos = drawn.videos
        facts = {
            "key": self._key(cell),
            "preset": cell.cohort.preset,
            "title": drawn.simulated.preset.title,
            "area": drawn.simulated.preset.area,
            "system": cell.system,
            "seed": cell.seed,
            "persons": dict(videos.persons),
            "scores": videos.scores[videos.rows("test")].tolist(),
        }
        if cell.system == CONTROLS:
            return facts | {"predictions": {name: _plain(p) for name, p in controls(drawn, cancel).items()}}
        return facts | self._trained(cell, drawn, cancel, sink)

    def _trained(self, cell: PixelCell, drawn: DrawnCohort, cancel: CancelToken, sink: EventSink) -> dict[str, Any]:
        clock, processors = time.monotonic(), time.process_time()
        start = ensure_start(self.work, drawn, cell.system, self.threads, cancel, sink)
        checkpoint = self.work / f"{cell.name}.safetensors"
        model: HMHNModel | DjLdmlModel
        if cell.system == HMHN:
            from lineament.training.hmhn.training import HMHNConfig, train_hmhn

            config = RECIPES[cell.system](cell.seed, self.threads, start)
            assert isinstance(config, HMHNConfig)
            model = train_hmhn(drawn.videos, config, cancel, sink, checkpoint=checkpoint)
        else:
            from lineament.training.dj_ldml.training import DjLdmlConfig, train_dj_ldml

            clips = RECIPES[cell.system](cell.seed, self.threads, start)
            assert isinstance(clips, DjLdmlConfig)
            model = train_dj_ldml(drawn.videos, clips, cancel, sink, checkpoint=checkpoint)
        spent = {
            "minutes": round((time.monotonic() - clock) / 60, 2),
            "processor minutes": round((time.process_time() - processors) / 60, 2),
        }
        model.save(self.models / cell.name)
        said = _says(model, drawn, cancel)
        checkpoint.unlink(missing_ok=True)
        return _facts(model, said, drawn) | spent


def _says(model: "HMHNModel | DjLdmlModel", drawn: DrawnCohort, cancel: CancelToken) -> Said:
    from lineament.models.hmhn.model import HMHNModel

    if isinstance(model, HMHNModel):
        return hmhn_says(model, drawn.videos, cancel)
    return dj_ldml_says(model, drawn.videos, cancel)


def _facts(model: "HMHNModel | DjLdmlModel", said: Said, drawn: DrawnCohort) -> dict[str, Any]:
    maps: Mapping[str, npt.NDArray[np.float64] | None] = {"maps": said.maps, "untrained maps": said.untrained_maps}
    return {
        "predictions": {AS_IT_CAME: _plain(said.test), SCALED: _plain(said.scaled(drawn.videos))},
        "parameters": model.parameters,
        "epochs": model.card.settings["epochs run"],
        "dev RMSE": model.card.settings["dev RMSE"],
        **{name: _plain(values) for name, values in maps.items() if values is not None},
    }


def _plain(values: npt.NDArray[np.float64]) -> Any:
    return np.round(values, 4).tolist()

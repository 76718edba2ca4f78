"""The study of models of face crops: who is dealt where, the pointing game, cells that are filled once, the table."""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from lineament.crops.areas import cells_of
from lineament.datasets import PHQ8
from lineament.evaluation.pixel_study import cells as cells_module
from lineament.evaluation.pixel_study import recipes, starts
from lineament.evaluation.pixel_study.cells import AS_IT_CAME, SCALED, PixelCell, PixelStudy
from lineament.evaluation.pixel_study.cohorts import DrawnCohort, PixelCohort, draw
from lineament.evaluation.pixel_study.controls import CONSTANT, ORACLE, RIDGE_CROPS, RIDGE_TRUTH
from lineament.evaluation.pixel_study.pointing import pointing
from lineament.evaluation.pixel_study.recipes import ALONE, CONTROLS, HMHN, JOINT
from lineament.evaluation.pixel_study.saying import Said
from lineament.evaluation.pixel_study.table import read_cells, to_markdown
from lineament.models import load_pixel_model
from lineament.models.dj_ldml.presets import ClipShape, NetworkShape
from lineament.models.hmhn.presets import HMHNShape
from lineament.progress import Cancelled, CancelToken
from lineament.training.crops.videos import CropVideos
from lineament.training.dj_ldml.config import DjLdmlConfig
from lineament.training.hmhn.config import HMHNConfig

SIZE = 32
TINY = PixelCohort("visible_eyes", train=6, seed=1, dev=6, calibration=10, test=6, seconds=32.0)
FRAMES = 40


@dataclass
class Noise:
    images: npt.NDArray[np.uint8]
    times: npt.NDArray[np.float64]

    @property
    def size(self) -> int:
        return self.images.shape[1]

    def read(self, rows: npt.NDArray[np.int64]) -> npt.NDArray[np.uint8]:
        return self.images[rows]


def noise_of(cohort: PixelCohort) -> DrawnCohort:
    """Persons as they are simulated, with noise for faces."""
    simulated, rng = cohort.simulate(), np.random.default_rng(0)
    sources = [
        Noise(rng.integers(0, 255, (FRAMES, SIZE, SIZE, 3), dtype=np.uint8), 0.8 * np.arange(FRAMES))
        for _ in simulated.subjects
    ]
    scores = np.array([float(s.phq8) for s in simulated.subjects])
    persons = [s.person_id for s in simulated.subjects]
    videos = CropVideos(sources, scores, persons, cohort.splits, PHQ8, "lineament/facemesh", True, simulated.name)
    return DrawnCohort(cohort, simulated, videos, [24 * np.arange(FRAMES)] * len(sources))


def tiny_hmhn(seed: int, threads: int, start: Path | None = None) -> HMHNConfig:
    shape = HMHNShape(crop=SIZE, widths=(4, 6), blocks=(1, 1), strides=(1, 1), gwa_hidden=4, heads=2, squeeze=4)
    return HMHNConfig(
        seed=seed, shape=shape, epochs=1, batch=8, frames=2, dev_frames=2, crops=4, pretrained=start, threads=1
    )


def tiny_dj_ldml(seed: int, threads: int, start: Path | None = None) -> DjLdmlConfig:
    shape = NetworkShape(widths=(4, 4, 4, 4), embedding=4)
    clip = ClipShape(frames=4, size=SIZE, step_s=0.8, every_s=8.0)
    return DjLdmlConfig(seed=seed, shape=shape, clip=clip, epochs=1, clips=2, dev_clips=2, start_from=start, threads=1)


@pytest.fixture
def tiny(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., PixelStudy]:
    drawings: list[PixelCohort] = []

    def drawn(cohort: PixelCohort, *_: Any) -> DrawnCohort:
        drawings.append(cohort)
        return noise_of(cohort)

    monkeypatch.setattr(cells_module, "draw", drawn)
    recipe = {HMHN: tiny_hmhn, JOINT: tiny_dj_ldml, ALONE: lambda *given: tiny_dj_ldml(*given).alone()}
    monkeypatch.setattr(cells_module, "RECIPES", recipe)
    monkeypatch.setattr(starts, "hmhn_recipe", tiny_hmhn)
    monkeypatch.setattr(starts, "dj_ldml_recipe", tiny_dj_ldml)
    monkeypatch.setattr(starts, "STEPS", dict.fromkeys(starts.STEPS, 2))

    def study(*cells: PixelCell) -> PixelStudy:
        made = PixelStudy(cells, *(tmp_path / name for name in ("results", "models", "crops", "work")))
        made.drawings = drawings  # type: ignore[attr-defined]
        return made

    return study


def test_more_learners_leave_all_others_the_same() -> None:
    few, many = (replace(TINY, train=n).simulate() for n in (6, 9))
    assert [s.phq8 for s in many.subjects[:28]] == [s.phq8 for s in few.subjects]
    assert TINY.splits == ["test"] * 6 + ["calibration"] * 10 + ["dev"] * 6 + ["train"] * 6
    assert replace(TINY, train=9).splits[:28] == TINY.splits


def test_what_is_shown_is_the_true_behaviour_of_the_moments_drawn(tmp_path: Path) -> None:
    one = PixelCohort("visible_eyes", train=1, seed=3, dev=0, calibration=0, test=0, seconds=1.0)
    drawn = draw(one, tmp_path)
    found = drawn.shown()
    assert found.shape == (1, 44)
    motion = drawn.simulated.session(0, fps=30.0).motion
    rows = np.rint(drawn.videos.sources[0].times * 30).astype(int)
    np.testing.assert_allclose(found[0, 17:19], motion.gaze[rows].mean(axis=0))
    np.testing.assert_allclose(found[0, 22 : 22 + 17], motion.au[rows].std(axis=0))


def test_pointing_counts_maxima_in_the_area() -> None:
    maps = np.full((4, 7, 7), 0.01)
    inside = np.argwhere(cells_of("eyes", 7))[0]
    for k in range(3):
        maps[k, *inside] = 0.5
    maps[3, 6, 0] = 0.5
    maps /= maps.sum(axis=(1, 2), keepdims=True)
    found = pointing(maps, "eyes")
    count = int(cells_of("eyes", 7).sum())
    assert (found.sessions, found.rate.value, found.chance) == (4, 0.75, pytest.approx(count / 49))
    total = 0.5 + 48 * 0.01
    hit, missed = (0.5 + (count - 1) * 0.01) / total, count * 0.01 / total
    assert found.weight.value == pytest.approx((3 * hit + missed) / 4)
    assert found.rate.low < 0.75 < found.rate.high
    assert pointing(maps, "mouth").rate.value == 0


@pytest.mark.parametrize("shape", [(0, 7, 7), (2, 7, 6), (7, 7)])
def test_pointing_refuses_what_are_no_maps(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="maps are"):
        pointing(np.ones(shape), "eyes")


def test_scaling_is_learnt_from_dev_alone() -> None:
    """A network that says half of what it knows is doubled; the test's scores play no part."""
    videos = noise_of(TINY).videos
    mean = float(videos.scores[videos.rows("train")].mean())
    dev, test = (mean + 0.5 * (videos.scores[videos.rows(s)] - mean) for s in ("dev", "test"))
    np.testing.assert_allclose(Said(dev, test).scaled(videos), videos.scores[videos.rows("test")], atol=1e-6)


@pytest.mark.slow
def test_cells_are_filled_once_and_again_with_another_recipe(
    tiny: Callable[..., PixelStudy], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cells = [PixelCell(TINY, system) for system in (CONTROLS, HMHN, JOINT, ALONE)]
    study, told = tiny(*cells), []
    study.fill(CancelToken(), lambda event: told.append(event) if isinstance(event, PixelCell) else None)
    assert told == cells
    assert study.drawings == [TINY]  # type: ignore[attr-defined]
    assert not study.missing()
    study.fill(CancelToken())
    assert study.drawings == [TINY]  # type: ignore[attr-defined]
    found = {cell["system"]: cell for cell in read_cells(tmp_path / "results")}
    assert set(found[CONTROLS]["predictions"]) == {CONSTANT, RIDGE_CROPS, RIDGE_TRUTH, ORACLE}
    for system in (HMHN, JOINT, ALONE):
        assert set(found[system]["predictions"]) == {AS_IT_CAME, SCALED}
        assert len(found[system]["predictions"][SCALED]) == 6
    maps = np.array(found[HMHN]["maps"])
    assert maps.shape == np.array(found[HMHN]["untrained maps"]).shape == (6, 8, 8)
    np.testing.assert_allclose(maps.sum(axis=(1, 2)), 1, atol=2e-3)
    assert "maps" not in found[JOINT]
    for cell in cells[1:]:
        assert load_pixel_model(tmp_path / "models" / cell.name).card.data == "simulated visible_eyes (toy) (seed 1)"
    assert {p.name for p in (tmp_path / "work").glob("*")} == {
        f"{TINY.name}-{kind}-2-steps.safetensors" for kind in ("crops", "clips")
    }
    changed = dict(cells_module.RECIPES) | {HMHN: lambda *given: replace(tiny_hmhn(*given), epochs=2)}
    monkeypatch.setattr(cells_module, "RECIPES", changed)
    assert study.missing() == [cells[1]]


def test_a_cancelled_study_keeps_what_is_filled(tiny: Callable[..., PixelStudy]) -> None:
    study, cancel = tiny(PixelCell(TINY, CONTROLS), PixelCell(TINY, HMHN)), CancelToken()
    with pytest.raises(Cancelled):
        study.fill(cancel, lambda event: cancel.cancel() if isinstance(event, PixelCell) else None)
    assert study.missing() == [PixelCell(TINY, HMHN)]


def test_recipes_differ_in_the_loss_alone() -> None:
    joint, alone = (recipes.RECIPES[name](3, 1).to_json() for name in (JOINT, ALONE))
    assert {name for name in joint if joint[name] != alone[name]} == {"objective", "name"}
    assert {recipes.RECIPES[name](3, 1).seed for name in recipes.RECIPES} == {3}
    assert set(recipes.RECIPES) | {CONTROLS} == set(recipes.SYSTEMS)


SCORES = [0.0, 8.0, 16.0, 24.0]


def cell(system: str, predictions: dict[str, list[float]], seed: int = 0, **more: Any) -> dict[str, Any]:
    return {
        "key": {"cohort": {"preset": "visible_eyes", "seconds": 32.0}},
        "preset": "visible_eyes",
        "title": "visible_eyes (toy)",
        "area": "eyes",
        "system": system,
        "seed": seed,
        "persons": {"train": 6, "dev": 6, "calibration": 10, "test": 4},
        "scores": SCORES,
        "predictions": predictions,
        "epochs": 5,
        "minutes": 3.0,
        "processor minutes": 2.0,
        **more,
    }


def test_the_table_says_what_the_cells_hold() -> None:
    constant = [12.0] * 4
    known = {CONSTANT: constant, RIDGE_CROPS: [10.0, 11.0, 13.0, 14.0], RIDGE_TRUTH: SCORES, ORACLE: SCORES}
    close, closer = [3.0, 9.0, 15.0, 21.0], [1.0, 8.0, 16.0, 23.0]
    maps = np.zeros((4, 7, 7))
    maps[:, 2, 3] = 1
    shown = [
        cell(CONTROLS, known),
        cell(HMHN, {AS_IT_CAME: constant, SCALED: close}, **{"maps": maps.tolist(), "untrained maps": maps.tolist()}),
        cell(JOINT, {AS_IT_CAME: close, SCALED: closer}, 1),
        cell(ALONE, {AS_IT_CAME: close, SCALED: close}, 1),
        cell(ALONE, {AS_IT_CAME: close, SCALED: close}, 2),
    ]
    text = to_markdown(shown)
    assert "## visible_eyes (toy)" in text
    constant_rmse, close_rmse, closer_rmse = np.sqrt(80), np.sqrt(5), np.sqrt(0.5)
    rows = {line.split("|")[1].strip(): line for line in text.splitlines() if line.startswith("| ")}
    assert f"| {constant_rmse:.2f} (" in rows[CONSTANT]
    assert f"| {close_rmse:.2f} (" in rows[HMHN]
    assert f"{constant_rmse - close_rmse:+.2f} (" in rows[HMHN]
    assert f"{0:+.2f} (" in rows[f"{HMHN}, {AS_IT_CAME}"]
    assert "100 % (100 to 100) | 6 %" in rows["HMHN, seed 0, trained"]
    assert (
        f"| {closer_rmse:.2f} | {close_rmse:.2f} | {close_rmse - closer_rmse:+.2f} (" in rows["seed 1, scaled by dev"]
    )
    assert "seed 2, scaled by dev" not in rows
    assert to_markdown(shown[1:]) == ""


def test_toys_come_first_and_effects_without_an_area_have_no_pointing_game(tmp_path: Path) -> None:
    known = {name: [1.0] * 4 for name in (CONSTANT, RIDGE_CROPS, RIDGE_TRUTH, ORACLE)}
    toy = cell(CONTROLS, known)
    other = toy | {"preset": "realistic", "title": "realistic", "area": "", "key": {"cohort": {"seconds": 9.0}}}
    for name, one in (("a", other), ("b", toy)):
        (tmp_path / f"{name}.json").write_text(json.dumps(one))
    text = to_markdown(read_cells(tmp_path))
    assert text.index("visible_eyes (toy)") < text.index("## realistic")
    assert "maximum" not in text

"""Learning curves: one cohort cut to sizes, resumable, and a table of them."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from lineament.progress import Cancelled, CancelToken
from lineament.search.engines import InlineEngine
from lineament.search.study.cells import SMALL
from lineament.search.study.curve_table import curves_to_markdown
from lineament.search.study.curves import FOUND, CurveCohort, Curves, found_in, with_steps_for
from lineament.search.study.table import read_cells

TINY = SMALL.with_changes(
    seconds=40.0, folds=2, recipe=replace(SMALL.recipe, steps=2, persons=4, windows=2, validation_windows=1)
)
GENOTYPE = {
    "action units.family": "moments",
    "action units.moments.signal": "rises",
    "action units.moments.partners": "own",
    "action units.moments.delays": "long",
}


def test_a_stopped_curve_goes_on_and_is_what_it_would_have_been(tmp_path: Path) -> None:
    cohort = CurveCohort("strong", 101, found_in({"genotype": GENOTYPE}), sizes=(8, 12), test=6)

    def curves(name: str) -> Curves:
        return Curves([cohort], tmp_path / name, tmp_path / f"{name} work", TINY)

    with InlineEngine() as engine:
        curves("whole").fill(engine, CancelToken())
        cancel = CancelToken()
        with pytest.raises(Cancelled):
            curves("stopped").fill(engine, cancel, lambda event: cancel.cancel() if isinstance(event, Path) else None)
        assert curves("stopped").missing(cohort) == [12]
        curves("stopped").fill(engine, CancelToken())
    whole, stopped = (read_cells(tmp_path / name) for name in ("whole", "stopped"))
    assert [point["cohort"]["train"] for point in whole] == [12, 8]
    for one, other in zip(whole, stopped, strict=True):
        assert {**one, "seconds": 0} == {**other, "seconds": 0}
        assert len(one["scores"]) == len(one["oracle"]) == 6
        assert {"constant", "hand-designed", FOUND, "ridge on channel means"} < one["predictions"].keys()
    assert whole[0]["scores"] == whole[1]["scores"]  # the same persons are tested on
    assert whole[0]["predictions"]["constant"] != whole[1]["predictions"]["constant"]
    text = curves_to_markdown(whole)
    assert "| predictor | 8 persons | 12 persons |" in text
    assert "strong (toy)" in text
    assert json.dumps(whole)  # plain values alone


def test_steps_grow_with_the_persons() -> None:
    steps = [with_steps_for(SMALL, persons).recipe.steps for persons in (107, 142, 568, 2000)]
    assert steps == [SMALL.recipe.steps, SMALL.recipe.steps, 2 * SMALL.recipe.steps, 413]
    # what a run may cost keeps pace: a plan made for fewer steps would refuse to begin
    for persons in (107, 568, 2000):
        config = with_steps_for(SMALL, persons)
        assert config.budget / config.recipe.steps >= SMALL.budget / SMALL.recipe.steps


def test_no_points_no_table() -> None:
    assert curves_to_markdown([]) == ""

"""The study's table: figures over all test persons of the cohorts of one kind, with intervals and paired tests."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from lineament.models.card import Comparison as ModelComparison
from lineament.models.card import Estimate
from lineament.search.comparison import Comparison, compare
from lineament.search.metrics import coverage, measure
from lineament.search.study.cells import ABLATIONS, METHODS

FloatArray = npt.NDArray[np.float64]
DRAWS = 2000
CONTROLS = (
    "hand-designed",
    "ridge on session statistics",
    "ridge on channel means",
    "action units alone",
    "gaze alone",
    "head pose alone",
    "landmarks alone",
)


@dataclass(frozen=True)
class Line:
    """One system on all cohorts of a kind. share: of the reachable gain in RMSE. against: paired comparisons with
    ridge, the hand-designed network and the constant; coverage: of the 80 % intervals, where it gives some."""

    system: str
    share: Estimate
    rmse: Estimate
    mae: Estimate
    ccc: Estimate | None
    against: Mapping[str, Comparison]
    coverage: float | None
    cohorts: int
    minutes: float | None


def read_cells(folder: Path) -> list[dict[str, Any]]:
    """All results that are there, by file name."""
    return [json.loads(path.read_text()) for path in sorted(folder.glob("*.json"))]


def kinds(cells: Iterable[Mapping[str, Any]]) -> list[tuple[str, int]]:
    """(preset, persons to learn from) that have results."""
    return sorted({(cell["cohort"]["preset"], cell["cohort"]["train"]) for cell in cells})


def lines(cells: Sequence[Mapping[str, Any]], preset: str, train: int) -> list[Line]:
    """A line for every method, ablation and control; a cohort counts for a method once its cell is filled."""
    own = [c for c in cells if (c["cohort"]["preset"], c["cohort"]["train"]) == (preset, train)]
    found = []
    for method in (*METHODS, *ABLATIONS):
        mine = [c for c in own if c["method"] == method]
        if mine:
            found.append(line_of(method, mine, "final predictor", searched=True))
            if method == METHODS[0]:
                found.append(line_of(f"{method}, network alone", mine, "searched network", searched=False))
    one_each = _one_each(own)
    found += [line_of(name, one_each, name, searched=False) for name in CONTROLS if _has(one_each, name)]
    found.append(_random(one_each))
    found.append(line_of("constant", one_each, "constant", searched=False))
    return found


def _one_each(cells: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """One cell a cohort, the default method's where it is there: single attributes are alone out of its winner."""
    order = sorted(cells, key=lambda cell: cell["method"] == METHODS[0])
    return list({cell["cohort"]["seed"]: cell for cell in order}.values())


def _has(cells: Sequence[Mapping[str, Any]], name: str) -> bool:
    return all(name in cell["predictions"] for cell in cells)


def line_of(system: str, cells: Sequence[Mapping[str, Any]], predictor: str, *, searched: bool) -> Line:
    """One predictor of these cells, called `system`. searched: its cells have intervals and a cost of its own."""
    predicted, scores, persons = _joined(cells, predictor), _scores(cells), _persons(cells)
    metrics = measure(predicted, scores, persons, constant=predictor == "constant")
    others = ("ridge on session statistics", "hand-designed", "constant")
    against = {
        name: compare(predicted, _joined(cells, name), scores, persons)
        for name in others
        if name != predictor and _has(cells, name)
    }
    return Line(
        system,
        _share(predicted, cells),
        metrics.rmse,
        metrics.mae,
        metrics.ccc,
        against,
        _covered(cells, scores) if searched else None,
        len(cells),
        float(np.mean([c["seconds"] for c in cells])) / 60 if searched else None,
    )


def _covered(cells: Sequence[Mapping[str, Any]], scores: FloatArray) -> float:
    return coverage(np.concatenate([np.array(cell["intervals"]) for cell in cells]), scores)["coverage"]


def _random(cells: Sequence[Mapping[str, Any]]) -> Line:
    """The mean figures of random architectures, one after the other on all cohorts."""
    names = sorted({n for c in cells for n in c["predictions"] if n.startswith("random ")})
    each = [line_of(name, cells, name, searched=False) for name in names if _has(cells, name)]

    def mean(estimates: Sequence[Estimate | None]) -> Estimate:
        there = [e for e in estimates if e is not None]
        return Estimate(*(float(np.mean([getattr(e, k) for e in there])) for k in ("value", "low", "high")))

    return Line(
        f"mean of {len(each)} random architectures",
        mean([one.share for one in each]),
        mean([one.rmse for one in each]),
        mean([one.mae for one in each]),
        mean([one.ccc for one in each]),
        {},
        None,
        len(cells),
        None,
    )


def _joined(cells: Sequence[Mapping[str, Any]], predictor: str) -> FloatArray:
    return np.concatenate([np.array(cell["predictions"][predictor], dtype=np.float64) for cell in cells])


def _scores(cells: Sequence[Mapping[str, Any]]) -> FloatArray:
    return np.concatenate([np.array(cell["scores"], dtype=np.float64) for cell in cells])


def _persons(cells: Sequence[Mapping[str, Any]]) -> list[str]:
    return [f"{cell['cohort']['seed']}-{i}" for cell in cells for i in range(len(cell["scores"]))]


def _share(predicted: FloatArray, cells: Sequence[Mapping[str, Any]]) -> Estimate:
    """(constant - model) / (constant - oracle) in RMSE over all test persons, bootstrapped over persons."""
    scores, constant = _scores(cells), _joined(cells, "constant")
    oracle = np.concatenate([np.array(cell["oracle"]) for cell in cells])
    errors = np.stack([(p - scores) ** 2 for p in (predicted, constant, oracle)])
    rng = np.random.default_rng(0)
    drawn = np.vstack([np.arange(len(scores)), rng.integers(0, len(scores), (DRAWS, len(scores)))])
    model, mean, best = (np.sqrt(e[drawn].mean(axis=1)) for e in errors)
    reachable = np.where(np.abs(mean - best) > 1e-9, mean - best, np.nan)
    shares = (mean - model) / reachable
    low, high = np.nanpercentile(shares[1:], [2.5, 97.5])
    return Estimate(float(shares[0]), float(low), float(high))


def to_markdown(cells: Sequence[Mapping[str, Any]]) -> str:
    """All kinds of cohorts, a table each."""
    return "\n".join(_table(cells, preset, train) for preset, train in kinds(cells))


def to_comparison(cells: Sequence[Mapping[str, Any]], preset: str = "realistic") -> ModelComparison | None:
    """The same for a model's card: cohorts of one preset, the largest first; None without results."""
    sizes = sorted((train for name, train in kinds(cells) if name == preset), reverse=True)
    rows: list[tuple[str, tuple[Estimate | None, ...]]] = []
    for train in sizes:
        for line in lines(cells, preset, train):
            name = f"{line.system} ({train} persons, {line.cohorts} cohorts)"
            rows.append((name, (line.share, line.rmse, line.mae, line.ccc)))
    if not rows:
        return None
    columns = ("share of the reachable gain", "RMSE", "MAE", "CCC")
    note = "Methods at equal budget and controls; 95 % bootstrap intervals over test persons (docs/study)."
    return ModelComparison(f"Search methods on simulated {preset} cohorts", columns, tuple(rows), note)


def _table(cells: Sequence[Mapping[str, Any]], preset: str, train: int) -> str:
    found = lines(cells, preset, train)
    cohorts, test = max(line.cohorts for line in found), len(cells[0]["scores"])
    test = next(len(c["scores"]) for c in cells if (c["cohort"]["preset"], c["cohort"]["train"]) == (preset, train))
    toy = " (toy)" if preset in ("strong", "planted") else ""
    head = (
        f"### {preset}{toy}: {train} persons to learn from, {test} to be tested on, {cohorts} cohorts\n\n"
        "| system | cohorts | share of the reachable gain | RMSE | MAE | CCC | RMSE gain over ridge (p) "
        "| over hand-designed (p) | over the constant (p) | coverage |\n|---|---|---|---|---|---|---|---|---|---|\n"
    )
    return head + "".join(_row(line) for line in found) + _against_all(cells, preset, train)


def _against_all(cells: Sequence[Mapping[str, Any]], preset: str, train: int) -> str:
    """What the default method gains over every control, person by person."""
    mine = [
        c for c in cells if (c["cohort"]["preset"], c["cohort"]["train"], c["method"]) == (preset, train, METHODS[0])
    ]
    if not mine:
        return "\n"
    names = sorted({n for c in mine for n in c["predictions"] if n.startswith("random ")})
    said = []
    for predictor in ("final predictor", "searched network"):
        gains = []
        for control in (*CONTROLS, *names, "constant"):
            if _has(mine, control):
                found = compare(_joined(mine, predictor), _joined(mine, control), _scores(mine), _persons(mine))
                gains.append(f"{control} {_compared(found)}")
        said.append(f"Gain in RMSE of {METHODS[0]}'s {predictor} over {', '.join(gains)}.")
    return "\n" + "\n\n".join(said) + "\n\n"


def _row(line: Line) -> str:
    beside = [
        _compared(line.against.get(name)) for name in ("ridge on session statistics", "hand-designed", "constant")
    ]
    covered = f"{line.coverage:.0%}" if line.coverage is not None else ""
    figures = [_figure(line.rmse), _figure(line.mae), _figure(line.ccc) if line.ccc else ""]
    share = f"{line.share.value:.0%} ({line.share.low:.0%} to {line.share.high:.0%})"
    return f"| {' | '.join([line.system, str(line.cohorts), share, *figures, *beside, covered])} |\n"


def _figure(estimate: Estimate) -> str:
    return f"{estimate.value:.2f} ({estimate.low:.2f}-{estimate.high:.2f})"


def _compared(comparison: Comparison | None) -> str:
    if comparison is None:
        return ""
    return f"{comparison.rmse_gain:+.2f} ({comparison.low:+.2f} to {comparison.high:+.2f}; {comparison.p:.3f})"

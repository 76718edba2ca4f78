"""The study's results as Markdown: errors beside the controls', the pointing game, and what the histogram loss adds."""

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from lineament.crops.areas import AREAS
from lineament.evaluation.judging import compare_over_seeds
from lineament.evaluation.pixel_study.cells import AS_IT_CAME, SCALED
from lineament.evaluation.pixel_study.controls import CONSTANT, ORACLE, RIDGE_CROPS, RIDGE_TRUTH
from lineament.evaluation.pixel_study.pointing import pointing
from lineament.evaluation.pixel_study.recipes import ALONE, CONTROLS, HMHN, JOINT
from lineament.models.card import Estimate
from lineament.search.comparison import Comparison
from lineament.training.metrics import bootstrap, correlation, rmse

FloatArray = npt.NDArray[np.float64]
Cell = Mapping[str, Any]
_TRAINED = (HMHN, JOINT, ALONE)


def read_cells(folder: Path) -> list[dict[str, Any]]:
    """All results that are there, by file name."""
    return [json.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.json"))]


def cohorts_of(cells: Iterable[Cell]) -> list[list[Cell]]:
    """Cells by cohort, toys first, each with those of its controls."""
    found: dict[str, list[Cell]] = {}
    for cell in cells:
        found.setdefault(json.dumps(cell["key"]["cohort"], sort_keys=True), []).append(cell)
    whole = [own for own in found.values() if any(cell["system"] == CONTROLS for cell in own)]
    return sorted(whole, key=lambda own: (own[0]["title"] == own[0]["preset"], own[0]["preset"]))


def to_markdown(cells: Sequence[Cell]) -> str:
    """All cohorts whose controls are there, one after the other."""
    return "\n".join(_cohort(own) for own in cohorts_of(cells))


def _cohort(cells: Sequence[Cell]) -> str:
    first = cells[0]
    persons = first["persons"]
    head = (
        f"## {first['title']}\n\n"
        f"{persons['train']} persons learnt from, {persons['dev']} selected on, {persons['test']} others tested on, "
        f"{first['key']['cohort']['seconds']:g} s of each.\n\n"
    )
    parts = [head + _errors(cells), _pointing(cells), _joint(cells)]
    return "\n".join(part for part in parts if part)


def _errors(cells: Sequence[Cell]) -> str:
    """One row a predictor; trained systems over all their seeds together."""
    known = next(cell for cell in cells if cell["system"] == CONTROLS)
    scores = np.array(known["scores"])
    simple = {name: np.array([known["predictions"][name]]) for name in (CONSTANT, RIDGE_CROPS, RIDGE_TRUTH, ORACLE)}
    rows = [
        "| system | seeds | RMSE | r | RMSE gain over the constant | over ridge on crop statistics | epochs "
        "| minutes (of processors) |\n|---|---|---|---|---|---|---|---|"
    ]
    for system in _TRAINED:
        own = _seeds(cells, system)
        for kind in (SCALED, AS_IT_CAME) if own else ():
            predicted = np.array([cell["predictions"][kind] for cell in own])
            title = system if kind == SCALED else f"{system}, {AS_IT_CAME}"
            rows.append(_row(title, predicted, scores, simple, own))
    rows += [_row(name, predicted, scores, simple, ()) for name, predicted in simple.items()]
    return "\n".join(rows) + "\n"


def _row(
    title: str, predicted: FloatArray, scores: FloatArray, simple: Mapping[str, FloatArray], cells: Sequence[Cell]
) -> str:
    n = len(scores)
    error = bootstrap(lambda rows: float(np.mean([rmse(p[rows], scores[rows]) for p in predicted])), n)
    r = float(np.mean([correlation(p, scores) for p in predicted]))
    against = [
        "" if title == name else _gain(_compared(predicted, simple[name], scores)) for name in (CONSTANT, RIDGE_CROPS)
    ]
    epochs = ", ".join(str(cell["epochs"]) for cell in cells)
    minutes = f"{_mean(cells, 'minutes'):.0f} ({_mean(cells, 'processor minutes'):.0f})" if cells else ""
    said = "" if title == CONSTANT else f"{r:.2f}"
    return f"| {title} | {len(predicted)} | {error} | {said} | {against[0]} | {against[1]} | {epochs} | {minutes} |"


def _compared(own: FloatArray, other: FloatArray, scores: FloatArray) -> Comparison:
    """Over seeds and persons; a predictor with one seed is the same against all of the other's."""
    seeds = max(len(own), len(other))
    first, second = (np.repeat(p, seeds, axis=0) if len(p) == 1 else p for p in (own, other))
    return compare_over_seeds(first, second, scores, [str(i) for i in range(len(scores))])


def _gain(found: Comparison) -> str:
    return f"{found.rmse_gain:+.2f} ({found.low:+.2f} to {found.high:+.2f}; p {found.p:.3f})"


def _mean(cells: Sequence[Cell], name: str) -> float:
    return float(np.mean([cell[name] for cell in cells]))


def _seeds(cells: Sequence[Cell], system: str) -> list[Cell]:
    return sorted((cell for cell in cells if cell["system"] == system), key=lambda cell: int(cell["seed"]))


def _pointing(cells: Sequence[Cell]) -> str:
    """HMHN's maps against the area of the effect, and against the others; nothing where the effect has no area."""
    area, rows = cells[0]["area"], []
    if not area:
        return ""
    for cell in _seeds(cells, HMHN):
        for title, key in (("trained", "maps"), ("before training", "untrained maps")):
            found = pointing(np.array(cell[key]), area)
            others = ", ".join(
                f"{name} {100 * pointing(np.array(cell[key]), name).rate.value:.0f} %" for name in AREAS if name != area
            )
            rows.append(
                f"| HMHN, seed {cell['seed']}, {title} | {found.sessions} | {_percent(found.rate)} "
                f"| {100 * found.chance:.0f} % | {_percent(found.weight)} | {others} |"
            )
    head = (
        f"Effect in the {area}: where the map's maximum lies, session by session.\n\n"
        f"| map | sessions | in the {area} | chance | weight in the {area} | elsewhere |\n|---|---|---|---|---|---|\n"
    )
    return head + "\n".join(rows) + "\n" if rows else ""


def _percent(found: Estimate) -> str:
    return f"{100 * found.value:.0f} % ({100 * found.low:.0f} to {100 * found.high:.0f})"


def _joint(cells: Sequence[Cell]) -> str:
    """The joint loss against label distribution learning alone: pairs of the same seed, each and all together."""
    alone = {int(cell["seed"]): cell for cell in _seeds(cells, ALONE)}
    pairs = [(cell, alone[int(cell["seed"])]) for cell in _seeds(cells, JOINT) if int(cell["seed"]) in alone]
    if not pairs:
        return ""
    scores = np.array(pairs[0][0]["scores"])
    rows = []
    for kind in (SCALED, AS_IT_CAME):
        own, other = (np.array([pair[k]["predictions"][kind] for pair in pairs]) for k in (0, 1))
        for s, (joint, _) in enumerate(pairs):
            rows.append(_pair(f"seed {joint['seed']}, {kind}", own[s : s + 1], other[s : s + 1], scores))
        rows.append(_pair(f"all {len(pairs)}, {kind}", own, other, scores))
    head = (
        "Joint loss against label distribution learning alone, trained alike from the same seeds.\n\n"
        "| pair | RMSE joint | RMSE alone | gain of the joint loss |\n|---|---|---|---|\n"
    )
    return head + "\n".join(rows) + "\n"


def _pair(title: str, own: FloatArray, other: FloatArray, scores: FloatArray) -> str:
    errors = [float(np.mean([rmse(p, scores) for p in side])) for side in (own, other)]
    return f"| {title} | {errors[0]:.2f} | {errors[1]:.2f} | {_gain(_compared(own, other, scores))} |"

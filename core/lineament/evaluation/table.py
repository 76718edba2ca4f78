"""The table: one row for every system, measured alike, and beside it, by itself, what others published."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from lineament.evaluation.cut_off import cut_off_of
from lineament.evaluation.judging import best_control, compare_over_seeds, holm
from lineament.evaluation.metrics import Draws, Figures, estimate, figures, reachable_share, rmse_draws
from lineament.evaluation.predictions import SystemPredictions
from lineament.evaluation.published import TITLE, WARNINGS, Published, published_for
from lineament.evaluation.settings import EvaluationSettings
from lineament.evaluation.systems.system import System
from lineament.features.cohort_features import CohortFeatures
from lineament.models.card import Estimate
from lineament.search.comparison import Comparison

SCHEMA = 1
NOTICE = "Research use only. Model estimates, never a diagnosis."
SIMULATED = "Simulated behaviour: it shows that the machinery works and says nothing about people."
TOY = "A toy cohort: far easier than people are, for tests of the machinery only."
TOY_WORD = "(toy)"

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Row:
    """One system, measured here. raw_rmse: of its predictions before they were scaled by dev. seconds: of training and
    predicting, the mean a training. against: the best control, None for that itself; holm: its p, adjusted for all rows
    compared. share: of the reachable gain in RMSE, where there is an oracle."""

    name: str
    title: str
    control: bool
    figures: Figures
    raw_rmse: Estimate
    dev_rmse: float
    parameters: int
    seconds: float
    against: Comparison | None
    holm: float | None
    share: Estimate | None

    def to_json(self) -> dict[str, Any]:
        """All but the seconds, which differ from run to run."""
        facts = {**asdict(self), "figures": self.figures.to_json()}
        del facts["seconds"]
        facts["against"] = self.against.to_json() if self.against is not None else None
        return facts


@dataclass(frozen=True)
class Table:
    """rows: lowest RMSE first. best_control: its name. oracle_rmse: of whoever knows every simulated session's true
    behaviour, None elsewhere. notes: sentences on how it was measured."""

    cohort: str
    simulated: bool
    scale: str
    extractor: str
    sessions: int
    persons: int
    seeds: int
    protocol: str
    preset: str
    level: float
    cut_off: str
    best_control: str
    rows: tuple[Row, ...]
    oracle_rmse: float | None
    notes: tuple[str, ...]
    published: tuple[Published, ...]

    @property
    def toy(self) -> bool:
        return TOY_WORD in self.cohort

    @property
    def data(self) -> str:
        """What the persons are, in a word or two, for every row of a file."""
        return ("simulated (toy)" if self.toy else "simulated") if self.simulated else "recorded"

    @property
    def marks(self) -> tuple[str, ...]:
        """What has to be said wherever a figure of this table is shown."""
        return (NOTICE, *((SIMULATED,) if self.simulated else ()), *((TOY,) if self.toy else ()))

    @property
    def title(self) -> str:
        who = f"{self.sessions} test sessions of {self.persons} persons"
        return f"{self.cohort}: {who}, {self.protocol} protocol, {self.seeds} seed{'s' if self.seeds > 1 else ''}"

    def to_json(self) -> dict[str, Any]:
        """Plain JSON; measured and published figures under keys of their own."""
        facts = {k: v for k, v in vars(self).items() if k not in ("rows", "published", "notes")}
        return {
            "schema_version": SCHEMA,
            "title": self.title,
            "marks": list(self.marks),
            **facts,
            "data": self.data,
            "toy": self.toy,
            "notes": list(self.notes),
            "measured": [row.to_json() for row in self.rows],
            "seconds_a_training": {row.name: round(row.seconds, 3) for row in self.rows},
            TITLE: {"warnings": list(WARNINGS), "figures": [one.to_json() for one in self.published]},
        }


@dataclass(frozen=True, eq=False)
class Measured:
    """What a table is made of. found, seconds: by system name. oracle: float64[N] of every session, or None."""

    systems: Sequence[System]
    found: Mapping[str, SystemPredictions]
    seconds: Mapping[str, float]
    features: CohortFeatures
    settings: EvaluationSettings
    seeds: int
    oracle: FloatArray | None
    notes: Sequence[str]


def make_table(measured: Measured) -> Table:
    """Metrics, intervals and tests of every system."""
    features, found = measured.features, measured.found
    rows = next(iter(found.values())).rows
    scores, persons = features.scores[rows], [features.person_ids[i] for i in rows]
    draws, cut_off = Draws.of(persons, measured.seeds), cut_off_of(features.scale)
    best = best_control(found, [system.name for system in measured.systems if system.control])
    against = {
        name: compare_over_seeds(one.test, found[best].test, scores, persons)
        for name, one in found.items()
        if name != best
    }
    adjusted = holm({name: comparison.p for name, comparison in against.items()})
    oracle = None if measured.oracle is None else measured.oracle[rows]
    made = []
    for system in measured.systems:
        one = found[system.name]
        raw = estimate(draws.over_seeds(rmse_draws(one.raw, scores, draws)))
        assert raw is not None
        made.append(
            Row(
                name=system.name,
                title=system.title,
                control=system.control,
                figures=figures(one.test, one.intervals, scores, draws, cut_off, ranks=system.ranks),
                raw_rmse=raw,
                dev_rmse=one.dev_rmse,
                parameters=one.parameters,
                seconds=measured.seconds[system.name],
                against=against.get(system.name),
                holm=adjusted.get(system.name),
                share=_share(system, measured, oracle, scores, draws),
            )
        )
    return Table(
        cohort=features.name,
        simulated=features.simulated,
        scale=features.scale.name,
        extractor=features.extractor,
        sessions=len(rows),
        persons=len(set(persons)),
        seeds=measured.seeds,
        protocol=measured.settings.protocol,
        preset=measured.settings.preset,
        level=measured.settings.level,
        cut_off=str(cut_off),
        best_control=best,
        rows=tuple(sorted(made, key=lambda row: row.figures.rmse.value)),
        oracle_rmse=None if oracle is None else float(np.sqrt(np.mean((oracle - scores) ** 2))),
        notes=(*_notes(measured), *measured.notes),
        published=published_for(features.scale),
    )


def _share(
    system: System, measured: Measured, oracle: FloatArray | None, scores: FloatArray, draws: Draws
) -> Estimate | None:
    """Of the reachable gain over the constant; None without an oracle, and for the constant itself."""
    if oracle is None or not system.ranks:
        return None
    return reachable_share(measured.found[system.name].test, measured.found["constant"].test, oracle, scores, draws)


def _notes(measured: Measured) -> list[str]:
    settings = measured.settings
    protocol = {
        "official": "Fitted on train, selected on dev, tested on test: the cohort's own splits.",
        "nested-cv": (
            f"Nested cross-validation: each of {settings.outer_folds} person-disjoint outer folds is tested on; of the "
            f"other persons one fold in {settings.inner_folds} is dev, another for every seed."
        ),
    }
    notes = [
        protocol[settings.protocol],
        f"F1 and AUC at {cut_off_of(measured.features.scale)}.",
        "Figures are means over seeds; intervals are 95 %, bootstrapped over seeds and persons together.",
        "All predictions were scaled by one weight learnt on dev; the RMSE without it stands in the files.",
        f"{100 * settings.level:.0f} % intervals come from absolute errors on dev; coverage and width are the test's.",
        "The best control is the one with the lowest RMSE on dev. p: paired sign flips over persons, Holm's beside it.",
        f"The first {settings.seconds:g} s of every session were used.",
    ]
    notes += [system.note for system in measured.systems if system.note]
    if settings.preset == "quick":
        notes.append("Quick: short trainings on little of every session, to try the machinery out.")
    return notes

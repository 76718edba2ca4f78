"""What a search found, and `outcome.json` and `members.safetensors` in its run's folder."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from lineament.features.cohort_features import CohortFeatures
from lineament.features.scaling import Scalings
from lineament.models.architecture.space import Genotype, SearchSpace
from lineament.models.card import Metrics
from lineament.search.candidates import Candidate
from lineament.search.comparison import Comparison, compare
from lineament.search.config import SearchConfig
from lineament.search.controls import Controls
from lineament.search.data import PartData
from lineament.search.metrics import coverage, measure, metrics_json
from lineament.search.outcome_files import MEMBERS, OUTCOME, OUTCOME_SCHEMA
from lineament.search.phases.final import Ensemble, Member
from lineament.search.phases.propose import Proposals
from lineament.search.phases.short_list import ShortList
from lineament.search.verdict import FinalPrediction, Verdict
from lineament.storage import write_atomically

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Row:
    """A predictor on the leaderboard. kind: "final", "network", "control". held float64[n]: out of fold; test
    float64[m]; random architectures have one of each a network, and their figures are means."""

    name: str
    kind: str
    parameters: int
    seeds: int
    held: FloatArray
    test: FloatArray


@dataclass(frozen=True, eq=False)
class PartOutcome:
    """What the search of one part of a cohort found. scalings: of each final fold. spent: units by phase."""

    rows: PartData
    proposals: Proposals
    short_list: ShortList
    ensemble: Ensemble
    controls: Controls
    verdict: Verdict
    prediction: FinalPrediction
    scalings: tuple[Scalings, ...]
    spent: Mapping[str, float]

    @property
    def winner(self) -> Candidate:
        return self.ensemble.candidate

    def leaderboard_rows(self) -> list[Row]:
        """The final predictor, the network alone, and every control."""
        controls, ensembles = self.controls, [("network", self.ensemble), ("control", self.controls.hand)]
        ensembles += [("control", one) for one in controls.alone]
        rows = [Row("final predictor", "final", 0, 0, self.prediction.held, self.prediction.test)]
        for kind, one in ensembles:
            name = "searched network" if kind == "network" else one.candidate.name
            rows.append(Row(name, kind, one.parameters, one.seeds, one.held, one.test.mean(axis=0)))
        plain = (controls.ridge, controls.ridge_means, controls.constant)
        return [*rows, *(Row(one.name, "control", 0, 0, one.held, one.test.mean(axis=0)) for one in plain)]


@dataclass(frozen=True, eq=False)
class SearchOutcome:
    """A finished search. nested: what each outer part found, under nested cross-validation; `part` is then the search
    of all sessions, and its test is empty."""

    config: SearchConfig
    features: CohortFeatures
    space: SearchSpace
    part: PartOutcome
    nested: tuple[PartOutcome, ...] = ()

    @property
    def genotype(self) -> Genotype:
        return self.part.winner.genotype

    @property
    def attributes(self) -> tuple[str, ...]:
        return self.part.winner.attributes

    @property
    def members(self) -> tuple[Member, ...]:
        return self.part.ensemble.members

    @property
    def verdict(self) -> Verdict:
        return self.part.verdict


def outcome_json(outcome: SearchOutcome) -> dict[str, Any]:
    """All of it but the members' weights; plain JSON."""
    part, features, config = outcome.part, outcome.features, outcome.config
    winner = {
        **part.winner.to_json(),
        "genotype_hash": part.winner.genotype.content_hash,
        "parameters": part.ensemble.parameters,
    }
    return {
        "schema_version": OUTCOME_SCHEMA,
        "method": config.method,
        "config": config.to_json(),
        "cohort": {
            "name": features.name,
            "fingerprint": features.fingerprint,
            "extractor": features.extractor,
            "simulated": features.simulated,
            "scale": features.scale.name,
            "windows": int(features.present.shape[1]),
            "absent": list(features.absent),
        },
        "space": {"name": outcome.space.name, "hash": outcome.space.content_hash, "size": outcome.space.size},
        "winner": winner,
        "members": [member.facts() for member in part.ensemble.members],
        "scalings": [scalings.to_json() for scalings in part.scalings],
        **part_json(part, features),
        "nested": nested_json(outcome) if outcome.nested else None,
    }


def part_json(part: PartOutcome, features: CohortFeatures) -> dict[str, Any]:
    """Verdict, leaderboard, short list, predictions and budget of one part. network_unscaled: what the members say out
    of fold, for whoever mixes them anew."""
    scores = part.rows.scores[part.rows.pool]
    warm = part.proposals.warm_up
    return {
        "verdict": part.verdict.to_json(),
        "final": {"kind": part.prediction.kind, "weights": part.prediction.weights},
        "leaderboard": leaderboard(part, features),
        "short_list": [one.to_json(scores) for one in part.short_list.ranked],
        "warm_up": warm.to_json() if warm is not None else None,
        "out_of_fold": predictions_json(part, features, part.rows.pool, tested=False),
        "network_unscaled": part.ensemble.raw.tolist(),
        "test": predictions_json(part, features, part.rows.test, tested=True) if len(part.rows.test) else None,
        "budget": {"spent": dict(part.spent), "total": sum(part.spent.values())},
    }


def leaderboard(part: PartOutcome, features: CohortFeatures) -> list[dict[str, Any]]:
    """A row a predictor, best out of fold first: figures with intervals, and paired comparisons with the controls."""
    entries = [_entry(part, features, row) for row in part.leaderboard_rows()]
    entries.append(_random_entry(part, features))
    return sorted(entries, key=lambda entry: entry["out_of_fold"]["rmse"]["value"])


def _entry(part: PartOutcome, features: CohortFeatures, row: Row) -> dict[str, Any]:
    constant, controls = row.name == "constant", part.controls
    against = {"constant": controls.constant, "ridge": controls.ridge}
    others = {name: (one.held, one.test.mean(axis=0)) for name, one in against.items()}
    others["hand-designed"] = controls.hand.held, controls.hand.test.mean(axis=0)

    def figures(rows: npt.NDArray[np.int64], values: FloatArray, column: int) -> dict[str, Any]:
        scores, persons = features.scores[rows], [features.person_ids[i] for i in rows]
        compared = {
            f"against {name}": compare(values, other[column], scores, persons).to_json()
            for name, other in others.items()
            if name != row.name and not (constant and name == "constant")
        }
        return {**metrics_json(measure(values, scores, persons, constant=constant)), **compared}

    tested = figures(part.rows.test, row.test, 1) if len(part.rows.test) else None
    entry = {"name": row.name, "kind": row.kind, "parameters": row.parameters, "seeds": row.seeds}
    return {**entry, "out_of_fold": figures(part.rows.pool, row.held, 0), "test": tested}


def _random_entry(part: PartOutcome, features: CohortFeatures) -> dict[str, Any]:
    """The mean of the figures of random architectures: what choosing is worth is the distance to it."""
    drawn = part.controls.random
    held = _mean_metrics(features, part.rows.pool, [one.held for one in drawn])
    test = _mean_metrics(features, part.rows.test, [one.test.mean(axis=0) for one in drawn])
    parameters = round(float(np.mean([one.parameters for one in drawn])))
    name = f"mean of {len(drawn)} random architectures"
    entry = {"name": name, "kind": "control", "parameters": parameters, "seeds": 1}
    return {**entry, "out_of_fold": held, "test": test}


def _mean_metrics(
    features: CohortFeatures, rows: npt.NDArray[np.int64], predictions: Sequence[FloatArray]
) -> dict[str, Any] | None:
    if not len(rows):
        return None
    scores, persons = features.scores[rows], [features.person_ids[i] for i in rows]
    each: list[Metrics] = [measure(values, scores, persons) for values in predictions]
    tables = [metrics_json(metrics) for metrics in each]
    return {
        name: {end: float(np.mean([table[name][end] for table in tables])) for end in ("value", "low", "high")}
        for name in ("rmse", "mae", "ccc", "r")
    }


def predictions_json(
    part: PartOutcome, features: CohortFeatures, rows: npt.NDArray[np.int64], *, tested: bool
) -> dict[str, Any]:
    """Predictions and intervals session by session, and the intervals' coverage."""
    prediction = part.prediction
    intervals = prediction.test_intervals if tested else prediction.held_intervals
    predictors = {row.name: (row.test if tested else row.held) for row in part.leaderboard_rows()}
    return {
        "session_ids": [features.session_ids[i] for i in rows],
        "person_ids": [features.person_ids[i] for i in rows],
        "scores": features.scores[rows].tolist(),
        "predictions": {name: values.tolist() for name, values in predictors.items()},
        "intervals": intervals.tolist(),
        **coverage(intervals, features.scores[rows]),
    }


def nested_json(outcome: SearchOutcome) -> dict[str, Any]:
    """Figures of the outer test sessions of all parts together, each predicted by a search that never saw them."""
    features = outcome.features
    rows = np.concatenate([part.rows.test for part in outcome.nested])
    scores, persons = features.scores[rows], [features.person_ids[i] for i in rows]
    table: dict[str, Any] = {}
    for entries in zip(*(part.leaderboard_rows() for part in outcome.nested), strict=True):
        values = np.concatenate([row.test for row in entries])
        table[entries[0].name] = metrics_json(measure(values, scores, persons, constant=entries[0].name == "constant"))
    final = np.concatenate([part.prediction.test for part in outcome.nested])
    constant = np.concatenate([part.controls.constant.test.mean(axis=0) for part in outcome.nested])
    against: Comparison = compare(final, constant, scores, persons)
    intervals = np.concatenate([part.prediction.test_intervals for part in outcome.nested])
    return {
        "session_ids": [features.session_ids[i] for i in rows],
        "scores": scores.tolist(),
        "predictions": final.tolist(),
        "intervals": intervals.tolist(),
        **coverage(intervals, scores),
        "leaderboard": table,
        "final against constant": against.to_json(),
        "parts": [{"winner": part.winner.to_json(), **part_json(part, features)} for part in outcome.nested],
    }


def write_outcome(outcome: SearchOutcome, facts: Mapping[str, Any], folder: Path) -> None:
    """facts: `outcome_json`. Raises `StorageError`.

    `members.safetensors`, its tensors named "fold<f>.repeat<r>/<weight>", then `outcome.json`; each atomic.
    """
    from safetensors.numpy import save

    tensors = {
        f"fold{member.fold}.repeat{member.repeat}/{name}": np.ascontiguousarray(value)
        for member in outcome.members
        for name, value in member.state.items()
    }
    write_atomically(folder / MEMBERS, save(tensors))
    write_atomically(folder / OUTCOME, json.dumps(_rounded(facts), indent=1, allow_nan=False).encode())


def _rounded(value: Any) -> Any:
    """Floats to ten digits (single precision stays exact): the last bits of linear algebra depend on where arrays lie,
    and a resumed search must end in the same file as one that was never stopped."""
    if isinstance(value, float):
        return float(f"{value:.10g}")
    if isinstance(value, Mapping):
        return {key: _rounded(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(one) for one in value]
    return value

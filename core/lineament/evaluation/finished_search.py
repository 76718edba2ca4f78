"""What `--searched RUN` takes of a finished search: its architecture, and on what it was found."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lineament.errors import LineamentError
from lineament.evaluation.errors import EvaluationError
from lineament.models.architecture.facial_space import facial_space
from lineament.search.candidates import Candidate
from lineament.search.outcome_files import OUTCOME, OUTCOME_SCHEMA

_REMEDY = "Give the folder of a finished search; lineament search resume RUN finishes one."


@dataclass(frozen=True)
class FoundArchitecture:
    """learnt_from: the sessions that the search saw with their scores. absent: channels its cohort did not have."""

    run: Path
    candidate: Candidate
    cohort: str
    extractor: str
    scale: str
    absent: tuple[str, ...]
    learnt_from: frozenset[str]


def read_architecture(run: Path) -> FoundArchitecture:
    """Raises `EvaluationError` where there is no finished search, or what it found is damaged or of another version."""
    try:
        outcome = json.loads((run / OUTCOME).read_text(encoding="utf-8"))
    except OSError as error:
        raise EvaluationError("no finished search is there", path=run, remedy=_REMEDY) from error
    except ValueError as error:
        raise EvaluationError("what the search found is damaged", path=run / OUTCOME, remedy=_REMEDY) from error
    if isinstance(outcome, dict) and outcome.get("schema_version") not in (None, OUTCOME_SCHEMA):
        raise EvaluationError(
            f"what the search found has schema version {outcome['schema_version']}, not {OUTCOME_SCHEMA}",
            path=run / OUTCOME,
            remedy="Search again with this version.",
        )
    try:
        return _found(run, outcome)
    except (KeyError, TypeError, ValueError, LineamentError) as error:
        raise EvaluationError("what the search found is damaged", path=run / OUTCOME, remedy=_REMEDY) from error


def _found(run: Path, outcome: dict[str, Any]) -> FoundArchitecture:
    winner, cohort = outcome["winner"], outcome["cohort"]
    attributes = tuple(winner["attributes"])
    genotype = facial_space(attributes).genotype(winner["genotype"])
    return FoundArchitecture(
        run=run,
        candidate=Candidate("searched", str(winner["origin"]), attributes, genotype),
        cohort=str(cohort["name"]),
        extractor=str(cohort["extractor"]),
        scale=str(cohort["scale"]),
        absent=tuple(cohort["absent"]),
        learnt_from=frozenset(outcome["out_of_fold"]["session_ids"]),
    )

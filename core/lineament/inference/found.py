"""What a finished search left in its run's folder, as far as a model of it needs it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from lineament.errors import LineamentError, ModelError
from lineament.features.cohort_features import CohortFeatures
from lineament.features.scaling import Scalings
from lineament.models.architecture.facial_space import facial_space
from lineament.models.architecture.network import Widths
from lineament.models.architecture.space import Genotype, SearchSpace
from lineament.models.searched import MemberState
from lineament.search.outcome_files import MEMBERS, OUTCOME, OUTCOME_SCHEMA

FloatArray = npt.NDArray[np.float64]

_REMEDY = "Let the search finish: lineament search resume RUN."


@dataclass(frozen=True, eq=False)
class Found:
    """The winner of a run with its trained networks.

    origin: what proposed the architecture. session_ids: of the sessions learnt from; networks float64[n]: what members
    that had not seen a session say of it, on average. better: whether the search could tell its predictor from the
    constant one. leaderboard: as in the outcome.
    """

    genotype: Genotype
    origin: str
    space: SearchSpace
    widths: Widths
    members: tuple[MemberState, ...]
    session_ids: tuple[str, ...]
    networks: FloatArray
    better: bool
    sentences: tuple[str, ...]
    leaderboard: tuple[Mapping[str, Any], ...]
    config: Mapping[str, Any]
    fingerprint: str

    def rows(self, features: CohortFeatures) -> npt.NDArray[np.int64]:
        """Where the sessions learnt from lie among the cohort's. Raises `ModelError` for another cohort."""
        if features.fingerprint != self.fingerprint:
            raise ModelError(
                f"the search did not run on the cohort {features.name} as it is now",
                remedy="Give the cohort it ran on.",
            )
        place = {session: i for i, session in enumerate(features.session_ids)}
        return np.array([place[session] for session in self.session_ids], dtype=np.int64)


def read_found(run: Path) -> Found:
    """Raises `ModelError` when the run is not finished, or its outcome is damaged or of another version."""
    from safetensors import SafetensorError
    from safetensors.numpy import load

    try:
        outcome = json.loads((run / OUTCOME).read_text(encoding="utf-8"))
        if outcome["schema_version"] != OUTCOME_SCHEMA:
            raise ModelError(
                f"the outcome has schema version {outcome['schema_version']}, not {OUTCOME_SCHEMA}",
                path=run / OUTCOME,
                remedy="Search again with this version, or use the version that searched.",
            )
        return _found(outcome, load((run / MEMBERS).read_bytes()))
    except OSError as error:
        raise ModelError(f"the run has no outcome ({error.strerror})", path=run, remedy=_REMEDY) from error
    except (ValueError, KeyError, TypeError, IndexError, SafetensorError) as error:
        raise ModelError("the run's outcome is damaged", path=run, remedy=_REMEDY) from error


def _found(outcome: Mapping[str, Any], tensors: Mapping[str, npt.NDArray[Any]]) -> Found:
    winner, config, held = outcome["winner"], outcome["config"], outcome["out_of_fold"]
    space = facial_space(tuple(winner["attributes"]))
    try:
        genotype = space.genotype(winner["genotype"])
        scalings = [Scalings.from_json(one) for one in outcome["scalings"]]
    except LineamentError as error:
        raise ValueError(error.what) from error
    members = tuple(_member(facts, scalings[facts["fold"]], tensors) for facts in outcome["members"])
    if not members:
        raise ValueError("an ensemble has at least one member")
    verdict = outcome["verdict"]
    return Found(
        genotype=genotype,
        origin=str(winner["origin"]),
        space=space,
        widths=Widths(int(config["width"]), int(config["token"]), int(config["attention_width"])),
        members=members,
        session_ids=tuple(held["session_ids"]),
        networks=np.array(outcome["network_unscaled"], dtype=np.float64),
        better=bool(verdict["better_than_constant"]),
        sentences=tuple(verdict["sentences"]),
        leaderboard=tuple(outcome["leaderboard"]),
        config=config,
        fingerprint=str(outcome["cohort"]["fingerprint"]),
    )


def _member(facts: Mapping[str, Any], scalings: Scalings, tensors: Mapping[str, npt.NDArray[Any]]) -> MemberState:
    prefix = f"fold{facts['fold']}.repeat{facts['repeat']}/"
    state = {name.removeprefix(prefix): value for name, value in tensors.items() if name.startswith(prefix)}
    return MemberState(state, scalings.channels, scalings.points, float(facts["mean"]), float(facts["spread"]))

"""A finished run that a search might have left, made of plain numbers: no network is trained."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lineament.models.architecture.facial_space import facial_space
from lineament.search.config import SearchConfig
from lineament.search.outcome_files import OUTCOME_SCHEMA
from lineament.search.runs import Event, Run

NAMES = (
    "final predictor",
    "searched network",
    "hand-designed",
    "gaze alone",
    "ridge on session statistics",
    "constant",
)
VERDICT = "Better than the constant predictor."
SPACE = facial_space(("gaze", "head pose"))
GENOTYPE = SPACE.random(np.random.default_rng(2))


def estimate(value: float) -> dict[str, float]:
    return {"value": value, "low": value - 0.5, "high": value + 0.6}


def comparison(gain: float, p: float) -> dict[str, Any]:
    better, worse = p < 0.05 and gain > 0, p < 0.05 and gain < 0
    return {"rmse_gain": gain, "low": gain - 0.2, "high": gain + 0.2, "p": p, "better": better, "worse": worse}


def figures(name: str, rmse: float) -> dict[str, Any]:
    agreement = None if name == "constant" else estimate(0.3)
    found = {"rmse": estimate(rmse), "mae": estimate(rmse - 1), "ccc": agreement, "r": agreement}
    others = {"against constant": comparison(0.4, 0.01), "against ridge": comparison(-0.9, 0.0002)}
    return {**found, **(others if name != "constant" else {})}


def predictions(n: int) -> dict[str, Any]:
    scores = [float(i % 5) for i in range(n)]
    return {
        "session_ids": [f"s{i}" for i in range(n)],
        "person_ids": [f"p{i}" for i in range(n)],
        "scores": scores,
        "predictions": {name: [score + 0.5 for score in scores] for name in NAMES},
        "intervals": [[score - 1, score + 2] if i else [20.0, 24.0] for i, score in enumerate(scores)],
        "coverage": (n - 1) / n,
        "width": 3.1,
    }


def outcome(config: SearchConfig) -> dict[str, Any]:
    candidate = {"name": "mean removals", "origin": "perturbation", "attributes": ["gaze", "head pose"]}
    candidate = {**candidate, "genotype": GENOTYPE.to_json(), "parameters": 1234}
    rows = [
        {
            "name": name,
            "kind": "final" if i == 0 else "network" if i == 1 else "control",
            "parameters": 1000 if "n" in name and i in (1, 2, 3) else 0,
            "seeds": 1,
            "out_of_fold": figures(name, 4.0 + 0.3 * i),
            "test": figures(name, 4.2 + 0.3 * i),
        }
        for i, name in enumerate(NAMES)
    ]
    rows.insert(2, {**rows[2], "name": "mean of 2 random architectures"})
    return {
        "schema_version": OUTCOME_SCHEMA,
        "method": config.method,
        "config": config.to_json(),
        "cohort": {"name": "simulated strong (toy) (seed 1)", "fingerprint": "f", "extractor": "simulated/x"}
        | {"simulated": True, "scale": "PHQ-8", "windows": 6, "absent": []},
        "space": {"name": SPACE.name, "hash": SPACE.content_hash, "size": SPACE.size},
        "winner": {**candidate, "genotype_hash": GENOTYPE.content_hash},
        "members": [{"fold": 0, "repeat": 0, "mean": 5.0, "spread": 3.0}],
        "scalings": [],
        "verdict": {
            "better_than_constant": True,
            "sentences": ["Better than the constant predictor."],
            "comparisons": {},
        },
        "final": {"kind": "stack", "weights": {"network": 0.7, "ridge": 0.3}},
        "leaderboard": rows,
        "short_list": [{**candidate, "seeds": 2, "mean_rmse": 4.321}],
        "warm_up": {"families": {"gaze": {"chosen": "cnn", "families": {"cnn": {"rmse": 5.0, "parameters": 9}}}}},
        "out_of_fold": predictions(18),
        "test": predictions(6),
        "budget": {"spent": {"warm-up": 60.0}, "total": 60.0},
        "nested": None,
    }


def supernet_started(unit: str, family: str = "cnn") -> tuple[str, str, dict[str, Any]]:
    settings = {"attribute": "gaze", "family": family}
    return unit, "unit_started", {"unit_kind": "warm_up", "settings": settings, "cost": 30.0, "resumed": False}


def event(time: float, unit: str | None, kind: str, values: dict[str, Any]) -> Event:
    return Event(time, kind, unit, values)


def search_events() -> list[Event]:
    """Two supernets of one family over three steps; the second's last step was reported twice."""
    weights = {"gaze.cnn.0-1": dict.fromkeys(SPACE.edge("gaze.cnn.0-1").candidates, 0.1), "gaze.family": {"cnn": 1.0}}
    found = [event(0.0, None, "session_started", {"resumed": False, "finished": 0})]
    found.append(event(1.0, None, "phase_started", {"phase": "warm-up", "part": "", "units": 2, "cost": 60.0}))
    for i, unit in enumerate(("a", "b")):
        found.append(event(2.0 + i, *supernet_started(unit)))
        for step in (1, 2, 3):
            values = {"step": step, "train": 1.0 / step + i, "validation": None if step == 1 else 2.0 + i}
            found.append(event(3.0 + i, unit, "losses", values))
            found.append(event(3.0 + i, unit, "operation_weights", {"step": step, "edges": weights}))
    found.append(event(5.0, "b", "losses", {"step": 3, "train": 9.0, "validation": 9.0}))
    worked = {"unit_kind": "warm_up", "seconds": 2.5, "reused": False}
    found += [event(6.0, unit, "unit_finished", worked) for unit in ("a", "b")]
    found.append(event(7.0, None, "phase_finished", {"phase": "warm-up", "part": "", "spent": 60.0}))
    return found


@pytest.fixture
def config() -> SearchConfig:
    return SearchConfig.preset("quick", attributes=("gaze", "head pose"), seed=4)


@pytest.fixture
def begun(tmp_path: Path, config: SearchConfig) -> Path:
    """A run with one phase behind it and no outcome."""
    folder = tmp_path / "run"
    with Run.create(folder, config.to_json(), "fingerprint", space_hash=SPACE.content_hash, seed=4) as run:
        for one in search_events()[1:]:
            run.record(one)
    return folder


@pytest.fixture
def finished(begun: Path, config: SearchConfig) -> Path:
    (begun / "outcome.json").write_text(json.dumps(outcome(config)), encoding="utf-8")
    (begun / "cohort.txt").write_text("simulated:strong:24:1", encoding="utf-8")
    return begun

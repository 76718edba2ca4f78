"""Run folders made of plain numbers, at any moment of a search."""

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from tests.core.search.report.conftest import outcome
from tests.support.tiny_cohorts import tiny_cohort

from lineament.models.architecture.facial_space import facial_space
from lineament.models.architecture.space import SearchSpace
from lineament.search.config import SearchConfig
from lineament.search.data import store_features
from lineament.search.runs import Event, Run
from lineament.search.runs.lock import RunLock

ATTRIBUTES = ("gaze", "head pose")
FAMILIES = ("cnn", "moments")
SPACE = facial_space(ATTRIBUTES, FAMILIES)


def line(event: Event) -> bytes:
    return json.dumps(event.to_json()).encode() + b"\n"


def event(time: float, kind: str, unit: str | None = None, **values: Any) -> Event:
    return Event(time, kind, unit, values)


def phase(time: float, name: str, cost: float, part: str = "") -> Event:
    return event(time, "phase_started", phase=name, part=part, units=0, cost=cost)


def over(time: float, name: str, spent: float, part: str = "") -> Event:
    return event(time, "phase_finished", phase=name, part=part, spent=spent)


def started(time: float, unit: str, kind: str, cost: float, *, resumed: bool = False, **settings: Any) -> Event:
    return event(time, "unit_started", unit, unit_kind=kind, settings=settings, cost=cost, resumed=resumed)


def finished(time: float, unit: str, kind: str, seconds: float = 1.0, *, reused: bool = False) -> Event:
    return event(time, "unit_finished", unit, unit_kind=kind, seconds=seconds, reused=reused)


def supernet(unit: str, attribute: str, family: str, at: float, losses: Sequence[float]) -> list[Event]:
    """A warm-up unit of cost 10 with a validation loss and weights at every step; not finished."""
    fold = {"count": 2, "seed": 1, "fold": 0}
    found = [started(at, unit, "warm_up", 10.0, attribute=attribute, family=family, fold=fold, repeat=0)]
    space = facial_space((attribute,), (family,))
    edge = next(e for e in space.edges if len(e.candidates) > 1)
    for step, loss in enumerate(losses, start=1):
        found.append(event(at + step, "losses", unit, step=step, train=loss / 2, validation=loss))
        lead = step / (step + 1)
        rest = (1 - lead) / (len(edge.candidates) - 1)
        weights = dict.fromkeys(edge.candidates, rest) | {edge.candidates[-1]: lead}
        found.append(event(at + step, "operation_weights", unit, step=step, edges={edge.name: weights}))
        found.append(event(at + step, "entropies", unit, step=step, edges={edge.name: 1 / step}))
        found.append(event(at + step, "unit_progress", unit, step=step, steps=len(losses)))
    return found


def joint(unit: str, space: SearchSpace, at: float) -> list[Event]:
    found = [started(at, unit, "joint", 30.0, space=space.to_json(), fold={"count": 2, "seed": 1, "fold": 1})]
    weights = {
        e.name: {name: (0.7 if i == 0 else 0.3 / (len(e.candidates) - 1)) for i, name in enumerate(e.candidates)}
        for e in space.possible()
        if len(e.candidates) > 1
    }
    found.append(event(at + 1, "losses", unit, step=1, train=0.5, validation=0.6))
    found.append(event(at + 1, "operation_weights", unit, step=1, edges=weights))
    return found


def whole_search() -> list[Event]:
    """Warm-up, joint, short list: in the order in which a search tells them."""
    found = [phase(101.0, "warm-up", 40.0)]
    for number, (attribute, family) in enumerate([("gaze", "cnn"), ("gaze", "moments"), ("head pose", "cnn")]):
        unit = f"w{number}"
        found += supernet(unit, attribute, family, 110.0 + 10 * number, [1.0, 0.8 - 0.1 * number])
        found.append(finished(118.0 + 10 * number, unit, "warm_up"))
    found += [over(140.0, "warm-up", 30.0), phase(141.0, "joint", 30.0), *joint("j", SPACE, 142.0)]
    found += [event(150.0, "time_left", seconds=33.0), finished(151.0, "j", "joint"), over(152.0, "joint", 30.0)]
    return found


@dataclass
class Folder:
    """A run's folder that a test writes as a search would."""

    path: Path
    config: SearchConfig
    lock: RunLock | None = None

    @property
    def events(self) -> Path:
        return self.path / "events.jsonl"

    def write(self, *events: Event) -> None:
        with self.events.open("ab") as stream:
            stream.writelines(line(one) for one in events)

    def hold(self) -> None:
        """Somebody works in it: this very process."""
        self.lock = RunLock(self.path / "lock")

    def let_go(self) -> None:
        if self.lock is not None:
            self.lock.release()
            self.lock = None

    def grow_old(self) -> None:
        """Nothing was written for an hour."""
        about = self.events.stat()
        os.utime(self.events, (about.st_atime - 3600, about.st_mtime - 3600))

    def finish(self, **changes: Any) -> None:
        """Leave an outcome as a finished search does."""
        facts = outcome(self.config) | changes
        (self.path / "outcome.json").write_text(json.dumps(facts), encoding="utf-8")


@pytest.fixture
def config() -> SearchConfig:
    small = {"attributes": ATTRIBUTES, "families": FAMILIES, "folds": 3, "protocol": "holdout"}
    return SearchConfig.preset("quick", seed=4, **small)


@pytest.fixture
def folder(tmp_path: Path, config: SearchConfig) -> Folder:
    """A run that was just created and left; its log holds the first event of a search."""
    features = tiny_cohort(20, 2, seed=3)
    path = tmp_path / "run"
    with Run.create(path, config.to_json(), features.fingerprint, space_hash=SPACE.content_hash, seed=4):
        pass
    store_features(features, path)
    made = Folder(path, config)
    made.events.write_bytes(line(event(100.0, "session_started", resumed=False, finished=0)))
    return made

"""What a search in a process of its own is asked, and what it answers."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from lineament.own_process import Ended
from lineament.search.preflight import Estimate

__all__ = [
    "Began",
    "Command",
    "Doing",
    "Ended",
    "Estimated",
    "Paused",
    "Purpose",
    "SearchRequest",
    "Standing",
    "Warned",
]

Purpose = Literal["search", "estimate"]
Command = Literal["pause", "go on", "finish phase", "do not finish phase", "stop"]


@dataclass(frozen=True)
class SearchRequest:
    """What is to be done, in words that travel and can be kept in a file.

    folder: of the run. cohort: as `--cohort` takes it; not needed for a run that is resumed. config: as
    `SearchConfig.to_json` has it; a resumed run has its own. workers: None takes the settings'. ray: a cluster's
    address, "" for this computer. tries: a step is tried out before the run is made.
    """

    folder: Path
    cohort: str = ""
    config: dict[str, Any] = field(default_factory=dict)
    workers: int | None = None
    ray: str = ""
    resumed: bool = False
    tries: bool = True
    purpose: Purpose = "search"

    def to_json(self) -> dict[str, Any]:
        return {**vars(self), "folder": str(self.folder)}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "SearchRequest":
        return cls(**{**data, "folder": Path(data["folder"])})


@dataclass(frozen=True)
class Doing:
    """A sentence on what goes on before the run says it itself: opening the cohort, trying a step."""

    text: str


@dataclass(frozen=True)
class Estimated:
    """What the search will take, now that a step was tried. parts: see `Trial`."""

    estimate: Estimate
    parts: int


@dataclass(frozen=True)
class Began:
    """The run is on disk; whatever happens from here on, it can be resumed."""

    folder: Path
    resumed: bool


@dataclass(frozen=True)
class Standing:
    """How far it is. share: of the budget, 0 to 1. seconds_left: None while nothing is known."""

    share: float
    phase: str
    seconds_left: float | None


@dataclass(frozen=True)
class Paused:
    """Nothing is computed; `going_on` says when that ends."""

    going_on: bool = False


@dataclass(frozen=True)
class Warned:
    """A sentence the user should see; the search goes on."""

    text: str

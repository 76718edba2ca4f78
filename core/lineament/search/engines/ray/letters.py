"""What the calling process, its connection to a Ray cluster and the cluster's machines say to each other."""

from collections.abc import Mapping
from dataclasses import dataclass

from lineament.search.runs.events import Event
from lineament.search.runs.execution import Place
from lineament.search.runs.registry import Loader
from lineament.search.runs.unit import Unit


@dataclass(frozen=True)
class Errand:
    """To a machine: run this unit.

    functions: of the registry. place: of the run, whose folder the machine cannot see. files: content by path below
    that folder of what the unit reads: what the run is, results of earlier units, its last checkpoint. versions: that
    the machine must have, by package. shift: the unit stops when this one is over.
    """

    unit: Unit
    functions: Mapping[str, str]
    place: Place
    files: Mapping[str, bytes]
    versions: Mapping[str, str]
    shift: int


@dataclass(frozen=True)
class Send:
    """To the connection: have this errand run. `attempt` is its number; `loader` gives the data that units read."""

    attempt: int
    errand: Errand
    loader: Loader | None


@dataclass(frozen=True)
class EndShift:
    """To the connection: units of shifts up to this one save and stop."""

    shift: int


@dataclass(frozen=True)
class Drop:
    """To the connection: nobody waits for this attempt any more."""

    attempt: int


@dataclass(frozen=True)
class Joined:
    """From the connection, its first word: this process belongs to the cluster, which has so many cores."""

    cores: int


@dataclass(frozen=True)
class Refused:
    """From the connection, its first word: why it does not, and what to do."""

    what: str
    remedy: str


@dataclass(frozen=True)
class Cores:
    """From the connection, every few seconds: cores that the cluster has. Silence means that it is gone."""

    count: int


@dataclass(frozen=True)
class Broken:
    """From the connection, its last word."""

    reason: str


@dataclass(frozen=True)
class Letter:
    """From the connection: what attempt `attempt` says. content: an `Event`, `Saved`, `Done`, `Lost`, or `Stopped` and
    `Failed` of a pool's worker."""

    attempt: int
    content: object


@dataclass(frozen=True)
class Saved:
    """The unit has saved: its checkpoint file."""

    checkpoint: bytes


@dataclass(frozen=True)
class Done:
    """The unit is finished. files: of its result, by name; event: its last one, true once they are on disk."""

    files: Mapping[str, bytes]
    event: Event


@dataclass(frozen=True)
class Lost:
    """The attempt has ended without a word. machine: together with its whole machine, which is no fault of the unit."""

    reason: str
    machine: bool

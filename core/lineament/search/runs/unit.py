"""A unit of work: what is computed, known by a hash of everything that decides its result."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from lineament.search.runs.plain import canonical_hash, plain

Array = npt.NDArray[np.generic]


@dataclass(frozen=True)
class Unit:
    """One idempotent piece of a search. Units of equal kind and settings are the same unit, done once.

    kind: the name under which a `Registry` knows the function that runs it, e.g. "warm_up".
    settings: everything that decides the result (fold, seed index, genotype, budget, keys of earlier units it reads),
        as JSON. Copied in, with tuples and arrays as lists.
    cost: what it is expected to take, in any currency in which units of one kind compare; for the time left alone.
    """

    kind: str
    settings: Mapping[str, Any]
    cost: float = field(default=1.0, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "settings", plain(self.settings))

    @cached_property
    def key(self) -> str:
        """blake2b over kind and settings, 24 hexadecimal digits: the unit's name on disk."""
        return canonical_hash({"kind": self.kind, "settings": self.settings})

    def __hash__(self) -> int:
        return hash(self.key)

    def to_json(self) -> dict[str, Any]:
        return {"kind": self.kind, "settings": dict(self.settings), "cost": self.cost}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Unit":
        return cls(data["kind"], data["settings"], data["cost"])


def derived_seed(run_seed: int, key: str) -> int:
    """A unit's own seed, 0 to 2**63 - 1, from the run's seed and the unit's key (blake2b).

    It depends on nothing else, so order and number of workers do not change results.
    """
    digest = hashlib.blake2b(f"{run_seed}:{key}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") >> 1


@dataclass(frozen=True)
class UnitResult:
    """What a unit found: `values` as JSON, `arrays` by name. Read from disk wherever it was made."""

    unit_key: str
    values: Mapping[str, Any]
    arrays: Mapping[str, Array]

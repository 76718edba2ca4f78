"""How systems are compared: protocol, folds, recipe and level, the same for all of them; two presets."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from lineament.evaluation.errors import EvaluationError
from lineament.search.config import SearchConfig

PROTOCOLS = ("official", "nested-cv")
SEARCH_BUDGETS = {"quick": 2_600, "standard": 24_000}
"""Training steps of the search inside each outer fold."""


@dataclass(frozen=True)
class EvaluationSettings:
    """All that decides what is measured, but for which systems and how many seeds: these may grow in the same folder.

    preset: "quick" or "standard". seconds: of every session that are used; crop_seconds: of simulated sessions whose
    faces are drawn. outer_folds: of nested cross-validation;
    inner_folds: one of so many grouped folds of an outer fold's learners is its dev. level: of the intervals. seed:
    everything random follows from it. search_budget: training steps of the search inside each outer fold.
    """

    protocol: str = "official"
    preset: str = "standard"
    seed: int = 0
    seconds: float = 480.0
    crop_seconds: float = 60.0
    outer_folds: int = 5
    inner_folds: int = 5
    level: float = 0.8
    search_budget: int = SEARCH_BUDGETS["standard"]
    search: SearchConfig = field(default_factory=SearchConfig)

    def __post_init__(self) -> None:
        if self.protocol not in PROTOCOLS:
            raise EvaluationError(
                f'there is no protocol "{self.protocol}"', remedy=f"Choose one of: {', '.join(PROTOCOLS)}."
            )

    @classmethod
    def of_preset(cls, protocol: str, *, quick: bool = False, search_budget: int | None = None) -> "EvaluationSettings":
        """quick: 120 s of every session, three folds and short trainings, to try the machinery out."""
        name = "quick" if quick else "standard"
        budget = SEARCH_BUDGETS[name] if search_budget is None else search_budget
        if not quick:
            return cls(protocol, search_budget=budget)
        search = SearchConfig.preset("quick")
        return cls(protocol, name, 0, search.seconds, 16.0, 3, 3, search_budget=budget, search=search)

    def to_json(self) -> Mapping[str, Any]:
        """Plain JSON, for the run's description; `search.workers` and the like are those of the preset."""
        return {"kind": "evaluation", **asdict(self), "search": self.search.to_json()}

"""What a system offers to be compared: a name, what it reads, and one unit of work a training.

A unit's result says, in its arrays, `rows` int64[n] (dev's and the test's, in any order) and `predictions` float64[n]
on the scale, and in its values `parameters`: how many numbers were learnt. Everything after that is the same for all.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

from lineament.evaluation.errors import EvaluationError
from lineament.search.runs.unit import Unit

if TYPE_CHECKING:
    from lineament.evaluation.bench import Bench
    from lineament.evaluation.deals import Deal
    from lineament.features.cohort_features import CohortFeatures

FEATURES, CROPS, RECORDINGS = "features", "crops", "recordings"
WORDS = {FEATURES: "channels of recordings", CROPS: "face crops", RECORDINGS: "whole recordings"}


@dataclass(frozen=True, eq=False)
class Offer:
    """What a cohort gives systems to read: its features, and which views there are of its sessions. why: for a view
    that is missing, the reason and a remedy."""

    features: "CohortFeatures"
    views: frozenset[str]
    why: Mapping[str, tuple[str, str]] = field(default_factory=dict)


class System(ABC):
    """name: as `--models` takes it. title: in tables. control: what others have to beat. ranks: False for a constant.
    needs: which views of a cohort it reads. functions: of its kinds of units, "package.module:name"."""

    name: str
    title: str
    control: bool = False
    ranks: bool = True
    needs: frozenset[str] = frozenset({FEATURES})
    functions: ClassVar[Mapping[str, str]]

    def check(self, offer: Offer) -> None:
        """Raises `EvaluationError` in one sentence where the cohort is not what the system reads."""
        for view in sorted(self.needs - offer.views):
            reason, remedy = offer.why.get(view, ("gives none", f"Leave {self.name} out of --models."))
            raise EvaluationError(
                f"{self.name} reads {WORDS[view]} and cohort {offer.features.name} {reason}", remedy=remedy
            )

    def prepare(self, bench: "Bench") -> None:
        """What has to be done before units can be made, by units of its own; most systems have nothing to do."""
        return

    @abstractmethod
    def unit(self, bench: "Bench", deal: "Deal") -> Unit:
        """One training. Equal units are one: whatever does not depend on the seed leaves it out of the settings."""

    @property
    def note(self) -> str:
        """What a reader of the table should know of it; a sentence or nothing."""
        return ""

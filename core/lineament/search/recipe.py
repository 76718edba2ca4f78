"""How a network is trained: the same for every architecture, every control and every supernet of a search."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

from lineament.search.settings import check_settings, from_settings, setting


@dataclass(frozen=True)
class Recipe:
    """One training recipe; all values are our choice, for cohorts of a hundred persons.

    Windows of a batch are drawn from the whole session, so that they are augmentation. The rate falls along a cosine
    from `rate` to `last_rate`.
    """

    steps: int = setting(300, "optimiser steps of a standalone architecture", low=1, high=100_000)
    persons: int = setting(24, "sessions in a batch", low=1, high=1024)
    windows: int = setting(12, "windows of each session in a batch", low=1, high=64)
    rate: float = setting(3e-3, "AdamW's first rate", low=1e-6, high=1.0)
    last_rate: float = setting(1e-4, "AdamW's last rate", low=0.0, high=1.0)
    weight_decay: float = setting(0.3, "AdamW's weight decay", low=0.0, high=10.0)
    clip: float = setting(5.0, "longest gradient", low=1e-3)
    huber: float = setting(1.0, "where the loss turns linear, in standard deviations of the score", low=1e-3)
    auxiliary: float = setting(0.1, "weight of the heads on every attribute alone", low=0.0, high=10.0)
    behaviour: float = setting(0.0, "weight of true behaviour parameters, where simulated", low=0.0, high=100.0)
    drop_attribute: float = setting(0.1, "share of attributes dropped", low=0.0, high=0.9)
    drop_token: float = setting(0.05, "share of token features dropped", low=0.0, high=0.9)
    drop_session: float = setting(0.1, "share of session features dropped", low=0.0, high=0.9)
    drop_channel: float = setting(0.3, "share of channels dropped from moments", low=0.0, high=0.9)
    warm_share: float = setting(0.2, "share of the rate for warm weights in the joint phase", low=0.0, high=1.0)
    tuning_share: float = setting(0.1, "share of the rate while edges are decided", low=0.0, high=1.0)
    validation_windows: int = setting(12, "most windows of a session a supernet is validated on", low=1, high=1000)

    def __post_init__(self) -> None:
        check_settings(self)

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Raises `SearchError` for names a recipe does not have and values out of bounds."""
        recipe: Self = from_settings(cls, data, "the recipe")
        return recipe

"""The settings of a search, and presets of them."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Self

from lineament.models.architecture.facial_space import ATTRIBUTES, FAMILIES, REPRESENTATIONS
from lineament.search.errors import SearchError
from lineament.search.recipe import Recipe
from lineament.search.settings import Setting, check_settings, describe, from_settings, group, setting
from lineament.search.strategies.registry import DEFAULT_METHOD, METHODS, Method

PROTOCOLS = ("official", "nested-cv", "holdout")
DEVICES = ("auto", "cpu", "cuda")


@dataclass(frozen=True)
class SearchConfig:
    """Everything that decides what a search finds, and (device, workers) where it runs.

    The budget is in units of one optimiser step of one standalone architecture of four attributes (see `budget`).
    """

    method: str = setting(DEFAULT_METHOD, "search method", choices=tuple(METHODS))
    budget: int = setting(70_000, "training steps of one architecture that the whole search may cost", low=1)
    seed: int = setting(0, "seed of everything random", low=0, high=2**31)
    protocol: str = setting("official", "who is tested on", choices=PROTOCOLS)
    attributes: tuple[str, ...] = setting(ATTRIBUTES, "facial attributes searched over", choices=ATTRIBUTES)
    families: tuple[str, ...] = setting(FAMILIES, "families of extractors searched over", choices=FAMILIES)
    representations: tuple[str, ...] = setting(
        REPRESENTATIONS, "how the input may enter CNNs and GNNs", choices=REPRESENTATIONS
    )
    seconds: float = setting(480.0, "seconds of every session that are used", low=10.0)
    folds: int = setting(5, "grouped folds of the short list and the final ensemble", low=2, high=50)
    repeats: int = setting(2, "seeds of the short list and the final ensemble", low=1, high=50)
    search_folds: int = setting(3, "grouped folds of warm-up and joint search", low=2, high=20)
    search_repeats: int = setting(1, "seeds of warm-up and joint search", low=1, high=20)
    outer_folds: int = setting(5, "folds that nested cross-validation or a holdout tests on", low=2, high=50)
    short_list: int = setting(16, "most architectures that are retrained for the decision", low=2, high=500)
    rivals: bool = setting(True, "let the hand-designed network and single attributes win, which are controls anyway")
    random_candidates: int = setting(6, "random architectures of the shrunk space on the short list", low=0, high=200)
    random_controls: int = setting(5, "random architectures whose mean is a control", low=1, high=100)
    tuning_steps: int = setting(20, "steps of tuning after an edge is decided", low=0, high=1000)
    warm_up: str = setting("auto", "shrink the space per attribute first", choices=("auto", "yes", "no"))
    joint: bool = setting(True, "search all extractors together with the fusion cell")
    selection: str = setting("method", "how operations are chosen", choices=("method", "perturbation", "argmax"))
    fusion_search: bool = setting(True, "search the fusion cell; otherwise attended tokens are summed")
    attention: bool = setting(True, "learn attention; otherwise attributes and windows weigh alike")
    level: float = setting(0.8, "level of the intervals", low=0.5, high=0.99)
    width: int = setting(12, "features inside the extractors' cells", low=2, high=256)
    token: int = setting(24, "size of an attribute's token", low=2, high=512)
    attention_width: int = setting(12, "hidden features of the attentions", low=1, high=256)
    device: str = setting("auto", "where networks are trained", choices=DEVICES)
    workers: int = setting(0, "processes that train at the same time; 0 takes the number of cores", low=0, high=1024)
    recipe: Recipe = group(Recipe)  # noqa: RUF009

    def __post_init__(self) -> None:
        check_settings(self)
        # the usual order, so that equal choices are equal settings
        object.__setattr__(self, "attributes", tuple(a for a in ATTRIBUTES if a in self.attributes))
        object.__setattr__(self, "families", tuple(f for f in FAMILIES if f in self.families))
        object.__setattr__(self, "representations", tuple(r for r in REPRESENTATIONS if r in self.representations))
        if self.method_facts.differentiable and not self.joint and not self.warms_up:
            raise SearchError(
                f"{self.method} without warm-up and without joint search has nothing left to search with",
                remedy="Leave one of the two on, or use the method random.",
            )

    @property
    def method_facts(self) -> Method:
        return METHODS[self.method]

    @property
    def warms_up(self) -> bool:
        """Whether the space is shrunk first: differentiable methods do unless told not to, black boxes if told to."""
        return self.warm_up == "yes" or (self.warm_up == "auto" and self.method_facts.differentiable)

    @property
    def selects_by(self) -> str:
        """ "perturbation" or "argmax"."""
        if self.selection != "method":
            return self.selection
        return self.method_facts.selection or "perturbation"

    @property
    def device_name(self) -> str:
        """ "cpu" or "cuda"; "auto" is the CPU, where single small networks are no slower than on a GPU."""
        return "cuda" if self.device == "cuda" else "cpu"

    def require_device(self) -> None:
        """Raises `SearchError` for a device that is not there."""
        if self.device_name == "cpu":
            return
        import torch

        if not torch.cuda.is_available():
            raise SearchError(
                "there is no CUDA device that this installation can use",
                remedy="Search with the device auto or cpu, or install the gpu build of torch.",
            )

    def with_changes(self, **changes: Any) -> Self:
        return replace(self, **changes)

    def to_json(self) -> dict[str, Any]:
        return {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(self).items()}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Raises `SearchError` for names it does not have and values out of bounds."""
        config: Self = from_settings(cls, data, "the search")
        return config

    @classmethod
    def preset(cls, name: str, **changes: Any) -> Self:
        """Raises `SearchError` for a preset that is not there."""
        if name not in PRESETS:
            raise SearchError(f'there is no preset "{name}"', remedy=f"Choose one of: {', '.join(PRESETS)}.")
        return cls(**{**PRESETS[name], **changes})


SETTINGS: tuple[Setting, ...] = describe(SearchConfig)
"""One description of every setting: command line, form and file are made from it."""

RAY = Setting("ray", "text", "", "Ray cluster that computes: auto for the one of this machine, or HOST:PORT")
"""Which machines compute. It is described as settings are and yet none of them: a search that goes on elsewhere, or on
this computer alone (""), is the same search, so no run's description holds it."""

PRESETS: dict[str, dict[str, Any]] = {
    "quick": {
        "budget": 3_500,
        "seconds": 120.0,
        "folds": 3,
        "repeats": 1,
        "search_repeats": 1,
        "short_list": 8,
        "random_candidates": 1,
        "random_controls": 2,
        "tuning_steps": 3,
        "recipe": Recipe(steps=60, persons=16, windows=6),
    },
    "standard": {},
    "thorough": {
        "budget": 600_000,
        "repeats": 5,
        "search_repeats": 3,
        "short_list": 40,
        "random_candidates": 12,
        "random_controls": 10,
        "tuning_steps": 40,
    },
}
"""quick: a minute or two on some 40 persons of two minutes. standard: within half an hour on two cores for 142 persons.
thorough: what else there is to gain, overnight."""

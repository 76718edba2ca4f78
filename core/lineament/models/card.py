"""The model card: what a model was trained on, how well it does beside simple predictors, and what it cannot do."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Self

from lineament.datasets.scales import SCALES, Scale
from lineament.models.reliability import Reliability
from lineament.version import __version__


@dataclass(frozen=True)
class Estimate:
    """A figure with its 95 % bootstrap interval over persons."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.value:.2f} ({self.low:.2f} to {self.high:.2f})"


@dataclass(frozen=True)
class Metrics:
    """One predictor on the test persons; r and ccc are None for a constant."""

    rmse: Estimate
    mae: Estimate
    ccc: Estimate | None
    r: Estimate | None

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        def optional(name: str) -> Estimate | None:
            return Estimate(**data[name]) if data[name] is not None else None

        return cls(Estimate(**data["rmse"]), Estimate(**data["mae"]), optional("ccc"), optional("r"))


@dataclass(frozen=True)
class Comparison:
    """Systems trained and tested alike, as a table. rows: (system, one figure a column or None)."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[Estimate | None, ...]], ...]
    note: str = ""

    def __post_init__(self) -> None:
        for system, figures in self.rows:
            if len(figures) != len(self.columns):
                raise ValueError(f"{system} has {len(figures)} figures for {len(self.columns)} columns")

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Raises `KeyError`, `TypeError` or `ValueError` when something is missing or of another kind."""
        rows = tuple(
            (str(system), tuple(Estimate(**figure) if figure is not None else None for figure in figures))
            for system, figures in data["rows"]
        )
        return cls(str(data["title"]), tuple(data["columns"]), rows, str(data["note"]))


@dataclass(frozen=True)
class ModelCard:
    """What the card in `model.json` holds and `MODEL_CARD.md` says.

    trained_on: extractor of the training recordings. test: metrics by predictor ("network", "ridge", "constant").
    rmse_gain: constant's RMSE less the network's. reachable_share: share of the oracle's gain over the constant, by
    predictor, where an oracle exists. coverage: share of test persons inside the interval, by usable seconds. absent:
    input channels that the training recordings did not have and the model does not read. architecture: the choices of
    the genotype where a search found it. comparison: this model beside others trained and tested alike. reliability:
    predictions for test persons in bins; cards of earlier versions have none.
    """

    name: str
    kind: str
    summary_line: str
    scale: Scale
    trained_on: str
    trained_on_simulated: bool
    data: str
    persons: Mapping[str, int]
    settings: Mapping[str, Any]
    test: Mapping[str, Metrics]
    rmse_gain: Estimate
    ridge_gain: Estimate
    oracle: Mapping[str, float]
    reachable_share: Mapping[str, float]
    level: float
    coverage: Mapping[str, Mapping[str, float]]
    limits: tuple[str, ...]
    parameters: int
    licence: str = "Apache-2.0"
    app_version: str = __version__
    utc_time: str = ""
    notes: tuple[str, ...] = field(default_factory=tuple)
    absent: tuple[str, ...] = ()
    architecture: Mapping[str, str] = field(default_factory=dict)
    comparison: Comparison | None = None
    reliability: Reliability | None = None

    def summary(self) -> str:
        """One line for a list of models."""
        return f"{self.name} ({self.scale.name}; {self.summary_line})"

    def to_json(self) -> dict[str, Any]:
        """Without `reliability` where there is none: earlier versions read such cards."""
        facts = {**asdict(self), "scale": self.scale.name}
        if self.reliability is None:
            del facts["reliability"]
        return facts

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Raises `KeyError`, `TypeError` or `ValueError` when something is missing or of another kind."""
        facts = dict(data)
        facts["scale"] = SCALES[facts["scale"]]
        facts["test"] = {name: Metrics.from_json(metrics) for name, metrics in facts["test"].items()}
        facts["rmse_gain"] = Estimate(**facts["rmse_gain"])
        facts["ridge_gain"] = Estimate(**facts["ridge_gain"])
        for name in ("limits", "notes", "absent"):
            facts[name] = tuple(facts.get(name, ()))
        if facts.get("comparison") is not None:
            facts["comparison"] = Comparison.from_json(facts["comparison"])
        if facts.get("reliability") is not None:
            facts["reliability"] = Reliability.from_json(facts["reliability"])
        return cls(**facts)

    def markdown(self) -> str:
        """The card as a page."""
        from lineament.models.card_page import card_page

        return card_page(self)

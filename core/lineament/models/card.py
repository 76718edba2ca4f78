"""The model card: what a model was trained on, how well it does beside simple predictors, and what it cannot do."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Self

from lineament.datasets.scales import SCALES, Scale
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
class ModelCard:
    """What `model card.json` holds and `MODEL_CARD.md` says.

    trained_on: extractor of the training recordings. test: metrics by predictor ("network", "ridge", "constant").
    rmse_gain: constant's RMSE less the network's. reachable_share: share of the oracle's gain over the constant, by
    predictor, where an oracle exists. coverage: share of test persons inside the interval, by usable seconds.
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

    def summary(self) -> str:
        """One line for a list of models."""
        return f"{self.name} ({self.scale.name}; {self.summary_line})"

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "scale": self.scale.name}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Raises `KeyError`, `TypeError` or `ValueError` when something is missing or of another kind."""
        facts = dict(data)
        facts["scale"] = SCALES[facts["scale"]]
        facts["test"] = {name: Metrics.from_json(metrics) for name, metrics in facts["test"].items()}
        facts["rmse_gain"] = Estimate(**facts["rmse_gain"])
        facts["ridge_gain"] = Estimate(**facts["ridge_gain"])
        for name in ("limits", "notes"):
            facts[name] = tuple(facts[name])
        return cls(**facts)

    def markdown(self) -> str:
        """The card as a page."""
        return "\n".join(
            [
                f"# {self.name}",
                "",
                f"{self.summary_line[0].upper()}{self.summary_line[1:]}. "
                "Research use only: a model estimate, not a diagnosis.",
                "",
                *self._facts(),
                "",
                "## How well it does",
                "",
                *self._results(),
                "",
                "## Limits",
                "",
                *(f"- {limit}" for limit in self.limits),
                "",
                "## How it was made",
                "",
                *(f"- {name}: {value}" for name, value in self.settings.items()),
                *(f"- {note}" for note in self.notes),
                "",
            ]
        )

    def _facts(self) -> list[str]:
        persons = ", ".join(f"{count} {name}" for name, count in self.persons.items())
        return [
            "| | |",
            "|---|---|",
            f"| kind | {self.kind}, {self.parameters:,} parameters |",
            f"| scale | {self.scale.name}, {self.scale.low} to {self.scale.high} |",
            f"| trained on | {self.data} |",
            f"| extractor | {self.trained_on} |",
            f"| persons | {persons} |",
            f"| licence | {self.licence} |",
            f"| made by | Lineament {self.app_version}, {self.utc_time} |",
        ]

    def _results(self) -> list[str]:
        rows = [
            f"{self.persons.get('test', 0)} persons that took no part in training, 95 % bootstrap intervals.",
            "",
            "| predictor | RMSE | MAE | CCC | r | share of the reachable gain |",
            "|---|---|---|---|---|---|",
        ]
        for name, m in self.test.items():
            share = f"{self.reachable_share[name]:.0%}" if name in self.reachable_share else "-"
            rows.append(f"| {name} | {m.rmse} | {m.mae} | {m.ccc or '-'} | {m.r or '-'} | {share} |")
        rows += [
            "",
            f"RMSE below the constant predictor's by {self.rmse_gain}; below ridge's by {self.ridge_gain}.",
            "",
            f"Interval at level {self.level:.0%} (split conformal):",
            "",
            "| usable seconds | coverage on test persons | mean width |",
            "|---|---|---|",
        ]
        rows += [f"| {s} | {c['coverage']:.1%} | {c['width']:.1f} |" for s, c in self.coverage.items()]
        if self.oracle:
            figures = ", ".join(f"{name} {value:.2f}" for name, value in self.oracle.items())
            rows += ["", f"Oracle (linear, knows every session's true behaviour parameters): {figures}."]
        return rows

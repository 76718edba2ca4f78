"""Train the hand-designed model from a cohort to a card: the one function behind `lineament train`."""

import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch  # noqa: TID253

from lineament.datasets.cohort import SPLITS, Cohort
from lineament.models.calibration import CALIBRATED_AT_S, LEVEL, MIN_PERSONS
from lineament.models.card import ModelCard
from lineament.models.hand_designed import KIND, HandDesignedModel
from lineament.models.intervals import ConformalTable
from lineament.models.network import NetworkShape
from lineament.progress import CancelToken, EventSink, ignore_events
from lineament.provenance import utc_now
from lineament.simulation import simulate_cohort
from lineament.simulation.parameters import CUES
from lineament.training.baselines import RidgeBaseline, session_statistics
from lineament.training.card_figures import coverage_table, limits_of, oracle_figures, reachable_share, reliability_of
from lineament.training.data import fit_scaling, load_persons
from lineament.training.epochs import identity_of
from lineament.training.evaluation import Held, hold_out
from lineament.training.loop import LoopSettings, TrainedNetwork, train_network
from lineament.training.metrics import measure, rmse_gain
from lineament.training.splits import with_four_splits

LEAST_PERSONS = dict.fromkeys(SPLITS, MIN_PERSONS)


@dataclass(frozen=True)
class TrainingConfig:
    """All that decides a training run. cohort: a folder, or None for simulated persons made on the way.

    persons: how many simulated persons each split gets. seconds: how much of each session is used.
    """

    seed: int = 0
    cohort: Path | None = None
    persons: tuple[tuple[str, int], ...] = (("train", 2400), ("dev", 400), ("calibration", 500), ("test", 700))
    seconds: float = 480.0
    networks: int = 1
    threads: int = 1
    shape: NetworkShape = field(default_factory=NetworkShape)
    loop: LoopSettings = field(default_factory=LoopSettings)
    name: str = "hand-designed"

    def to_json(self) -> dict[str, Any]:
        """All that decides the weights, as plain values; threads are left out, which a run may change."""
        plain = asdict(self)
        del plain["threads"]
        return plain | {"cohort": str(self.cohort) if self.cohort is not None else None}

    @classmethod
    def quick(cls, seed: int = 0, cohort: Path | None = None) -> "TrainingConfig":
        """Under a minute, to try the machinery; the model is a poor one."""
        return cls(
            seed=seed,
            cohort=cohort,
            persons=(("train", 120), ("dev", 40), ("calibration", 60), ("test", 60)),
            seconds=120.0,
            networks=1,
            shape=NetworkShape(width=16, token=24),
            loop=LoopSettings(epochs=4, batch=32),
            name="hand-designed (quick)",
        )


def train_hand_designed(
    config: TrainingConfig,
    cancel: CancelToken | None = None,
    sink: EventSink = ignore_events,
    *,
    cohort: Cohort | None = None,
    checkpoint: Path | None = None,
) -> HandDesignedModel:
    """Simulate or read the persons, train the ensemble, calibrate its intervals, measure it beside its baselines.

    The test persons are touched once, at the end. cohort: with its four splits, instead of the one the settings name.
    checkpoint: a folder for a file a network, written after every epoch and gone on from when it is there. Raises
    `DatasetError` when the cohort cannot be used, `ModelError` when a checkpoint is damaged or another training's,
    `StorageError`, `Cancelled`.
    """
    cancel = cancel or CancelToken()
    torch.set_num_threads(config.threads)
    started = time.monotonic()
    cohort = cohort or training_cohort(config, cancel, sink)
    train = load_persons(cohort.split("train"), config.seconds, cancel, sink, "preparing training persons")
    dev = load_persons(cohort.split("dev"), config.seconds, cancel, sink, "preparing dev persons")
    scaling = fit_scaling(train, config.seed)
    identity = identity_of(config.to_json(), cohort.identity()) if checkpoint is not None else ""
    members = [
        train_network(
            train, dev, scaling, config.shape, config.loop, config.seed + i, i, cancel, sink,
            checkpoint=checkpoint / f"network-{i + 1}.safetensors" if checkpoint is not None else None,
            identity=identity,
        )
        for i in range(config.networks)
    ]  # fmt: skip
    ridge = RidgeBaseline(session_statistics(train), train.scores, session_statistics(dev), dev.scores)
    mean, sd = float(train.scores.mean()), float(train.scores.std())
    blank = ConformalTable(LEVEL, (1.0,), (0.0,), (0.0,))
    model = HandDesignedModel(
        config.shape, [m.network for m in members], scaling, mean, sd, blank, _blank_card(config, cohort)
    )
    del train, dev
    times = tuple(t for t in CALIBRATED_AT_S if t <= config.seconds)
    calibration = hold_out(
        model, ridge, cohort.split("calibration"), config.seconds, times, cancel, sink, "calibrating"
    )
    residuals = [calibration.scores - calibration.estimates[:, k] for k in range(len(times))]
    model.conformal = ConformalTable.calibrate(LEVEL, times, residuals)
    test = hold_out(model, ridge, cohort.split("test"), config.seconds, times, cancel, sink, "testing")
    minutes = (time.monotonic() - started) / 60
    model.card = _card(config, cohort, model, members, ridge, test, times, minutes)
    return model


def training_cohort(config: TrainingConfig, cancel: CancelToken, sink: EventSink) -> Cohort:
    """The cohort with its four person-disjoint splits.

    A folder's own train, dev and test splits are kept; where it has no calibration persons, a quarter of its training
    persons become them.
    """
    if config.cohort is not None:
        from lineament.datasets.folder import open_cohort

        return with_four_splits(open_cohort(config.cohort), config.seed, LEAST_PERSONS)[0]
    total = sum(count for _, count in config.persons)
    simulated = simulate_cohort(total, seed=config.seed, seconds=config.seconds, cancel=cancel, sink=sink)
    cohort = Cohort.from_simulation(simulated)
    names = np.repeat([name for name, _ in config.persons], [count for _, count in config.persons])
    return cohort.with_session_splits([str(name) for name in names])


def _blank_card(config: TrainingConfig, cohort: Cohort) -> ModelCard:
    from lineament.models.card import Estimate

    nothing = Estimate(0.0, 0.0, 0.0)
    return ModelCard(
        name=config.name,
        kind=KIND,
        summary_line="",
        scale=cohort.scale,
        trained_on=cohort.extractor,
        trained_on_simulated=cohort.simulated,
        data=cohort.name,
        persons={},
        settings={},
        test={},
        rmse_gain=nothing,
        ridge_gain=nothing,
        oracle={},
        reachable_share={},
        level=LEVEL,
        coverage={},
        limits=limits_of(cohort.simulated),
        parameters=0,
    )


def _card(
    config: TrainingConfig,
    cohort: Cohort,
    model: HandDesignedModel,
    members: list[TrainedNetwork],
    ridge: RidgeBaseline,
    test: Held,
    times: tuple[float, ...],
    minutes: float,
) -> ModelCard:
    constant = np.full(len(test.scores), model.target_mean)
    network = test.estimates[:, -1]
    predictors = {"network": network, "ridge on statistics": test.ridge, "constant": constant}
    best = oracle_figures(cohort.name)
    return ModelCard(
        name=config.name,
        kind=KIND,
        summary_line="trained on simulated behaviour" if cohort.simulated else f"trained on {cohort.name}",
        scale=cohort.scale,
        trained_on=cohort.extractor,
        trained_on_simulated=cohort.simulated,
        data=cohort.name,
        persons={name: sum(s.split == name for s in cohort.sessions) for name in SPLITS},
        settings=_settings(config, members, ridge, minutes),
        test={name: measure(p, test.scores, constant=name == "constant") for name, p in predictors.items()},
        rmse_gain=rmse_gain(network, constant, test.scores),
        ridge_gain=rmse_gain(network, test.ridge, test.scores),
        oracle=best,
        reachable_share=reachable_share(predictors, test.scores, best),
        level=LEVEL,
        coverage=coverage_table(model.conformal, model.card.scale, test.estimates, test.scores, times),
        reliability=reliability_of(model.conformal, model.card.scale, test.estimates, test.scores, times),
        limits=limits_of(cohort.simulated),
        parameters=sum(p.numel() for m in members for p in m.network.parameters()),
        utc_time=utc_now(),
        notes=("The test persons were used once, after everything else was fixed.",),
    )


def _settings(
    config: TrainingConfig, members: list[TrainedNetwork], ridge: RidgeBaseline, minutes: float
) -> dict[str, object]:
    return {
        "seed": config.seed,
        "networks": config.networks,
        "seconds of each session": config.seconds,
        "crops": "random, 20 s to the whole session",
        "auxiliary targets in training": f"the {len(CUES)} true behaviour parameters (simulated persons only)",
        "last layer": "refitted by ridge regression after training",
        "loop": asdict(config.loop),
        "shape": config.shape.to_json(),
        "epochs run": [len(m.history) for m in members],
        "dev RMSE": [round(m.dev_rmse, 4) for m in members],
        "ridge penalty": ridge.penalty,
        "minutes": round(minutes, 1),
    }

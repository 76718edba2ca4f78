"""Train MPDRM from a cohort of repeated visits to a card."""

import time
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

import numpy as np
import torch  # noqa: TID253

from lineament.datasets.cohort import SPLITS, Cohort
from lineament.errors import DatasetError
from lineament.features.sources import hash_of
from lineament.models.calibration import LEVEL, MIN_PERSONS
from lineament.models.card import Estimate, ModelCard
from lineament.models.intervals import ConformalTable
from lineament.models.mpdrm.model import KIND, MpdrmModel
from lineament.models.mpdrm.movement import WINDOW_S
from lineament.models.mpdrm.shape import MpdrmShape
from lineament.progress import CancelToken, EventSink, ignore_events
from lineament.provenance import utc_now
from lineament.simulation import simulate_cohort
from lineament.training.baselines import RidgeBaseline
from lineament.training.card_figures import coverage_table, limits_of
from lineament.training.mpdrm.data import MovementData, fit_movement_scaling, load_visits
from lineament.training.mpdrm.evaluation import (
    HeldVisits,
    change_statistics,
    gain_by_person,
    hold_out_visits,
    measures,
    one_visit_each,
    visit_statistics,
)
from lineament.training.mpdrm.loop import MpdrmLoop, TrainedMpdrm, train_visits

CALIBRATED_AT_S = (30.0, 45.0, 60.0, 90.0, 120.0, 180.0, 300.0, 450.0)
SHARES = {"train": 0.55, "dev": 0.1, "calibration": 0.15, "test": 0.2}
LIMITS = (
    "A person's habits and lasting illness look alike: what is taken away as habit may be a part of the illness.",
    "Habits are known from earlier recordings alone; camera, seat and light that stayed the same count as habit too.",
)

TAUGHT = "In training the network learned the simulated persons' true behaviour beside their scores."


@dataclass(frozen=True)
class MpdrmConfig:
    """All that decides a training run. seconds: how much of each session is used. checkpoint, cache: folders for the
    state of an unfinished training and for series that were read, or None. device: "cpu" or what torch calls it."""

    seed: int = 0
    seconds: float = 180.0
    threads: int = 1
    device: str = "cpu"
    shape: MpdrmShape = field(default_factory=MpdrmShape)
    loop: MpdrmLoop = field(default_factory=MpdrmLoop)
    name: str = "MPDRM"
    checkpoint: Path | None = None
    cache: Path | None = None

    @classmethod
    def small(cls, seed: int = 0) -> "MpdrmConfig":
        """For two cores: some minutes for 200 persons with three visits each, once the sessions are read."""
        return cls(seed=seed, name="MPDRM (small)")

    @classmethod
    def full(cls, seed: int = 0) -> "MpdrmConfig":
        """For a GPU: wide layers, more windows of longer sessions."""
        loop = MpdrmLoop(person_epochs=10, epochs=20, patience=6, batch=64, windows=8)
        return cls(seed=seed, seconds=480.0, device="cuda", shape=MpdrmShape.full(), loop=loop, name="MPDRM (full)")


def simulated_visits(persons: int, seed: int = 0, seconds: float = 180.0, cancel: CancelToken | None = None) -> Cohort:
    """A simulated cohort of up to four visits a person, its persons dealt to the four splits."""
    made = simulate_cohort(persons, "longitudinal", seed, seconds=seconds, cancel=cancel)
    return Cohort.from_simulation(made).with_splits(SHARES, seed)


def train_mpdrm(
    cohort: Cohort, config: MpdrmConfig, cancel: CancelToken | None = None, sink: EventSink = ignore_events
) -> MpdrmModel:
    """Train on the cohort's train persons, choose on its dev persons, calibrate intervals, measure on test persons.

    The splits are the cohort's own and share no person; without calibration persons a quarter of the training persons
    become them. A run that was cancelled and has a checkpoint folder goes on from its last epoch. Raises `DatasetError`
    when the cohort cannot be used, `ModelError` when the loss is no number, `RecordingError`, `StorageError`,
    `Cancelled`.
    """
    cancel = cancel or CancelToken()
    torch.set_num_threads(config.threads)
    started = time.monotonic()
    cohort = with_calibration(cohort, config.seed)
    train, dev = _read(cohort, config, cancel, sink)
    read_s = time.monotonic() - started
    scaling = fit_movement_scaling(train, config.seed)
    behaviours = train.behaviour.shape[1] if train.behaviour is not None and config.loop.auxiliary > 0 else 0
    shape = replace(config.shape, auxiliary=behaviours)
    trained = train_visits(
        train, dev, scaling, shape, config.loop, config.seed, cancel, sink,
        checkpoint=_checkpoint_of(config, cohort), device=config.device,
    )  # fmt: skip
    ridges = _Ridges.fit(train, dev)
    mean, sd = float(train.scores.mean()), max(float(train.scores.std()), 1e-6)
    blank = ConformalTable.whole_scale(LEVEL, cohort.scale)
    card = _blank_card(config, cohort, train.absent)
    model = MpdrmModel(shape, trained.network, scaling, mean, sd, blank, card)
    trained_s = time.monotonic() - started - read_s
    del train, dev
    times = tuple(t for t in CALIBRATED_AT_S if t <= config.seconds) or (config.seconds,)
    held = hold_out_visits(model, cohort.split("calibration"), config.seconds, times, cancel, sink, "calibrating")
    rows = one_visit_each(held.persons, config.seed)
    residuals = [held.scores[rows] - held.estimates[rows, k] for k in range(len(times))]
    model.conformal = ConformalTable.calibrate(LEVEL, times, residuals)
    test = hold_out_visits(model, cohort.split("test"), config.seconds, times, cancel, sink, "testing")
    minutes = {"reading sessions": round(read_s / 60, 1), "training": round(trained_s / 60, 1)}
    model.card = _card(model, config, cohort, trained, ridges, test, times, minutes)
    return model


def with_calibration(cohort: Cohort, seed: int) -> Cohort:
    """The cohort with all four splits; raises `DatasetError` when a split is too small or persons are shared."""
    cohort.check_person_disjoint()
    splits = [session.split for session in cohort.sessions]
    if "calibration" not in splits:
        persons = sorted({s.person_id for s in cohort.sessions if s.split == "train"})
        order = np.random.default_rng(seed).permutation(len(persons))[: max(len(persons) // 4, 1)]
        chosen = {persons[int(i)] for i in order}
        splits = ["calibration" if s.person_id in chosen else s.split for s in cohort.sessions]
        cohort = cohort.with_session_splits(splits)
    for name in SPLITS:
        persons = sorted({s.person_id for s in cohort.sessions if s.split == name})
        if len(persons) < MIN_PERSONS:
            raise DatasetError(
                f"cohort {cohort.name} has {len(persons)} {name} persons, at least {MIN_PERSONS} are needed",
                remedy="Use a larger cohort, or deal its persons to the splits in other shares.",
            )
    return cohort


def _read(
    cohort: Cohort, config: MpdrmConfig, cancel: CancelToken, sink: EventSink
) -> tuple[MovementData, MovementData]:
    train = load_visits(
        cohort.split("train"), config.seconds, cancel, sink, "reading training sessions", cache=config.cache
    )
    dev = load_visits(
        cohort.split("dev"), config.seconds, cancel, sink, "reading dev sessions",
        cache=config.cache, absent=train.absent,
    )  # fmt: skip
    return train, dev


def _checkpoint_of(config: MpdrmConfig, cohort: Cohort) -> Path | None:
    """A file of its own for every way to train, so that no run takes up another's state."""
    if config.checkpoint is None:
        return None
    how = [config.seed, config.seconds, config.shape.to_json(), asdict(config.loop), config.device, cohort.identity()]
    return config.checkpoint / f"mpdrm-{hash_of(how)}.safetensors"


@dataclass(frozen=True, eq=False)
class _Ridges:
    """What the network must beat: ridge on a visit's statistics, and on these with their change between visits."""

    plain: RidgeBaseline
    knowing: RidgeBaseline

    @classmethod
    def fit(cls, train: MovementData, dev: MovementData) -> "_Ridges":
        x, x_dev = visit_statistics(train), visit_statistics(dev)
        changed = change_statistics(x, train.persons, train.visits)
        changed_dev = change_statistics(x_dev, dev.persons, dev.visits)
        return cls(
            RidgeBaseline(x, train.scores, x_dev, dev.scores),
            RidgeBaseline(changed, train.scores, changed_dev, dev.scores),
        )


def _blank_card(config: MpdrmConfig, cohort: Cohort, absent: tuple[str, ...]) -> ModelCard:
    nothing = Estimate(0.0, 0.0, 0.0)
    return ModelCard(
        name=config.name,
        kind=KIND,
        summary_line="trained on simulated behaviour" if cohort.simulated else f"trained on {cohort.name}",
        scale=cohort.scale,
        trained_on=cohort.extractor,
        trained_on_simulated=cohort.simulated,
        data=cohort.name,
        persons={name: len({s.person_id for s in cohort.sessions if s.split == name}) for name in SPLITS},
        settings={},
        test={},
        rmse_gain=nothing,
        ridge_gain=nothing,
        oracle={},
        reachable_share={},
        level=LEVEL,
        coverage={},
        limits=(*limits_of(cohort.simulated), *LIMITS),
        parameters=0,
        absent=absent,
    )


def _card(
    model: MpdrmModel,
    config: MpdrmConfig,
    cohort: Cohort,
    trained: TrainedMpdrm,
    ridges: _Ridges,
    test: HeldVisits,
    times: tuple[float, ...],
    minutes: dict[str, float],
) -> ModelCard:
    predictors = {
        "network": test.estimates[:, -1],
        "network without earlier visits": test.alone,
        "ridge on statistics": ridges.plain.predict(test.statistics),
        "ridge on statistics and their change": ridges.knowing.predict(test.change),
        "constant": np.full(len(test.scores), model.baseline),
    }
    network, persons = predictors["network"], test.persons
    return replace(
        model.card,
        settings=_settings(config, cohort, trained, test, minutes),
        test=measures(predictors, test.scores, persons),
        rmse_gain=gain_by_person(network, predictors["constant"], test.scores, persons),
        ridge_gain=gain_by_person(network, predictors["ridge on statistics"], test.scores, persons),
        coverage=coverage_table(model.conformal, cohort.scale, test.estimates, test.scores, times),
        parameters=model.parameters,
        utc_time=utc_now(),
        notes=(
            "A reimplementation after Liu et al. 2025 (Neurocomputing 632, 129669), of which the abstract was at hand; "
            "what it leaves open was chosen here.",
            "Every test visit is scored, knowing the person's earlier visits and not their scores; figures' intervals "
            "are from draws of persons. The test persons were used once, after everything else was fixed.",
            "Intervals come from one visit of each calibration person. No oracle is given: that of the simulation "
            "knows one session at a time.",
            *([TAUGHT] if model.shape.auxiliary else []),
        ),
    )


def _settings(
    config: MpdrmConfig, cohort: Cohort, trained: TrainedMpdrm, test: HeldVisits, minutes: dict[str, float]
) -> dict[str, object]:
    aucs = [e.dev_auc for e in trained.history if e.dev_auc is not None]
    return {
        "seed": config.seed,
        "seconds of each session": config.seconds,
        "windows": f"{WINDOW_S:g} s, half of each shared with the next",
        "sessions": {name: sum(s.split == name for s in cohort.sessions) for name in SPLITS},
        "loop": asdict(config.loop),
        "shape": trained.network.shape.to_json(),
        "last layer": f"refitted by ridge regression after training, penalty {trained.penalty:.3g}",
        "epochs run": len(trained.history),
        "dev RMSE": round(trained.dev_rmse, 4),
        "dev persons told apart (AUC of two visits of one against two persons)": round(aucs[-1], 3) if aucs else None,
        "mean share taken away as habit on test visits": round(float(test.habit_share.mean()), 3),
        "minutes": minutes,
    }

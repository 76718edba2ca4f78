"""One step tried out on the cohort and the device of a search: whether it works, how long it takes, what it needs.

Two networks are tried: the hand-designed one, whose step is the budget's unit, and the widest supernet, which needs the
most memory.
"""

import math
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from lineament.errors import ModelError
from lineament.features.cohort_features import CohortFeatures
from lineament.models.architecture.space import SearchSpace
from lineament.progress import CancelToken, ignore_events
from lineament.search.budget import BATCH_WINDOWS, step_cost
from lineament.search.candidates import hand_designed
from lineament.search.config import SearchConfig
from lineament.search.data import SearchData
from lineament.search.errors import SearchError
from lineament.search.preflight import Estimate, Rate, estimate, rate_of_runs, size_in, workers_of
from lineament.search.runs.context import DEFAULT_POLICY, UnitContext
from lineament.search.runs.execution import MOST_PARTS, free_memory, lacked_memory
from lineament.search.runs.results import UnitFolder
from lineament.search.runs.unit import UnitResult
from lineament.search.search import parts_of, whole_space
from lineament.search.work import folds_of

STEPS = 4
"""Timed after one that is not: the first allocates."""


@dataclass(frozen=True)
class Trial:
    """seconds: of a unit of the budget. memory: bytes that one process held at the most, on the GPU where that
    computes. parts: batches had to be computed in so many, because memory did not suffice for whole ones."""

    seconds: float
    memory: float
    parts: int
    device: str

    @property
    def rate(self) -> Rate:
        return Rate(self.seconds, f"a step of the standard network took {1000 * self.seconds:.0f} ms here")


def try_step(features: CohortFeatures, config: SearchConfig, cancel: CancelToken) -> Trial:
    """Train a few steps and throw them away.

    Raises `SearchError` when memory does not suffice for one session at a time, `ModelError` when a loss is no number,
    `DatasetError` for a cohort that cannot be split as asked, `Cancelled`.
    """
    from lineament.search.engines.threads import one_thread

    data = SearchData(features)
    hand = hand_designed(config.attributes).space
    parts = 1
    with one_thread(), tempfile.TemporaryDirectory() as scratch:
        while True:
            try:
                seconds = _seconds_of_step(data, config, hand, parts, Path(scratch), cancel)
                _seconds_of_step(data, config, whole_space(config), parts, Path(scratch), cancel, steps=1)
                break
            except (MemoryError, RuntimeError) as error:
                if not lacked_memory(error):
                    raise
            if parts >= MOST_PARTS:
                raise SearchError(
                    f"memory does not suffice for one step of training on {config.device_name}",
                    remedy="Close other programs, or use fewer windows of a session or narrower networks.",
                )
            parts *= 2
            free_memory()
    batch = config.recipe.persons * config.recipe.windows / BATCH_WINDOWS
    return Trial(seconds / (batch * step_cost(hand)), _memory(config.device_name), parts, config.device_name)


def full_estimate(
    features: CohortFeatures, config: SearchConfig, workers: int | None, runs: Path | None, cancel: CancelToken
) -> tuple[Estimate, int]:
    """Try a step and say what the search will take; with the number of parts batches had to be computed in.

    runs: a folder of earlier runs, whose speed is believed rather than the step's. Raises what `try_step` does.
    """
    trial = try_step(features, config, cancel)
    rate = rate_of_runs(runs, config.device_name) if runs is not None else None
    found = estimate(config, size_in(features, config), workers_of(config, workers), rate, trial)
    return found, trial.parts


def _seconds_of_step(
    data: SearchData,
    config: SearchConfig,
    space: SearchSpace,
    parts: int,
    scratch: Path,
    cancel: CancelToken,
    steps: int = STEPS,
) -> float:
    """Median seconds of a step of the network of `space` with even operation weights."""
    from lineament.models.architecture.network import even_weights
    from lineament.search.phases.common import make_bench

    context = UnitContext(
        key="trial",
        seed=config.seed,
        cancel=cancel,
        data=data,
        folder=UnitFolder(scratch, "trial"),
        sink=ignore_events,
        dependency=_no_other_unit,
        policy=DEFAULT_POLICY,
    )
    context.parts = parts
    bench = make_bench(context, _settings(config), space)
    device = bench.training.sessions.device
    weights = {edge: values.to(device) for edge, values in even_weights(space).items()}
    taken = []
    for _ in range(steps + 1):
        cancel.raise_if_cancelled()
        started = time.perf_counter()
        loss = bench.training.step(weights)
        taken.append(time.perf_counter() - started)
        if not math.isfinite(loss):
            raise ModelError(
                f"the loss of a first step of training is {loss}",
                remedy="Look for values without bound among the cohort's features.",
            )
    return sorted(taken[1:])[len(taken[1:]) // 2]


def _no_other_unit(key: str) -> UnitResult:
    raise KeyError(key)


def _settings(config: SearchConfig) -> dict[str, object]:
    """What `make_bench` reads of a unit's settings."""
    widths = {"width": config.width, "token": config.token, "attention": config.attention_width, "behaviours": 0}
    settings: dict[str, object] = {
        "part": parts_of(config)[0].to_json(),
        "fold": folds_of(config, "search", config.search_folds)[0].to_json(),
        "recipe": config.recipe.to_json(),
        "widths": widths,
        "attention": config.attention,
    }
    return settings if config.device_name == "cpu" else {**settings, "device": config.device_name}


def _memory(device: str) -> float:
    """Bytes this process has held at the most, on the GPU where that computes."""
    import torch

    if device != "cpu":
        return float(torch.cuda.max_memory_allocated())
    if sys.platform == "win32":
        return 0.0
    import resource

    held = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return float(held if sys.platform == "darwin" else 1024 * held)

"""What a search will take, said before it starts: time from a measured speed and the plan's units, and memory.

The speed is that of earlier runs on this machine where there are any, else of a step tried out (`preflight_trial`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from lineament.search.config import SearchConfig
from lineament.search.plan import MOST_STEPS, Plan, Size
from lineament.search.runs.events import read_events
from lineament.search.runs.run import EVENTS, FACTS

if TYPE_CHECKING:
    from lineament.features.cohort_features import CohortFeatures
    from lineament.search.preflight_trial import Trial

RUNS_READ = 3
FEWEST_UNITS = 5
"""Finished pieces of work below which an earlier run says nothing of the speed."""
SPREAD = (0.8, 1.5)
"""Times lie within these shares of what the speed says, in our trials on two cores (our choice, not a bound)."""


@dataclass(frozen=True)
class Rate:
    """Seconds that a unit of the budget takes one worker, and where that is known from, in words."""

    seconds: float
    source: str


@dataclass(frozen=True)
class Estimate:
    """units: of the budget, at most. seconds: None while no speed is known. memory: bytes of all processes, None while
    nothing was tried. workers: that compute at the same time."""

    units: float
    workers: int
    seconds: float | None = None
    source: str = ""
    memory: float | None = None

    @property
    def words(self) -> str:
        """One or two sentences."""
        work = f"{self.units:,.0f} steps of training on {_count(self.workers, 'process', 'processes')}"
        if self.seconds is None:
            return f"{work}. How long that takes is not known yet: no step was timed on this machine."
        low, high = (in_words(share * self.seconds) for share in SPREAD)
        time = low if low == high else f"{low} to {high}"
        memory = "" if self.memory is None else f" About {self.memory / 2**30:.1f} GiB of memory."
        return f"About {time}: {work} ({self.source}).{memory}"


def estimate(
    config: SearchConfig, size: Size, workers: int, rate: Rate | None, trial: "Trial | None" = None
) -> Estimate:
    """Of a search of `config` on a cohort of `size`, with so many workers at the same time.

    trial: gives the memory, and the speed where no earlier run gives it.
    """
    units = expected_units(config, size)
    if rate is None and trial is not None:
        rate = trial.rate
    memory = None if trial is None else trial.memory * (workers + (1 if workers > 1 else 0))
    if rate is None:
        return Estimate(units, workers, memory=memory)
    return Estimate(units, workers, units * rate.seconds / workers, rate.source, memory)


def workers_of(config: SearchConfig, asked: int | None = None) -> int:
    """How many units will be computed at once on this computer. asked: instead of the settings' number."""
    from lineament.search.engines.choosing import cores

    if config.device_name != "cpu":
        return 1
    return (config.workers if asked is None else asked) or cores()


def expected_units(config: SearchConfig, size: Size) -> float:
    """The budget, or less where the phases cannot use all of it."""
    plan = Plan(config, size)
    most = plan.reserved + plan.short_list(config.short_list)
    if not config.method_facts.differentiable:
        return float(config.budget)
    if config.warms_up:
        most += plan.warm_up(MOST_STEPS, learns=True) + plan.families(3, config.search_repeats)
    if config.joint:
        most += plan.joint(plan.dearest_space, MOST_STEPS, learns=True)
    parts = 1 + config.outer_folds if config.protocol == "nested-cv" else 1
    return min(float(config.budget), parts * most)


def size_of(config: SearchConfig, splits: Sequence[str]) -> Size:
    """Of a cohort whose sessions have these splits, as the protocol deals them."""
    windows = int(config.seconds // 10)
    if config.protocol == "official":
        test = sum(split == "test" for split in splits)
        pool = sum(split in ("train", "dev") for split in splits)
        return Size(pool, test, windows)
    test = round(len(splits) / config.outer_folds)
    return Size(len(splits) - test, test, windows)


def size_in(features: "CohortFeatures", config: SearchConfig) -> Size:
    """Of an opened cohort; raises `DatasetError` where it cannot be split as the protocol asks."""
    from lineament.search.data import SearchData
    from lineament.search.search import parts_of

    rows = SearchData(features).part(parts_of(config)[0])
    return Size(len(rows.pool), len(rows.test), features.present.shape[1])


def rate_of_runs(folder: Path, device: str) -> Rate | None:
    """Speed of the newest runs in a folder of runs that computed on this very machine and device, None without one."""
    from lineament.search.report.environment import read_environment, same_machine

    runs = [path.parent for path in folder.glob(f"*/{FACTS}")]
    here = [run for run in runs if same_machine(read_environment(run), device)]
    newest = sorted(here, key=lambda run: (run / FACTS).stat().st_mtime, reverse=True)[:RUNS_READ]
    found = [one for run in newest if (one := _speed(run / EVENTS)) is not None]
    if not found:
        return None
    seconds, cost = sum(one[0] for one in found), sum(one[1] for one in found)
    return Rate(seconds / cost, f"timed in {_count(len(found), 'earlier run', 'earlier runs')} on this machine")


def _speed(events: Path) -> tuple[float, float] | None:
    """Seconds and cost of the units that one session computed from beginning to end."""
    costs: dict[str, float] = {}
    seconds = cost = 0.0
    finished = 0
    for event in read_events(events):
        if event.kind == "unit_started" and event.unit is not None and not event.values["resumed"]:
            costs[event.unit] = float(event.values["cost"])
        elif event.kind == "unit_finished" and event.unit in costs and not event.values["reused"]:
            seconds, cost, finished = seconds + event.values["seconds"], cost + costs.pop(event.unit), finished + 1
    return (seconds, cost) if finished >= FEWEST_UNITS and cost > 0 else None


def in_words(seconds: float) -> str:
    """For example "40 seconds", "12 minutes", "3.5 hours": two figures are all that is known."""
    if seconds < 90:
        return _count(max(round(seconds, -1 if seconds > 20 else 0), 1), "second", "seconds")
    if seconds < 5400:
        return _count(round(seconds / 60), "minute", "minutes")
    hours = seconds / 3600
    return f"{hours:.1f} hours" if hours < 10 else f"{hours:.0f} hours"


def _count(number: float, one: str, many: str) -> str:
    return f"{number:.0f} {one if round(number) == 1 else many}"

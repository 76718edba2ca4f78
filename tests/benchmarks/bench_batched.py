"""Steps a second of K trainings as one batched model beside the same trainings one after the other, in one run.

    python -m tests.benchmarks batched

A step of K trainings counts K. On a GPU K = 1, 9 and 45 (nine seeds of five folds); on the CPU, where nothing is
expected of it, K = 1 and 3 on one core. The hand-designed network and one with a graph, at the usual widths and recipe,
drawing and scaling of batches included. There is no budget: on a GPU this has not been run yet.
"""

import time
from collections.abc import Callable

import numpy as np
import torch

from lineament.datasets.scales import PHQ8
from lineament.features.channels import N_CHANNELS, N_POINTS
from lineament.features.cohort_features import CohortFeatures
from lineament.features.points import N_POINT_FEATURES
from lineament.features.statistics import session_statistics
from lineament.features.windows import WINDOW_BINS
from lineament.models.architecture.facial_space import facial_space
from lineament.models.architecture.network import Widths, build_network, only_weights
from lineament.models.architecture.space import SearchSpace
from lineament.search.batched.training import BatchedTraining
from lineament.search.batches import Sessions
from lineament.search.candidates import hand_designed
from lineament.search.data import Fold, Part, SearchData
from lineament.search.phases.common import Bench
from lineament.search.recipe import Recipe
from lineament.search.training import WeightTraining

PERSONS, WINDOWS, FOLDS = 60, 12, 5
ATTRIBUTES = ("action units", "gaze", "head pose")
PART, RECIPE = Part("nested-cv", 0), Recipe()


def _cohort() -> CohortFeatures:
    """Noise: what is in the numbers changes no time."""
    rng = np.random.default_rng(0)
    values = rng.standard_normal((PERSONS, WINDOWS, WINDOW_BINS, N_CHANNELS), dtype=np.float32)
    return CohortFeatures(
        values=values,
        points=rng.standard_normal((PERSONS, WINDOWS, N_POINTS, N_POINT_FEATURES), dtype=np.float32),
        present=np.ones((PERSONS, WINDOWS), dtype=bool),
        statistics=np.stack([session_statistics(session) for session in values]),
        scores=rng.integers(0, 25, PERSONS).astype(np.float64),
        person_ids=tuple(f"p{i}" for i in range(PERSONS)),
        session_ids=tuple(f"s{i}" for i in range(PERSONS)),
        splits=("train",) * PERSONS,
        absent=(),
        name="noise",
        extractor="none",
        simulated=True,
        scale=PHQ8,
        fingerprint="noise",
    )


def _with_graph() -> SearchSpace:
    """Action units on a graph of themselves, the other attributes by hand."""
    choices = dict(hand_designed(ATTRIBUTES).genotype.to_json())
    choices = {edge: name for edge, name in choices.items() if not edge.startswith("action units.")}
    cell = {"input": "series", "graph": "correlation", "0-1": "gcn", "0-2": "gat", "1-2": "sage"}
    choices |= {"action units.family": "gnn"} | {f"action units.gnn.{edge}": name for edge, name in cell.items()}
    space = facial_space(ATTRIBUTES)
    return space.only(space.genotype(choices))


def _bench(data: SearchData, space: SearchSpace, place: int, device: str) -> Bench:
    fitted, held = data.fold(PART, Fold(FOLDS, 0, place % FOLDS))
    graphs = {a: {k: torch.from_numpy(g) for k, g in kinds.items()} for a, kinds in data.graphs(fitted).items()}
    network = build_network(space, graphs, Widths(), place).to(device)
    sessions = Sessions(data.resident(device)[0], None, data.features.present, data.scalings(fitted))
    return Bench(WeightTraining(network, sessions, fitted, data.part(PART).targets, RECIPE, place), fitted, held)


def _steps_a_second(step: Callable[[], object], device: str, seconds: float, warm_up: int) -> float:
    for _ in range(warm_up):
        step()
    _wait(device)
    started, steps = time.perf_counter(), 0
    while time.perf_counter() - started < seconds:
        step()
        _wait(device)
        steps += 1
    return steps / (time.perf_counter() - started)


def _wait(device: str) -> None:
    if device != "cpu":
        torch.cuda.synchronize()


def _compare(data: SearchData, space: SearchSpace, count: int, device: str, seconds: float) -> tuple[float, float, str]:
    """Trainings' steps a second together and one by one, and why no graph was captured, if so."""
    weights = {name: values.to(device) for name, values in only_weights(space).items()}
    alone = [_bench(data, space, place, device) for place in range(count)]
    reasons: list[str] = []
    training = BatchedTraining([_bench(data, space, place, device) for place in range(count)], warn=reasons.append)

    def one_by_one() -> None:
        for bench in alone:
            bench.training.step(weights)

    separate = _steps_a_second(one_by_one, device, seconds, 2)
    together = _steps_a_second(lambda: training.step(weights), device, seconds, 5)
    return count * together, count * separate, "".join(reasons)


def rows() -> list[tuple[str, str, str, bool]]:
    torch.set_num_threads(1)
    on_gpu = torch.cuda.is_available()
    device = "cuda" if on_gpu else "cpu"
    where = torch.cuda.get_device_name() if on_gpu else "CPU, one core"
    counts, seconds = ((1, 9, 45), 5.0) if on_gpu else ((1, 3), 1.0)
    data, table = SearchData(_cohort()), []
    for what, space in (("by hand", hand_designed(ATTRIBUTES).space), ("with a graph", _with_graph())):
        for count in counts:
            together, separate, reason = _compare(data, space, count, device, seconds)
            measured = f"{together:.1f} against {separate:.1f} steps/s one by one: {together / separate:.1f}x"
            table.append(
                (
                    f"trainings {what}, {count} at once ({where})",
                    measured + (f"; no graph: {reason}" if reason else ""),
                    "",
                    True,
                )
            )
    return table

"""Which engine a device and a number of workers ask for, and which device there is."""

import os
from pathlib import Path

from lineament.search.engines.engine import Engine
from lineament.search.engines.inline import InlineEngine
from lineament.search.engines.pool import PoolEngine
from lineament.search.runs.context import DEFAULT_POLICY, SavePolicy
from lineament.search.runs.errors import RunError

_CGROUP_LIMIT = Path("/sys/fs/cgroup/cpu.max")


def choose_engine(
    device: str, workers: int | None = None, policy: SavePolicy = DEFAULT_POLICY, ray: str = ""
) -> Engine:
    """An engine for units that compute on `device` ("cpu", "cuda", "cuda:1"), as `choose_device` names it.

    A GPU belongs to one process, the calling one, and trains runs of one architecture together. On the CPU there is one
    process a core; `workers` asks for another number, 0 for none but the calling one. With `ray` ("auto" or HOST:PORT)
    the machines of that cluster compute, one unit a core or `workers` units at once. Raises `RunError` for a negative
    number, and for a cluster that cannot be used.
    """
    if workers is not None and workers < 0:
        raise RunError(f"there cannot be {workers} workers", remedy="Give 0 or more, or leave it out for one a core.")
    if ray:
        return _on_cluster(ray, device, workers, policy)
    if device != "cpu":
        from lineament.search.batched.engine import BatchedEngine

        return BatchedEngine(policy)
    if workers == 0:
        return InlineEngine(policy)
    return PoolEngine(workers or cores(), policy)


def _on_cluster(address: str, device: str, workers: int | None, policy: SavePolicy) -> Engine:
    if device != "cpu":
        raise RunError(
            f"the machines of a Ray cluster compute on their CPUs, not on {device}",
            remedy="Choose the device cpu, or search on this machine's GPU without --ray.",
        )
    from lineament.search.engines.ray import RayEngine

    return RayEngine(address, None if workers is None else max(workers, 1), policy)


def choose_device(wanted: str) -> str:
    """The device `wanted` names: "auto" is the first GPU where there is one, else the CPU.

    Raises `RunError` when it is not there.
    """
    import torch

    gpus = torch.cuda.device_count() if torch.cuda.is_available() else 0
    if wanted == "auto":
        return "cuda:0" if gpus else "cpu"
    there = {"cpu", *(f"cuda:{i}" for i in range(gpus)), *(("cuda",) if gpus else ())}
    if wanted not in there:
        raise RunError(
            f"this machine has no device {wanted}", remedy=f"Choose one of: auto, {', '.join(sorted(there))}."
        )
    return wanted


def cores() -> int:
    """Cores this process may use: more workers than that take turns and are many times slower."""
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(allowed, _container_limit())


def _container_limit() -> int:
    """Whole cores that a Linux container grants; very many where it does not say."""
    try:
        quota, period = _CGROUP_LIMIT.read_text().split()
        return max(1, int(quota) // int(period))
    except (OSError, ValueError):
        return 1 << 16

"""The machine and the versions a run was worked on with: what a reader needs to rule out confounders."""

import json
import os
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from lineament.provenance import utc_now
from lineament.storage import write_atomically
from lineament.version import __version__

ENVIRONMENT = "environment.json"
_PACKAGES = ("torch", "numpy", "scipy", "scikit-learn", "mapie", "optuna", "torch_geometric")


def record_environment(folder: Path, device: str, workers: int) -> None:
    """Add this session to `environment.json` in a run's folder, once for every different machine or installation.

    device: cpu or cuda; workers: units that run at once. Raises `StorageError`.
    """
    here = {**_machine(device), "workers": workers}
    sessions = read_environment(folder)
    if not any({**session, "since": None} == {**here, "since": None} for session in sessions):
        sessions.append({**here, "since": utc_now()})
        write_atomically(folder / ENVIRONMENT, json.dumps(sessions, indent=1).encode())


def same_machine(sessions: list[dict[str, Any]], device: str) -> bool:
    """Whether the last session of a run was worked on with this machine, this device and these versions."""
    here = _machine(device)
    return bool(sessions) and all(sessions[-1].get(name) == value for name, value in here.items())


def read_environment(folder: Path) -> list[dict[str, Any]]:
    """The sessions that `record_environment` kept, oldest first; none where the file is missing or damaged."""
    try:
        found = json.loads((folder / ENVIRONMENT).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return []
    return [session for session in found if isinstance(session, dict)] if isinstance(found, list) else []


def _machine(device: str) -> dict[str, Any]:
    return {
        "device": _device_name(device),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "processor": _processor(),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "lineament": __version__,
        "packages": {name: found for name in _PACKAGES if (found := _version(name))},
    }


def _device_name(device: str) -> str:
    if device == "cpu":
        return "cpu"
    import torch

    return f"{device} ({torch.cuda.get_device_name(0)})"


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""

"""On a machine of the cluster: one unit as a Ray task, in a folder of its own, with one thread."""

import platform
import warnings
from collections.abc import Callable, Mapping
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from lineament.progress import Cancelled, CancelToken
from lineament.search.engines.ray.letters import Done, Errand
from lineament.search.engines.ray.mail import Mail
from lineament.search.engines.threads import one_thread
from lineament.search.engines.worker import Failed, Stopped
from lineament.search.runs.errors import RunError
from lineament.search.runs.events import Event
from lineament.search.runs.execution import execute_unit
from lineament.search.runs.registry import Loader, Registry
from lineament.search.runs.results import UnitFolder
from lineament.search.runs.run import UNITS, Run
from lineament.version import __version__

_SHIPPED: dict[str, Any] = {}
"""Ray's reference to the data of the present errand, by a name for it: a process reads each once (`shipped`)."""


def run_errand(attempt: int, errand: Errand, data: Mapping[str, Any], post: Any) -> None:
    """Body of the Ray task. data: reference to what the registry's loader gave, by a name for it; empty without one.

    Everything there is to say goes through `post`: a task's return value would be lost with its machine.
    """
    cancel = CancelToken()
    with TemporaryDirectory(prefix="lineament-") as name:
        folder = Path(name)
        _unpack(errand.files, folder)
        unit_folder = UnitFolder(folder / UNITS, errand.unit.key)
        with Mail(post, attempt, errand.shift, unit_folder.checkpoint, cancel) as mail:
            mail.say(_done(errand, folder, data, cancel, mail.say))


def _done(
    errand: Errand, folder: Path, data: Mapping[str, Any], cancel: CancelToken, say: Callable[[object], None]
) -> Done | Stopped | Failed:
    last: list[Event] = []

    def hear(event: Event) -> None:
        if event.kind == "unit_finished":
            last.append(event)  # it is true when the result has arrived, so it travels with it
        else:
            say(_with_machine(event))

    try:
        _require_equal(errand.versions)
        with one_thread(), warnings.catch_warnings():
            # Ray's shared memory cannot be written to, and no unit writes to its data
            warnings.filterwarnings("ignore", message="The given NumPy array is not writable")
            place = replace(errand.place, folder=folder)
            registry = Registry(errand.functions, _loader(data))
            execute_unit(errand.unit, registry, place, cancel, hear, Run.view(folder).result)
    except Cancelled:
        return Stopped()
    except Exception as error:  # noqa: BLE001 - it is raised again in the calling process
        failed = Failed.of(error)
        return replace(failed, path=errand.place.folder) if failed.path == folder else failed
    return Done(_result_files(UnitFolder(folder / UNITS, errand.unit.key)), last[0])


def versions() -> dict[str, str]:
    """What has to be the same on all machines; Ray itself sees to Python and Ray."""
    return {"Lineament": __version__, **{name: version(name).split("+")[0] for name in ("torch", "numpy", "scipy")}}


def _require_equal(wanted: Mapping[str, str]) -> None:
    here = versions()
    for name, number in wanted.items():
        if here[name] != number:
            raise RunError(
                f"the machine {platform.node()} of the Ray cluster has {name} {here[name]}, this one has {number}",
                remedy="Install the same versions on every machine of the cluster, then resume the run.",
            )


def _loader(data: Mapping[str, Any]) -> Loader | None:
    _SHIPPED.clear()
    _SHIPPED.update(data)
    return next((Loader(f"{__name__}:shipped", {"name": name}) for name in data), None)


def shipped(name: str) -> object:
    """The data of a search, its arrays in the memory that all processes of a machine share."""
    import ray

    return ray.get(_SHIPPED[name])


def _with_machine(event: Event) -> Event:
    if event.kind != "unit_started":
        return event
    return replace(event, values={**event.values, "machine": platform.node()})


def _unpack(files: Mapping[str, bytes], folder: Path) -> None:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def _result_files(folder: UnitFolder) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.path.iterdir() if path.name != "unit.json"}

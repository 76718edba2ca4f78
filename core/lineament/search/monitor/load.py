"""How busy the machine is while a search runs: processor, memory, and a GPU where torch has one open already."""

import sys
from dataclasses import dataclass


@dataclass(frozen=True)
class LoadSample:
    """time: seconds since 1970. Shares 0 to 1; memory in bytes. Those of the run are its process with its workers, None
    where it is not known which that is; those of the GPU are None where none is open in this process."""

    time: float
    processor: float
    memory: int
    memory_total: int
    run_processor: float | None = None
    run_memory: int | None = None
    gpu_memory: int | None = None
    gpu_total: int | None = None


class LoadMeter:
    """Measures since its last call, so the first sample's shares are those since the meter was made."""

    def __init__(self) -> None:
        import psutil  # type: ignore[import-untyped]

        self._psutil = psutil
        self._processes: dict[int, object] = {}
        psutil.cpu_percent(None)

    def sample(self, now: float, pid: int | None) -> LoadSample:
        """The machine, and the process `pid` with its children where it is still there."""
        memory = self._psutil.virtual_memory()
        busy = self._psutil.cpu_percent(None) / 100
        run_busy, run_memory = self._tree(pid) if pid is not None else (None, None)
        gpu = gpu_memory()
        return LoadSample(now, busy, memory.total - memory.available, memory.total, run_busy, run_memory, *gpu)

    def _tree(self, pid: int) -> tuple[float | None, int | None]:
        """Processor share of the whole machine, and memory, of a process and its children."""
        try:
            family = [self._psutil.Process(pid)]
            family += family[0].children(recursive=True)
            known = {one.pid: self._processes.get(one.pid, one) for one in family}
            self._processes = known
            busy = sum(one.cpu_percent(None) for one in known.values())  # type: ignore[attr-defined]
            size = sum(one.memory_info().rss for one in known.values())  # type: ignore[attr-defined]
        except self._psutil.Error:  # it ended meanwhile, or belongs to somebody else
            return None, None
        return busy / 100 / (self._psutil.cpu_count() or 1), size


def gpu_memory() -> tuple[int | None, int | None]:
    """Bytes in use and in all of the GPU that torch has open here; torch is not loaded for it."""
    torch = sys.modules.get("torch")
    if torch is None or not torch.cuda.is_available() or not torch.cuda.is_initialized():
        return None, None
    free, total = torch.cuda.mem_get_info()
    return int(total - free), int(total)

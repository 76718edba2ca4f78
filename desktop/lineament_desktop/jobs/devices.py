"""Where a search may compute: the processor and the graphics cards, with free memory, found without loading torch."""

import importlib.util
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

GIB = 2**30
QUERY = ("--query-gpu=name,memory.free,memory.total", "--format=csv,noheader,nounits")
PATIENCE_S = 5.0


@dataclass(frozen=True)
class Device:
    """name: as the setting `device` has it. words: for people. reason: why it cannot be used, "" where it can."""

    name: str
    words: str
    reason: str = ""


def list_devices() -> list[Device]:
    """The processor first; a card that torch could not use stands there with the reason. Takes up to some seconds."""
    return [_processor(), *_cards()]


def _processor() -> Device:
    import psutil  # type: ignore[import-untyped]

    from lineament.search.engines.choosing import cores

    memory = psutil.virtual_memory()
    free, total = memory.available / GIB, memory.total / GIB
    return Device("cpu", f"CPU, {cores()} cores, {free:.1f} of {total:.0f} GiB free")


def _cards() -> list[Device]:
    tool = shutil.which("nvidia-smi")
    if tool is None:
        return [Device("cuda", "Graphics card (CUDA)", "No NVIDIA card was found on this computer.")]
    try:
        said = subprocess.run([tool, *QUERY], capture_output=True, text=True, timeout=PATIENCE_S, check=True).stdout
    except (OSError, subprocess.SubprocessError):
        return [Device("cuda", "Graphics card (CUDA)", "The driver of the NVIDIA card does not answer.")]
    reason = "" if _torch_has_cuda() else "This installation's torch is built for the CPU alone."
    # torch computes on the first card; the others are named so that nobody looks for them
    return [_card(line, reason, first=number == 0) for number, line in enumerate(said.splitlines()) if line.strip()]


def _card(line: str, reason: str, *, first: bool) -> Device:
    name, *numbers = (part.strip() for part in line.split(","))
    known = len(numbers) == 2 and all(number.isdecimal() for number in numbers)
    memory = f", {int(numbers[0]) / 1024:.1f} of {int(numbers[1]) / 1024:.0f} GiB free" if known else ""
    return Device("cuda", f"{name}{memory}", reason or ("" if first else "Searches compute on the first card."))


def _torch_has_cuda() -> bool:
    """Read from torch's own note of how it was built: loading it takes seconds."""
    found = importlib.util.find_spec("torch")
    if found is None or found.origin is None:
        return False
    try:
        note = (Path(found.origin).parent / "version.py").read_text(encoding="utf-8")
    except OSError:
        return False
    return re.search(r"^cuda: .*= '", note, re.MULTILINE) is not None

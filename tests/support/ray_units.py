"""A unit whose process is killed once it has saved long enough ago for the checkpoint to have travelled."""

import os
import signal
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.support.toy_units import REGISTRY as TOYS

from lineament.search.runs import Registry, UnitContext
from lineament.search.runs.unit import Array

REGISTRY = Registry({**TOYS.functions, "killed_later": f"{__name__}:killed_later"}, TOYS.loader)


def killed_later(context: UnitContext, settings: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Array]]:
    """Killed at step 3 of the first `times` attempts, which it counts in a file."""
    attempts = Path(settings["attempts"])
    saved = context.load() or {"step": 0}
    for step in range(saved["step"], 5):
        if step == 3 and attempts.stat().st_size < settings["times"]:
            attempts.write_bytes(attempts.read_bytes() + b"x")
            time.sleep(0.8)
            os.kill(os.getpid(), signal.SIGKILL)
        context.save({"step": step + 1})
    return {"went_on_at": saved["step"]}, {}

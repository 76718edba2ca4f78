"""Torch's own generators (those of `nn.Dropout`): seeded for each unit, kept in its checkpoint, put back afterwards.

Everything else that is random in a unit draws from a generator the unit makes of `context.seed` and saves itself.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def own_randomness(seed: int) -> Iterator[None]:
    """For the length of a unit torch's generators start from `seed`; what the caller had comes back after it."""
    import torch

    before = capture_randomness()
    torch.manual_seed(seed)
    try:
        yield
    finally:
        restore_randomness(before)


def capture_randomness() -> dict[str, Any]:
    """State of torch's generator on the CPU and on every GPU in use."""
    import torch

    in_use = torch.cuda.is_initialized()  # type: ignore[no-untyped-call]
    gpus = torch.cuda.get_rng_state_all() if in_use else []
    return {"cpu": torch.get_rng_state(), "gpus": gpus}


def restore_randomness(state: dict[str, Any]) -> None:
    """Undo what happened since `capture_randomness`; states of GPUs that are not there now are left out."""
    import torch

    torch.set_rng_state(state["cpu"])
    for device, gpu in enumerate(state["gpus"][: torch.cuda.device_count()]):
        torch.cuda.set_rng_state(gpu, device)

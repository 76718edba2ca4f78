"""Small units of work that know nothing of faces: enough of torch to show whether a resumed unit ends the same."""

import os
import signal
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch  # noqa: TID253

from lineament.errors import StorageError
from lineament.search.runs import Loader, Registry, Unit, UnitContext
from lineament.search.runs.unit import Array

MODULE = "tests.support.toy_units"
REGISTRY = Registry(
    {
        name: f"{MODULE}:{name}"
        for name in (
            "optimise",
            "double",
            "add_up",
            "killed",
            "wrong",
            "stores_much",
            "runs_out",
            "waits",
            "deaf",
            "threads",
        )
    },
    Loader(f"{MODULE}:load_points", {"count": 64, "seed": 5}),
)


def optimisations(count: int, steps: int = 200) -> list[Unit]:
    return [Unit("optimise", {"index": i, "steps": steps, "rate": 0.01}, cost=steps) for i in range(count)]


def load_points(count: int, seed: int) -> dict[str, torch.Tensor]:
    """Points [count, 6] and targets [count, 1]."""
    generator = torch.Generator().manual_seed(seed)
    points = torch.randn(count, 6, generator=generator)
    return {"points": points, "targets": points.square().sum(dim=1, keepdim=True).sqrt()}


def load_nothing() -> None:
    raise StorageError("the features are gone", remedy="Compute them again.")


def optimise(context: UnitContext, settings: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Array]]:
    """A network with dropout under Adam, batches from generators of torch and NumPy, a falling rate of learning."""
    data: Any = context.data
    generator = torch.Generator().manual_seed(context.seed)
    rng = np.random.default_rng(context.seed)
    network = torch.nn.Sequential(
        torch.nn.Linear(6, 16), torch.nn.Tanh(), torch.nn.Dropout(0.3), torch.nn.Linear(16, 1)
    )
    with torch.no_grad():
        for weight in network.parameters():
            weight.copy_(0.3 * torch.randn(weight.shape, generator=generator))
    adam = torch.optim.AdamW(network.parameters(), lr=settings["rate"])
    falling = torch.optim.lr_scheduler.CosineAnnealingLR(adam, settings["steps"])
    losses: list[float] = []
    start = 0
    if (saved := context.load()) is not None:
        start, losses = saved["step"], saved["losses"]
        network.load_state_dict(saved["network"])
        adam.load_state_dict(saved["adam"])
        falling.load_state_dict(saved["falling"])
        generator.set_state(saved["generator"])
        rng.bit_generator.state = saved["rng"]

    for step in range(start, settings["steps"]):
        rows = torch.randint(0, len(data["points"]), (12,), generator=generator)
        noise = torch.from_numpy(rng.normal(0, 0.05, (12, 1)).astype(np.float32))
        loss = (network(data["points"][rows]) - data["targets"][rows] + noise).square().mean()
        adam.zero_grad()
        loss.backward()
        adam.step()
        falling.step()
        losses.append(loss.item())
        context.progress(step + 1, settings["steps"])
        context.checkpoint(
            step + 1,
            lambda done=step + 1: {  # type: ignore[misc]
                "step": done,
                "losses": losses,
                "network": network.state_dict(),
                "adam": adam.state_dict(),
                "falling": falling.state_dict(),
                "generator": generator.get_state(),
                "rng": rng.bit_generator.state,
            },
        )
    context.emit("losses", step=settings["steps"], train=losses[-1])
    weights = {name: weight.detach().numpy() for name, weight in network.named_parameters()}
    return {"last": losses[-1], "mean": sum(losses) / len(losses), "draw": rng.random()}, weights


def double(context: UnitContext, settings: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Array]]:
    return {"number": 2 * settings["number"], "seed": context.seed}, {}


def add_up(context: UnitContext, settings: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Array]]:
    """The sum of what earlier units found."""
    return {"sum": sum(context.dependency(key).values["number"] for key in settings["of"])}, {}


def killed(context: UnitContext, settings: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Array]]:
    """Its process is killed at step 3 of the first `times` attempts, which it counts in a file."""
    attempts = Path(settings["attempts"])
    saved = context.load() or {"step": 0}
    for step in range(saved["step"], 5):
        if step == 3 and attempts.stat().st_size < settings["times"]:
            attempts.write_bytes(attempts.read_bytes() + b"x")
            os.kill(os.getpid(), signal.SIGKILL)
        context.save({"step": step + 1})
    return {"went_on_at": saved["step"]}, {}


def wrong(context: UnitContext, settings: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Array]]:
    raise ValueError("a mistake in this function")


def stores_much(context: UnitContext, settings: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Array]]:
    context.save({"much": np.arange(settings["numbers"], dtype=np.float64)})
    return {"stored": settings["numbers"]}, {"much": np.arange(settings["numbers"], dtype=np.float64)}


def runs_out(context: UnitContext, settings: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Array]]:
    raise MemoryError


def waits(context: UnitContext, settings: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Array]]:
    """Steps without end, until it is cancelled or its process is."""
    saved = context.load() or {"step": 0}
    step = saved["step"]
    while True:
        step += 1
        context.progress(step, 10**9)
        time.sleep(0.005)
        context.checkpoint(step, lambda: {"step": step})  # noqa: B023


def deaf(context: UnitContext, settings: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Array]]:
    """Saves once and then never looks at whether it was cancelled."""
    context.save({"step": 1})
    context.progress(1, 2)
    time.sleep(60)
    return {}, {}


def threads(context: UnitContext, settings: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Array]]:
    """How many threads every library would use, SciPy's own BLAS among them."""
    import scipy.linalg  # noqa: F401
    from threadpoolctl import threadpool_info

    return {"torch": torch.get_num_threads(), "others": [pool["num_threads"] for pool in threadpool_info()]}, {}

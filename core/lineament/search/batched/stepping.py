"""How a step over fixed tensors is carried out: kernel by kernel, or on a GPU as one captured graph.

The graph's part has not been run on a GPU yet. What is tested is everything around it: that inputs go through static
tensors, that steps before and after the capture are the same training, and what happens where a capture fails.
"""

import warnings
from collections.abc import Callable, Sequence

import torch  # noqa: TID253
from torch import Tensor  # noqa: TID253

WARM_UP = 3
"""Steps carried out kernel by kernel before a capture, as torch's notes on CUDA graphs ask."""

Step = Callable[[], Tensor]
"""Does everything in place and returns the losses; always the same tensors."""
Capture = Callable[[Step, torch.device], Step]
"""Makes of a step one that repeats it on a device; may raise `RuntimeError`, having changed nothing."""


class Captured:
    """Runs one step again and again on `inputs` (static tensors): first as it is, then as what `capture` made of it.

    The steps of the warm-up are steps of the training. Where the capture fails, `warn` gets the reason once and the
    steps go on as they are.
    """

    def __init__(
        self, step: Step, inputs: Sequence[Tensor], capture: Capture, warn: Callable[[str], None] = lambda reason: None
    ) -> None:
        self._step, self._inputs, self._capture, self._warn = step, inputs, capture, warn
        self._before = WARM_UP
        self._repeat: Step | None = None

    def __call__(self, values: Sequence[Tensor]) -> Tensor:
        """Copy `values` into the inputs and step; the losses are overwritten by the next step."""
        for mine, value in zip(self._inputs, values, strict=True):
            mine.copy_(value)
        if self._repeat is None and self._before:
            self._before -= 1
            return aside(self._step, self._inputs[0].device)
        if self._repeat is None:
            self._repeat = self._captured()
        return self._repeat()

    def _captured(self) -> Step:
        try:
            return self._capture(self._step, self._inputs[0].device)
        except RuntimeError as error:
            self._warn(str(error).partition("\n")[0])
            return self._step


def aside(step: Step, device: torch.device) -> Tensor:
    """Step on a stream of its own, where what it allocates is not the later graph's. On the CPU just step."""
    if device.type != "cuda":
        return step()
    stream = torch.cuda.Stream(device)  # type: ignore[no-untyped-call]
    stream.wait_stream(torch.cuda.current_stream(device))
    with torch.cuda.stream(stream), warnings.catch_warnings():
        # AdamW(capturable=True) says at its first step outside a capture that this is slow
        warnings.filterwarnings("ignore", message=".*capturable=True.*")
        losses = step()
    torch.cuda.current_stream(device).wait_stream(stream)
    return losses


def cuda_graph(step: Step, device: torch.device) -> Step:
    """`Capture` for a GPU: the step as one CUDA graph."""
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.device(device):
        stream = torch.cuda.Stream(device)  # type: ignore[no-untyped-call]
        # other threads (a window that draws) may use the GPU meanwhile
        with torch.cuda.graph(graph, stream=stream, capture_error_mode="thread_local"):
            losses = step()

    def repeat() -> Tensor:
        with torch.cuda.device(device):
            graph.replay()
        return losses

    return repeat

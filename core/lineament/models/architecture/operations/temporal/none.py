"""No connection."""

import torch  # noqa: TID253
from torch import Tensor  # noqa: TID253

from lineament.models.architecture.operations.temporal.base import LinearTemporal
from lineament.models.architecture.registry import TEMPORAL


@TEMPORAL.register("none")
class NoTemporal(LinearTemporal):
    """Zeros (DARTS' "none")."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.register_buffer("zeros", torch.zeros(width, width, 1), persistent=False)
        self.zeros: Tensor

    def kernel(self) -> Tensor:
        return self.zeros

    def forward(self, features: Tensor) -> Tensor:
        return torch.zeros_like(features)

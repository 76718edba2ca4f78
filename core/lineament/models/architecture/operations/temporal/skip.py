"""The identity."""

import torch  # noqa: TID253
from torch import Tensor  # noqa: TID253

from lineament.models.architecture.operations.temporal.base import LinearTemporal
from lineament.models.architecture.registry import TEMPORAL


@TEMPORAL.register("skip")
class SkipTemporal(LinearTemporal):
    """Features as they are (DARTS' "skip_connect")."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.register_buffer("identity", torch.eye(width).unsqueeze(-1), persistent=False)
        self.identity: Tensor

    def kernel(self) -> Tensor:
        return self.identity

    def forward(self, features: Tensor) -> Tensor:
        return features

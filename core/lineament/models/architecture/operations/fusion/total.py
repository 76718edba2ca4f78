"""The sum of both."""

from torch import Tensor, nn  # noqa: TID253

from lineament.models.architecture.registry import FUSION


@FUSION.register("sum")
class SumFusion(nn.Module):
    """left + right."""

    def __init__(self, token: int) -> None:
        super().__init__()

    def forward(self, left: Tensor, right: Tensor) -> Tensor:
        """[N, D], [N, D] -> [N, D]."""
        return left + right

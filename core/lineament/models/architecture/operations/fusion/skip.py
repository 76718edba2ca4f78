"""The left token as it is."""

from torch import Tensor, nn  # noqa: TID253

from lineament.models.architecture.registry import FUSION


@FUSION.register("skip")
class SkipFusion(nn.Module):
    """No joining: the right token is not looked at."""

    def __init__(self, token: int) -> None:
        super().__init__()

    def forward(self, left: Tensor, right: Tensor) -> Tensor:
        """[N, D], [N, D] -> [N, D]."""
        return left

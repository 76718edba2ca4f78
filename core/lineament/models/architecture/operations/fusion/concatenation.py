"""One rectified layer over both."""

import torch  # noqa: TID253
from torch import Tensor, nn  # noqa: TID253

from lineament.models.architecture.registry import FUSION


@FUSION.register("concat")
class ConcatenationFusion(nn.Module):
    """relu([left, right] W) (BM-NAS "ConcatFC")."""

    def __init__(self, token: int) -> None:
        super().__init__()
        self.left = nn.Linear(token, token)
        self.right = nn.Linear(token, token, bias=False)

    def forward(self, left: Tensor, right: Tensor) -> Tensor:
        """[N, D], [N, D] -> [N, D]."""
        return torch.relu(self.left(left) + self.right(right))

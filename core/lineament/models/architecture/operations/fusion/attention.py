"""The left token asks, both answer."""

import torch  # noqa: TID253
from torch import Tensor, nn  # noqa: TID253

from lineament.models.architecture.registry import FUSION


@FUSION.register("attention")
class AttentionFusion(nn.Module):
    """Scaled dot-product attention of the left token over both (BM-NAS "ScaledDotAttn" with two keys)."""

    def __init__(self, token: int) -> None:
        super().__init__()
        self.query = nn.Linear(token, token, bias=False)
        self.key = nn.Linear(token, token, bias=False)
        self.value = nn.Linear(token, token, bias=False)

    def forward(self, left: Tensor, right: Tensor) -> Tensor:
        """[N, D], [N, D] -> [N, D]."""
        both = torch.stack([left, right], dim=-2)
        scores = (self.query(left).unsqueeze(-2) * self.key(both)).sum(dim=-1) / left.shape[-1] ** 0.5
        answers: Tensor = (torch.softmax(scores, dim=-1).unsqueeze(-1) * self.value(both)).sum(dim=-2)
        return answers

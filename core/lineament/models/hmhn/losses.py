"""What HMHN is trained on beside the score's own error: heads that look apart, and classes that lie apart.

Both after DAN (Wen et al. 2023). The abstract of HMHN names no loss; that these belong to it is our choice.
"""

from collections.abc import Sequence

import torch  # noqa: TID253
from torch import Tensor, nn  # noqa: TID253

_EPSILON = 1e-6


def partition_loss(heads: Tensor) -> Tensor:
    """log(1 + K / v), v the variance over the K heads (unbiased), averaged over batch and channels; heads [B, K, C].

    It falls as heads differ more; 0 for a single head, which has nothing to differ from.
    """
    count = heads.shape[1]
    if count < 2:
        return heads.new_zeros(())
    return torch.log1p(count / (heads.var(dim=1).mean() + _EPSILON))


class AffinityLoss(nn.Module):
    """How far features lie from their class's learnt centre, against how far the centres lie from one another.

    The mean squared distance over the batch divided by the centres' variance, summed over channels. Classes are a
    questionnaire's bands (ours; DAN's are emotions).
    """

    def __init__(self, classes: int, channels: int) -> None:
        super().__init__()
        self.centres = nn.Parameter(torch.randn(classes, channels))

    def forward(self, features: Tensor, classes: Tensor) -> Tensor:
        """features [B, C]; classes int64[B]."""
        distance = (features - self.centres[classes]).square().sum(dim=1).mean()
        return distance / (self.centres.var(dim=0).sum() + _EPSILON)


def bands(scores: Sequence[float], lowest: Sequence[int]) -> list[int]:
    """The band of each score; lowest: the lowest score of each band, rising. Scores below the first belong to it."""
    return [max(sum(score >= low for low in lowest) - 1, 0) for score in scores]

"""The HMHN network: face crops to a score, and where its heads looked.

A reimplementation after Li et al. (Frontiers in Neuroscience 17:1188434, 2023), of which we know the abstract. Stage 1,
low-level features: grid-wise attention (`gwa`) and deep feature fusion (`dff`). A residual backbone (`backbone`). Stage
2, a global representation: multi-head cross attention (`mab`) and attention fusion (`afb`). Then dropout and one linear
layer, trained end to end. Each block's docstring says what is a parent paper's and what is ours.
"""

from typing import NamedTuple

import torch  # noqa: TID253
from torch import Tensor, nn  # noqa: TID253

from lineament.models.hmhn.afb import AttentionFusion
from lineament.models.hmhn.backbone import ResidualBackbone
from lineament.models.hmhn.dff import DeepFeatureFusion
from lineament.models.hmhn.gwa import Attended, GridWiseAttention
from lineament.models.hmhn.mab import Looked, MultiHeadCrossAttention
from lineament.models.hmhn.presets import HMHNShape

IMAGENET_MEAN = (0.485, 0.456, 0.406)
IMAGENET_SD = (0.229, 0.224, 0.225)


class HMHNOutput(NamedTuple):
    """score [B] in standard units; features [B, C, h, w] of the backbone; pooled [B, C], their mean over places;
    heads [B, K, C], as the partition loss sees them; looked and attended: what the attention blocks say."""

    score: Tensor
    features: Tensor
    pooled: Tensor
    heads: Tensor
    looked: Looked
    attended: Attended


class HMHNNetwork(nn.Module):
    """Pictures [B, 3, crop, crop], RGB in 0 to 1, to `HMHNOutput`."""

    mean: Tensor
    sd: Tensor

    def __init__(self, shape: HMHNShape) -> None:
        super().__init__()
        self.shape = shape
        self.register_buffer("mean", torch.tensor(IMAGENET_MEAN).view(3, 1, 1), persistent=False)
        self.register_buffer("sd", torch.tensor(IMAGENET_SD).view(3, 1, 1), persistent=False)
        self.gwa = GridWiseAttention(shape.crop, shape.grids, shape.gwa_hidden, shape.gwa_mode, shape.coarse)
        self.dff = DeepFeatureFusion(shape.coarse)
        self.backbone = ResidualBackbone(shape.widths, shape.blocks, shape.strides)
        self.mab = MultiHeadCrossAttention(shape.features, shape.heads, shape.reduction, shape.squeeze)
        self.afb = AttentionFusion(shape.afb)
        self.dropout = nn.Dropout(shape.dropout)
        self.score = nn.Linear(shape.features, 1)
        self.apply(_start)
        self.dff.start_weak()

    def forward(self, pictures: Tensor) -> HMHNOutput:
        normed = (pictures - self.mean) / self.sd
        attended = self.gwa(normed)
        features = self.backbone(self.dff(normed, attended.picture))
        looked = self.mab(features)
        fused = self.afb(looked.vectors)
        score = self.score(self.dropout(fused.joined)).squeeze(1)
        return HMHNOutput(score, features, features.mean(dim=(2, 3)), fused.heads, looked, attended)


def _start(module: nn.Module) -> None:
    """First weights, as in DAN: convolutions by He's rule over their outputs, linear layers near zero."""
    if isinstance(module, nn.Conv2d):
        nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")
        if module.bias is not None:
            nn.init.zeros_(module.bias)
    elif isinstance(module, nn.Linear):
        nn.init.normal_(module.weight, std=0.001)
        nn.init.zeros_(module.bias)

"""The HMHN network: face crops to a score, and where its heads looked.

A reimplementation after Li et al. (Frontiers in Neuroscience 17:1188434, 2023), of which we know the abstract. Stage 1,
low-level features: grid-wise attention (`gwa`) and deep feature fusion (`dff`). A residual backbone (`backbone`). Stage
2, a global representation: multi-head cross attention (`mab`) and attention fusion (`afb`). Then dropout and one linear
layer, trained end to end. Each block's docstring says what is a parent paper's and what is ours.

Ours: the fused vector is normalised over the batch before the last layer (DAN normalises after it). The partition loss
lets the heads' vectors grow without bound, and without this the last layer chases their size: on drawn faces it took
four times as many steps until anything was learnt (measured).
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
    heads [B, K, C], as the partition loss sees them; slopes [B, K, C], what the fusion takes up of each head; looked
    and attended: what the attention blocks say."""

    score: Tensor
    features: Tensor
    pooled: Tensor
    heads: Tensor
    slopes: Tensor
    looked: Looked
    attended: Attended


class HMHNNetwork(nn.Module):
    """Pictures [B, 3, crop, crop], RGB in 0 to 1, to `HMHNOutput`. usual: [K, h, w], the mean contributions of the
    crops it has learnt from, once training has set them."""

    mean: Tensor
    sd: Tensor
    usual: Tensor

    def __init__(self, shape: HMHNShape) -> None:
        super().__init__()
        self.shape = shape
        self.register_buffer("mean", torch.tensor(IMAGENET_MEAN).view(3, 1, 1), persistent=False)
        self.register_buffer("sd", torch.tensor(IMAGENET_SD).view(3, 1, 1), persistent=False)
        self.gwa = GridWiseAttention(shape.crop, shape.grids, shape.gwa_hidden, shape.gwa_mode, shape.coarse)
        self.dff = DeepFeatureFusion(shape.coarse)
        self.backbone = ResidualBackbone(shape.widths, shape.blocks, shape.strides, shape.kernels)
        self.mab = MultiHeadCrossAttention(shape.features, shape.heads, shape.reduction, shape.squeeze)
        self.afb = AttentionFusion(shape.afb)
        self.register_buffer("usual", torch.zeros(shape.heads, shape.cells, shape.cells))
        self.norm = nn.BatchNorm1d(shape.features, affine=False)
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
        score = self.score(self.dropout(self.norm(fused.joined))).squeeze(1)
        return HMHNOutput(score, features, features.mean(dim=(2, 3)), fused.heads, fused.slopes, looked, attended)

    def contributions(self, output: HMHNOutput) -> Tensor:
        """[B, K, h, w]: what each head puts into the score at each place, in standard units, in evaluation mode.

        The score is linear in the features once gates and fusion weights are held: with the fusion "softmax" these add
        up to it, but for a constant.
        """
        assert self.norm.running_var is not None
        weights = self.score.weight[0] / torch.sqrt(self.norm.running_var + self.norm.eps)
        per_channel = output.slopes * weights * output.looked.gates
        places = output.features.shape[2] * output.features.shape[3]
        return output.looked.spatial * torch.einsum("bkc,bchw->bkhw", per_channel, output.features) / places


def _start(module: nn.Module) -> None:
    """First weights, as in DAN: convolutions by He's rule over their outputs, linear layers near zero."""
    if isinstance(module, nn.Conv2d):
        nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")
        if module.bias is not None:
            nn.init.zeros_(module.bias)
    elif isinstance(module, nn.Linear):
        nn.init.normal_(module.weight, std=0.001)
        nn.init.zeros_(module.bias)

"""Deep feature fusion (DFF): the picture and its grid-wise attention map joined, as a picture again.

After the fusion behind grid-wise attention in Huang et al. (2021); that HMHN's DFF is this one is an inference
(`papers.md` 2.2). u and v are the two branches, each with its own convolution, r two more on their sum:
u = ReLU(BN(conv picture)), v = ReLU(BN(conv map)), r = PReLU(BN(conv PReLU(BN(conv (u + v))))). Ours: the result is
picture + tanh(conv(r + u + v)) with a weak last convolution, where the parent has a sigmoid alone. So it begins near
the picture itself, and a backbone trained on pictures stays usable. And the branches may work on pictures pooled by
`coarse`, what is added then being as coarse.
"""

import torch  # noqa: TID253
from torch import Tensor, nn  # noqa: TID253
from torch.nn import functional  # noqa: TID253

CHANNELS = 3
_WEAK = 0.1
"""The last convolution's first weights, against a usual start."""


class DeepFeatureFusion(nn.Module):
    """Pictures and maps, both [B, 3, H, W], to [B, 3, H, W]."""

    def __init__(self, coarse: int = 1) -> None:
        super().__init__()
        self.coarse = coarse
        self.picture = _stage(nn.ReLU(inplace=True))
        self.map = _stage(nn.ReLU(inplace=True))
        self.residual = nn.Sequential(_stage(nn.PReLU()), _stage(nn.PReLU()))
        self.out = nn.Conv2d(CHANNELS, CHANNELS, 3, padding=1)

    def forward(self, pictures: Tensor, maps: Tensor) -> Tensor:
        seen, weighted = (self._pooled(images) for images in (pictures, maps))
        joined = self.picture(seen) + self.map(weighted)
        added = torch.tanh(self.out(self.residual(joined) + joined))
        if self.coarse > 1:
            added = functional.interpolate(added, scale_factor=float(self.coarse), mode="nearest")
        return pictures + added

    def _pooled(self, images: Tensor) -> Tensor:
        return functional.avg_pool2d(images, self.coarse) if self.coarse > 1 else images

    @torch.no_grad()
    def start_weak(self) -> None:
        """Scale the last convolution down; to be called once, after the weights were drawn."""
        self.out.weight.mul_(_WEAK)


def _stage(activation: nn.Module) -> nn.Sequential:
    return nn.Sequential(nn.Conv2d(CHANNELS, CHANNELS, 3, padding=1, bias=False), nn.BatchNorm2d(CHANNELS), activation)

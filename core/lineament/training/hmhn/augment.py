"""Random changes of training crops that leave an aligned face aligned: mirrored, nudged, lit otherwise.

Nothing is cut out or erased, because a face's geometry is what the alignment gave it. All choices are ours.
"""

import math

import torch  # noqa: TID253
from torch import Tensor  # noqa: TID253
from torch.nn import functional  # noqa: TID253

from lineament.training.hmhn.config import AugmentationSettings

_GREY = (0.299, 0.587, 0.114)


def augmented(pictures: Tensor, settings: AugmentationSettings, generator: torch.Generator) -> Tensor:
    """Pictures [B, 3, H, W] in 0 to 1, changed each in its own way; `generator` (of the CPU) decides everything."""
    moved = _moved(pictures, settings, generator)
    return _lit(moved, settings, generator).clamp_(0, 1)


def _moved(pictures: Tensor, settings: AugmentationSettings, generator: torch.Generator) -> Tensor:
    """Mirrored, turned, zoomed and shifted at once; beyond its border a crop goes on as at its border."""
    n = len(pictures)
    mirrored = torch.where(torch.rand(n, generator=generator) < settings.mirror, -1.0, 1.0)
    angle = math.radians(settings.turn) * _even(n, generator)
    zoom = 1 + settings.zoom * _even(n, generator)
    shift = 2 * settings.shift * torch.stack([_even(n, generator), _even(n, generator)], dim=1)
    if settings.turn == settings.zoom == settings.shift == 0:
        flips = (mirrored < 0).to(pictures.device).view(n, 1, 1, 1)
        return torch.where(flips, pictures.flip(3), pictures)
    cos, sin = torch.cos(angle) / zoom, torch.sin(angle) / zoom
    rows = torch.stack([cos * mirrored, -sin, shift[:, 0], sin * mirrored, cos, shift[:, 1]], dim=1)
    grid = functional.affine_grid(rows.view(n, 2, 3).to(pictures.device), list(pictures.shape), align_corners=False)
    return functional.grid_sample(pictures, grid, mode="bilinear", padding_mode="border", align_corners=False)


def _lit(pictures: Tensor, settings: AugmentationSettings, generator: torch.Generator) -> Tensor:
    """Saturation, contrast about the crop's own mean, and brightness."""
    n = len(pictures)
    saturation, contrast, brightness = (
        (1 + most * _even(n, generator)).to(pictures.device).view(n, 1, 1, 1)
        for most in (settings.saturation, settings.contrast, settings.brightness)
    )
    weights = torch.tensor(_GREY, device=pictures.device).view(1, 3, 1, 1)
    grey = (pictures * weights).sum(dim=1, keepdim=True)
    mean = grey.mean(dim=(2, 3), keepdim=True)
    coloured = grey + saturation * (pictures - grey)
    return brightness * (mean + contrast * (coloured - mean))


def _even(n: int, generator: torch.Generator) -> Tensor:
    """float32[n], evenly from -1 to 1."""
    return 2 * torch.rand(n, generator=generator) - 1

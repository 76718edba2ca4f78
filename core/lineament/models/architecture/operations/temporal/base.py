"""What every temporal operation offers."""

import torch  # noqa: TID253
from torch import Tensor, nn  # noqa: TID253
from torch.nn.functional import conv1d, pad  # noqa: TID253


class LinearTemporal(nn.Module):
    """An operation that is one convolution along time with zeros beyond the ends: `kernel()` [F, F, taps], taps odd."""

    def kernel(self) -> Tensor:
        raise NotImplementedError

    def forward(self, features: Tensor) -> Tensor:
        """[N, F, L] -> [N, F, L]."""
        kernel = self.kernel()
        return conv1d(features, kernel, padding=kernel.shape[-1] // 2)


def widen(kernel: Tensor, taps: int) -> Tensor:
    """The same kernel with zeros on both sides, [F, F, taps]."""
    side = (taps - kernel.shape[-1]) // 2
    return pad(kernel, (side, side))


def initial(*shape: int, fan_in: int) -> nn.Parameter:
    """Normal weights that keep the variance through a rectifier (He et al. 2015)."""
    return nn.Parameter(torch.randn(*shape) * (2.0 / fan_in) ** 0.5)

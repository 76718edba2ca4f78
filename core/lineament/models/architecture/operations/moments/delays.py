"""Correlations between all channels of an attribute, at once and delayed."""

from typing import cast

from torch import Tensor, nn  # noqa: TID253

from lineament.models.architecture.registry import MOMENTS

DELAYS = (0, 2, 4, 7)
"""Samples at 10 Hz; a smile's control begins .2-.6 s after it, a reply .4 s or later (behaviour.md section 6)."""


@MOMENTS.register("none", delays=0)
@MOMENTS.register("now", delays=1)
@MOMENTS.register("short", delays=2)
@MOMENTS.register("long", delays=4)
class DelayedCorrelations(nn.Module):
    """A linear reading of the correlations at the first `delays` of `DELAYS` (channel-delay correlation matrices,
    Williamson et al. 2013, there through their eigenvalues; reading them one by one is our choice)."""

    def __init__(self, channels: int, token: int, delays: int) -> None:
        super().__init__()
        self.delays = delays
        self.read = nn.Linear(delays * channels * channels, token, bias=False) if delays else None

    def forward(self, correlations: Tensor) -> Tensor:
        """[N, len(DELAYS), C, C] -> [N, D]; zeros without a delay."""
        if self.read is None:
            return correlations.new_zeros(())
        return cast(Tensor, self.read(correlations[:, : self.delays].flatten(1)))

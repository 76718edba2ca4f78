"""Correlations of an attribute's channels with each other and with the rest of the face, at once and delayed."""

from torch import Tensor, nn  # noqa: TID253

from lineament.models.architecture.registry import MOMENTS

DELAYS = (0, 1, 2, 4)
"""Samples at 5 Hz; a smile's control begins .2-.6 s after it, a reply .4 s or later (behaviour.md section 6)."""


@MOMENTS.register("none", delays=0)
@MOMENTS.register("now", delays=1)
@MOMENTS.register("short", delays=2)
@MOMENTS.register("long", delays=4)
class DelayedCorrelations(nn.Module):
    """A linear reading of the correlations at the first `delays` of `DELAYS` (channel-delay correlation matrices,
    Williamson et al. 2013, there through their eigenvalues; reading them one by one is our choice).

    channels: of the attribute; others: of the rest of the face, 0 where it is not looked at.
    """

    def __init__(self, channels: int, others: int, token: int, delays: int) -> None:
        super().__init__()
        self.delays = delays
        self.own = nn.Linear(delays * channels * channels, token, bias=False) if delays else None
        self.others = nn.Linear(delays * channels * others, token, bias=False) if delays and others else None

    def forward(self, own: Tensor, others: Tensor | None, share: Tensor) -> Tensor:
        """[N, len(DELAYS), C, C], [N, len(DELAYS), C, others] and the weight [] of the others -> [N, D]; zeros without
        a delay."""
        if self.own is None:
            return own.new_zeros(())
        token: Tensor = self.own(own[:, : self.delays].flatten(1))
        if self.others is None or others is None:
            return token
        beside: Tensor = self.others(others[:, : self.delays].flatten(1))
        return token + share * beside

"""Label distribution learning: a score is taught as a Gaussian over the scale and read as an expectation.

Target p_k(y) ~ exp(-(k - y)^2 / 2 sigma^2), normalised; loss KL(p || softmax(z)); estimate sum_k k q_k (label
distribution learning, Geng 2016; the paper's sigma is not known).

Cut off at the ends of the scale such a target's expectation is wrong there (y = 0, sigma = 2: 1.3 points too high). So
the support reaches 3 sigma beyond both ends and the expectation is right over the whole scale to .05 of a point. What
is shown has the scale's own points only: the mass beyond an end is put on that end, as it would be for a questionnaire
that can say no less and no more (our choice).
"""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch  # noqa: TID253
from torch import Tensor  # noqa: TID253

from lineament.datasets.scales import Scale
from lineament.errors import ModelError

FloatArray = npt.NDArray[np.float64]

LEAST_SIGMA, MOST_SIGMA = 0.5, 10.0
"""Points. Narrower than half a point a discrete Gaussian has no right expectation between two points; wider than ten,
three sigmas do not reach far enough."""
MARGIN_SIGMAS = 3.0
USUAL_SIGMA = 3 / 63
"""Of the scale's length: 3 points of the BDI-II, 1.1 of the PHQ-8 (our choice)."""


@dataclass(frozen=True)
class LabelDistribution:
    """Targets, loss and reading of distributions over one scale. sigma: points."""

    scale: Scale
    sigma: float

    def __post_init__(self) -> None:
        if not LEAST_SIGMA <= self.sigma <= MOST_SIGMA:
            raise ModelError(
                f"label distributions with a sigma of {self.sigma} points cannot be taught",
                remedy=f"Choose {LEAST_SIGMA} to {MOST_SIGMA:.0f} points.",
            )

    @classmethod
    def usual(cls, scale: Scale) -> "LabelDistribution":
        return cls(scale, max(LEAST_SIGMA, USUAL_SIGMA * (scale.high - scale.low)))

    @property
    def margin(self) -> int:
        """Points of the support beyond each end of the scale."""
        return math.ceil(MARGIN_SIGMAS * self.sigma)

    @property
    def support(self) -> FloatArray:
        """float64[K'], the points the network distributes its mass over."""
        return np.arange(self.scale.low - self.margin, self.scale.high + self.margin + 1, dtype=np.float64)

    @property
    def points(self) -> FloatArray:
        """float64[K], the scale's own points."""
        return np.arange(self.scale.low, self.scale.high + 1, dtype=np.float64)

    def targets(self, scores: FloatArray) -> FloatArray:
        """float64[n, K'] from scores float64[n]; rows sum to 1."""
        logs = -((self.support - scores[:, None]) ** 2) / (2 * self.sigma**2)
        masses = np.exp(logs - logs.max(axis=1, keepdims=True))
        return np.asarray(masses / masses.sum(axis=1, keepdims=True))

    def loss(self, logits: Tensor, scores: FloatArray) -> Tensor:
        """KL(target || softmax(logits)), the mean over rows, nats. logits: [n, K']."""
        target = torch.from_numpy(self.targets(scores)).to(logits)
        return torch.nn.functional.kl_div(torch.log_softmax(logits, dim=1), target, reduction="batchmean")

    def expectation(self, logits: Tensor) -> Tensor:
        """[n], points; may lie a little beyond the ends of the scale: means over clips are not drawn inwards."""
        return torch.softmax(logits, dim=1) @ torch.from_numpy(self.support).to(logits)

    def folded(self, masses: FloatArray) -> FloatArray:
        """Masses float64[n, K'] on the support put on the scale's own points, float64[n, K]."""
        m = self.margin
        own = masses[:, m : masses.shape[1] - m].copy()
        own[:, 0] += masses[:, :m].sum(axis=1)
        own[:, -1] += masses[:, masses.shape[1] - m :].sum(axis=1)
        return own

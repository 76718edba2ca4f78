"""Small models of the published systems with random weights."""

import numpy as np
import torch  # noqa: TID253
from tests.support.models import TABLE, make_card, make_scaling

from lineament.datasets import PHQ8
from lineament.models.dj_ldml import KIND as DJ_LDML
from lineament.models.dj_ldml import ClipShape, NetworkShape
from lineament.models.dj_ldml.label_distribution import LabelDistribution
from lineament.models.dj_ldml.model import DjLdmlModel
from lineament.models.dj_ldml.network import DjLdmlNetwork
from lineament.models.hmhn.model import KIND as HMHN
from lineament.models.hmhn.model import HMHNModel
from lineament.models.hmhn.network import HMHNNetwork
from lineament.models.hmhn.presets import HMHNShape
from lineament.models.mpdrm.model import KIND as MPDRM
from lineament.models.mpdrm.model import MpdrmModel
from lineament.models.mpdrm.network import seeded_network
from lineament.models.mpdrm.shape import MpdrmShape


def make_hmhn(crop: int = 32, crops: int = 240) -> HMHNModel:
    shape = HMHNShape(crop=crop, widths=(6, 8), blocks=(1, 1), strides=(1, 1), gwa_hidden=5, heads=3, squeeze=4)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        network = HMHNNetwork(shape)
        torch.nn.init.normal_(network.score.weight)
        network.train()(torch.rand(8, 3, crop, crop))
    return HMHNModel(shape, network, 8.0, 2.0, "mean", TABLE, make_card(name="grids", kind=HMHN), crops)


def make_dj_ldml(clip: ClipShape | None = None) -> DjLdmlModel:
    label = LabelDistribution.usual(PHQ8)
    shape = NetworkShape(widths=(4, 6, 8, 8), embedding=6)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        network = DjLdmlNetwork(shape, len(label.support))
        torch.nn.init.normal_(network.logits.weight, std=2.0)
    return DjLdmlModel(
        shape=shape,
        clip=clip or ClipShape(frames=8, size=32, step_s=0.125, tolerance_s=0.05, every_s=2.0),
        label=label,
        network=network,
        target_mean=8.0,
        conformal=TABLE,
        card=make_card(name="clips", kind=DJ_LDML),
    )


def make_mpdrm() -> MpdrmModel:
    shape = MpdrmShape(stem=8, widths=(8, 12, 16), token=12, projection=6, dropout=0.0)
    card = make_card(name="visits", kind=MPDRM)
    return MpdrmModel(shape, seeded_network(shape, 0), make_scaling(), 6.5, 5.0, TABLE, card)


def gaps(times: np.ndarray, *lost: tuple[float, float]) -> np.ndarray:
    """Times without those from `start` up to `end` seconds."""
    keep = np.ones(len(times), dtype=bool)
    for start, end in lost:
        keep &= (times < start) | (times >= end)
    return times[keep]

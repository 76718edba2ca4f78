"""A small MPDRM model with random weights that foresees something of a person, and two visits of a simulated person."""

import pytest
import torch  # noqa: TID253
from tests.support.models import TABLE, make_card, make_scaling

from lineament.models.mpdrm.model import KIND, MpdrmModel
from lineament.models.mpdrm.network import seeded_network
from lineament.models.mpdrm.shape import MpdrmShape
from lineament.simulation import SimulatedRecording, simulate_cohort

SMALL = MpdrmShape(stem=8, widths=(8, 12, 16), token=12, projection=6, dropout=0.0)


@pytest.fixture
def shape() -> MpdrmShape:
    return SMALL


@pytest.fixture(scope="module")
def model() -> MpdrmModel:
    network = seeded_network(SMALL, 0)
    with torch.random.fork_rng():
        torch.manual_seed(0)
        torch.nn.init.normal_(network.suppression.align.weight, std=0.2)
    return MpdrmModel(SMALL, network, make_scaling(), 6.5, 5.0, TABLE, make_card(kind=KIND))


@pytest.fixture(scope="module")
def visits() -> list[SimulatedRecording]:
    cohort = simulate_cohort(1, "longitudinal", 12, seconds=75)
    return [cohort.session(i) for i in range(3)]

"""A searched model scores as its networks did when they were trained: same scaling, graphs, windows and units."""

import numpy as np
import pytest
import torch  # noqa: TID253
from tests.support.models import CHOICES, WIDTHS, make_card, some_genotype

from lineament.datasets import Cohort
from lineament.features.cohort_features import CohortFeatures, cohort_features
from lineament.features.graphs import fold_graphs
from lineament.features.scaling import fit_scalings
from lineament.models.architecture.facial_space import facial_space
from lineament.models.architecture.network import Batch, build_network, only_weights
from lineament.models.architecture.space import Genotype
from lineament.models.read_out import ReadOut
from lineament.models.searched import MemberState, assemble_searched_model
from lineament.models.sessions import windows_of_features
from lineament.simulation import simulate_cohort


@pytest.fixture(scope="module")
def features() -> CohortFeatures:
    return cohort_features(Cohort.from_simulation(simulate_cohort(6, seed=8, seconds=70)), 60)


MOMENTS = {
    **CHOICES,
    "head pose.family": "moments",
    "head pose.moments.signal": "detrended and rises",
    "head pose.moments.partners": "face",
    "head pose.moments.delays": "short",
}


@pytest.mark.parametrize("genotype", [some_genotype(), facial_space().genotype(MOMENTS)], ids=["cells", "moments"])
def test_an_assembled_network_predicts_what_training_predicted(features: CohortFeatures, genotype: Genotype) -> None:
    rows = np.arange(4)
    scalings, graphs = fit_scalings(features, rows), fold_graphs(features, rows)
    tensors = {a: {k: torch.from_numpy(g) for k, g in kinds.items()} for a, kinds in graphs.items()}
    only = facial_space().only(genotype)
    network = build_network(only, tensors, WIDTHS, seed=3).eval()
    mean, sd = float(features.scores[rows].mean()), float(features.scores[rows].std())
    values, points = scalings.channels.apply(features.values), scalings.points.apply(features.points)
    batch = Batch(*map(torch.from_numpy, (values, points, np.ascontiguousarray(features.present))))
    with torch.inference_mode():
        told = mean + sd * network(batch, only_weights(only)).score.numpy()
    state = {name: tensor.numpy() for name, tensor in network.state_dict().items()}
    model = assemble_searched_model(
        genotype=genotype,
        space=facial_space(),
        widths=WIDTHS,
        members=[MemberState(state, scalings.channels, scalings.points, mean, sd)],
        ridge=None,
        read_out=ReadOut.network_alone(),
        mean_score=mean,
        card=make_card(),
    )
    found = [model.networks_estimate(model.encode(windows))[0] for windows in windows_of_features(features)]
    np.testing.assert_allclose(found, told, atol=1e-4)
    assert np.std(told) > 0.01

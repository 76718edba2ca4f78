"""The captured graph itself, where there is a GPU: it repeats the training that the same GPU makes step by step."""

import numpy as np
import pytest
import torch  # noqa: TID253
from tests.core.search.batched.conftest import MakeBench

from lineament.models.architecture.facial_space import facial_space
from lineament.models.architecture.network import only_weights
from lineament.models.architecture.space import SearchSpace
from lineament.search.batched.stepping import WARM_UP, Step, cuda_graph
from lineament.search.batched.training import BatchedTraining
from lineament.search.candidates import hand_designed

pytestmark = pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no GPU")

WHOLE = facial_space(("action units", "gaze", "landmarks"))
SPACES = [hand_designed(("action units", "gaze")).space, WHOLE.only(WHOLE.random(np.random.default_rng(4)))]


@pytest.mark.parametrize("space", SPACES, ids=["hand", "all families"])
def test_the_graph_trains_as_single_kernels_do(make_bench: MakeBench, space: SearchSpace) -> None:
    weights = {name: values.cuda() for name, values in only_weights(space).items()}
    alone, together = ([make_bench(space, fold, fold, device="cuda") for fold in range(3)] for _ in range(2))
    captured, reasons = [], list[str]()

    def counted(step: Step, device: torch.device) -> Step:
        captured.append(device)
        return cuda_graph(step, device)

    training = BatchedTraining(together, capture=counted, warn=reasons.append)
    for number in range(WARM_UP + 9):
        expected = [bench.training.step(weights) for bench in alone]
        found = training.step(weights).tolist()
        np.testing.assert_allclose(found, expected, atol=1e-3, err_msg=f"step {number + 1}")
    assert reasons == []
    assert len(captured) == 1


def test_a_resumed_training_is_captured_anew(make_bench: MakeBench) -> None:
    space = SPACES[0]
    weights = {name: values.cuda() for name, values in only_weights(space).items()}
    straight, first, second = (
        BatchedTraining([make_bench(space, fold, fold, device="cuda") for fold in range(3)]) for _ in range(3)
    )
    for _ in range(12):
        losses = straight.step(weights)
    for _ in range(6):
        first.step(weights)
    second.load_state_dict(first.state_dict())
    for _ in range(6):
        again = second.step(weights)
    torch.testing.assert_close(again, losses, atol=1e-3, rtol=0)

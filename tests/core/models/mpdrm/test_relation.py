"""Suppression, its losses and RARM against numpy."""

import numpy as np
import pytest
import torch  # noqa: TID253

from lineament.models.mpdrm.network import person_vectors, seeded_network
from lineament.models.mpdrm.relation import RARM, PersonalSuppression, alignment_loss, orthogonality, take_out
from lineament.models.mpdrm.shape import MpdrmShape

RNG = np.random.default_rng(3)
TOKENS = RNG.standard_normal((2, 5, 4))
PERSON = RNG.standard_normal((2, 4))
PRESENT = np.array([[True, True, True, True, True], [True, False, True, False, False]])


def tensor(values: np.ndarray) -> torch.Tensor:
    return torch.from_numpy(values.astype(np.float32 if values.dtype != bool else bool))


def sigmoid(x: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-x))


def test_the_projection_is_gone_when_the_gate_is_one() -> None:
    after = take_out(tensor(TOKENS), tensor(PERSON)[:, None], torch.ones(1)).numpy()
    unit = PERSON / np.linalg.norm(PERSON, axis=1, keepdims=True)
    expected = TOKENS - (TOKENS @ unit[:, :, None]) * unit[:, None]
    np.testing.assert_allclose(after, expected, atol=1e-6)
    np.testing.assert_allclose((after * unit[:, None]).sum(axis=-1), 0, atol=1e-6)


@pytest.mark.parametrize("gate", [0.0, 0.3])
def test_a_gate_takes_out_its_share(gate: float) -> None:
    after = take_out(tensor(TOKENS), tensor(PERSON)[:, None], torch.tensor(gate)).numpy()
    before = (TOKENS * PERSON[:, None]).sum(axis=-1)
    np.testing.assert_allclose((after * PERSON[:, None]).sum(axis=-1), (1 - gate) * before, atol=1e-5)


def test_a_person_without_length_takes_nothing_out() -> None:
    np.testing.assert_array_equal(take_out(tensor(TOKENS), torch.zeros(2, 1, 4), torch.ones(1)), tensor(TOKENS))


def test_suppression_is_its_formula_and_begins_with_the_person_as_it_is() -> None:
    block = PersonalSuppression(4)
    np.testing.assert_array_equal(block.align.weight.detach(), np.eye(4))
    with torch.no_grad():
        block.align.weight.copy_(tensor(RNG.standard_normal((4, 4))))
    habit = PERSON @ block.align.weight.detach().double().numpy().T
    beside = np.broadcast_to(habit[:, None], TOKENS.shape)
    weight, bias = block.gate.weight.detach().double().numpy()[0], float(block.gate.bias.detach())
    gate = sigmoid(np.concatenate([TOKENS, beside], axis=-1) @ weight + bias)[..., None]
    unit = beside / np.linalg.norm(beside, axis=-1, keepdims=True)
    expected = TOKENS - gate * (TOKENS * unit).sum(axis=-1, keepdims=True) * unit
    found = block(tensor(TOKENS), tensor(PERSON))
    np.testing.assert_allclose(found.tokens.detach(), expected, atol=1e-5)
    np.testing.assert_allclose(found.gate.detach(), gate, atol=1e-6)
    np.testing.assert_allclose(found.habit, habit, atol=1e-5)


def test_orthogonality_is_the_mean_squared_cosine_of_windows_that_are_there() -> None:
    norms = np.linalg.norm(TOKENS, axis=2) * np.linalg.norm(PERSON, axis=1, keepdims=True)
    cosine = (TOKENS * PERSON[:, None]).sum(axis=2) / norms
    found = orthogonality(tensor(TOKENS), tensor(PERSON), tensor(PRESENT))
    assert float(found) == pytest.approx((cosine[PRESENT] ** 2).mean(), abs=1e-6)


def test_orthogonality_moves_the_tokens_and_not_the_habit() -> None:
    tokens, habit = tensor(TOKENS).requires_grad_(), tensor(PERSON).requires_grad_()
    loss = orthogonality(tokens, habit, tensor(PRESENT))
    loss.backward()  # type: ignore[no-untyped-call]
    assert habit.grad is None
    assert tokens.grad is not None
    assert float(orthogonality(tokens.detach() - 0.5 * tokens.grad, habit, tensor(PRESENT))) < float(loss.detach())
    assert (tokens.grad[1, 1] == 0).all()


def test_alignment_is_one_less_the_cosine_and_moves_the_map_alone() -> None:
    habit, sessions = tensor(PERSON).requires_grad_(), tensor(TOKENS[:, 0]).requires_grad_()
    loss = alignment_loss(habit, sessions)
    lengths = np.linalg.norm(PERSON, axis=1) * np.linalg.norm(TOKENS[:, 0], axis=1)
    assert float(loss.detach()) == pytest.approx((1 - (PERSON * TOKENS[:, 0]).sum(axis=1) / lengths).mean(), abs=1e-6)
    loss.backward()  # type: ignore[no-untyped-call]
    assert sessions.grad is None
    assert habit.grad is not None


def test_rarm_is_its_formula_and_its_weights_sum_to_one() -> None:
    block = RARM(4)
    own_w, own_b = block.own.weight.detach().double().numpy()[0], float(block.own.bias.detach())
    rel_w, rel_b = block.relation.weight.detach().double().numpy()[0], float(block.relation.bias.detach())
    found = block(tensor(TOKENS), tensor(PERSON), tensor(PRESENT))
    for i in range(2):
        there = TOKENS[i][PRESENT[i]]
        alpha = sigmoid(there @ own_w + own_b)
        g = (alpha[:, None] * there).sum(axis=0) / alpha.sum()
        beside = [there, np.tile(g, (len(there), 1)), np.tile(PERSON[i], (len(there), 1)), there * PERSON[i]]
        relation = sigmoid(np.concatenate(beside, axis=1) @ rel_w + rel_b)
        both = alpha * relation
        features = (both[:, None] * np.concatenate(beside[:2], axis=1)).sum(axis=0) / both.sum()
        np.testing.assert_allclose(found.features[i].detach(), features, atol=1e-5)
        np.testing.assert_allclose(found.weights[i][PRESENT[i]].detach(), both / both.sum(), atol=1e-5)
    np.testing.assert_allclose(found.weights.sum(dim=1).detach(), 1, atol=1e-6)
    assert (found.weights[~tensor(PRESENT)] == 0).all()


def test_rarm_of_one_window_is_that_window_twice() -> None:
    found = RARM(4)(tensor(TOKENS[:1, :1]), tensor(PERSON[:1]), torch.ones(1, 1, dtype=torch.bool))
    np.testing.assert_allclose(found.features[0].detach(), np.tile(TOKENS[0, 0], 2), atol=1e-6)


def test_windows_that_are_not_there_change_nothing(shape: MpdrmShape) -> None:
    network = seeded_network(shape, 0).eval()
    tokens = RNG.standard_normal((1, 4, shape.token))
    person = RNG.standard_normal((1, shape.token))
    present = torch.tensor([[True, True, True, False]])
    with torch.inference_mode():
        one = network.score(tensor(tokens), tensor(person), present)
        tokens[0, 3] += 100
        other = network.score(tensor(tokens), tensor(person), present)
        short = network.score(tensor(tokens[:, :3]), tensor(person), present[:, :3])
    assert float(one.score) == float(other.score) == pytest.approx(float(short.score), abs=1e-6)


def test_person_vectors_are_means_over_windows_that_are_there() -> None:
    found = person_vectors(tensor(TOKENS), tensor(PRESENT)).numpy()
    np.testing.assert_allclose(found[0], TOKENS[0].mean(axis=0), atol=1e-6)
    np.testing.assert_allclose(found[1], TOKENS[1, [0, 2]].mean(axis=0), atol=1e-6)

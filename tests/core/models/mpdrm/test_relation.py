"""Suppression, its losses and RARM against numpy."""

import numpy as np
import pytest
import torch  # noqa: TID253

from lineament.models.mpdrm.network import person_vectors, seeded_network
from lineament.models.mpdrm.relation import RARM, PersonalSuppression, alignment_loss, change_since, orthogonality
from lineament.models.mpdrm.shape import MpdrmShape

RNG = np.random.default_rng(3)
TOKENS = RNG.standard_normal((2, 5, 4))
PERSON = RNG.standard_normal((2, 4))
PRESENT = np.array([[True, True, True, True, True], [True, False, True, False, False]])


def tensor(values: np.ndarray) -> torch.Tensor:
    return torch.from_numpy(values.astype(np.float32 if values.dtype != bool else bool))


def sigmoid(x: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-x))


KNOWN = np.array([True, False])


def test_nothing_is_taken_out_before_anything_is_foreseen() -> None:
    found = PersonalSuppression(4)(tensor(TOKENS), tensor(PERSON), tensor(KNOWN))
    np.testing.assert_array_equal(found.tokens.detach(), tensor(TOKENS))
    np.testing.assert_array_equal(found.habit, np.zeros((2, 4)))


def test_suppression_is_its_formula() -> None:
    block = PersonalSuppression(4)
    with torch.no_grad():
        block.align.weight.copy_(tensor(RNG.standard_normal((4, 4))))
        block.unknown.fill_(-0.7)
    habit = PERSON @ block.align.weight.detach().double().numpy().T
    beside = np.broadcast_to(habit[:, None], TOKENS.shape)
    weight, bias = block.gate.weight.detach().double().numpy()[0], float(block.gate.bias.detach())
    logit = np.concatenate([TOKENS, beside], axis=-1) @ weight + bias - 0.7 * ~KNOWN[:, None]
    gate = sigmoid(logit)[..., None]
    found = block(tensor(TOKENS), tensor(PERSON), tensor(KNOWN))
    np.testing.assert_allclose(found.tokens.detach(), TOKENS - gate * beside, atol=1e-5)
    np.testing.assert_allclose(found.gate.detach(), gate, atol=1e-6)
    np.testing.assert_allclose(found.habit, habit, atol=1e-5)


def test_change_is_against_the_habit_and_none_where_nobody_knows_the_person() -> None:
    habit = RNG.standard_normal((2, 4))
    found = change_since(tensor(TOKENS), tensor(habit), tensor(KNOWN)).numpy()
    np.testing.assert_allclose(found[0], TOKENS[0] - habit[0], atol=1e-6)
    np.testing.assert_array_equal(found[1], np.zeros((5, 4)))


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


def test_alignment_is_the_squared_error_and_moves_what_foresees_alone() -> None:
    habit, sessions = tensor(PERSON).requires_grad_(), tensor(TOKENS[:, 0]).requires_grad_()
    loss = alignment_loss(habit, sessions)
    assert float(loss.detach()) == pytest.approx(((PERSON - TOKENS[:, 0]) ** 2).mean(), abs=1e-5)
    loss.backward()  # type: ignore[no-untyped-call]
    assert sessions.grad is None
    assert habit.grad is not None


def test_rarm_is_its_formula_and_its_weights_sum_to_one() -> None:
    block = RARM(4)
    own_w, own_b = block.own.weight.detach().double().numpy()[0], float(block.own.bias.detach())
    rel_w, rel_b = block.relation.weight.detach().double().numpy()[0], float(block.relation.bias.detach())
    change = RNG.standard_normal(TOKENS.shape)
    found = block(tensor(TOKENS), tensor(change), tensor(PERSON), tensor(PRESENT))
    for i in range(2):
        there = TOKENS[i][PRESENT[i]]
        alpha = sigmoid(there @ own_w + own_b)
        g = (alpha[:, None] * there).sum(axis=0) / alpha.sum()
        beside = [there, np.tile(g, (len(there), 1)), np.tile(PERSON[i], (len(there), 1)), there * PERSON[i]]
        relation = sigmoid(np.concatenate(beside, axis=1) @ rel_w + rel_b)
        both = alpha * relation
        read = np.concatenate([there, change[i][PRESENT[i]]], axis=1)
        features = (both[:, None] * read).sum(axis=0) / both.sum()
        np.testing.assert_allclose(found.features[i].detach(), features, atol=1e-5)
        np.testing.assert_allclose(found.weights[i][PRESENT[i]].detach(), both / both.sum(), atol=1e-5)
    np.testing.assert_allclose(found.weights.sum(dim=1).detach(), 1, atol=1e-6)
    assert (found.weights[~tensor(PRESENT)] == 0).all()


def test_rarm_of_one_window_is_that_window() -> None:
    one, change = tensor(TOKENS[:1, :1]), tensor(TOKENS[:1, 1:2])
    found = RARM(4)(one, change, tensor(PERSON[:1]), torch.ones(1, 1, dtype=torch.bool))
    expected = np.concatenate([TOKENS[0, 0], TOKENS[0, 1]])
    np.testing.assert_allclose(found.features[0].detach(), expected, atol=1e-6)


def test_without_suppression_the_habit_is_not_heard(shape: MpdrmShape) -> None:
    """Of the person, only RARM's weights are left, which one window does not feel."""
    network, known = seeded_network(shape, 0).eval(), torch.ones(1, dtype=torch.bool)
    torch.nn.init.normal_(network.suppression.align.weight)
    tokens, present = tensor(RNG.standard_normal((1, 1, shape.token))), torch.ones(1, 1, dtype=torch.bool)
    people = [tensor(RNG.standard_normal((1, shape.token))) for _ in range(2)]
    with torch.inference_mode():
        without = [float(network.score(tokens, p, present, known, suppress=False).score) for p in people]
        knowing = [float(network.score(tokens, p, present, known).score) for p in people]
    assert without[0] == without[1]
    assert abs(knowing[0] - knowing[1]) > 1e-3


def test_windows_that_are_not_there_change_nothing(shape: MpdrmShape) -> None:
    network = seeded_network(shape, 0).eval()
    tokens = RNG.standard_normal((1, 4, shape.token))
    person = RNG.standard_normal((1, shape.token))
    present, known = torch.tensor([[True, True, True, False]]), torch.ones(1, dtype=torch.bool)
    with torch.inference_mode():
        one = network.score(tensor(tokens), tensor(person), present, known)
        tokens[0, 3] += 100
        other = network.score(tensor(tokens), tensor(person), present, known)
        short = network.score(tensor(tokens[:, :3]), tensor(person), present[:, :3], known)
    assert float(one.score) == float(other.score) == pytest.approx(float(short.score), abs=1e-6)


def test_person_vectors_are_means_over_windows_that_are_there() -> None:
    found = person_vectors(tensor(TOKENS), tensor(PRESENT)).numpy()
    np.testing.assert_allclose(found[0], TOKENS[0].mean(axis=0), atol=1e-6)
    np.testing.assert_allclose(found[1], TOKENS[1, [0, 2]].mean(axis=0), atol=1e-6)

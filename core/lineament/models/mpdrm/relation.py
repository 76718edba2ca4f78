"""Suppression of personal information, and the relation attention refinement module (RARM).

The abstract says that personal information is suppressed and that RARM enhances the depression representation and gives
the result. The formulas are those of a relation attention network of the same group as far as its abstract tells them
(weight of each part by itself, then its relation to the whole), with the person added; they are our choice.
"""

from typing import NamedTuple

import torch  # noqa: TID253
from torch import Tensor, nn  # noqa: TID253


class Suppressed(NamedTuple):
    """tokens [B, W, D] after; gate [B, W, 1]; habit [B, D], what was foreseen of f_d, of no gradient."""

    tokens: Tensor
    gate: Tensor
    habit: Tensor


class PersonalSuppression(nn.Module):
    """f_d <- f_d - sigmoid(w [f_d; h] + u (1 - known)) h, for every window, with h = align(f_p).

    f_d and f_p come from networks of their own, whose dimensions mean nothing to each other: `align` is a linear map
    from f_p to the f_d that this person's other visits let one expect (trained by `alignment_loss`; it begins at zero,
    when nothing is taken out). A least-squares expectation is small where visits of a person are unlike or f_p tells
    little, so that what is taken out is no more than what is known. u: habits that were seen in the very recording are
    known less surely than those of earlier ones. No gradient of the score reaches h, so that the score cannot choose
    what counts as habit, only how much of it goes. All of it is our choice.
    """

    def __init__(self, dimension: int) -> None:
        super().__init__()
        self.align = nn.Linear(dimension, dimension, bias=False)
        nn.init.zeros_(self.align.weight)
        self.gate = nn.Linear(2 * dimension, 1)
        self.unknown = nn.Parameter(torch.zeros(1))

    def forward(self, tokens: Tensor, person: Tensor, known: Tensor) -> Suppressed:
        """tokens [B, W, D], person [B, D], known bool[B]: whether `person` is of earlier visits."""
        habit = self.align(person).detach()
        beside = habit.unsqueeze(1).expand_as(tokens)
        unknown = self.unknown * (~known).to(tokens.dtype)
        gate = torch.sigmoid(self.gate(torch.cat([tokens, beside], dim=-1)) + unknown[:, None, None])
        return Suppressed(tokens - gate * beside, gate, habit)


def orthogonality(tokens: Tensor, habit: Tensor, present: Tensor) -> Tensor:
    """Mean over windows that are there of cos(f_d, sg(h))^2, in 0..1; tokens [B, W, D], habit [B, D], present [B, W].

    The stop-gradient sg leaves it to f_d to move away.
    """
    cosine = nn.functional.cosine_similarity(tokens, habit.detach().unsqueeze(1), dim=-1)
    weights = present.to(tokens.dtype)
    return (cosine.square() * weights).sum() / weights.sum().clamp(min=1)


def alignment_loss(habit: Tensor, sessions: Tensor) -> Tensor:
    """Mean squared difference of h [B, D], foreseen from another visit, and sg(f_d) [B, D] of the session."""
    return (habit - sessions.detach()).square().mean()


class Refined(NamedTuple):
    """features [B, 2 D]; weights [B, W], each window's share in them, summing to 1 over the windows there are."""

    features: Tensor
    weights: Tensor


class RARM(nn.Module):
    """Windows of a session to one representation, each weighted by itself, by the whole and by the person.

    a_t = sigmoid(w0 . d_t); g = sum a d / sum a; r_t = sigmoid(w1 . [d_t; g; f_p; d_t * f_p]);
    f = sum a r [d; c] / sum a r, with c_t what the window is beyond the person's own earlier visits (`change_since`).
    The windows' weights are a r / sum a r. That c stands beside d lets a person who is known be read by change and one
    who is not by level, each as far as it can be trusted (our choice).
    """

    def __init__(self, dimension: int) -> None:
        super().__init__()
        self.own = nn.Linear(dimension, 1)
        self.relation = nn.Linear(4 * dimension, 1)

    def forward(self, tokens: Tensor, change: Tensor, person: Tensor, present: Tensor) -> Refined:
        """tokens and change [B, W, D], person [B, D], present [B, W] with at least one window a session."""
        own = torch.sigmoid(self.own(tokens)) * present.unsqueeze(-1)
        whole = ((own * tokens).sum(dim=1) / own.sum(dim=1).clamp(min=1e-6)).unsqueeze(1).expand_as(tokens)
        beside = person.unsqueeze(1).expand_as(tokens)
        relation = torch.sigmoid(self.relation(torch.cat([tokens, whole, beside, tokens * beside], dim=-1)))
        weights = own * relation
        weights = weights / weights.sum(dim=1, keepdim=True).clamp(min=1e-6)
        features = (weights * torch.cat([tokens, change], dim=-1)).sum(dim=1)
        return Refined(features, weights.squeeze(-1))


def change_since(tokens: Tensor, habit: Tensor, known: Tensor) -> Tensor:
    """f_d - h of every window, [B, W, D], of persons who are known bool[B], and 0 of others."""
    return (tokens - habit.unsqueeze(1)) * known.to(tokens.dtype)[:, None, None]

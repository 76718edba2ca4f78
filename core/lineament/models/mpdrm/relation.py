"""Suppression of personal information, and the relation attention refinement module (RARM).

The abstract says that personal information is suppressed and that RARM enhances the depression representation and gives
the result. The formulas are those of a relation attention network of the same group as far as its abstract tells them
(weight of each part by itself, then its relation to the whole), with the person added; they are our choice.
"""

from typing import NamedTuple

import torch  # noqa: TID253
from torch import Tensor, nn  # noqa: TID253


def take_out(tokens: Tensor, person: Tensor, gate: Tensor) -> Tensor:
    """tokens - gate * (projection of tokens on person), along the last dimension.

    gate: broadcast against tokens; 1 takes the projection out whole, 0 nothing. A person vector of no length takes
    nothing out.
    """
    unit = nn.functional.normalize(person, dim=-1)
    return tokens - gate * (tokens * unit).sum(dim=-1, keepdim=True) * unit


class Suppressed(NamedTuple):
    """tokens [B, W, D] after; gate [B, W, 1]; habit [B, D], the person's direction among f_d, of no gradient."""

    tokens: Tensor
    gate: Tensor
    habit: Tensor


class PersonalSuppression(nn.Module):
    """f_d <- f_d - sigmoid(W [f_d; h]) * (projection of f_d on h), for every window, with h = align(f_p).

    f_d and f_p come from networks of their own, whose dimensions mean nothing to each other: `align` is a linear map
    from f_p to the f_d that this person's other visits let one expect (trained by `alignment_loss`, our choice). It
    begins as the identity. No gradient of the score reaches it, so that the score cannot choose what counts as habit.
    """

    def __init__(self, dimension: int) -> None:
        super().__init__()
        self.align = nn.Linear(dimension, dimension, bias=False)
        nn.init.eye_(self.align.weight)
        self.gate = nn.Linear(2 * dimension, 1)

    def forward(self, tokens: Tensor, person: Tensor) -> Suppressed:
        """tokens [B, W, D], person [B, D]."""
        habit = self.align(person).detach()
        beside = habit.unsqueeze(1).expand_as(tokens)
        gate = torch.sigmoid(self.gate(torch.cat([tokens, beside], dim=-1)))
        return Suppressed(take_out(tokens, beside, gate), gate, habit)


def orthogonality(tokens: Tensor, habit: Tensor, present: Tensor) -> Tensor:
    """Mean over windows that are there of cos(f_d, sg(h))^2, in 0..1; tokens [B, W, D], habit [B, D], present [B, W].

    The stop-gradient sg leaves it to f_d to move away.
    """
    cosine = nn.functional.cosine_similarity(tokens, habit.detach().unsqueeze(1), dim=-1)
    weights = present.to(tokens.dtype)
    return (cosine.square() * weights).sum() / weights.sum().clamp(min=1)


def alignment_loss(habit: Tensor, sessions: Tensor) -> Tensor:
    """Mean of 1 - cos(h, sg(f_d of the session)), 0..2: h [B, D] foreseen from another visit, sessions [B, D]."""
    return (1 - nn.functional.cosine_similarity(habit, sessions.detach(), dim=-1)).mean()


class Refined(NamedTuple):
    """features [B, 2 D]; weights [B, W], each window's share in them, summing to 1 over the windows there are."""

    features: Tensor
    weights: Tensor


class RARM(nn.Module):
    """Windows of a session to one representation, each weighted by itself, by the whole and by the person.

    a_t = sigmoid(w0 . d_t); g = sum a d / sum a; r_t = sigmoid(w1 . [d_t; g; f_p; d_t * f_p]);
    f = sum a r [d; g] / sum a r. The windows' weights are a r / sum a r.
    """

    def __init__(self, dimension: int) -> None:
        super().__init__()
        self.own = nn.Linear(dimension, 1)
        self.relation = nn.Linear(4 * dimension, 1)

    def forward(self, tokens: Tensor, person: Tensor, present: Tensor) -> Refined:
        """tokens [B, W, D], person [B, D], present [B, W] with at least one window a session."""
        own = torch.sigmoid(self.own(tokens)) * present.unsqueeze(-1)
        whole = ((own * tokens).sum(dim=1) / own.sum(dim=1).clamp(min=1e-6)).unsqueeze(1).expand_as(tokens)
        beside = person.unsqueeze(1).expand_as(tokens)
        relation = torch.sigmoid(self.relation(torch.cat([tokens, whole, beside, tokens * beside], dim=-1)))
        weights = own * relation
        weights = weights / weights.sum(dim=1, keepdim=True).clamp(min=1e-6)
        features = (weights * torch.cat([tokens, whole], dim=-1)).sum(dim=1)
        return Refined(features, weights.squeeze(-1))

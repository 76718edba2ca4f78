"""The whole network: windows to tokens by MDFN and MPFN, tokens and a person vector to a score."""

from typing import NamedTuple

import torch  # noqa: TID253
from torch import Tensor, nn  # noqa: TID253

from lineament.models.mpdrm.encoders import MDFN, MPFN
from lineament.models.mpdrm.relation import RARM, PersonalSuppression, change_since
from lineament.models.mpdrm.shape import MpdrmShape


class Coded(NamedTuple):
    """Windows by themselves: depression and person [N, D], the tokens f_d and f_p; attributes [N, A], MDFN's."""

    depression: Tensor
    person: Tensor
    attributes: Tensor


class Scored(NamedTuple):
    """score [B] in standard units; auxiliary [B, K]; features [B, 2 D] that the score is linear in; weights [B, W],
    summing to 1; tokens [B, W, D], f_d after suppression; habit [B, D], the direction that was taken out."""

    score: Tensor
    auxiliary: Tensor
    features: Tensor
    weights: Tensor
    tokens: Tensor
    habit: Tensor


class MpdrmNetwork(nn.Module):
    """`encode` and `score` are apart so that windows are coded once, whatever person vector they are scored with."""

    def __init__(self, shape: MpdrmShape) -> None:
        super().__init__()
        self.shape = shape
        self.mdfn = MDFN(shape)
        self.mpfn = MPFN(shape)
        self.suppression = PersonalSuppression(shape.token)
        self.rarm = RARM(shape.token)
        self.dropout = nn.Dropout(shape.dropout)
        self.head = nn.Linear(2 * shape.token, 1)
        self.auxiliary = nn.Linear(shape.token, shape.auxiliary) if shape.auxiliary else None

    def encode(self, windows: Tensor) -> Coded:
        """Scaled windows [N, T, C]."""
        depression, person = self.mdfn(windows), self.mpfn(windows)
        return Coded(depression.values, person.values, depression.attributes)

    def score(
        self, depression: Tensor, person: Tensor, present: Tensor, known: Tensor, *, suppress: bool | None = None
    ) -> Scored:
        """Tokens f_d [B, W, D] of sessions with their person vectors [B, D] and windows that are there [B, W].

        known: bool[B], whether the person vector is of earlier visits; else it is the session's own.

        suppress: another answer than the shape's, to see what the score would be without. The auxiliary head reads f_d
        before suppression, because behaviour is habit too.
        """
        suppressed = self.suppression(depression, person, known)
        if self.shape.suppress if suppress is None else suppress:
            tokens, change = suppressed.tokens, change_since(depression, suppressed.habit, known)
        else:
            tokens, change = depression, torch.zeros_like(depression)
        refined = self.rarm(tokens, change, person, present)
        behaviour = depression.new_zeros((depression.shape[0], 0))
        if self.auxiliary is not None:
            behaviour = self.auxiliary(window_mean(depression, present))
        score = self.head(self.dropout(refined.features)).squeeze(-1)
        return Scored(score, behaviour, refined.features, refined.weights, tokens, suppressed.habit)


def window_mean(tokens: Tensor, present: Tensor) -> Tensor:
    """Mean [B, D] of tokens [B, W, D] over the windows that are there [B, W]; zeros where none is."""
    weights = present.to(tokens.dtype).unsqueeze(-1)
    return (tokens * weights).sum(dim=1) / weights.sum(dim=1).clamp(min=1)


def person_vectors(person: Tensor, present: Tensor) -> Tensor:
    """f_p [B, D] of sessions from those of their windows [B, W, D]: the mean, as habits are what stays (our choice)."""
    return window_mean(person, present)


def seeded_network(shape: MpdrmShape, seed: int) -> MpdrmNetwork:
    """Fresh weights from a seed; the global generator is left as it was."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return MpdrmNetwork(shape)

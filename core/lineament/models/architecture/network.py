"""The network of a search space: the supernet where edges have several candidates, an architecture where they have one.

Windows go through one extractor an attribute to tokens; softmax attention over attributes weights them (attribute
attention) and the fusion cell joins them; softmax attention over windows (moment attention) gives the weighted mean and
spread of the fused windows, and these the score. A head on every attribute's own tokens keeps a strong extractor from
starving the others (auxiliary heads). All sizes are our choice.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple, cast

import torch  # noqa: TID253
from torch import Tensor, nn  # noqa: TID253

from lineament.features.channels import N_CHANNELS, attribute_slices
from lineament.models.architecture.extractors import Extractor
from lineament.models.architecture.fusion_cell import FusionCell
from lineament.models.architecture.moments import signals_of
from lineament.models.architecture.representing import Representations
from lineament.models.architecture.space import Genotype, SearchSpace

EdgeWeights = Mapping[str, Tensor]
Graphs = Mapping[str, Mapping[str, Tensor]]


@dataclass(frozen=True)
class Widths:
    """width: features inside the extractors' cells. token: size of an attribute's token. behaviours: behaviour
    parameters that a head of their own is trained on beside the score; 0 for none."""

    width: int = 12
    token: int = 24
    attention: int = 12
    behaviours: int = 0

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


class Batch(NamedTuple):
    """values [B, W, T, C] scaled channels; points [B, W, 68, S] scaled; present [B, W] which windows there are."""

    values: Tensor
    points: Tensor
    present: Tensor


class Noise(NamedTuple):
    """What training drops, drawn outside so that the network has no chance of its own (and can be captured whole).

    attributes [B, A]: 0 drops an attribute; token [B * W, A, D], session [B, 2 D] and channels [B, C] (those of moments
    alone): 0 or 1 / keep.
    """

    attributes: Tensor
    token: Tensor
    session: Tensor
    channels: Tensor | None = None


class Encoded(NamedTuple):
    """tokens [N, A, D]; fused [N, D]; attribute attention [N, A]; moment logits [N]."""

    tokens: Tensor
    fused: Tensor
    attribute_attention: Tensor
    moment_logits: Tensor


class Scored(NamedTuple):
    """score [B], auxiliary [B, A] (each attribute alone) and behaviour [B, K] in standard units; moment attention
    [B, W]."""

    score: Tensor
    auxiliary: Tensor
    moment_attention: Tensor
    behaviour: Tensor


class FacialNetwork(nn.Module):
    """Supernet or architecture; see the module. `attributes`: those the space has edges for, in the usual order."""

    def __init__(self, space: SearchSpace, graphs: Graphs, widths: Widths) -> None:
        super().__init__()
        self.space = space
        self.widths = widths
        slices = attribute_slices()
        names = {edge.name for edge in space.edges}
        self.attributes = tuple(name for name in slices if f"{name}.family" in names)
        at = {name: list(range(slices[name].start, slices[name].stop)) for name in self.attributes}
        self.extractors = nn.ModuleList(
            Extractor(space, name, slices[name], _all_but(at, name), graphs.get(name, {}), widths.width, widths.token)
            for name in self.attributes
        )
        self.register_buffer("owner", _owners(at), persistent=False)
        self.owner: Tensor
        own = [cast(Extractor, extractor) for extractor in self.extractors]
        self.representations = Representations({e.attribute: (e.channels, sorted(e.representations())) for e in own})
        self.signals = sorted({name for e in own for name in e.signals()})
        count, token = len(self.attributes), widths.token
        self.values = nn.ModuleList(nn.Linear(token, token) for _ in range(count))
        self.attribute_score = _scorer(token, widths.attention)
        self.attribute_bias = nn.Parameter(torch.zeros(count))
        self.fusion = FusionCell(space, self.attributes, token)
        self.moment_score = _scorer(token, widths.attention)
        self.score = nn.Linear(2 * token, 1)
        self.auxiliary = nn.ModuleList(nn.Linear(2 * token, 1) for _ in range(count))
        if widths.behaviours:
            self.behaviour = nn.Linear(2 * token, widths.behaviours)

    def encode(self, values: Tensor, points: Tensor, weights: EdgeWeights, noise: Noise | None = None) -> Encoded:
        """Scaled windows [N, T, C] and points [N, 68, S], each window by itself."""
        series = values.transpose(1, 2)
        maps = self.representations(series)
        signals = signals_of(series, self.signals)
        channels = None
        if noise is not None:
            channels = self._kept_channels(noise).repeat_interleave(len(values) // len(noise.attributes), dim=0)
        read = zip(self.attributes, self.extractors, strict=True)
        tokens = torch.stack([e(signals, maps[name], points, weights, channels) for name, e in read], dim=1)
        logits = self.attribute_score(torch.tanh(tokens)).squeeze(-1) + self.attribute_bias
        heard = tokens
        if noise is not None:
            windows = len(tokens) // len(noise.attributes)
            kept = noise.attributes.repeat_interleave(windows, dim=0)
            logits = logits.masked_fill(kept == 0, -1e4)
            heard = tokens * noise.token
        attention = torch.softmax(logits, dim=1)
        spoken = torch.stack([layer(heard[:, i]) for i, layer in enumerate(self.values)], dim=1)
        weighted = len(self.attributes) * attention.unsqueeze(-1) * spoken
        fused = self.fusion(weighted, weights)
        return Encoded(tokens, fused, attention, self.moment_score(torch.tanh(fused)).squeeze(-1))

    def _kept_channels(self, noise: Noise) -> Tensor:
        """[B, C]: channels kept in correlations; those of a dropped attribute are seen by no other either."""
        kept = noise.attributes.to(self.owner.dtype) @ self.owner
        return kept if noise.channels is None else kept * noise.channels

    def summarise(
        self, fused: Tensor, moment_logits: Tensor, present: Tensor, noise: Noise | None = None
    ) -> tuple[Tensor, Tensor]:
        """Fused windows [B, W, D] to sessions [B, 2 D] and moment attention [B, W]."""
        attention = torch.softmax(moment_logits.masked_fill(~present, -1e4), dim=1)
        session = _summary(fused, attention)
        return (session if noise is None else session * noise.session), attention

    def pool(self, fused: Tensor, moment_logits: Tensor, present: Tensor) -> tuple[Tensor, Tensor]:
        """Fused windows [B, W, D] to scores [B] and moment attention [B, W]."""
        session, attention = self.summarise(fused, moment_logits, present)
        return self.score(session).squeeze(-1), attention

    def forward(self, batch: Batch, weights: EdgeWeights, noise: Noise | None = None) -> Scored:
        """A session's windows to its score; `weights`: [k] for every edge of the space (see `only_weights`)."""
        count, windows = batch.values.shape[:2]
        coded = self.encode(batch.values.flatten(0, 1), batch.points.flatten(0, 1), weights, noise)
        fused, logits = coded.fused.view(count, windows, -1), coded.moment_logits.view(count, windows)
        session, attention = self.summarise(fused, logits, batch.present, noise)
        score = self.score(session).squeeze(-1)
        behaviour = self.behaviour(session) if self.widths.behaviours else session[:, :0]
        even = batch.present / batch.present.sum(dim=1, keepdim=True).clamp_min(1)
        tokens = coded.tokens.view(count, windows, len(self.attributes), -1)
        alone = [head(_summary(tokens[:, :, i], even)) for i, head in enumerate(self.auxiliary)]
        return Scored(score, torch.cat(alone, dim=1), attention, behaviour)


def _all_but(at: Mapping[str, list[int]], attribute: str) -> list[int]:
    """Places of the channels of all other attributes."""
    return [place for name, places in at.items() if name != attribute for place in places]


def _owners(at: Mapping[str, list[int]]) -> Tensor:
    """float32[A, C], 1 where an attribute has a channel."""
    owner = torch.zeros(len(at), N_CHANNELS)
    for row, places in zip(owner, at.values(), strict=True):
        row[places] = 1.0
    return owner


def build_network(space: SearchSpace, graphs: Graphs, widths: Widths, seed: int) -> FacialNetwork:
    """A network with initial weights from `seed` alone; the global generator is left as it was."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return FacialNetwork(space, graphs, widths)


def only_weights(space: SearchSpace) -> dict[str, Tensor]:
    """Weights of a space with one candidate an edge."""
    return {edge.name: torch.ones(1) for edge in space.edges}


def even_weights(space: SearchSpace) -> dict[str, Tensor]:
    """Every candidate alike."""
    return {edge.name: torch.full((len(edge.candidates),), 1.0 / len(edge.candidates)) for edge in space.edges}


def one_hot_weights(space: SearchSpace, genotype: Genotype) -> dict[str, Tensor]:
    """The architecture `genotype` inside the supernet of `space`; edges it does not have weigh all candidates alike."""
    weights = even_weights(space)
    for edge, operation in genotype.choices:
        candidates = space.edge(edge).candidates
        weights[edge] = torch.tensor([float(name == operation) for name in candidates])
    return weights


def _summary(windows: Tensor, attention: Tensor) -> Tensor:
    """Weighted mean and spread over windows: [B, W, D], [B, W] -> [B, 2 D]."""
    weights = attention.unsqueeze(-1)
    mean = (weights * windows).sum(dim=1)
    return torch.cat([mean, torch.sqrt((weights * (windows - mean.unsqueeze(1)) ** 2).sum(dim=1) + 1e-4)], dim=1)


def _scorer(width: int, hidden: int) -> nn.Sequential:
    return nn.Sequential(nn.Linear(width, hidden), nn.Tanh(), nn.Linear(hidden, 1))

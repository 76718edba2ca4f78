"""The fusion cell: two nodes, each picking two tokens and what joins them, around an attention-weighted sum."""

from collections.abc import Mapping

import torch  # noqa: TID253
from torch import Tensor, nn  # noqa: TID253

from lineament.models.architecture.facial_space import FUSION_NODES
from lineament.models.architecture.mixed import FusionEdge
from lineament.models.architecture.space import SearchSpace


class FusionCell(nn.Module):
    """Its input comes back at its output (as in BM-NAS), so that a useless cell leaves late fusion by attention."""

    def __init__(self, space: SearchSpace, attributes: tuple[str, ...], token: int) -> None:
        super().__init__()
        self.attributes = attributes
        self.nodes = nn.ModuleDict(
            {
                node: FusionEdge(space.edge(f"fusion.{node}.operation").candidates, token)
                for node in FUSION_NODES
                if len(attributes) > 1
            }
        )
        self.picks = {
            f"{node}.{side}": space.edge(f"fusion.{node}.{side}").candidates
            for node in self.nodes
            for side in ("left", "right")
        }

    def forward(self, tokens: Tensor, weights: Mapping[str, Tensor]) -> Tensor:
        """Attention-weighted tokens [N, A, D] -> fused [N, D]."""
        known = {name: tokens[:, i] for i, name in enumerate(self.attributes)}
        out = tokens.sum(dim=1)
        for node, operation in self.nodes.items():
            left, right = (self._pick(f"{node}.{side}", known, weights) for side in ("left", "right"))
            known[node] = operation(left, right, weights[f"fusion.{node}.operation"])
            out = out + known[node]
        return out

    def _pick(self, slot: str, known: Mapping[str, Tensor], weights: Mapping[str, Tensor]) -> Tensor:
        names = self.picks[slot]
        if len(names) == 1:
            return known[names[0]]
        stacked = torch.stack([known[name] for name in names], dim=-1)
        return stacked @ weights[f"fusion.{slot}"]

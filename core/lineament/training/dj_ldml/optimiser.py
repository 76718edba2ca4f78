"""DJ-LDML's optimiser, with a rate for the backbone and one for the heads."""

import torch  # noqa: TID253

from lineament.models.dj_ldml.network import DjLdmlNetwork
from lineament.training.dj_ldml.config import OptimiserSettings


def make_optimiser(network: DjLdmlNetwork, settings: OptimiserSettings) -> torch.optim.Optimizer:
    """AdamW or SGD; the first group is the backbone, the second the heads."""
    heads = [*network.logits.parameters(), *network.embedding.parameters()]
    groups = [{"params": list(network.backbone.parameters())}, {"params": heads}]
    if settings.kind == "sgd":
        return torch.optim.SGD(
            groups, lr=settings.head_rate, momentum=settings.momentum, weight_decay=settings.weight_decay
        )
    return torch.optim.AdamW(groups, lr=settings.head_rate, weight_decay=settings.weight_decay)

"""The hand-designed model: a small ensemble of networks with their scaling, interval table and card."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import torch  # noqa: TID253
from torch import Tensor, nn  # noqa: TID253

from lineament.features.channels import attribute_slices
from lineament.features.windows import ChannelScaling, Windows
from lineament.models.base import EncodedWindows
from lineament.models.card import ModelCard
from lineament.models.ensemble import Ensemble, prefixed
from lineament.models.intervals import ConformalTable
from lineament.models.network import HandDesignedNetwork, NetworkShape

KIND = "hand-designed network"


@dataclass(eq=False)
class HandDesignedModel(Ensemble):
    """Implements `Model`. target_mean and target_sd turn the networks' standard units into scores."""

    shape: NetworkShape
    networks: list[HandDesignedNetwork]
    scaling: ChannelScaling
    target_mean: float
    target_sd: float
    conformal: ConformalTable
    card: ModelCard
    model_hash: str = ""

    def __post_init__(self) -> None:
        for network in self.networks:
            network.eval()

    @property
    def baseline(self) -> float:
        return self.target_mean

    @property
    def _modules(self) -> Sequence[nn.Module]:
        return self.networks

    def _encode_block(self, windows: Windows, without: str) -> EncodedWindows:
        """The nodes of the landmarks' graph are not read: this network has its sixteen distances.

        An attribute that is left out lies at the training persons' median, as channels dropped in training do.
        """
        scaled = torch.from_numpy(self.scaling.apply(windows.values))
        if without:
            scaled[:, :, attribute_slices()[without]] = 0
        coded = [network.encode(scaled) for network in self.networks]
        return EncodedWindows(
            torch.stack([c.fused for c in coded], dim=1).numpy(),
            torch.stack([c.attribute_attention for c in coded]).mean(dim=0).numpy(),
            torch.stack([c.moment_logits for c in coded], dim=1).numpy(),
        )

    def _pool(self, member: int, fused: Tensor, moment_logits: Tensor, present: Tensor) -> tuple[float, Tensor]:
        pooled = self.networks[member].pool(fused, moment_logits, present)
        return self.target_mean + self.target_sd * float(pooled.score[0]), pooled.moment_attention[0]

    def parts(self) -> tuple[dict[str, Tensor], dict[str, Any]]:
        """See `Ensemble.parts`."""
        tensors = {f"{i}.{k}": v for i, network in enumerate(self.networks) for k, v in network.state_dict().items()}
        facts = {
            "networks": len(self.networks),
            "shape": self.shape.to_json(),
            "target": {"mean": self.target_mean, "sd": self.target_sd},
            "scaling": self.scaling.to_json(),
        }
        return tensors, facts

    @classmethod
    def from_parts(
        cls, tensors: Mapping[str, Tensor], facts: Mapping[str, Any], conformal: ConformalTable, card: ModelCard
    ) -> Self:
        """Raises `KeyError`, `TypeError`, `ValueError` or `RuntimeError` when the parts do not fit together."""
        shape = NetworkShape(**facts["shape"])
        networks = []
        for i in range(facts["networks"]):
            network = HandDesignedNetwork(shape)
            network.load_state_dict(prefixed(tensors, f"{i}."))
            networks.append(network)
        return cls(
            shape=shape,
            networks=networks,
            scaling=ChannelScaling.from_json(facts["scaling"]),
            target_mean=float(facts["target"]["mean"]),
            target_sd=float(facts["target"]["sd"]),
            conformal=conformal,
            card=card,
        )

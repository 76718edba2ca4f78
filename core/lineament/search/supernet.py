"""The real supernet as `Relaxed`: weights learn on some folds, operation weights on another."""

from collections.abc import Mapping
from typing import Any

import torch  # noqa: TID253
from torch import Tensor  # noqa: TID253

from lineament.models.architecture.network import Batch
from lineament.models.architecture.space import SearchSpace
from lineament.search.batches import Rows
from lineament.search.relaxation import EdgeWeights
from lineament.search.training import WeightTraining, score_loss


class Supernet:
    """See `Relaxed`. `validation`: rows whose loss the operation weights follow and perturbation
    measures; those without a usable window are left out.

    All its losses are `score_loss`, auxiliary heads included, so that the choice inside an extractor is heard even
    while attention looks at others (our choice).
    """

    def __init__(self, training: WeightTraining, validation: Rows) -> None:
        self.training = training
        usable = validation[training.sessions.present.numpy().any(axis=1)[validation]]
        self._rows = torch.from_numpy(usable)
        self._standard = training.standard_targets(usable)
        self._blocks = self._validation_blocks(usable)

    @property
    def space(self) -> SearchSpace:
        return self.training.network.space

    def weight_step(self, weights: EdgeWeights) -> float:
        return self.training.step(self._complete(weights))

    def architecture_loss(self, weights: EdgeWeights) -> Tensor:
        return self.training.loss(self._complete(weights), self._rows)

    def validation_loss(self, weights: EdgeWeights) -> float:
        network, recipe = self.training.network, self.training.recipe
        total = 0.0
        with torch.inference_mode():
            complete = self._complete(weights)
            for place, batch in self._blocks:
                loss = score_loss(network(batch, complete), self._standard[place].to(batch.values.device), recipe)
                total += float(loss) * len(batch.present)
        return total / len(self._standard)

    def _validation_blocks(self, rows: Rows) -> list[tuple[slice, Batch]]:
        training = self.training
        return list(training.sessions.whole(rows, training.recipe.validation_windows, training.parts))

    def _complete(self, weights: EdgeWeights) -> EdgeWeights:
        """With even weights for edges that exist in no architecture any more but still have modules; on the device."""
        device = self.training.sessions.device
        known = {name: values.to(device) for name, values in weights.items()}
        for edge in self.space.edges:
            if edge.name not in known:
                known[edge.name] = torch.full((len(edge.candidates),), 1 / len(edge.candidates), device=device)
        return known

    def state_dict(self) -> dict[str, Any]:
        return self.training.state_dict()

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        self.training.load_state_dict(state)

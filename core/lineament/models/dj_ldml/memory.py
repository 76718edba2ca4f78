"""Cross-batch memory (Wang et al., CVPR 2020): embeddings of earlier batches, as they were then, for more pairs."""

import torch  # noqa: TID253
from torch import Tensor  # noqa: TID253

from lineament.models.dj_ldml.histogram_loss import Labelled


class PairMemory:
    """The last `capacity` clips; gradients do not reach them."""

    def __init__(self, capacity: int) -> None:
        self.capacity = capacity
        self.kept: Labelled | None = None

    def push(self, clips: Labelled) -> None:
        """Remember these, and forget the oldest beyond the capacity."""
        if not self.capacity:
            return
        new = Labelled(*(part.detach() for part in clips))
        if self.kept is not None:
            new = Labelled(*(torch.cat(parts) for parts in zip(self.kept, new, strict=True)))
        self.kept = Labelled(*(part[-self.capacity :].clone() for part in new))

    def state(self) -> dict[str, Tensor]:
        """For a checkpoint; empty when nothing is kept."""
        return self.kept._asdict() if self.kept is not None else {}

    def restore(self, state: dict[str, Tensor]) -> None:
        self.kept = Labelled(**state) if state else None

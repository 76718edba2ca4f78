"""Random search: every architecture drawn evenly, edge by edge. The rival that every other method must beat."""

from lineament.models.architecture.space import Genotype
from lineament.search.strategies.base import SeededBlackBox


class RandomSearch(SeededBlackBox):
    """Learns nothing from what it is told."""

    name = "random"

    def _propose(self) -> Genotype:
        return self.space.random(self.rng)

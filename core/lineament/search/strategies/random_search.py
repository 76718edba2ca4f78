"""Random search: every architecture drawn evenly, edge by edge. The rival that every other method must beat."""

from lineament.models.architecture.space import Genotype
from lineament.search.strategies.base import SeededBlackBox


class RandomSearch(SeededBlackBox):
    """Learns nothing from what it is told."""

    name = "random"

    def ask(self) -> Genotype:
        """An architecture with every choice drawn evenly; the same one may come again."""
        return self.space.random(self.rng)

"""Ways to draw operation weights from logits, one a file; all work on edges of one size together, which is faster."""

from collections.abc import Callable

from lineament.search.strategies.base import Differentiable
from lineament.search.strategies.relaxations.beta_darts import BetaDarts
from lineament.search.strategies.relaxations.darts import Darts
from lineament.search.strategies.relaxations.drnas import DrNAS
from lineament.search.strategies.relaxations.gdas import Gdas
from lineament.search.strategies.relaxations.uniform import Uniform

RELAXATIONS: dict[str, Callable[..., Differentiable]] = {
    "drnas": DrNAS,
    "uniform": Uniform,
    "darts": Darts,
    "gdas": Gdas,
    "beta_darts": BetaDarts,
}

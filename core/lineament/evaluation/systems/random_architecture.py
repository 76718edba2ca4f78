"""A random architecture of the whole space, another one for every seed: what searching has to be better than."""

from typing import TYPE_CHECKING

import numpy as np

from lineament.evaluation.systems.architecture import Architecture
from lineament.search.candidates import Candidate
from lineament.search.runs.unit import derived_seed
from lineament.search.search import whole_space

if TYPE_CHECKING:
    from lineament.evaluation.bench import Bench
    from lineament.evaluation.deals import Deal


class RandomArchitecture(Architecture):
    name = "random"
    title = "random architecture"
    control = True

    def candidate(self, bench: "Bench", deal: "Deal") -> Candidate:
        """The same in every part, so that a seed is one architecture over the whole cohort."""
        search = bench.settings.search
        rng = np.random.default_rng(derived_seed(bench.settings.seed, f"random architecture {deal.seed}") % 2**31)
        return Candidate(f"random {deal.seed + 1}", "random", search.attributes, whole_space(search).random(rng))

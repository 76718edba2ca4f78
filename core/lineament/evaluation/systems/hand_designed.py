"""The network designed by hand: the search's own rival, residual convolutions on every attribute and a plain sum."""

from typing import TYPE_CHECKING

from lineament.evaluation.systems.architecture import Architecture
from lineament.search.candidates import Candidate, hand_designed

if TYPE_CHECKING:
    from lineament.evaluation.bench import Bench
    from lineament.evaluation.deals import Deal


class HandDesigned(Architecture):
    name = "hand-designed"
    title = "hand-designed network"
    control = True

    def candidate(self, bench: "Bench", deal: "Deal") -> Candidate:
        return hand_designed(bench.settings.search.attributes)

"""The searched network: found by a search inside every outer fold, or earlier by a finished one and retrained here."""

from pathlib import Path
from typing import TYPE_CHECKING

from lineament.evaluation.errors import EvaluationError
from lineament.evaluation.finished_search import FoundArchitecture, read_architecture
from lineament.evaluation.searching import FUNCTIONS, search_architecture
from lineament.evaluation.systems.architecture import Architecture
from lineament.evaluation.systems.system import Offer
from lineament.models.predicting import extractor_family
from lineament.search.candidates import Candidate
from lineament.search.data import Part

if TYPE_CHECKING:
    from lineament.evaluation.bench import Bench
    from lineament.evaluation.deals import Deal


class Searched(Architecture):
    """run: the folder of a finished search whose genotype is retrained; None to search inside every outer fold."""

    name = "searched"
    title = "searched network"
    functions = FUNCTIONS

    def __init__(self, run: Path | None = None) -> None:
        self._found: FoundArchitecture | None = read_architecture(run) if run is not None else None
        self._by_part: dict[Part, Candidate] = {}
        self._seen = 0

    def check(self, offer: Offer) -> None:
        """Also: an architecture found on another extractor's channels or for another questionnaire is refused."""
        super().check(offer)
        if self._found is None:
            return
        features, found = offer.features, self._found
        if extractor_family(features.extractor) != extractor_family(found.extractor):
            raise EvaluationError(
                f"the architecture of {found.run.name} was found on recordings of {found.extractor} and cohort "
                f"{features.name} was measured by {features.extractor}",
                remedy="Give --searched a search on recordings of the same extractor, or leave it out.",
            )
        if features.scale.name != found.scale:
            raise EvaluationError(
                f"the architecture of {found.run.name} was found for {found.scale} scores and cohort {features.name} "
                f"has {features.scale.name}",
                remedy="Give --searched a search for the same questionnaire, or leave it out.",
            )
        if features.absent != found.absent:
            raise EvaluationError(
                f"the architecture of {found.run.name} was found on other channels than cohort {features.name} has",
                remedy="Give --searched a search on recordings with the same channels, or leave it out.",
            )

    def prepare(self, bench: "Bench") -> None:
        if self._found is not None:
            tests = [bench.data.part(part).test for part in bench.parts]
            tested = {bench.data.features.session_ids[i] for rows in tests for i in rows}
            same = bench.data.features.name == self._found.cohort
            self._seen = len(tested & self._found.learnt_from) if same else 0
            return
        for number, part in enumerate(bench.parts):
            label = f"outer fold {number + 1}" if len(bench.parts) > 1 else ""
            self._by_part[part] = search_architecture(bench, part, label)

    def candidate(self, bench: "Bench", deal: "Deal") -> Candidate:
        return self._found.candidate if self._found is not None else self._by_part[deal.part]

    @property
    def note(self) -> str:
        if self._found is None:
            return "searched: the architecture was searched anew among the learners of every part that is tested on."
        retrained = f"searched: the architecture found in {self._found.run.name}, retrained here."
        if not self._seen:
            return retrained
        return (
            f"{retrained} Its search learnt from {self._seen} of the sessions tested on here, so its choice is not "
            "blind to them: leave --searched out for one that is."
        )

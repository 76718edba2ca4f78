"""Every system by name, in the order of the table."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from lineament.evaluation.errors import EvaluationError
from lineament.evaluation.systems.constant import Constant
from lineament.evaluation.systems.dj_ldml import DjLdml
from lineament.evaluation.systems.hand_designed import HandDesigned
from lineament.evaluation.systems.hmhn import Hmhn
from lineament.evaluation.systems.mpdrm import Mpdrm
from lineament.evaluation.systems.random_architecture import RandomArchitecture
from lineament.evaluation.systems.ridge_means import RidgeOnMeans
from lineament.evaluation.systems.ridge_statistics import RidgeOnStatistics
from lineament.evaluation.systems.searched import Searched
from lineament.evaluation.systems.system import Offer, System

ALL = "all"
SYSTEMS: Mapping[str, Callable[[], System]] = {
    kind.name: kind
    for kind in (
        *(Constant, RidgeOnMeans, RidgeOnStatistics, RandomArchitecture, HandDesigned),
        *(Searched, Mpdrm, Hmhn, DjLdml),
    )
}


def chosen_systems(names: Sequence[str], offer: Offer, searched: Path | None = None) -> tuple[list[System], list[str]]:
    """The systems of these names that the cohort can feed, and a sentence for each that it cannot.

    names: of `SYSTEMS`, or "all". Every system named is refused by what `System.check` raises; of "all", those that the
    cohort cannot feed are left out and told. The constant always takes part. Raises `EvaluationError`.
    """
    unknown = [name for name in names if name not in SYSTEMS and name != ALL]
    if unknown or not names:
        raise EvaluationError(
            f"there is no system called {', '.join(unknown)}" if unknown else "no system is named",
            remedy=f"Choose among: {ALL}, {', '.join(SYSTEMS)}.",
        )
    wanted = SYSTEMS if ALL in names else {name: SYSTEMS[name] for name in SYSTEMS if name in (*names, Constant.name)}
    if searched is not None and Searched.name not in wanted:
        raise EvaluationError(
            "--searched gives an architecture to a system that does not take part",
            remedy=f"Name {Searched.name} in --models, or leave --searched out.",
        )
    kept: list[System] = []
    told: list[str] = []
    for name, make in wanted.items():
        system = Searched(searched) if name == Searched.name else make()
        try:
            system.check(offer)
        except EvaluationError as error:
            if name in names or (name == Searched.name and searched is not None):
                raise
            told.append(f"Left out: {error.what}.")
        else:
            kept.append(system)
    return kept, told

"""Tree-structured Parzen estimators over all edges together, by Optuna (multivariate TPE; Falkner et al. 2018).

The sampler is made anew for every ask, with a seed derived from the count of asks, and the study holds nothing but
what was told, in that order. So the whole state is the history, and a resumed search asks exactly what the
uninterrupted one does.
"""

import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from lineament.models.architecture.space import Edge, Genotype, SearchSpace
from lineament.search.strategies.base import SeededBlackBox, derived_seed, result_from_json, result_to_json


class TreeParzen(SeededBlackBox):
    """startup: how many results are gathered at random before the estimators are used (Optuna's default)."""

    name = "tpe"

    def __init__(self, space: SearchSpace, seed: int, *, startup: int = 10) -> None:
        super().__init__(space, seed)
        self._startup = startup
        self._history: list[tuple[Genotype, float]] = []
        self._study: Any = None

    def _propose(self) -> Genotype:
        """The architecture of the greatest expected improvement; edges of a family are estimated where they exist."""
        from optuna.samplers import TPESampler
        from optuna.trial import TrialState

        seed = derived_seed(self.seed, self.name, self.asked) % 2**32
        with _quiet():
            study = self._open_study()
            study.sampler = TPESampler(
                seed=seed, multivariate=True, group=True, n_startup_trials=self._startup, constant_liar=False
            )
            trial = study.ask()
            genotype = self._suggest(trial)
            study.tell(trial, state=TrialState.FAIL)  # only what is told counts
        return genotype

    def _instead_of(self, repeated: Genotype) -> Genotype:
        """A neighbour of the repeated suggestion: another suggestion costs more and is often the same (measured)."""
        return self.space.mutate(repeated, self.rng)

    def _suggest(self, trial: Any) -> Genotype:
        choices: dict[str, str] = {}
        for edge in self.space.edges:
            if edge in self.space.active(choices):
                offered = edge.candidates
                choices[edge.name] = trial.suggest_categorical(edge.name, offered) if len(offered) > 1 else offered[0]
        return self.space.genotype(choices)

    def _learn(self, genotype: Genotype, loss: float) -> None:
        self._history.append((genotype, loss))
        if self._study is not None:
            self._study.add_trial(self._finished_trial(genotype, loss))

    def _open_study(self) -> Any:
        if self._study is None:
            import optuna

            self._study = optuna.create_study(direction="minimize")
            self._study.add_trials([self._finished_trial(*result) for result in self._history])
        return self._study

    def _finished_trial(self, genotype: Genotype, loss: float) -> Any:
        from optuna.distributions import CategoricalDistribution
        from optuna.trial import create_trial

        chosen: list[Edge] = [self.space.edge(name) for name, _ in genotype.choices]
        offering = [edge for edge in chosen if len(edge.candidates) > 1]
        return create_trial(
            params={edge.name: genotype[edge.name] for edge in offering},
            distributions={edge.name: CategoricalDistribution(edge.candidates) for edge in offering},
            value=loss,
        )

    def _state(self) -> dict[str, Any]:
        return {"history": [result_to_json(*result) for result in self._history]}

    def _restore(self, state: Mapping[str, Any]) -> None:
        self._history = [result_from_json(entry) for entry in state["history"]]
        self._study = None


@contextmanager
def _quiet() -> Iterator[None]:
    """Optuna announces every study and warns that its multivariate sampler may yet change."""
    import optuna

    verbosity = optuna.logging.get_verbosity()
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
            yield
    finally:
        optuna.logging.set_verbosity(verbosity)

"""The fourteen practices for research on architecture search, each held against what a run's files show.

Lindauer and Hutter, "Best practices for scientific research on neural architecture search", JMLR 21 (2020). A practice
is met only where a fact of this run shows it; what one run cannot show is said to be not met, with what would.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from lineament.search.config import PRESETS, SETTINGS, SearchConfig
from lineament.search.report.history import History
from lineament.search.runs import RunFacts

MET, NOT_MET, NOT_APPLICABLE = "met", "not met", "not applicable"
_SWITCHES = {
    "warm_up": "no",
    "joint": False,
    "selection": "argmax",
    "fusion_search": False,
    "attention": False,
}
"""Settings and the values with which each leaves a part of the method out."""
_NOT_TUNED = (
    *("method", "budget", "seed", "protocol", "seconds", "outer_folds", "level", "device", "workers"),
    *("attributes", "families"),
)
"""Settings that say what is searched, for how long and where; the others are the method's own."""


@dataclass(frozen=True)
class Practice:
    """status: met, not met or not applicable; fact: a sentence that shows it."""

    number: int
    practice: str
    status: str
    fact: str

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, eq=False)
class _Evidence:
    facts: RunFacts
    config: SearchConfig
    history: History
    outcome: Mapping[str, Any] | None
    environment: Sequence[Mapping[str, Any]]

    @property
    def rows(self) -> list[Mapping[str, Any]]:
        return list(self.outcome["leaderboard"]) if self.outcome else []


def method_card(
    facts: RunFacts,
    config: SearchConfig,
    history: History,
    outcome: Mapping[str, Any] | None,
    environment: Sequence[Mapping[str, Any]],
) -> list[Practice]:
    """All fourteen, in the paper's order."""
    known = _Evidence(facts, config, history, outcome, environment)
    return [
        Practice(number, practice, *judge(known))
        for number, (practice, judge) in enumerate(
            (
                ("Release code for the training pipeline", _training_code),
                ("Release code for the search method", _search_code),
                ("Do not wait until the code is cleaned up", _not_waiting),
                ("Use the same benchmark, not only the same data", _same_benchmark),
                ("Run ablation studies", _ablations),
                ("Use the same evaluation protocol for all methods", _same_protocol),
                ("Show performance as a function of compute", _anytime),
                ("Compare with random sampling and random search", _random),
                ("Repeat with several seeds", _seeds),
                ("Use tabular or surrogate benchmarks", _tabular),
                ("Control confounding factors", _confounders),
                ("Report how the method itself was tuned", _tuning),
                ("Report the cost end to end", _cost),
                ("Report every detail of the set-up", _details),
            ),
            start=1,
        )
    ]


def _training_code(known: _Evidence) -> tuple[str, str]:
    r = known.config.recipe
    fact = f"Lineament {known.facts.app_version} trains every network: {r.steps} steps of AdamW on {r.persons} x"
    return MET, f"{fact} {r.windows} windows; the whole recipe is among the settings."


def _search_code(known: _Evidence) -> tuple[str, str]:
    fact = f"The method {known.config.method} is part of Lineament {known.facts.app_version}"
    return MET, f"{fact}; the command below repeats this search."


def _not_waiting(known: _Evidence) -> tuple[str, str]:
    return NOT_APPLICABLE, "The code was released before this run was made with it."


def _same_benchmark(known: _Evidence) -> tuple[str, str]:
    if not known.rows:
        return NOT_MET, "The search is not finished: no other predictor has been trained yet."
    networks = sum(row["parameters"] > 0 for row in known.rows)
    fact = f"{len(known.rows)} predictors met the same sessions (cohort {known.facts.fingerprint[:12]})"
    return MET, f"{fact}; {networks} are networks of one space ({known.facts.space_hash[:12]}) and one recipe."


def _ablations(known: _Evidence) -> tuple[str, str]:
    off = [name for name, value in _SWITCHES.items() if getattr(known.config, name) == value]
    if off:
        return (
            NOT_MET,
            f"This run is itself an ablation (without {', '.join(off)}); compare it with a run that has all.",
        )
    return NOT_MET, f"One run ablates nothing; repeat it with --set on one of {', '.join(_SWITCHES)}."


def _same_protocol(known: _Evidence) -> tuple[str, str]:
    c = known.config
    fact = f"Protocol {c.protocol}; all are fitted on the same {c.folds} person-disjoint folds"
    test = known.outcome["test"] if known.outcome else None
    if not known.rows:
        return NOT_MET, f"{fact}, once the search is finished."
    return MET, fact + (f" and tested once on the same {len(test['scores'])} sessions." if test else ".")


def _anytime(known: _Evidence) -> tuple[str, str]:
    curves = [losses for losses in known.history.losses if losses.validation is not None]
    if not curves:
        return NOT_MET, "No validation loss over steps was recorded: the method trains no supernet."
    runs = sum(losses.runs for losses in curves)
    return MET, f"Training and validation loss over steps of {runs} supernets, and the budget by phase, are shown."


def _random(known: _Evidence) -> tuple[str, str]:
    drawn = [row for row in known.rows if "random architectures" in row["name"]]
    searched = known.config.method == "random"
    if drawn and searched:
        return MET, f"The method is random search; the {drawn[0]['name']} stands beside it."
    if drawn:
        again = f"--method random --budget {known.config.budget}"
        return NOT_MET, f"Random sampling is there ({drawn[0]['name']}); random search is a run of its own ({again})."
    return NOT_MET, "The controls have not been trained yet."


def _seeds(known: _Evidence) -> tuple[str, str]:
    c, nested = known.config, known.outcome["nested"] if known.outcome else None
    inside = f"{c.search_folds} x {c.search_repeats} supernets and {c.folds} x {c.repeats} final networks"
    if nested:
        return MET, f"The whole pipeline ran {len(nested['parts'])} times on outer folds, each with {inside}."
    return NOT_MET, f"The whole pipeline ran once (seed {c.seed}), with {inside}; run it with 4 more seeds."


def _tabular(known: _Evidence) -> tuple[str, str]:
    tables = "NAS-Bench-Macro" if known.config.method_facts.differentiable else "NAS-Bench-Macro and NAS-Bench-Graph"
    fact = f"the project's tests hold {known.config.method} to {tables}, whose answers are known"
    return MET, f"Not in this run: {fact} (tests/core/search/strategies)."


def _confounders(known: _Evidence) -> tuple[str, str]:
    if not known.environment:
        return NOT_MET, "The run has no record of the machine and the versions it was worked on with."
    last = known.environment[-1]
    versions = ", ".join(f"{name} {number}" for name, number in list(last["packages"].items())[:2])
    fact = f"All predictors of this run: {last['device']}, {last['processor']}, one thread a process, {versions}"
    if len(known.environment) > 1:
        return NOT_MET, f"The run was worked on in {len(known.environment)} environments, the last {last['device']}."
    return MET, f"{fact}."


def _tuning(known: _Evidence) -> tuple[str, str]:
    preset, changed = nearest_preset(known.config)
    tuned = [f"{name} {value}" for name, value in changed.items() if name not in _NOT_TUNED]
    if tuned:
        fact = f"Settings that differ from the preset {preset}: {', '.join(tuned)}"
        return NOT_MET, f"{fact}; how they were chosen is not recorded."
    return MET, f"All settings of the method are those of the preset {preset}: none was tuned on this cohort."


def nearest_preset(config: SearchConfig) -> tuple[str, dict[str, str]]:
    """The preset that differs from `config` in the fewest settings, and those settings with the values of `config`."""
    own = _flat(config)
    differences = {}
    for name in PRESETS:
        other = _flat(SearchConfig.preset(name))
        differences[name] = {setting: value for setting, value in own.items() if value != other[setting]}
    nearest = min(differences, key=lambda name: len(differences[name]))
    return nearest, differences[nearest]


def _flat(config: SearchConfig) -> dict[str, str]:
    """Every setting by its dotted name, its value as text."""
    found = {}
    for setting in SETTINGS:
        value: Any = config.to_json()
        for part in setting.name.split("."):
            value = value[part]
        found[setting.name] = ", ".join(value) if isinstance(value, list) else f"{value}"
    return found


def _cost(known: _Evidence) -> tuple[str, str]:
    done = [phase for phase in known.history.phases if phase.spent is not None]
    if not known.outcome:
        return NOT_MET, "The search is not finished."
    spent, seconds = sum(phase.spent or 0.0 for phase in done), sum(phase.seconds for phase in done)
    fact = f"{spent:,.0f} of {known.config.budget:,} training steps, {seconds / 3600:.2f} hours of work"
    return MET, f"{fact}: search, selection, final training and controls, by phase below."


def _details(known: _Evidence) -> tuple[str, str]:
    f = known.facts
    fact = f"All settings ({f.config_hash[:12]}), seed {f.seed}, cohort {f.fingerprint[:12]}, space {f.space_hash[:12]}"
    return MET, f"{fact}, Lineament {f.app_version}."

"""A run's report: everything that its files say, read once; text, JSON and page are made of it."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from lineament.models.architecture.space import Genotype
from lineament.search.config import SearchConfig
from lineament.search.outcome_files import OUTCOME, OUTCOME_SCHEMA
from lineament.search.report.environment import read_environment
from lineament.search.report.history import History, read_history
from lineament.search.report.method_card import Practice, method_card
from lineament.search.runs import Run, RunError, RunFacts

REPORT_SCHEMA = 1
NOTICE = "Research use only. Model estimates, never a diagnosis."
SIMULATED = "Simulated behaviour: it shows that the machinery works and says nothing about people."
TOY = "A toy cohort: far easier than people are, for tests of the machinery only."


@dataclass(frozen=True, eq=False)
class Report:
    """outcome: `outcome.json`, None while the search is not finished. cohort: name, extractor, simulated, scale and
    counts. environment: machines and versions, oldest first. card: the practices of Lindauer and Hutter."""

    folder: Path
    facts: RunFacts
    config: SearchConfig
    cohort: Mapping[str, Any]
    history: History
    outcome: Mapping[str, Any] | None
    environment: tuple[Mapping[str, Any], ...]
    card: tuple[Practice, ...]

    @property
    def finished(self) -> bool:
        return self.outcome is not None

    @property
    def genotype(self) -> Genotype | None:
        """The winner's, once there is one."""
        return Genotype.from_json(self.outcome["winner"]["genotype"]) if self.outcome else None

    @property
    def labels(self) -> tuple[str, ...]:
        """What has to be said wherever a figure of this run is shown."""
        return labels_of(self.cohort)

    @property
    def sentences(self) -> tuple[str, ...]:
        """The verdict, or that there is none yet."""
        if self.outcome is not None:
            return tuple(self.outcome["verdict"]["sentences"])
        names = [phase.title for phase in self.history.phases if phase.spent is not None]
        done = f"Finished so far: {', '.join(names)}." if names else "No phase is finished yet."
        return ("The search is not finished, so there is no verdict.", done)

    @property
    def short_list(self) -> list[Mapping[str, Any]]:
        """The short list, best first; from the events while the search is not finished."""
        return list(self.outcome["short_list"]) if self.outcome else self.history.short_list

    def to_json(self) -> dict[str, Any]:
        """Plain JSON of everything; schema version `REPORT_SCHEMA`."""
        return {
            "schema_version": REPORT_SCHEMA,
            "labels": list(self.labels),
            "finished": self.finished,
            "sentences": list(self.sentences),
            "run": asdict(self.facts),
            "cohort": dict(self.cohort),
            "outcome": self.outcome,
            "history": self.history.to_json(),
            "environment": [dict(session) for session in self.environment],
            "method_card": [practice.to_json() for practice in self.card],
        }


def labels_of(cohort: Mapping[str, Any]) -> tuple[str, ...]:
    """What has to be said wherever a figure of a run on this cohort is shown."""
    labels = [NOTICE]
    if cohort.get("simulated"):
        labels.append(SIMULATED)
    if "(toy)" in str(cohort.get("name", "")):
        labels.append(TOY)
    return tuple(labels)


def build_report(folder: Path) -> Report:
    """The report of a run, finished or not, whoever works in it now.

    Raises `RunError` when there is no run, its files are damaged, or its outcome is of another version.
    """
    run = Run.view(folder)
    return report_with(run.facts, folder, read_history(run.events()))


def report_with(facts: RunFacts, folder: Path, history: History) -> Report:
    """The report of a run whose events have been read already; raises as `build_report` does."""
    config = SearchConfig.from_json(facts.config)
    outcome = read_outcome(folder)
    environment = tuple(read_environment(folder))
    card = method_card(facts, config, history, outcome, environment)
    return Report(folder, facts, config, read_cohort(folder, outcome), history, outcome, environment, tuple(card))


def read_outcome(folder: Path) -> dict[str, Any] | None:
    """`outcome.json`, None while there is none; raises `RunError` for a damaged one or one of another version."""
    path = folder / OUTCOME
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        version = found["schema_version"]
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise RunError(
            "the outcome of the search cannot be read",
            path=path,
            remedy="Delete it and resume the run: it is then written again.",
        ) from error
    if version != OUTCOME_SCHEMA:
        raise RunError(
            f"the outcome has schema version {version}, this version reads {OUTCOME_SCHEMA}",
            path=path,
            remedy="Report it with the version of Lineament that searched.",
        )
    return dict(found)


def read_cohort(folder: Path, outcome: Mapping[str, Any] | None) -> dict[str, Any]:
    """What the run knows of its cohort: from its features while there is no outcome."""
    try:
        features = json.loads((folder / "features.json").read_text(encoding="utf-8"))
        splits = [str(split) for split in features["splits"]]
        facts = {name: features[name] for name in ("name", "extractor", "simulated", "scale", "fingerprint")}
        facts |= {"persons": len(set(features["person_ids"])), "sessions": len(features["session_ids"])}
        facts["splits"] = {name: splits.count(name) for name in dict.fromkeys(splits) if name}
    except (OSError, ValueError, KeyError, TypeError):
        facts = {}
    return {**facts, **(outcome["cohort"] if outcome else {})}

"""The facts of a run in words, for every form of the report."""

from shlex import quote

from lineament.search.report.figures import count
from lineament.search.report.method_card import nearest_preset
from lineament.search.report.report import Report


def data_facts(report: Report) -> dict[str, str]:
    """Who was searched on, and how they were measured."""
    cohort, config = report.cohort, report.config
    facts = {"cohort": str(cohort.get("name", "unknown"))}
    if "sessions" in cohort:
        splits = ", ".join(f"{number} {name}" for name, number in cohort["splits"].items())
        people = f"{count(cohort['sessions'], 'session')} of {count(cohort['persons'], 'person')}"
        facts["size"] = f"{people} ({splits})" if splits else people
    if cohort.get("extractor"):
        facts["measured by"] = str(cohort["extractor"])
    if cohort.get("absent"):
        facts["channels it lacks"] = ", ".join(cohort["absent"])
    facts["scale"] = str(cohort.get("scale", "unknown"))
    facts["used of each session"] = f"the first {config.seconds:g} s, in windows of ten seconds"
    facts["tested on"] = {
        "official": "the cohort's own test split",
        "holdout": f"one of {config.outer_folds} person-disjoint folds",
        "nested-cv": f"each of {config.outer_folds} person-disjoint outer folds in turn",
    }[config.protocol]
    return facts


def run_facts(report: Report) -> dict[str, str]:
    """What anyone needs to do it again."""
    facts, history = report.facts, report.history
    found = {
        "command": command(report),
        "method": f"{report.config.method}: {report.config.method_facts.summary}",
        "budget": f"{report.config.budget:,} training steps",
        "begun": facts.created,
        "Lineament": facts.app_version,
        "seed": str(facts.seed),
        "hashes": f"settings {facts.config_hash}, cohort {facts.fingerprint}, space {facts.space_hash}",
        "interruptions": _interruptions(history.sessions - 1, history.restarted, history.retried),
    }
    for session in report.environment:
        versions = ", ".join(f"{name} {version}" for name, version in session["packages"].items())
        machine = f"{session['processor']}, {session['cores']} cores, {session['workers']} at work, {session['system']}"
        found[f"worked on since {session['since']}"] = (
            f"{session['device']}; {machine}; Python {session['python']}, {versions}"
        )
    return found


def command(report: Report) -> str:
    """The command that begins such a search again; the cohort's place stands in the run where it is known."""
    preset, changed = nearest_preset(report.config)
    words = ["lineament", "search", "--cohort", _source(report), "--out", "NEW_FOLDER", "--budget"]
    words.append(changed.pop("budget", preset) if preset == "standard" else preset)
    for name in ("method", "seed", "protocol", "attributes", "families", "device", "workers"):
        if name in changed:
            words += [f"--{name}", changed.pop(name)]
    for name, value in changed.items():
        words += ["--set", f"{name}={value}"]
    return " ".join(quote(word) for word in words)


def _source(report: Report) -> str:
    try:
        return (report.folder / "cohort.txt").read_text(encoding="utf-8").strip()
    except OSError:
        return "COHORT"


def _interruptions(resumed: int, restarted: int, retried: int) -> str:
    if resumed <= 0 and not restarted and not retried:
        return "none"
    parts = [f"resumed {count(resumed, 'time')}"] if resumed > 0 else []
    parts += [f"{count(restarted, 'piece')} of work begun again after damage"] if restarted else []
    return ", ".join(parts + ([f"{count(retried, 'piece')} of work after a lost process"] if retried else []))

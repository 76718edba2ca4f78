"""A finished run as a short paper: question, data, what was found, how sure, how to repeat it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from lineament.models.architecture.drawing import to_text as architecture_text
from lineament.models.architecture.drawing.words import label
from lineament.search.report.facts import data_facts, run_facts
from lineament.search.report.report import Report
from lineament.search.report.text import coverage_sentence, nested_sentence

QUESTION, DATA, FOUND, SURE, REPEAT = "Question", "Data", "What was found", "How sure", "How to repeat it"


@dataclass(frozen=True)
class Section:
    """sentences: paragraphs. facts: name -> value. fixed: text whose columns are to stay, as a drawing in words."""

    title: str
    sentences: tuple[str, ...] = ()
    facts: Mapping[str, str] = field(default_factory=dict)
    fixed: str = ""


def paper(report: Report) -> tuple[Section, ...]:
    """All five; of a search that is not finished, what is known of each."""
    return (
        Section(QUESTION, (question(report), _space(report))),
        Section(DATA, (), data_facts(report)),
        _found(report),
        _sure(report),
        Section(REPEAT, (), run_facts(report)),
    )


def question(report: Report) -> str:
    """What was asked, in one sentence."""
    config, scale = report.config, report.cohort.get("scale", "the score")
    names = _listed(list(config.attributes))
    return (
        f"Which network tells {scale} best from {names}, and is it better than the constant, than ridge on session "
        "statistics, than a hand-designed network and than random architectures trained with the same recipe on the "
        "same folds?"
    )


def _space(report: Report) -> str:
    config = report.config
    families = _listed([label(name) for name in config.families])
    size = f" It holds {_power(report.outcome['space']['size'])} architectures." if report.outcome else ""
    each = "extractors" if len(config.families) > 1 else "extractor"
    return f"The space offers {families} {each} for every attribute and a cell that fuses them.{size}"


def _found(report: Report) -> Section:
    if report.outcome is None or report.genotype is None:
        return Section(FOUND, report.sentences)
    outcome, winner = report.outcome, report.outcome["winner"]
    kinds = {"stack": "the ensemble of its networks together with ridge", "constant": "the constant"}
    built = (
        f"The architecture is “{winner['name']}”, proposed by {winner['origin']}, with {winner['parameters']:,} "
        f"parameters; {len(outcome['members'])} of it were trained for the ensemble. What predicts in the end is "
        f"{kinds.get(outcome['final']['kind'], outcome['final']['kind'])}."
    )
    families = {
        f"{attribute}": _family(facts)
        for attribute, facts in ((outcome.get("warm_up") or {}).get("families") or {}).items()
    }
    return Section(FOUND, (report.sentences[0], built), families, architecture_text(report.genotype))


def _family(facts: Mapping[str, object]) -> str:
    """ "CNN (RMSE 5.10; GNN 5.32)"."""
    chosen, tried = str(facts["chosen"]), facts.get("families")
    if not isinstance(tried, Mapping):
        return label(chosen)
    others = [f"{label(name)} {found['rmse']:.2f}" for name, found in tried.items() if name != chosen]
    beside = f" ({', '.join(others)})" if others else ""
    return f"{label(chosen)}, RMSE {tried[chosen]['rmse']:.2f} retrained{beside}"


def _sure(report: Report) -> Section:
    if report.outcome is None:
        return Section(SURE, ("Nothing has been tested yet.",))
    sentences = list(report.sentences[1:])
    if report.outcome["nested"]:
        sentences.append(nested_sentence(report.outcome["nested"]))
    sentences.append(coverage_sentence(report))
    return Section(SURE, tuple(sentences))


def _power(number: float) -> str:
    """ "12,345", "about 1.5 × 10¹⁹"."""
    if number < 1e6:
        return f"{number:,.0f}"
    digits, exponent = f"{number:.1e}".split("e")
    return f"about {digits} × 10{str(int(exponent)).translate(str.maketrans('0123456789', '⁰¹²³⁴⁵⁶⁷⁸⁹'))}"


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"

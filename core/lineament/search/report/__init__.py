"""What a search found, from its run's files alone: as text, as JSON, as one page that needs nothing beside it."""

import json
from collections.abc import Callable, Mapping

from lineament.models.architecture.drawing import to_dot, to_svg
from lineament.search.report.environment import record_environment
from lineament.search.report.page import to_html
from lineament.search.report.report import Report, build_report
from lineament.search.report.text import summary, to_text
from lineament.search.runs import RunError

__all__ = ["FORMS", "Report", "build_report", "record_environment", "summary", "to_html", "to_json_text", "to_text"]


def to_json_text(report: Report) -> str:
    """The report as indented JSON."""
    return json.dumps(report.to_json(), indent=1, allow_nan=False) + "\n"


def to_drawing(report: Report, form: str) -> str:
    """The found architecture alone, as svg or dot; raises `RunError` while there is none."""
    if report.genotype is None:
        raise RunError(
            "the search is not finished, so there is no architecture to draw",
            path=report.folder,
            remedy="Resume it first.",
        )
    return to_dot(report.genotype) if form == "dot" else to_svg(report.genotype)


FORMS: Mapping[str, Callable[[Report], str]] = {
    "text": to_text,
    "json": to_json_text,
    "html": to_html,
    "svg": lambda report: to_drawing(report, "svg"),
    "dot": lambda report: to_drawing(report, "dot"),
}
"""Every form a report can be written in: the last two hold the drawing of the architecture alone."""

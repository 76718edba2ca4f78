"""What a search found, from its run's files alone: as text, as JSON, as one page that needs nothing beside it."""

import json

from lineament.search.report.environment import record_environment
from lineament.search.report.page import to_html
from lineament.search.report.report import Report, build_report
from lineament.search.report.text import summary, to_text

__all__ = ["Report", "build_report", "record_environment", "summary", "to_html", "to_json_text", "to_text"]


def to_json_text(report: Report) -> str:
    """The report as indented JSON."""
    return json.dumps(report.to_json(), indent=1, allow_nan=False) + "\n"

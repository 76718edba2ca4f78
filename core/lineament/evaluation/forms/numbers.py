"""How figures are written."""

from collections.abc import Mapping
from typing import Any

from lineament.models.card import Estimate
from lineament.search.report.figures import number, p_value

NOTHING = "–"


def interval(found: Estimate | None, digits: int = 2) -> str:
    """ "4.90 (4.31 to 5.44)", a dash where there is none."""
    if found is None:
        return NOTHING
    return f"{number(found.value, digits)} ({number(found.low, digits)} to {number(found.high, digits)})"


def point(found: Estimate | None, digits: int = 2) -> str:
    """The value alone, a dash where there is none."""
    return NOTHING if found is None else number(found.value, digits)


def percent(found: Estimate | None) -> str:
    return NOTHING if found is None else f"{number(100 * found.value, 0)} %"


def chance(p: float | None) -> str:
    return NOTHING if p is None else p_value(p)


def duration(seconds: float) -> str:
    """ "12 s", "3.4 min"."""
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.1f} min"


def rounded(value: Any) -> Any:
    """Floats to ten digits, in whatever holds them."""
    if isinstance(value, float):
        return float(f"{value:.10g}")
    if isinstance(value, Mapping):
        return {key: rounded(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [rounded(one) for one in value]
    return value

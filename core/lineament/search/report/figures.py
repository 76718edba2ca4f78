"""How figures are written: an estimate with its interval, a paired comparison, a share."""

from collections.abc import Mapping
from typing import Any

SIDES = ("out_of_fold", "test")
"""The two places where a finished search is judged: `outcome.json`'s names."""


def side_title(side: str) -> str:
    """In words."""
    return {"out_of_fold": "out of fold", "test": "in the test"}[side]


def number(value: float, digits: int = 2) -> str:
    """With a real minus sign left out for zeros: -0.00 is 0.00."""
    return f"{value + 0.0:.{digits}f}" if abs(value) >= 0.5 * 10**-digits else f"{0:.{digits}f}"


def estimate(found: Mapping[str, float] | None, *, short: bool = False) -> str:
    """ "4.90 (4.31 to 5.44)", the value alone if short, a dash where there is none."""
    if found is None:
        return "–"
    if short:
        return number(found["value"])
    return f"{number(found['value'])} ({number(found['low'])} to {number(found['high'])})"


def comparison(found: Mapping[str, Any] | None) -> str:
    """p with "better" or "worse" where both tests say so; a dash where nothing was compared."""
    if found is None:
        return "–"
    verdict = " better" if found["better"] else " worse" if found["worse"] else ""
    return f"{p_value(found['p'])}{verdict}"


def p_value(p: float) -> str:
    return "<.001" if p < 0.001 else f"{p:.3f}".removeprefix("0")


def count(number_of: int, what: str) -> str:
    """ "1 session", "2 sessions"."""
    return f"{number_of:,} {what}" if number_of == 1 else f"{number_of:,} {what}s"

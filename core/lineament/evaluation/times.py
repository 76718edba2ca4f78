"""How long units took, from a run's events: the sum over all sessions in which a unit was worked on."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from lineament.search.runs import Event


def working_seconds(events: Iterable[Event]) -> Mapping[str, float]:
    """Seconds by unit key. Of a session that was killed, the time up to the unit's last report counts."""
    total: dict[str, float] = defaultdict(float)
    begun: dict[str, float] = {}
    last: dict[str, float] = {}

    def close(unit: str) -> None:
        total[unit] += last.pop(unit) - begun.pop(unit)

    for event in events:
        unit = event.unit
        if unit is None:
            continue
        if event.kind == "unit_started":
            if unit in begun:
                close(unit)
            begun[unit] = last[unit] = event.time
        elif unit in begun:
            last[unit] = event.time
            if event.kind == "unit_finished":
                close(unit)
    for unit in list(begun):
        close(unit)
    return dict(total)

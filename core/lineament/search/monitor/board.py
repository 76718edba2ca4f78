"""The leaderboard as intervals: what was found beside its controls, which are on it from the first moment.

While a search runs, networks of the short list stand there with their mean error over seeds, the constant and a
simulated cohort's oracle with theirs, and every control that is not measured yet as one that will be.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from lineament.models.card import Estimate
from lineament.search.config import SearchConfig
from lineament.search.monitor.references import References
from lineament.search.report.figures import SIDES, comparison

RowKind = Literal["final", "network", "candidate", "control", "oracle"]
MOST_CANDIDATES = 8
RIDGE = ("ridge on session statistics", "ridge on channel means")
TITLES = {
    "short list": "Best so far",
    "out_of_fold": "Out of fold",
    "test": "In the test",
    "nested": "All outer test folds together",
}


@dataclass(frozen=True)
class BoardRow:
    """A predictor. rmse: in points of the scale, None while it is not measured; low and high are NaN where there is no
    interval yet. tests: against which control, and p in words. origin: what proposed a network."""

    name: str
    kind: RowKind
    rmse: Estimate | None
    mae: Estimate | None = None
    ccc: Estimate | None = None
    r: Estimate | None = None
    parameters: int = 0
    seeds: int = 0
    tests: tuple[tuple[str, str], ...] = ()
    origin: str = ""


@dataclass(frozen=True)
class Board:
    """Predictors judged in one place, best first, those not measured last. constant: the constant's RMSE."""

    side: str
    title: str
    rows: tuple[BoardRow, ...]
    constant: float | None
    finished: bool


def boards(
    config: SearchConfig,
    outcome: Mapping[str, Any] | None,
    short_list: Sequence[Mapping[str, Any]],
    known: References,
) -> tuple[Board, ...]:
    """One for each place where predictors are judged; while a search runs, the one of the short list."""
    if outcome is None:
        return (_so_far(config, short_list, known),)
    found = [_finished(outcome["leaderboard"], side, known) for side in SIDES if outcome[side]]
    if outcome["nested"]:
        table = outcome["nested"]["leaderboard"]
        kinds = {row["name"]: row["kind"] for row in outcome["leaderboard"]}
        entries = [
            {"name": n, "kind": kinds.get(n, "control"), "parameters": 0, "seeds": 0, "nested": f}
            for n, f in table.items()
        ]
        found.append(_finished(entries, "nested", known))
    return tuple(found)


def _finished(entries: Sequence[Mapping[str, Any]], side: str, known: References) -> Board:
    rows = [_row(entry, entry[side]) for entry in entries if entry[side] is not None]
    oracle = {"out_of_fold": known.oracle, "test": known.oracle_test, "nested": known.oracle_all}[side]
    return _board(side, [*rows, *_oracle_row(oracle)], finished=True)


def _row(entry: Mapping[str, Any], figures: Mapping[str, Any]) -> BoardRow:
    rmse, mae, ccc, r = (_estimate(figures[name]) for name in ("rmse", "mae", "ccc", "r"))
    tests = tuple(
        (name.removeprefix("against "), comparison(found))
        for name, found in figures.items()
        if name.startswith("against ")
    )
    return BoardRow(entry["name"], entry["kind"], rmse, mae, ccc, r, entry["parameters"], entry["seeds"], tests)


def _so_far(config: SearchConfig, short_list: Sequence[Mapping[str, Any]], known: References) -> Board:
    rows = [
        BoardRow(
            entry["name"],
            "control" if entry["origin"] in ("hand", "single attribute") else "candidate",
            Estimate(entry["mean_rmse"], float("nan"), float("nan")),
            parameters=entry["parameters"],
            seeds=entry["seeds"],
            origin=entry["origin"],
        )
        for entry in _shown(short_list)
    ]
    names = {row.name for row in rows}
    expected = ["hand-designed", *(f"{a} alone" for a in config.attributes if len(config.attributes) > 1), *RIDGE]
    expected.append(f"mean of {config.random_controls} random architectures")
    rows.append(BoardRow("constant", "control", known.constant))
    rows += [BoardRow(name, "control", None) for name in expected if name not in names]
    return _board("short list", [*rows, *_oracle_row(known.oracle)], finished=False)


def _shown(short_list: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The first of the list, and rivals among the rest: they are controls."""
    rivals = [entry for entry in short_list[MOST_CANDIDATES:] if entry["origin"] in ("hand", "single attribute")]
    return [*short_list[:MOST_CANDIDATES], *rivals]


def _oracle_row(oracle: Estimate | None) -> list[BoardRow]:
    return [BoardRow("oracle (true behaviour known)", "oracle", oracle)] if oracle is not None else []


def _board(side: str, rows: Sequence[BoardRow], *, finished: bool) -> Board:
    measured = sorted((row for row in rows if row.rmse is not None), key=_rmse)
    pending = [row for row in rows if row.rmse is None]
    constant = next((_rmse(row) for row in measured if row.name == "constant"), None)
    return Board(side, TITLES[side], (*measured, *pending), constant, finished)


def _rmse(row: BoardRow) -> float:
    assert row.rmse is not None
    return row.rmse.value


def _estimate(found: Mapping[str, float] | None) -> Estimate | None:
    return Estimate(found["value"], found["low"], found["high"]) if found is not None else None

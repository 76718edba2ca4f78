"""Whom a training learns from, selects on, calibrates on and is measured on; no person is in two of the four."""

from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from lineament.datasets.checks import named
from lineament.datasets.cohort import SPLITS, Cohort
from lineament.errors import DatasetError
from lineament.features.checking import check_scores

SHARES = {"train": 0.55, "dev": 0.1, "calibration": 0.15, "test": 0.2}
"""Of the persons, where a cohort has no splits of its own."""
CALIBRATING = 4
"""One of so many training persons calibrates the intervals, where a cohort sets nobody apart for it."""


def with_four_splits(cohort: Cohort, seed: int, least: Mapping[str, int]) -> tuple[Cohort, tuple[str, ...]]:
    """The cohort with its four splits, and sentences on what was dealt here. least: persons a split must have.

    Raises `DatasetError`: labels that are missing or off the scale, a session or recording that stands twice, a person
    in two splits, too few persons.
    """
    check_labels(cohort)
    notes = []
    if not any(session.split for session in cohort.sessions):
        cohort = cohort.with_splits(SHARES, seed)
        notes.append(f"{cohort.name} has no splits: its persons were dealt at random (seed {seed}).")
    cohort.check_person_disjoint()
    if not any(session.split == "calibration" for session in cohort.sessions):
        cohort = with_calibration(cohort, seed)
        notes.append("No persons are set apart to calibrate intervals: a quarter of the training persons were taken.")
    check_persons(cohort, least)
    return cohort, tuple(notes)


def with_calibration(cohort: Cohort, seed: int) -> Cohort:
    """A quarter of the training persons calibrate; the same for the same seed."""
    persons = sorted({s.person_id for s in cohort.sessions if s.split == "train"})
    order = np.random.default_rng(seed).permutation(len(persons))[: max(len(persons) // CALIBRATING, 1)]
    chosen = {persons[int(i)] for i in order}
    return cohort.with_session_splits(["calibration" if s.person_id in chosen else s.split for s in cohort.sessions])


def check_persons(cohort: Cohort, least: Mapping[str, int]) -> None:
    """Raises `DatasetError` for a split with fewer persons than it needs."""
    for name in SPLITS:
        count = len({s.person_id for s in cohort.sessions if s.split == name})
        if count < least[name]:
            raise DatasetError(
                f"cohort {cohort.name} has {count} {name} persons, at least {least[name]} are needed",
                remedy="Use a larger cohort, or deal its persons to the splits in other shares.",
            )


def check_labels(cohort: Cohort) -> None:
    """Raises `DatasetError` for labels that are missing or off the scale, sessions that stand twice, and recordings
    that stand for two persons."""
    without = [s.session_id for s in cohort.sessions if np.isnan(s.score)]
    if without:
        raise DatasetError(
            f"cohort {cohort.name} has no {cohort.scale.name} score for {named(without)}",
            remedy="Give the scores, or leave the sessions out.",
        )
    check_scores(cohort)
    twice = [name for name, count in Counter(s.session_id for s in cohort.sessions).items() if count > 1]
    if twice:
        raise DatasetError(
            f"sessions of cohort {cohort.name} stand more than once: {named(twice)}", remedy="Keep one of each."
        )
    owner: dict[Path, str] = {}
    for session in cohort.sessions:
        if session.files and owner.setdefault(session.files[0], session.person_id) != session.person_id:
            raise DatasetError(
                f"persons {owner[session.files[0]]} and {session.person_id} of cohort {cohort.name} have the same "
                "recording",
                path=session.files[0],
                remedy="Give each person a recording of their own.",
            )

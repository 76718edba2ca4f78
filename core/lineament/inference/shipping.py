"""A search's winner made into a model: its read-out, its intervals and its card, from persons the search never saw."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from lineament.datasets.cohort import Cohort
from lineament.datasets.folds import complement, grouped_folds
from lineament.errors import DatasetError
from lineament.features.cohort_features import CohortFeatures
from lineament.features.window_statistics import session_mean, window_statistics
from lineament.features.windows import Windows
from lineament.inference.found import Found
from lineament.models.calibration import CALIBRATED_AT_S, calibrate
from lineament.models.card import Comparison, Estimate, ModelCard
from lineament.models.read_out import ReadOut, StatisticsRidge
from lineament.models.searched import SearchedModel, assemble_searched_model
from lineament.models.sessions import estimates_over_time, statistics_of_features, windows_of_recordings
from lineament.progress import CancelToken, EventSink, ignore_events
from lineament.provenance import utc_now
from lineament.search.ridge import Ridge
from lineament.search.stacking import stacking_weights
from lineament.training.card_figures import coverage_table, limits_of, oracle_figures, reachable_share, reliability_of
from lineament.training.metrics import measure, rmse_gain

FloatArray = npt.NDArray[np.float64]

RIDGE_FOLDS = 5
MODEL, NETWORKS, RIDGE, CONSTANT = "searched model", "networks alone", "ridge on statistics", "constant"


def searched_model(found: Found, features: CohortFeatures, name: str, *, seed: int = 0) -> SearchedModel:
    """The winner with its read-out, learnt on the sessions the search learnt from; not calibrated, its card empty.

    Ridge on window statistics is cross-fitted here, because the search's own ridge reads whole sessions. Where the
    search found nothing better than the constant, the score is the constant and attention is all that is left.
    Raises `ModelError` for features of another cohort.
    """
    rows = found.rows(features)
    scores, persons = features.scores[rows], [features.person_ids[i] for i in rows]
    statistics = statistics_of_features(features.take(rows))
    whole = Ridge.fit(statistics, scores, persons)
    mean = float(scores.mean())
    weights = np.zeros(2)
    if found.better:
        linear, means = _held_out(statistics, scores, persons, seed)
        weights = stacking_weights(np.stack([found.networks, linear]), means, scores)
    return assemble_searched_model(
        genotype=found.genotype,
        space=found.space,
        widths=found.widths,
        members=found.members,
        ridge=StatisticsRidge(whole.centre, whole.spread, whole.weights, whole.mean),
        read_out=ReadOut.around(mean, float(weights[0]), float(weights[1])),
        mean_score=mean,
        card=_blank_card(found, features, name, len(rows)),
    )


def _held_out(
    statistics: FloatArray, scores: FloatArray, persons: list[str], seed: int
) -> tuple[FloatArray, FloatArray]:
    """Ridge's predictions float64[n] for persons it was not fitted on, and the mean of the scores it was fitted on."""
    found, means = np.empty(len(scores)), np.empty(len(scores))
    for held in grouped_folds(persons, scores, min(RIDGE_FOLDS, len(set(persons))), seed):
        fitted = complement(held, len(scores))
        ridge = Ridge.fit(statistics[fitted], scores[fitted], [persons[i] for i in fitted])
        found[held], means[held] = ridge.predict(statistics[held]), scores[fitted].mean()
    return found, means


@dataclass(frozen=True, eq=False)
class _Tested:
    """Estimates float64[N, K] of the test persons after each of K times, and of the parts on whole sessions."""

    scores: FloatArray
    estimates: FloatArray
    networks: FloatArray
    ridge: FloatArray


def finish_model(
    model: SearchedModel,
    found: Found,
    calibration: Cohort,
    test: Cohort,
    *,
    seconds: float = 480.0,
    comparison: Comparison | None = None,
    cancel: CancelToken | None = None,
    sink: EventSink = ignore_events,
) -> None:
    """Calibrate the intervals of `model` on one cohort and fill its card from another, both one session a person.

    Both are read as recordings under review are. The test persons are touched once. comparison: the card's table; the
    search's own leaderboard if None. Raises `DatasetError`, `RecordingError`, `Cancelled`.
    """
    times = tuple(t for t in CALIBRATED_AT_S if t <= seconds)

    def windows(cohort: Cohort, task: str) -> Iterator[Windows]:
        return windows_of_recordings(cohort, seconds, absent=model.absent, task=task, cancel=cancel, sink=sink)

    sessions = windows(calibration, "calibrating")
    model.conformal = calibrate(model, sessions, calibration.scores, times=times, level=model.card.level)
    each = [_test(model, session, times) for session in windows(test, "testing")]
    tested = _Tested(test.scores, *(np.array(part) for part in zip(*each, strict=True)))
    model.card = _card(model, found, calibration, test, tested, times, comparison)


def require_strangers(learnt_from: Cohort, calibration: Cohort, test: Cohort) -> None:
    """Raises `DatasetError` when a session stands in two of the three cohorts: its figures would be too good."""
    seen: dict[str, str] = {}
    for cohort, what in ((learnt_from, "learnt from"), (calibration, "calibrated on"), (test, "tested on")):
        for i, session in enumerate(cohort.sessions):
            earlier = seen.setdefault(cohort.fingerprint(i), what)
            if earlier != what:
                raise DatasetError(
                    f"session {session.session_id} of {cohort.name} is {what} and {earlier}",
                    remedy="Calibrate and test on persons that the search did not see.",
                )


def _test(model: SearchedModel, windows: Windows, times: tuple[float, ...]) -> tuple[FloatArray, float, float]:
    if model.ridge is None or not len(windows):
        return np.full(len(times), model.baseline), model.baseline, model.baseline
    networks = model.networks_estimate(model.encode(windows))[0]
    ridge = float(model.ridge.predict(session_mean(window_statistics(windows.values))))
    return estimates_over_time(model, windows, times), networks, ridge


def _blank_card(found: Found, features: CohortFeatures, name: str, persons: int) -> ModelCard:
    nothing = Estimate(0.0, 0.0, 0.0)
    return ModelCard(
        name=name,
        kind="",
        summary_line="trained on simulated behaviour" if features.simulated else f"trained on {features.name}",
        scale=features.scale,
        trained_on=features.extractor,
        trained_on_simulated=features.simulated,
        data=features.name,
        persons={"train": persons},
        settings=_settings(found),
        test={},
        rmse_gain=nothing,
        ridge_gain=nothing,
        oracle={},
        reachable_share={},
        level=float(found.config["level"]),
        coverage={},
        limits=limits_of(features.simulated),
        parameters=0,
        absent=features.absent,
    )


def _settings(found: Found) -> dict[str, Any]:
    kept = ("method", "budget", "seed", "protocol", "folds", "repeats", "seconds")
    return {
        **{f"search {name}" if name == "method" else name: found.config[name] for name in kept if name in found.config},
        "networks": len(found.members),
        "architecture proposed by": found.origin,
        "architecture hash": found.genotype.content_hash,
    }


def _card(
    model: SearchedModel,
    found: Found,
    calibration: Cohort,
    test: Cohort,
    tested: _Tested,
    times: tuple[float, ...],
    comparison: Comparison | None,
) -> ModelCard:
    scores, final = tested.scores, tested.estimates[:, -1]
    predictors = {MODEL: final, NETWORKS: tested.networks, RIDGE: tested.ridge}
    predictors[CONSTANT] = np.full(len(scores), model.baseline)
    best = oracle_figures(test.name)
    out = model.read_out
    return replace(
        model.card,
        persons={**model.card.persons, "calibration": len(calibration), "test": len(test)},
        settings={
            **model.card.settings,
            "read-out": f"{out.intercept:.3f} + {out.network:.3f} networks + {out.linear:.3f} ridge",
        },
        test={name: measure(p, scores, constant=name == CONSTANT) for name, p in predictors.items()},
        rmse_gain=rmse_gain(final, predictors[CONSTANT], scores),
        ridge_gain=rmse_gain(final, tested.ridge, scores),
        oracle=best,
        reachable_share=reachable_share(predictors, scores, best),
        coverage=coverage_table(model.conformal, model.card.scale, tested.estimates, scores, times),
        reliability=reliability_of(model.conformal, model.card.scale, tested.estimates, scores, times),
        utc_time=utc_now(),
        notes=(*found.sentences, "The test persons were used once, after everything else was fixed."),
        comparison=comparison or leaderboard_table(found),
    )


def leaderboard_table(found: Found) -> Comparison:
    """The search's own leaderboard, out of fold: every predictor on the sessions the search learnt from."""
    columns = ("rmse", "mae", "ccc", "r")
    rows = tuple(
        (str(entry["name"]), tuple(_figure(entry["out_of_fold"], column) for column in columns))
        for entry in found.leaderboard
    )
    titles = tuple(name.upper() if name != "r" else name for name in columns)
    note = f"Out of fold, {len(found.session_ids)} sessions; 95 % bootstrap intervals over persons."
    return Comparison("The search's leaderboard", titles, rows, note)


def _figure(figures: Mapping[str, Any], column: str) -> Estimate | None:
    found = figures.get(column)
    return Estimate(found["value"], found["low"], found["high"]) if found is not None else None

"""The solver, the search for the face at rest, intensities and openness, on meshes whose truth is known."""

import json

import numpy as np
import numpy.typing as npt
import pytest
from scipy.optimize import nnls

from lineament.errors import FaceError
from lineament.face import (
    AU_NAMES,
    BLENDSHAPE_NAMES,
    EXPRESSION_COLUMNS,
    PRESENCE_THRESHOLD,
    Neutral,
    NeutralEstimator,
    derive_expression,
    estimate_action_units,
    load_template,
)
from lineament.face.action_units import BLENDSHAPES_OF_AU
from lineament.face.calibration import load_calibration
from lineament.face.eyes import eye_openness, lid_opening
from lineament.face.lips import lip_gap
from lineament.face.nonnegative import solve_nonnegative

Array = npt.NDArray[np.float64]
AU = {name: i for i, name in enumerate(AU_NAMES)}


def faces(intensity: Array, person: int = 0, noise_mm: float = 0.1) -> npt.NDArray[np.float32]:
    """Aligned meshes of a person with the given units float[N, 17], as FaceMesh would show them."""
    rng = np.random.default_rng([person, 7])
    shape = load_template().vertices.copy()
    shape *= 1.0 + rng.normal(0, 0.03, 3)
    moved = np.repeat(shape[None], len(intensity), axis=0)
    moved[:, :468] += np.tensordot(intensity, load_calibration().response, axes=1)
    return (moved + rng.normal(0, noise_mm, moved.shape)).astype(np.float32)


def units(**intensity: float) -> Array:
    row = np.zeros(17)
    for name, value in intensity.items():
        row[AU[name]] = value
    return row


def neutral_of(meshes: npt.NDArray[np.float32]) -> Neutral:
    estimator = NeutralEstimator()
    estimator.add(meshes, np.zeros((len(meshes), 3), dtype=np.float32))
    return estimator.neutral()


def test_solver_agrees_with_an_exact_one() -> None:
    rng = np.random.default_rng(3)
    design = rng.normal(size=(40, 17)) + 0.5
    gram, ridge = design.T @ design, np.full(17, 0.4)
    scores = rng.normal(size=(60, 17)) * 20
    ours = solve_nonnegative(gram, scores, ridge)
    root = np.linalg.cholesky(gram + np.diag(ridge)).T
    exact = np.array([nnls(root, np.linalg.solve(root.T, row))[0] for row in scores])
    assert np.abs(ours - exact).max() < 1e-3
    assert np.array_equal(solve_nonnegative(gram, scores[11:12], ridge)[0], ours[11])


@pytest.mark.parametrize("name", AU_NAMES)
def test_each_unit_alone_is_the_largest(name: str) -> None:
    """AU25 is left out of the comparison: it also follows the gap that AU10 and AU26 open."""
    rest = faces(np.zeros((40, 17)))
    shown = estimate_action_units(faces(units(**{name: 3.0})[None]), neutral_of(rest)).intensity[0]
    others = np.delete(shown, [AU[name], AU["AU25"]])
    assert shown[AU[name]] > others.max()
    assert 1.2 < shown[AU[name]] < 4.4


def test_at_rest_nothing_is_present_and_eyes_are_open() -> None:
    rest = faces(np.zeros((60, 17)), person=2)
    shown = estimate_action_units(rest, neutral_of(rest))
    assert shown.intensity.max() < PRESENCE_THRESHOLD
    assert not shown.present.any()
    assert shown.eye_openness.mean() > 0.9


def test_strong_units_stay_within_the_scale_in_order() -> None:
    rest = faces(np.zeros((40, 17)))
    rising = np.array([units(AU12=value) for value in (1, 3, 5, 7, 9)])
    smile = estimate_action_units(faces(rising), neutral_of(rest)).intensity[:, AU["AU12"]]
    assert (np.diff(smile) > 0).all()
    assert smile[-1] <= 5.0


@pytest.mark.parametrize("person", [1, 4, 9])
@pytest.mark.parametrize("smiling_share", [0.3, 0.7])
def test_rest_is_found_although_the_person_smiles_and_talks(person: int, smiling_share: float) -> None:
    rng = np.random.default_rng(person)
    n = 400
    smiling = (np.arange(n) % 100) < 100 * smiling_share
    talking = np.clip(np.sin(np.arange(n) / 2.0), 0, 1)
    truth = np.array(
        [units(AU12=3.0 * s, AU06=1.5 * s, AU25=2.5 * t, AU26=t) for s, t in zip(smiling, talking, strict=True)]
    )
    truth[rng.integers(0, n, 12)] += units(AU45=5.0)
    neutral = neutral_of(faces(truth, person))
    true_rest = faces(np.zeros((200, 17)), person).mean(axis=0)
    smile = faces(units(AU12=3.0)[None], person)[0]
    corners = [61, 291]
    away = np.abs(neutral.mesh[corners] - true_rest[corners]).mean()
    assert away < 0.3 * np.abs(smile[corners] - true_rest[corners]).mean()
    shown = estimate_action_units(faces(truth, person), neutral).intensity[:, AU["AU12"]]
    assert shown[smiling].mean() > 2.0
    assert shown[~smiling].mean() < 0.6


def test_neutral_is_independent_of_batches_and_bounded() -> None:
    truth = np.zeros((5000, 17))
    truth[:, AU["AU25"]] = np.clip(np.sin(np.arange(5000) / 3.0), 0, 1) * 3
    meshes = faces(truth)
    meshes[17] = np.nan
    turn = np.zeros((5000, 3), dtype=np.float32)
    one, many = NeutralEstimator(), NeutralEstimator()
    one.add(meshes, turn)
    for start in range(0, 5000, 333):
        many.add(meshes[start : start + 333], turn[start : start + 333])
    a, b = one.neutral(), many.neutral()
    assert np.array_equal(a.mesh, b.mesh)
    assert a.frames == b.frames == 4999
    assert len(one._aligned) <= 2048


def test_neutral_leaves_out_turned_faces_unless_there_are_no_others() -> None:
    truth = np.zeros((60, 17))
    truth[30:] = units(AU04=3.0)
    turn = np.zeros((60, 3), dtype=np.float32)
    turn[:30, 1] = 0.9  # the resting frames are seen from the side
    meshes = faces(truth)
    mixed, side = NeutralEstimator(), NeutralEstimator()
    mixed.add(meshes, turn)
    side.add(meshes[:30], turn[:30])
    rest = faces(np.zeros((50, 17))).mean(axis=0)
    assert np.abs(side.neutral().mesh - rest).mean() < 0.1
    assert np.abs(mixed.neutral().mesh[[107, 336]] - rest[[107, 336]]).mean() > 0.3


def test_without_any_face_there_is_no_neutral() -> None:
    estimator = NeutralEstimator()
    estimator.add(np.full((3, 478, 3), np.nan, dtype=np.float32), np.zeros((3, 3), dtype=np.float32))
    with pytest.raises(FaceError, match="no face"):
        estimator.neutral()


def test_neutral_survives_json() -> None:
    neutral = neutral_of(faces(np.zeros((30, 17))))
    again = Neutral.from_json(json.loads(json.dumps(neutral.to_json())))
    assert np.abs(again.mesh - neutral.mesh).max() < 1e-3
    assert np.abs(again.eyeballs - neutral.eyeballs).max() < 1e-3
    assert again.lip_gap == pytest.approx(neutral.lip_gap, abs=1e-3)
    assert again.blendshapes is None
    assert again.frames == 30


def test_columns_and_lost_frames_and_batches() -> None:
    truth = np.array([units(AU12=i % 4, AU45=5.0 * (i % 7 == 0)) for i in range(40)])
    meshes = faces(truth)
    neutral = neutral_of(meshes)
    meshes[5] = np.nan
    columns = derive_expression(meshes, neutral)
    assert tuple(columns) == EXPRESSION_COLUMNS
    assert np.isnan(columns["AU12_r"][5])
    assert not columns["AU12_c"][5]
    assert np.isnan(columns["eye_openness"][5])
    alone = derive_expression(meshes[9:10], neutral)
    assert all(np.array_equal(alone[name][0], columns[name][9]) for name in EXPRESSION_COLUMNS)
    assert len(derive_expression(meshes[:0], neutral)["AU45_r"]) == 0


def test_openness_and_lip_gap_follow_the_lids_and_lips() -> None:
    lids = faces(np.array([units(AU45=value) for value in (0.0, 2.0, 4.0)]), noise_mm=0.0)
    openness = eye_openness(lids, lid_opening(lids)[0].astype(np.float32))
    assert openness[0] == pytest.approx(1.0, abs=0.01)
    assert (np.diff(openness) < -0.15).all()
    gaps = lip_gap(faces(np.array([units(AU25=value) for value in (0.0, 2.0, 4.0)]), noise_mm=0.0))
    assert (np.diff(gaps) > 2.0).all()


def test_blendshapes_are_combined_with_the_mesh() -> None:
    rest = faces(np.zeros((30, 17)))
    shapes = np.full((30, 52), 0.05, dtype=np.float32)
    estimator = NeutralEstimator()
    estimator.add(rest, np.zeros((30, 3), dtype=np.float32), shapes)
    neutral = estimator.neutral()
    assert neutral.blendshapes == pytest.approx(np.full(52, 0.05), abs=1e-4)
    smile = faces(units(AU12=3.0)[None])
    said = np.full((1, 52), 0.05, dtype=np.float32)
    for name in BLENDSHAPES_OF_AU["AU12"]:
        said[0, BLENDSHAPE_NAMES.index(name)] = 1.0
    mesh_alone = estimate_action_units(smile, neutral).intensity[0, AU["AU12"]]
    both = estimate_action_units(smile, neutral, said).intensity[0, AU["AU12"]]
    assert both == pytest.approx((mesh_alone + 5.0) / 2, abs=0.01)
    assert set(BLENDSHAPES_OF_AU) == set(AU_NAMES)

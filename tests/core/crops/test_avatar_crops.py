"""The avatar's crops show what they should, where they should, and are those of its pictures."""

from collections.abc import Iterator
from dataclasses import asdict
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from lineament.crops import CropFile, CropRequest
from lineament.crops.alignment import align, apply, canonical_points, five_points
from lineament.crops.avatar import AvatarCropRenderer
from lineament.crops.avatar_head import SmallTextures, light_head
from lineament.crops.cohort import write_simulated_crops
from lineament.crops.cutting import cut
from lineament.crops.simulated import SimulatedCrops, face_of, session_motion
from lineament.errors import DatasetError, StorageError
from lineament.face import AU_NAMES, LANDMARKS_68
from lineament.progress import Cancelled, CancelToken, Progress
from lineament.simulation import simulate_cohort
from lineament.simulation.avatar import AvatarPerson, AvatarRenderer, AvatarState
from lineament.simulation.avatar import renderer as drawing
from lineament.simulation.avatar.head import build_head
from lineament.simulation.avatar.wrinkles import light_loss

Image = npt.NDArray[np.uint8]
PERSON = AvatarPerson.random(2)
REQUEST = CropRequest(64, 2)


def state(rotation: tuple[float, float, float] = (0.0, 0.0, 0.0), **intensities: float) -> AvatarState:
    au = np.zeros(len(AU_NAMES))
    for name, value in intensities.items():
        au[AU_NAMES.index(name)] = value
    return AvatarState(au=au, rotation=rotation, translation=(30.0, 10.0, 560.0), gaze=(0.1, 0.05))


def drawn(renderer: AvatarCropRenderer, moment: AvatarState) -> tuple[Image, npt.NDArray[np.float32]]:
    crop = renderer.crop(moment)
    assert crop is not None
    return crop


@pytest.fixture(scope="module", autouse=True)
def paint_a_person_once() -> Iterator[None]:
    """A second of work for each face; what is painted follows from the person alone."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("paint_atlas", "build_head"):
            patch.setattr(drawing, name, lru_cache(getattr(drawing, name)))
        yield


@pytest.fixture(scope="module")
def pictures() -> AvatarRenderer:
    return AvatarRenderer(1280, 720, person=PERSON)


@pytest.fixture(scope="module")
def renderer() -> AvatarCropRenderer:
    return AvatarCropRenderer(112, person=PERSON)


def groups(points: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Middle of the right eye, of the left eye and of the mouth, float64[3, 2]."""
    return np.stack([points[:2].mean(axis=0), points[2:4].mean(axis=0), points[4]])


@pytest.mark.parametrize("rotation", [(0.0, 0.0, 0.0), (0.0, 0.0, 0.5), (0.15, 0.1, -0.3), (-0.1, -0.2, 0.1)])
def test_eyes_and_mouth_are_at_their_places(
    renderer: AvatarCropRenderer, pictures: AvatarRenderer, rotation: tuple[float, float, float]
) -> None:
    moment = state(rotation)
    truth = pictures.truth(moment).landmarks68
    np.testing.assert_allclose(renderer.landmarks68(moment), truth, atol=1e-2)
    _, transform = drawn(renderer, moment)
    landed = groups(five_points(apply(transform[None], truth[None]))[0])
    assert np.linalg.norm(landed - groups(canonical_points(112)), axis=1).max() < 2.0


@pytest.mark.parametrize(
    "moment",
    [state(), state((0.1, -0.3, 0.4), AU12=4, AU06=3), state((-0.15, 0.3, -0.3), AU04=4, AU26=4), state(AU45=5)],
)
def test_a_drawn_crop_is_the_crop_of_the_picture(
    renderer: AvatarCropRenderer, pictures: AvatarRenderer, moment: AvatarState
) -> None:
    """Where the face is; beyond it the picture has a room and the crop a plain wall."""
    crop, transform = drawn(renderer, moment)
    expected = cut(pictures.render(moment), transform, 112)
    inner = np.s_[20:-16, 28:-28]
    difference = np.abs(crop.astype(float) - expected)[inner]
    assert difference.mean() < 7
    sideways = np.abs(np.roll(crop, 2, axis=1).astype(float) - expected)[inner]
    assert difference.mean() < 0.75 * sideways.mean()
    upwards = np.abs(np.roll(crop, 2, axis=0).astype(float) - expected)[inner]
    assert difference.mean() < 0.75 * upwards.mean()


def test_eyes_and_mouth_are_drawn_where_the_landmarks_say(renderer: AvatarCropRenderer) -> None:
    """By pixels alone: opening the jaw changes the mouth, shutting the eyes the eyes, each round its place."""
    rest, transform = drawn(renderer, state())
    places = groups(canonical_points(112))
    for unit, where in (("AU26", places[2:]), ("AU45", places[:2])):
        moment = state(**{unit: 4.0})
        moved = renderer._draw(moment, renderer.mesh(moment), transform.astype(np.float64))
        change = np.abs(moved.astype(float) - rest).sum(axis=2)
        middle = np.stack(np.meshgrid(np.arange(112) + 0.5, np.arange(112) + 0.5), axis=2)
        for place in where:
            near = np.linalg.norm(middle - place, axis=2) < 14
            centre = (change[near][:, None] * middle[near]).sum(axis=0) / change[near].sum()
            assert abs(centre[0] - place[0]) < 2.0
            assert abs(centre[1] - place[1]) < (6.0 if unit == "AU26" else 3.0)  # jaws fall below lips, lids from above
        share = sum(change[np.linalg.norm(middle - place, axis=2) < 20].sum() for place in where) / change.sum()
        assert share > (0.45 if unit == "AU26" else 0.9)  # the chin goes with the jaw


def test_a_smile_changes_the_mouth_and_hardly_the_brows(renderer: AvatarCropRenderer) -> None:
    rest, transform = drawn(renderer, state())
    smiling = state(AU12=4.0)
    smile = renderer._draw(smiling, renderer.mesh(smiling), transform.astype(np.float64))
    change = np.abs(smile.astype(float) - rest).mean(axis=2)
    x, y = np.rint(groups(canonical_points(112))).astype(int).T
    mouth = change[y[2] - 10 : y[2] + 10, x[2] - 18 : x[2] + 18].mean()
    brows = change[y[0] - 20 : y[0] - 8, x[0] - 12 : x[1] + 12].mean()
    assert mouth > 8
    assert brows < 0.2 * mouth


def test_gaze_moves_the_iris(renderer: AvatarCropRenderer) -> None:
    left, _ = drawn(renderer, AvatarState(gaze=(-0.4, 0.0)))
    right, _ = drawn(renderer, AvatarState(gaze=(0.4, 0.0)))
    for x, y in groups(canonical_points(112))[:2]:
        eye = np.s_[round(y) - 3 : round(y) + 4, round(x) - 8 : round(x) + 9]
        dark = [255.0 - crop[eye].astype(float).mean(axis=2) for crop in (left, right)]
        centres = [(d * np.arange(17)).sum() / d.sum() for d in dark]
        assert centres[1] > centres[0] + 0.3


def test_the_same_state_gives_the_same_crop_and_a_face_turned_away_none(renderer: AvatarCropRenderer) -> None:
    np.testing.assert_array_equal(drawn(renderer, state())[0], drawn(renderer, state())[0])
    assert renderer.crop(state((0.0, 1.1, 0.0))) is None
    assert renderer.crop(AvatarState(translation=(2000.0, 0.0, 560.0))) is None


def test_the_light_head_keeps_the_vertices_it_has(pictures: AvatarRenderer) -> None:
    head = build_head(PERSON)
    light = light_head(head)
    mesh = pictures.mesh(state(AU12=3))
    kept = len(light.spread)
    assert kept < 0.3 * len(head.spread)
    assert len(light.triangles) < 0.55 * len(head.triangles)
    np.testing.assert_array_equal(light.deformed(mesh)[:kept], head.deformed(mesh)[:kept])
    np.testing.assert_allclose(light.deformed(mesh)[LANDMARKS_68], mesh[LANDMARKS_68], atol=1e-3)
    for name, ring in light.openings.items():
        assert 2 * len(ring) == len(head.openings[name])
    a, b, c = (
        light.deformed(mesh)[:kept][light.triangles[(light.triangles < kept).all(axis=1)][:, k]] for k in range(3)
    )
    x, y, z = (
        head.deformed(mesh)[head.triangles[(head.triangles < len(head.spread)).all(axis=1)][:, k]] for k in range(3)
    )
    areas = [np.linalg.norm(np.cross(q - p, r - p), axis=1).sum() for p, q, r in ((a, b, c), (x, y, z))]
    assert areas[0] == pytest.approx(areas[1], rel=0.01)  # the same surface, in larger pieces


def test_small_folds_are_the_folds(renderer: AvatarCropRenderer) -> None:
    textures = SmallTextures.of(renderer._atlas, 0.4, 0.6)
    intensities = np.zeros(len(AU_NAMES))
    intensities[[AU_NAMES.index("AU12"), AU_NAMES.index("AU04")]] = (3.0, 5.0)
    whole = light_loss(intensities, 0.4)
    assert textures.factor == 4
    rows, columns = (side // 4 * 4 for side in whole.shape)
    means = whole[:rows, :columns].reshape(rows // 4, 4, columns // 4, 4).mean(axis=(1, 3))
    np.testing.assert_allclose(textures.light_loss(intensities)[: rows // 4, : columns // 4], means, atol=2e-3)


def test_one_person_looks_alike_on_two_visits_more_than_two_persons(tmp_path: Path) -> None:
    cohort = simulate_cohort(3, "longitudinal", seed=5, seconds=8.0)
    files = write_simulated_crops(cohort, tmp_path, REQUEST, seconds=6.0)
    looks = []
    for path in files:
        crops = CropFile(path)
        looks.append(crops.read(np.arange(len(crops))).mean(axis=0))
    owner = np.array([s.person_id for s in cohort.subjects])
    apart = np.array([[np.abs(a - b).mean() for a in looks] for b in looks])
    same = (owner[:, None] == owner) & ~np.eye(len(owner), dtype=bool)
    assert same.any()
    assert apart[same].max() < apart[owner[:, None] != owner].min()


def test_everybody_has_a_face_of_their_own_and_keeps_it() -> None:
    cohort = simulate_cohort(12, "longitudinal", seed=1, seconds=8.0)
    faces = [asdict(face_of(s)) for s in cohort.subjects]
    first = {s.person_id: face for s, face in zip(cohort.subjects, faces, strict=True) if s.visit == 1}
    assert all(first[s.person_id] == face for s, face in zip(cohort.subjects, faces, strict=True))
    assert len({str(face) for face in faces}) == 12
    assert all(face_of(s).stubble == 0 for s in cohort.subjects if s.gender == "female")
    assert len({face_of(s).seed for s in simulate_cohort(2, seed=2).subjects} & {f["seed"] for f in faces}) == 0


def test_crops_show_the_sessions_own_behaviour(tmp_path: Path) -> None:
    cohort = simulate_cohort(1, seed=3, seconds=9.0)
    motion, own = session_motion(cohort, 0), cohort.session(0).motion
    np.testing.assert_allclose(motion.au.reshape(len(own.au), 3, -1).mean(axis=1), own.au, atol=1e-9)
    (path,) = write_simulated_crops(cohort, tmp_path, REQUEST, seconds=6.0)
    crops = CropFile(path)
    assert set(crops.times.tolist()) <= {k / 2 for k in range(12)}
    assert len(crops) >= 6
    assert crops.facts.provenance.simulated
    assert (crops.facts.provenance.extractor, crops.facts.request) == ("simulated/lineament-facemesh", REQUEST)
    renderer = AvatarCropRenderer(64, person=face_of(cohort.subjects[0]))
    frame = int(crops.frames[3])
    moment = AvatarState(
        motion.au[frame], tuple(motion.gaze[frame]), tuple(motion.head[frame]), tuple(motion.place[frame])
    )
    transform = align(renderer.landmarks68(moment)[None], 64)[0][0]
    np.testing.assert_allclose(crops.transforms[3], transform, rtol=1e-5)


def test_a_stopped_run_goes_on_and_ends_the_same(tmp_path: Path) -> None:
    cohort = simulate_cohort(3, seed=4, seconds=6.0)
    whole = write_simulated_crops(cohort, tmp_path / "whole", REQUEST, seconds=2.0)
    cancel = CancelToken()

    def stop_at_first(event: object) -> None:
        if isinstance(event, Progress) and event.done:
            cancel.cancel()

    with pytest.raises(Cancelled):
        write_simulated_crops(cohort, tmp_path / "stopped", REQUEST, seconds=2.0, cancel=cancel, sink=stop_at_first)
    (done,) = (tmp_path / "stopped").iterdir()
    stamp = done.stat().st_mtime_ns
    events: list[object] = []
    again = write_simulated_crops(cohort, tmp_path / "stopped", REQUEST, seconds=2.0, sink=events.append)
    assert done.stat().st_mtime_ns == stamp
    assert isinstance(events[-1], Progress)
    assert (events[-1].done, events[-1].total, events[-1].skipped) == (3, 3, 1)
    assert [path.name for path in again] == [path.name for path in whole]
    assert [path.read_bytes() for path in again] == [path.read_bytes() for path in whole]
    again[1].write_bytes(again[1].read_bytes()[:200])
    write_simulated_crops(cohort, tmp_path / "stopped", REQUEST, seconds=2.0)
    assert again[1].read_bytes() == whole[1].read_bytes()


def test_names_follow_all_that_crops_depend_on(tmp_path: Path) -> None:
    cohort = simulate_cohort(2, seed=4, seconds=6.0)
    jobs = [
        SimulatedCrops(cohort, REQUEST, 2.0),
        SimulatedCrops(cohort, REQUEST, 3.0),
        SimulatedCrops(cohort, CropRequest(64, 3), 2.0),
        SimulatedCrops(cohort, CropRequest(80, 2), 2.0),
        SimulatedCrops(simulate_cohort(2, seed=5, seconds=6.0), REQUEST, 2.0),
        SimulatedCrops(simulate_cohort(2, "strong", seed=4, seconds=6.0), REQUEST, 2.0),
        SimulatedCrops(simulate_cohort(2, seed=4, seconds=7.0), REQUEST, 2.0),
    ]
    assert len({job.path(tmp_path, 0) for job in jobs}) == len(jobs)
    longer = SimulatedCrops(simulate_cohort(9, seed=4, seconds=6.0), REQUEST, 2.0)
    assert longer.path(tmp_path, 1) == jobs[0].path(tmp_path, 1)


def test_what_cannot_be_written(tmp_path: Path) -> None:
    cohort = simulate_cohort(1, seed=4, seconds=6.0)
    with pytest.raises(DatasetError, match="crops cannot last 0 seconds"):
        write_simulated_crops(cohort, tmp_path, REQUEST, seconds=0.0)
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StorageError, match="writing to the folder"):
        write_simulated_crops(cohort, tmp_path / "file" / "b", REQUEST, seconds=1.0)


@pytest.mark.slow
def test_two_processes_write_the_same_files_and_stop_when_told(tmp_path: Path) -> None:
    cohort = simulate_cohort(3, seed=4, seconds=6.0)
    alone = write_simulated_crops(cohort, tmp_path / "alone", REQUEST, seconds=2.0)
    both = write_simulated_crops(cohort, tmp_path / "both", REQUEST, seconds=2.0, workers=2)
    assert [path.read_bytes() for path in both] == [path.read_bytes() for path in alone]
    cancel = CancelToken()
    cancel.cancel()
    with pytest.raises(Cancelled):
        write_simulated_crops(cohort, tmp_path / "none", REQUEST, seconds=2.0, workers=2, cancel=cancel)
    assert not list((tmp_path / "none").glob("*.crops"))

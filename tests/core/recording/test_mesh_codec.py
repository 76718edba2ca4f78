"""Fixed-point landmarks: exact in whole steps, close to half a step, held at the edge beyond."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lineament.recording.mesh_codec import MeshScale, from_differences, to_differences


@pytest.mark.parametrize(
    ("size", "step"), [((640, 360), 1 / 32), ((1280, 720), 1 / 16), ((1920, 1080), 1 / 16), ((3840, 2160), 1 / 8)]
)
def test_step_follows_the_picture(size: tuple[int, int], step: float) -> None:
    assert MeshScale.for_picture(*size).step == step


def test_far_landmarks_are_held_at_the_edge() -> None:
    scale = MeshScale.for_picture(1280, 720)
    mesh = np.full((1, 478, 3), 1e6, dtype=np.float32)
    back = scale.to_pixels(scale.to_steps(mesh), np.ones(1, dtype=bool))
    np.testing.assert_allclose(back[0, 0], [640 + 2047.94, 360 + 2047.94, 2047.94], atol=0.01)


@given(st.integers(0, 2**32 - 1), st.integers(1, 40), st.floats(0, 1))
def test_differences_are_undone(seed: int, n: int, share_lost: float) -> None:
    rng = np.random.default_rng(seed)
    steps = rng.integers(-32767, 32768, (n, 478, 3)).astype(np.int16)
    found = rng.random(n) >= share_lost
    back = from_differences(to_differences(steps, found))
    np.testing.assert_array_equal(back[found], steps[found])


def test_scale_of_unknown_pictures_reaches_all_landmarks() -> None:
    rng = np.random.default_rng(0)
    mesh = rng.uniform(-4000, 9000, (30, 478, 3)).astype(np.float32)
    mesh[3] = np.nan
    scale = MeshScale.for_mesh(mesh)
    found = np.isfinite(mesh).all(axis=(1, 2))
    back = scale.to_pixels(scale.to_steps(mesh), found)
    np.testing.assert_allclose(back[found], mesh[found], atol=scale.step)
    assert np.isnan(back[3]).all()

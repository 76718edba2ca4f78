"""A recording that grows: readers see whole rows, old views keep their values, revision makes new ones."""

import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from lineament.recording import GrowingRecording, Recording, Rows, open_recording
from lineament.recording.mesh_codec import MeshScale

MakeRecording = Callable[..., Recording]
SCALE = MeshScale.for_picture(1280, 720)


def rows_of(recording: Recording, start: int, stop: int) -> Rows:
    mesh = recording.mesh(start, stop)
    assert mesh is not None
    return Rows({n: recording.column(n)[start:stop] for n in recording.names}, SCALE.to_steps(mesh))


def test_it_grows_to_the_same_as_the_whole(make_recording: MakeRecording) -> None:
    whole = make_recording(2500)
    growing = GrowingRecording(whole.names, whole.meta, SCALE)
    assert growing.n_rows == 0
    assert growing.row_of_frame(0) == -1
    for start in range(0, 2500, 17):
        growing.append(rows_of(whole, start, min(start + 17, 2500)))
    for name in whole.names:
        np.testing.assert_array_equal(growing.column(name), whole.column(name))
    np.testing.assert_allclose(growing.mesh(1000, 1100), whole.mesh(1000, 1100), atol=0.04)
    points = growing.landmarks68(1000, 1100)
    assert points is not None
    assert points.shape == (100, 68, 2)
    assert growing.row_of_frame(2499) == 2499
    assert growing.mesh(5000, 6000).shape == (0, 478, 3)  # type: ignore[union-attr]


def test_an_old_view_keeps_its_values(make_recording: MakeRecording) -> None:
    whole = make_recording(100)
    growing = GrowingRecording(whole.names, whole.meta, SCALE)
    growing.append(rows_of(whole, 0, 60))
    view = growing.column("AU12_r")
    before = view.copy()
    growing.revise({"AU12_r": np.full(60, 3.0, dtype=np.float32)})
    growing.append(rows_of(whole, 60, 100))
    np.testing.assert_array_equal(view, before)
    assert (growing.column("AU12_r")[:60] == 3.0).all()
    np.testing.assert_array_equal(growing.column("AU12_r")[60:], whole.column("AU12_r")[60:])
    with pytest.raises(ValueError, match="read-only"):
        view[0] = 1.0


def test_settled_mesh_is_read_back(make_recording: MakeRecording) -> None:
    whole = make_recording(100)
    growing = GrowingRecording(whole.names, whole.meta, SCALE)
    growing.append(rows_of(whole, 0, 30))
    growing.append(rows_of(whole, 30, 50))
    before = growing.mesh(0, 50)
    loads: list[int] = []

    def load(start: int, stop: int) -> np.ndarray:
        loads.append(start)
        steps = rows_of(whole, start, stop).mesh
        assert steps is not None
        return steps

    growing.settle(0, [(25, partial(load, 0, 25)), (25, partial(load, 25, 50))])
    growing.append(rows_of(whole, 50, 100))
    np.testing.assert_array_equal(growing.mesh(0, 50), before)
    assert loads == [0, 25]
    with pytest.raises(ValueError, match="as many rows"):
        growing.settle(50, [(3, partial(load, 50, 53))])


def test_another_face_may_take_its_place(make_recording: MakeRecording) -> None:
    first, second = make_recording(60), make_recording(40, seed=5)
    growing = GrowingRecording(first.names, first.meta, SCALE)
    growing.append(rows_of(first, 0, 60))
    rows = rows_of(second, 0, 40)
    assert rows.mesh is not None
    growing.restart(rows, [(40, lambda: rows.mesh)], second.meta)  # type: ignore[list-item, return-value]
    assert growing.n_rows == 40
    np.testing.assert_array_equal(growing.column("AU12_r"), second.column("AU12_r"))
    np.testing.assert_allclose(growing.mesh(5, 40), second.mesh(5, 40), atol=0.04)


def test_when_finished_it_shows_the_saved_whole(make_recording: MakeRecording, tmp_path: Path) -> None:
    whole = open_recording(make_recording(100).save(tmp_path / "a.lineament.parquet"))
    growing = GrowingRecording(whole.names, whole.meta, SCALE)
    growing.append(rows_of(whole, 0, 30))
    growing.finish(whole)
    assert growing.n_rows == 100
    assert growing.meta.complete
    np.testing.assert_array_equal(growing.mesh(0, 100), whole.mesh(0, 100))
    np.testing.assert_array_equal(growing.column("AU01_r"), whole.column("AU01_r"))


def test_a_reader_never_sees_half_a_row(make_recording: MakeRecording) -> None:
    whole = make_recording(4000)
    growing = GrowingRecording(whole.names, whole.meta, SCALE)
    wrong: list[str] = []
    stop = threading.Event()

    def read() -> None:
        while not stop.is_set():
            n = growing.n_rows
            frames, units = growing.column("frame")[:n], growing.column("AU06_r")[:n]
            if not np.array_equal(frames, np.arange(n)):
                wrong.append("frame")
            if not np.array_equal(units, whole.column("AU06_r")[:n], equal_nan=True):
                wrong.append("AU06_r")

    reader = threading.Thread(target=read)
    reader.start()
    prepared = [rows_of(whole, start, start + 5) for start in range(0, 4000, 5)]
    for rows in prepared:
        growing.append(rows)
    stop.set()
    reader.join()
    assert wrong == []
    assert growing.n_rows == 4000

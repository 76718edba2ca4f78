"""Files of crops: what goes in comes out, at random, and every damage is one sentence."""

import pickle
import time
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from lineament.crops import CropFacts, CropFile, CropRequest, parse_requests
from lineament.crops.file import crop_file
from lineament.crops.sampling import sampled_frames
from lineament.errors import RecordingError, StorageError
from lineament.provenance import Provenance

Image = npt.NDArray[np.uint8]
REQUEST = CropRequest(64, 4)
FACTS = CropFacts(
    REQUEST, Provenance("lineament/facemesh", "1", "ab" * 32, settings={"tracker": "facemesh"}), (640, 360), 2
)


def blurred(seed: int, size: int = 64) -> Image:
    noise = np.random.default_rng(seed).integers(0, 255, (size, size, 3), dtype=np.uint8)
    return np.asarray(cv2.normalize(cv2.GaussianBlur(noise, (0, 0), 5), None, 0, 255, cv2.NORM_MINMAX), np.uint8)


def transform(k: int) -> npt.NDArray[np.float32]:
    return np.array([[1 + k, 0.5, k], [-0.5, 1 + k, -k]], dtype=np.float32)


def written(path: Path, count: int = 10) -> Path:
    with crop_file(path, FACTS) as writer:
        for k in range(count):
            writer.add(k / 4, 7 * k, transform(k), blurred(k), face=2)
    return path


def test_what_goes_in_comes_out(tmp_path: Path) -> None:
    crops = CropFile(written(tmp_path / "a.crops"))
    assert (len(crops), crops.size) == (10, 64)
    assert crops.facts == FACTS
    assert crops.times.dtype == np.float64
    assert crops.times.tolist() == [k / 4 for k in range(10)]
    assert crops.frames.tolist() == [7 * k for k in range(10)]
    assert crops.faces.tolist() == [2] * 10
    np.testing.assert_array_equal(crops.transforms, np.stack([transform(k) for k in range(10)]))
    assert crops.transforms.dtype == np.float32
    rows = np.array([7, 0, 7, 9])
    read = crops.read(rows)
    assert read.shape == (4, 64, 64, 3)
    assert read.dtype == np.uint8
    for row, image in zip(rows, read, strict=True):
        assert np.abs(image.astype(float) - blurred(int(row))).mean() < 4  # red stays red: channels are not swapped
    np.testing.assert_array_equal(read[0], read[2])
    crops.check()


def test_no_rows_and_no_crops(tmp_path: Path) -> None:
    crops = CropFile(written(tmp_path / "a.crops"))
    assert crops.read(np.zeros(0, dtype=np.int64)).shape == (0, 64, 64, 3)
    empty = CropFile(written(tmp_path / "b.crops", 0))
    assert (len(empty), empty.transforms.shape) == (0, (0, 2, 3))


@pytest.mark.parametrize("row", [-1, 10])
def test_rows_that_are_not_there(tmp_path: Path, row: int) -> None:
    with pytest.raises(IndexError, match=r"rows are 0 \.\. 9"):
        CropFile(written(tmp_path / "a.crops")).read(np.array([0, row]))


def test_copied_crops_are_the_same_bytes(tmp_path: Path) -> None:
    source = CropFile(written(tmp_path / "a.crops"))
    with crop_file(tmp_path / "b.crops", FACTS) as writer:
        for row in range(len(source)):
            writer.copy(source, row)
    assert (tmp_path / "b.crops").read_bytes() == (tmp_path / "a.crops").read_bytes()


def test_it_goes_to_worker_processes(tmp_path: Path) -> None:
    crops = CropFile(written(tmp_path / "a.crops"))
    again = pickle.loads(pickle.dumps(crops))
    np.testing.assert_array_equal(again.read(np.array([3])), crops.read(np.array([3])))


def test_a_crop_of_another_size_is_refused_and_nothing_is_left(tmp_path: Path) -> None:
    with (
        pytest.raises(ValueError, match="expected a crop of 64 pixels"),
        crop_file(tmp_path / "a.crops", FACTS) as writer,
    ):
        writer.add(0.0, 0, transform(0), blurred(0, 65))
    assert list(tmp_path.iterdir()) == []


def test_a_missing_folder_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="writing to the folder"), crop_file(tmp_path / "no" / "a.crops", FACTS):
        pass


def test_missing_and_other_files(tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match=r"a\.crops: there is no such file\. "):
        CropFile(tmp_path / "a.crops")
    (tmp_path / "b.crops").write_bytes(b"PAR1 something else altogether")
    with pytest.raises(RecordingError, match=r"this is not a file of face crops\. Choose a \.crops file\."):
        CropFile(tmp_path / "b.crops")


def test_a_newer_version_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path / "a.crops")
    whole = bytearray(path.read_bytes())
    whole[8] = 9
    path.write_bytes(whole)
    with pytest.raises(RecordingError, match="format 9, this program reads up to 1"):
        CropFile(path)


def test_a_file_cut_anywhere_is_noticed_at_once(tmp_path: Path) -> None:
    path = written(tmp_path / "a.crops")
    whole = path.read_bytes()
    for length in [0, 5, 16, 40, len(whole) // 2, len(whole) - 300, len(whole) - 1]:
        path.write_bytes(whole[:length])
        with pytest.raises(RecordingError, match=r"a\.crops: (the file is damaged or cut short|this is not a file)"):
            CropFile(path)


def test_every_byte_of_it_is_guarded(tmp_path: Path) -> None:
    path = written(tmp_path / "a.crops", 3)
    whole = path.read_bytes()
    for place in range(16, len(whole), 37):
        damaged = bytearray(whole)
        damaged[place] ^= 0x10
        path.write_bytes(damaged)
        with pytest.raises(RecordingError, match=r"damaged or cut short \(.*\)\. Make the crops again\."):
            CropFile(path).read(np.arange(3))


def test_a_damaged_crop_leaves_the_others_readable(tmp_path: Path) -> None:
    path = written(tmp_path / "a.crops")
    whole = bytearray(path.read_bytes())
    whole[20] ^= 1
    path.write_bytes(whole)
    crops = CropFile(path)
    assert crops.read(np.arange(1, 10)).shape[0] == 9
    with pytest.raises(RecordingError, match="crop 0 of 10 is not what was written"):
        crops.read(np.array([0]))
    with pytest.raises(RecordingError, match="crop 0 of 10"):
        crops.check()


def test_a_file_that_went_away(tmp_path: Path) -> None:
    crops = CropFile(written(tmp_path / "a.crops"))
    crops.path.unlink()
    with pytest.raises(RecordingError, match="cannot be read any more"):
        crops.read(np.array([0]))


def test_facts_that_make_no_difference_and_those_that_do() -> None:
    later = CropFacts.from_json({**FACTS.to_json(), "provenance": {**FACTS.provenance.to_json(), "utc_time": "2030"}})
    assert later.made_alike(FACTS)
    assert not CropFacts.from_json({**FACTS.to_json(), "transform_version": 99}).made_alike(FACTS)
    other = {**FACTS.provenance.to_json(), "settings": {"tracker": "face-landmarker"}}
    assert not CropFacts.from_json({**FACTS.to_json(), "provenance": other}).made_alike(FACTS)


def test_requests_in_words() -> None:
    assert parse_requests("112@8, 224@0.5") == (CropRequest(112, 8), CropRequest(224, 0.5))
    assert parse_requests("112@8,112@8") == (CropRequest(112, 8),)
    assert (str(CropRequest(112, 8)), CropRequest(224, 0.5).label) == ("112@8", "224px-0.5fps")
    for text in ("", "112", "112@", "@2", "112x8", "112@8,"):
        with pytest.raises(ValueError, match="pixels@rate, for example"):
            parse_requests(text)
    with pytest.raises(ValueError, match="32 to 512 pixels, not 16"):
        parse_requests("16@2")
    with pytest.raises(ValueError, match="more than 0 a second"):
        parse_requests("112@0")


def test_sampled_frames_are_the_nearest() -> None:
    steady = np.arange(90) / 30
    assert sampled_frames(steady, 2).tolist() == [0, 15, 30, 45, 60, 75]
    assert sampled_frames(steady, 8)[:5].tolist() == [0, 4, 7, 11, 15]  # a tie goes to the earlier frame
    assert sampled_frames(steady, 100).tolist() == list(range(90))
    assert sampled_frames(np.array([0.0, 0.9, 1.05, 5.0]), 1).tolist() == [0, 2, 3]
    assert sampled_frames(np.zeros(0), 2).tolist() == []
    assert sampled_frames(np.array([0.0]), 2).tolist() == [0]
    rng = np.random.default_rng(0)
    uneven = np.cumsum(rng.uniform(0.02, 0.06, 500))
    uneven -= uneven[0]
    by_hand = sorted({int(np.abs(uneven - t).argmin()) for t in np.arange(0, uneven[-1], 1 / 8)})
    assert sampled_frames(uneven, 8).tolist() == by_hand


def test_an_hour_stays_small_and_opens_at_random(tmp_path: Path) -> None:
    """Of a face with skin texture; the budget is checked on a minute of it."""
    facts = CropFacts(CropRequest(224, 2), FACTS.provenance, (1280, 720))
    rng = np.random.default_rng(0)
    base = blurred(1, 224).astype(np.float64)
    path = tmp_path / "a.crops"
    with crop_file(path, facts) as writer:
        for k in range(120):
            skin = np.clip(base + rng.normal(0, 3, base.shape), 0, 255).astype(np.uint8)
            writer.add(k / 2, 15 * k, transform(k), skin)
    crops = CropFile(path)
    started = time.process_time()  # of this process alone, however busy the machine is
    crops.read(rng.integers(0, 120, 64))
    took = time.process_time() - started
    assert path.stat().st_size / 120 < 12_000
    assert took < 0.3  # 100 ms on a machine of its own

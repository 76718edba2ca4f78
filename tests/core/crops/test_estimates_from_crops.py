"""`lineament estimate` with a model of face crops: crops are cut on the way, kept, and used again."""

import json
import shutil
from pathlib import Path

import pytest
from tests.support.published_models import make_dj_ldml, make_hmhn

from lineament.cli.main import main
from lineament.crops import CropFile
from lineament.inference import estimate
from lineament.models import pixels
from lineament.models.dj_ldml import ClipShape
from lineament.recording import Recording, open_recording

CROPS = "visit.lineament.112px-8fps.crops"


@pytest.fixture
def place(clip: Path, analysed: Recording, tmp_path: Path) -> Path:
    """A folder with the video and its recording."""
    assert analysed.path is not None
    shutil.copy(clip, tmp_path)
    shutil.copy(analysed.path, tmp_path)
    return tmp_path


@pytest.fixture(autouse=True)
def two_seconds_are_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pixels, "abstention", lambda usable, seen, crops: None if crops else "nothing")


def said(place: Path, capsys: pytest.CaptureFixture[str], *arguments: object) -> str:
    main(["estimate", *map(str, arguments), "--model", str(place / "m")])
    return capsys.readouterr().out


def test_crops_are_cut_kept_and_used_again(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    make_hmhn(112).save(place / "m")
    recording = place / "visit.lineament.parquet"
    first = said(place, capsys, recording)
    assert first.startswith("visit.lineament.parquet: PHQ-8 model estimate: 80 % interval")
    kept = CropFile(place / CROPS)
    assert len(kept) == 17
    (place / "visit.mp4").unlink()
    assert said(place, capsys, recording) == first
    whole = json.loads(said(place, capsys, recording, "--json", "-"))
    assert len(whole["region_attention"]["maps"]) == 17
    assert whole["score"] == pytest.approx(
        make_hmhn(112).predict_crops(kept, open_recording(recording).meta.provenance).score, abs=1e-4
    )


def test_a_video_is_scored_by_its_own_recording(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    clip = ClipShape(frames=8, size=64, step_s=0.125, tolerance_s=0.05, every_s=0.5)
    make_dj_ldml(clip).save(place / "m")
    first = said(place, capsys, place / "visit.mp4")
    assert first.startswith("visit.mp4: PHQ-8 model estimate")
    assert (place / "visit.lineament.64px-8fps.crops").is_file()
    shown = json.loads(said(place, capsys, place / "visit.mp4", "--json", "-"))
    assert sum(shown["distribution"]["probabilities"]) == pytest.approx(1)


def test_a_video_elsewhere_is_named(
    place: Path, clip: Path, capsys: pytest.CaptureFixture[str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    make_hmhn(112).save(place / "m")
    (place / "visit.mp4").unlink()
    with pytest.raises(SystemExit):
        said(place, capsys, place / "visit.lineament.parquet")
    assert "visit.mp4 is not beside its recording" in " ".join(capsys.readouterr().err.split())
    assert "interval" in said(place, capsys, place / "visit.lineament.parquet", "--video", clip)


def test_crops_of_another_recording_are_not_taken_for_its_own(place: Path) -> None:
    """The file has the right name and lies in the right place."""
    recording = open_recording(place / "visit.lineament.parquet")
    model = make_hmhn(112)
    estimate(model, recording)
    other = CropFile(place / CROPS)
    content = other.path.read_bytes()
    digest = recording.meta.provenance.data_hash.encode()
    assert content.count(digest) == 1
    (place / "visit.mp4").rename(place / "other.mp4")
    other.path.write_bytes(content.replace(digest, digest[::-1]))
    with pytest.raises(Exception, match=r"visit\.mp4 is not beside its recording"):
        estimate(model, recording)
    estimate(model, recording, video=place / "other.mp4")
    assert CropFile(place / CROPS).facts.provenance.data_hash == recording.meta.provenance.data_hash


@pytest.mark.slow
def test_analyze_scores_with_a_model_of_face_crops(
    clip: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    make_hmhn(112).save(tmp_path / "m")
    main(["analyze", str(clip), "--out", str(tmp_path / "out"), "--model", str(tmp_path / "m")])
    assert "visit.mp4: PHQ-8 model estimate: 80 % interval" in capsys.readouterr().out
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "visit.estimate.json",
        CROPS,
        "visit.lineament.parquet",
    ]

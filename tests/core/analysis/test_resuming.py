"""However and whenever an analysis is interrupted, it goes on where it was saved and ends the same to the last bit."""

import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest
from tests.core.analysis.conftest import FRAMES, SETTINGS, assert_equal

from lineament.analysis import AnalysisSettings, RecordingGrew, RecordingStarted, analyze
from lineament.analysis.lock import only_one
from lineament.errors import StorageError
from lineament.progress import Cancelled, CancelToken, Progress
from lineament.recording import Recording

PROJECT = Path(__file__).resolve().parents[3]


def stop_after(frames: int, clip: Path, out: Path, settings: AnalysisSettings = SETTINGS) -> None:
    """Cancel an analysis when so many rows are there."""
    cancel = CancelToken()

    def sink(event: object) -> None:
        if isinstance(event, RecordingGrew) and event.rows >= frames:
            cancel.cancel()

    with pytest.raises(Cancelled):
        analyze(clip, out, settings, cancel=cancel, sink=sink)


def measured_frames(clip: Path, out: Path, settings: AnalysisSettings = SETTINGS) -> tuple[Recording, int, int]:
    """Analyse to the end: the recording, frames that were already there, rows shown at the start."""
    skipped: list[int] = []
    shown: list[int] = []

    def sink(event: object) -> None:
        if isinstance(event, Progress) and event.task == "Measuring the face":
            skipped.append(event.skipped)
        if isinstance(event, RecordingStarted):
            shown.append(event.recording.n_rows)

    return analyze(clip, out, settings, sink=sink), skipped[-1], shown[0]


def test_a_cancelled_analysis_goes_on_at_the_first_unsaved_segment(
    clip: Path, whole: Recording, tmp_path: Path
) -> None:
    stop_after(60, clip, tmp_path)
    partial = tmp_path / "visit 1.lineament.partial"
    saved = sorted(path.name for path in partial.glob("segment-*"))
    assert saved == [f"segment-00000{i}.parquet" for i in range(3)]
    recording, skipped, shown = measured_frames(clip, tmp_path)
    assert (skipped, shown) == (72, 72)
    assert_equal(recording, whole)
    assert not partial.exists()


def test_a_second_face_resumes_with_its_number(pair_clip: Path, tmp_path: Path) -> None:
    whole = analyze(pair_clip, tmp_path / "whole", SETTINGS)
    stop_after(64, pair_clip, tmp_path / "stopped")
    assert_equal(measured_frames(pair_clip, tmp_path / "stopped")[0], whole)


def test_other_settings_do_not_go_on_with_it(clip: Path, tmp_path: Path) -> None:
    stop_after(60, clip, tmp_path)
    other = AnalysisSettings(segment_frames=50, warm_up_frames=5)
    assert measured_frames(clip, tmp_path, other)[1] == 0


def test_another_video_does_not_go_on_with_it(clip: Path, other_clip: Path, whole: Recording, tmp_path: Path) -> None:
    stop_after(60, clip, tmp_path)
    other, skipped, _ = measured_frames(other_clip, tmp_path)
    assert (other.n_rows, skipped) == (45, 0)
    recording, skipped, _ = measured_frames(clip, tmp_path)
    assert skipped == 72
    assert_equal(recording, whole)


def test_fresh_does_not_go_on_with_it(clip: Path, tmp_path: Path) -> None:
    stop_after(60, clip, tmp_path)
    fresh = AnalysisSettings(segment_frames=24, warm_up_frames=5, fresh=True)
    assert measured_frames(clip, tmp_path, fresh)[1] == 0


def test_a_damaged_segment_is_measured_again(clip: Path, whole: Recording, tmp_path: Path) -> None:
    stop_after(80, clip, tmp_path)
    (tmp_path / "visit 1.lineament.partial" / "segment-000001.parquet").write_bytes(b"PAR1 half a segment")
    recording, skipped, _ = measured_frames(clip, tmp_path)
    assert skipped == 24
    assert_equal(recording, whole)


def test_a_damaged_manifest_begins_anew(clip: Path, whole: Recording, tmp_path: Path) -> None:
    stop_after(60, clip, tmp_path)
    (tmp_path / "visit 1.lineament.partial" / "manifest.json").write_text('{"format"')
    recording, skipped, _ = measured_frames(clip, tmp_path)
    assert skipped == 0
    assert_equal(recording, whole)


def test_one_analysis_at_a_time(clip: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lineament.analysis.lock.PATIENCE_S", 0.1)
    stop_after(30, clip, tmp_path)
    with (
        only_one(tmp_path / "visit 1.lineament.partial", patience_s=0),
        pytest.raises(StorageError, match="another analysis of this video is working in"),
    ):
        analyze(clip, tmp_path, SETTINGS)
    assert analyze(clip, tmp_path, SETTINGS).n_rows == FRAMES


def test_what_a_kill_at_the_very_end_leaves_is_removed(clip: Path, tmp_path: Path) -> None:
    stop_after(60, clip, tmp_path / "a")
    analyze(clip, tmp_path, SETTINGS)
    (tmp_path / "a" / "visit 1.lineament.partial").rename(tmp_path / "visit 1.lineament.partial")
    analyze(clip, tmp_path, SETTINGS)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "visit 1.lineament.parquet"]


CHILD = """
import sys
from pathlib import Path
from lineament.analysis import AnalysisSettings, RecordingGrew, analyze

def sink(event):
    if isinstance(event, RecordingGrew):
        print(event.rows, flush=True)

settings = AnalysisSettings(segment_frames=int(sys.argv[3]), warm_up_frames=int(sys.argv[4]))
analyze(Path(sys.argv[1]), Path(sys.argv[2]), settings, sink=sink)
print("finished", flush=True)
"""


def killed_run(clip: Path, out: Path, settings: AnalysisSettings, kill_at: int, extra_s: float) -> None:
    """Analyse in another process and kill it `extra_s` after `kill_at` rows, before its end."""
    arguments = [str(clip), str(out), str(settings.segment_frames), str(settings.warm_up_frames)]
    with (
        tempfile.TemporaryFile("w+") as complaints,
        subprocess.Popen(
            [sys.executable, "-c", CHILD, *arguments], stdout=subprocess.PIPE, stderr=complaints, text=True, cwd=PROJECT
        ) as child,
    ):
        assert child.stdout is not None
        for line in child.stdout:
            if line.strip().isdigit() and int(line) >= kill_at:
                break
        time.sleep(extra_s)
        child.kill()
        complaints.seek(0)
        assert child.wait() == -signal.SIGKILL, complaints.read()


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="this system has no SIGKILL")
def test_killed_three_times_it_ends_the_same(clip: Path, whole: Recording, tmp_path: Path) -> None:
    chance = random.Random(7)
    for rows in (chance.randrange(1, 24), chance.randrange(24, 48), chance.randrange(48, 72)):
        killed_run(clip, tmp_path, SETTINGS, rows, chance.uniform(0, 0.05))
    assert_equal(analyze(clip, tmp_path, SETTINGS), whole)
    assert [path.name for path in tmp_path.iterdir()] == ["visit 1.lineament.parquet"]

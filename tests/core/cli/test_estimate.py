"""`lineament estimate`: interval before point, earlier visits, JSON, and a sentence for whatever is wrong."""

import json
from pathlib import Path

import pytest
from tests.support.models import make_hand_designed
from tests.support.published_models import make_hmhn, make_mpdrm

from lineament.cli.main import main
from lineament.recording import write_openface_csv
from lineament.simulation import simulate_cohort


@pytest.fixture(scope="module")
def visits(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Three visits of one person as OpenFace CSVs."""
    folder = tmp_path_factory.mktemp("visits")
    cohort = simulate_cohort(1, "longitudinal", 12, seconds=75)
    paths = [folder / f"visit {i + 1}.csv" for i in range(3)]
    for i, path in enumerate(paths):
        write_openface_csv(cohort.session(i), path)
    return paths


@pytest.fixture(scope="module")
def mpdrm(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models") / "visits"
    make_mpdrm().save(folder)
    return folder


def estimate(capsys: pytest.CaptureFixture[str], *arguments: object) -> str:
    main(["estimate", *map(str, arguments), "--any-extractor"])
    return capsys.readouterr().out


def fails(capsys: pytest.CaptureFixture[str], *arguments: object) -> str:
    with pytest.raises(SystemExit) as left:
        main(["estimate", *map(str, arguments)])
    assert left.value.code == 1
    said = " ".join(capsys.readouterr().err.split())
    assert "Traceback" not in said
    return said


def test_the_interval_comes_first_and_earlier_visits_are_counted(
    visits: list[Path], mpdrm: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    alone = estimate(capsys, visits[2], "--model", mpdrm)
    assert alone.index("interval") < alone.index("point")
    assert "not a diagnosis" in alone
    assert "from this recording alone, as no earlier visit is known" in alone
    target = tmp_path / "said.json"
    earlier = ("--earlier", visits[0], "--earlier", visits[1])
    said = estimate(capsys, visits[2], "--model", mpdrm, *earlier, "--json", target)
    assert "Judged from 2 earlier visits," in said
    assert f"wrote {target}" in said
    written = json.loads(target.read_text(encoding="utf-8"))
    assert written["habit"]["earlier_visits"] == 2
    assert len(written["habit"]["change"]) == len(written["window_times_s"])
    names = list(written)
    assert names.index("interval") < names.index("score")
    assert written["provenance"]["forced"] is True
    printed = json.loads(estimate(capsys, visits[2], "--model", mpdrm, *earlier, "--json", "-"))
    assert printed["score"] == written["score"]
    one = estimate(capsys, visits[2], "--model", mpdrm, "--earlier", visits[0])
    assert "Judged from 1 earlier visit," in one


def test_the_default_model_is_taken(visits: list[Path], capsys: pytest.CaptureFixture[str]) -> None:
    said = estimate(capsys, visits[0])
    assert said.startswith("visit 1.csv: PHQ-8 model estimate: 80 % interval")
    assert "Judged" not in said


def test_what_is_wrong_is_told(
    visits: list[Path], mpdrm: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    make_hand_designed().save(tmp_path / "plain")
    make_hmhn().save(tmp_path / "faces")
    recording, any_extractor = visits[0], "--any-extractor"
    assert "was trained on simulated/lineament-facemesh" in fails(capsys, recording, "--model", mpdrm)
    assert "there is no model called nobody" in fails(capsys, recording, "--model", "nobody")
    assert "takes no account of earlier visits" in fails(
        capsys, recording, "--model", tmp_path / "plain", "--earlier", visits[1], any_extractor
    )
    assert "takes no account of earlier visits" in fails(
        capsys, recording, "--model", tmp_path / "faces", "--earlier", visits[1], any_extractor
    )
    assert "does not say which video it was measured from" in fails(
        capsys, recording, "--model", tmp_path / "faces", any_extractor
    )
    assert "gone.csv" in fails(capsys, tmp_path / "gone.csv", "--model", mpdrm)
    assert "gone.csv" in fails(capsys, recording, "--model", mpdrm, "--earlier", tmp_path / "gone.csv", any_extractor)

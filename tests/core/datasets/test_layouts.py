"""All layouts: the command that writes them, what opens them, and that features cope with what they lack."""

from pathlib import Path

import numpy as np
import pytest

from lineament.cli.main import main
from lineament.datasets import BDI2, PHQ8, SCALES, VLOG_LABEL, WRITERS, Cohort, open_cohort, write_e_daic, write_lmvd
from lineament.datasets.scales import Scale
from lineament.errors import DatasetError
from lineament.features.channels import LANDMARK_CHANNELS, UNIT_CHANNELS
from lineament.features.cohort_features import cohort_features
from lineament.simulation import like_daic_woz, simulate_cohort

SCALE_OF = {"daic-woz": PHQ8, "e-daic": PHQ8, "avec2013": BDI2, "avec2014": BDI2, "openface": PHQ8}
SCALE_OF |= {"d-vlog": VLOG_LABEL, "lmvd": VLOG_LABEL}


@pytest.mark.parametrize("layout", WRITERS)
def test_the_command_writes_every_layout(layout: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "c"
    main(["simulate", "cohort", "--layout", layout, "--out", str(out), "--persons", "4", "--seconds", "2"])
    assert "4 simulated persons" in capsys.readouterr().out
    cohort = open_cohort(out)
    assert cohort.simulated
    assert cohort.extractor.startswith("simulated/")
    assert cohort.scale is SCALE_OF[layout]
    assert len(set(cohort.person_ids)) == 4
    assert [s.split for s in cohort.sessions if s.task != "Freeform"] == ["train", "train", "dev", "test"]
    assert cohort.recording(0).meta.provenance.simulated


def test_scales_have_their_published_bands() -> None:
    assert [SCALES[scale.name] for scale in (PHQ8, BDI2, VLOG_LABEL)] == list(SCALES.values())
    assert (BDI2.low, BDI2.high) == (0, 63)
    assert [low for low, _ in BDI2.cut_offs] == [0, 14, 20, 29]

    def band(scale: Scale, score: float) -> str:
        return [name for low, name in scale.cut_offs if low <= score][-1]

    assert [band(BDI2, score) for score in (13, 14, 19, 20, 28, 29, 63)] == [
        *("minimal", "mild", "mild", "moderate", "moderate", "severe", "severe")
    ]


def test_features_cope_with_what_a_layout_lacks(tmp_path: Path) -> None:
    made = Cohort.from_simulation(simulate_cohort(4, seed=5, seconds=24, fps=10))
    whole = cohort_features(made, 20)
    for write, absent in ((write_e_daic, LANDMARK_CHANNELS), (write_lmvd, UNIT_CHANNELS)):
        folder = tmp_path / write.__name__
        write(made, folder)
        found = cohort_features(open_cohort(folder), 20)
        assert found.absent == absent
        assert found.present.sum() >= whole.present.sum() - 1
        assert np.isfinite(found.values).all()
        assert found.values.any()


def test_splits_of_a_corpus_come_along() -> None:
    made = like_daic_woz(persons=8)
    cohort = Cohort.from_simulation(made)
    assert [s.split for s in cohort.sessions] == [s.split for s in made.subjects]
    assert {"train", "dev", "test"} == {s.split for s in cohort.sessions}


def test_what_is_no_cohort_names_the_layouts(tmp_path: Path) -> None:
    (tmp_path / "labels.csv").write_text("name,points\n")
    with pytest.raises(DatasetError, match=r"no cohort is there: .*E-DAIC's, AVEC's, .*labels\.csv \(person,visit,sc"):
        open_cohort(tmp_path)

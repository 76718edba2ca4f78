"""What others published: marked, with its split, and never among what was measured."""

import pytest

from lineament.datasets.scales import BDI2, PHQ8, VLOG_LABEL
from lineament.evaluation.published import PUBLISHED, published_for


def test_every_figure_has_a_mark_a_split_and_a_source() -> None:
    for one in PUBLISHED:
        assert one.mark in ("V", "V2")
        assert one.split
        assert one.source
        assert any(v is not None for v in (one.rmse, one.mae, one.ccc, one.pcc, one.f1))
        assert one.rmse is None or one.mae is None or one.rmse > one.mae


def test_they_are_told_by_questionnaire() -> None:
    assert {one.corpus for one in published_for(PHQ8)} == {"DAIC-WOZ", "E-DAIC"}
    assert {one.corpus for one in published_for(BDI2)} == {"AVEC2013", "AVEC2014"}
    assert published_for(VLOG_LABEL) == ()
    assert len(published_for(PHQ8)) + len(published_for(BDI2)) == len(PUBLISHED)


@pytest.mark.parametrize(
    ("corpus", "method", "rmse", "mae", "mark"),
    [
        ("AVEC2013", "HMHN", 7.38, 6.05, "V"),
        ("AVEC2014", "HMHN", 7.60, 6.01, "V"),
        ("AVEC2014", "Depressformer", 7.22, 5.56, "V2"),
        ("E-DAIC", "MSFE-CTA", 6.44, 5.30, "V"),
    ],
)
def test_some_of_them(corpus: str, method: str, rmse: float, mae: float, mark: str) -> None:
    found = [one for one in PUBLISHED if (one.corpus, one.method) == (corpus, method)]
    assert [(one.rmse, one.mae, one.mark) for one in found] == [(rmse, mae, mark)]


def test_nothing_remembered_or_guessed_is_quoted() -> None:
    assert not {one.method for one in PUBLISHED} & {"NAS-Dep", "DepArt-Net", "AVEC baseline", "Dep-MAP", "EviDep"}

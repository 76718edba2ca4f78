"""Who is fitted on, selected on and tested on; whoever is on two sides is named."""

from dataclasses import replace

import numpy as np
import pytest
from tests.core.evaluation.conftest import settings_of
from tests.support.tiny_cohorts import tiny_cohort

from lineament.errors import DatasetError
from lineament.evaluation.data import EvaluationData
from lineament.evaluation.deals import check_deals, check_splits, deals_of
from lineament.evaluation.errors import EvaluationError
from lineament.evaluation.settings import EvaluationSettings
from lineament.features.cohort_features import CohortFeatures


def data_of(features: CohortFeatures) -> EvaluationData:
    from pathlib import Path

    return EvaluationData(features, Path())


def test_official_is_the_cohorts_own_split_whatever_the_seed(features: CohortFeatures) -> None:
    data, deals = data_of(features), deals_of(settings_of("official"), 2)
    assert [deal.seed for deal in deals] == [0, 1]
    for deal in deals:
        fitted, dev, test = deal.rows(data)
        assert fitted.tolist() == features.rows_of("train").tolist()
        assert dev.tolist() == features.rows_of("dev").tolist()
        assert test.tolist() == features.rows_of("test").tolist()


def test_nested_folds_test_everybody_once_a_seed_and_turn_dev_with_the_seed(features: CohortFeatures) -> None:
    data, settings = data_of(features), settings_of("nested-cv")
    deals = deals_of(settings, 3)
    assert len(deals) == 9
    check_deals(deals, data)
    for seed in range(3):
        tested = np.concatenate([deal.rows(data)[2] for deal in deals if deal.seed == seed])
        assert sorted(tested.tolist()) == list(range(len(features)))
    first = [deal for deal in deals if deal.part.outer == 0]
    learners = np.setdiff1d(np.arange(len(features)), first[0].rows(data)[2])
    assert sorted(np.concatenate([deal.rows(data)[1] for deal in first]).tolist()) == learners.tolist()
    again = deals_of(settings, 4)[-3:]
    assert again[0].dev.seed != first[0].dev.seed


def test_no_unit_can_read_a_test_score(features: CohortFeatures) -> None:
    data = data_of(features)
    for protocol in ("official", "nested-cv"):
        for deal in deals_of(settings_of(protocol), 1):
            fitted, dev, test = deal.rows(data)
            scores = data.part(deal.part).scores
            assert np.isnan(scores[test]).all()
            assert np.isfinite(scores[np.concatenate([fitted, dev])]).all()


@pytest.mark.parametrize("shared", [1, 2, 7])
def test_shared_persons_are_refused_by_name_and_only_where_it_matters(features: CohortFeatures, shared: int) -> None:
    persons = list(features.person_ids)
    for i in range(shared):  # a test session of somebody who is learnt from
        persons[24 + i] = persons[i]
    overlapping = replace(features, person_ids=tuple(persons))
    with pytest.raises(EvaluationError, match="more than one of train, dev and test of cohort tiny: p0") as error:
        check_splits(overlapping, settings_of("official"))
    assert ("1 person is in" in str(error.value)) == (shared == 1)
    assert ("p1" in str(error.value)) == (shared > 1)
    assert ("and 2 more" in str(error.value)) == (shared == 7)
    assert "Use --protocol nested-cv" in error.value.remedy
    check_splits(overlapping, settings_of("nested-cv"))
    check_deals(deals_of(settings_of("nested-cv"), 2), data_of(overlapping))


def test_persons_of_train_and_dev_may_not_be_shared_either(features: CohortFeatures) -> None:
    persons = list(features.person_ids)
    persons[3] = persons[0]  # dev and train
    with pytest.raises(EvaluationError, match="1 person is in more than one of train, dev and test of cohort tiny: p0"):
        check_splits(replace(features, person_ids=tuple(persons)), settings_of("official"))


def test_a_cohort_without_the_splits_is_refused_in_a_sentence() -> None:
    untested = tiny_cohort(12, 2)
    with pytest.raises(EvaluationError, match=r"cohort tiny has no test sessions\. Use --protocol nested-cv"):
        check_splits(untested, settings_of("official"))
    unsplit = replace(untested, splits=("",) * 12)
    with pytest.raises(EvaluationError, match="has no train and no dev and no test sessions"):
        check_splits(unsplit, settings_of("official"))


def test_settings_out_of_bounds_are_refused_in_a_sentence(features: CohortFeatures) -> None:
    with pytest.raises(EvaluationError, match=r'there is no protocol "loo"\. Choose one of: official, nested-cv'):
        EvaluationSettings("loo")
    with pytest.raises(EvaluationError, match="there cannot be 0 seeds"):
        deals_of(settings_of("official"), 0)
    few = tiny_cohort(4, 2)
    with pytest.raises(DatasetError, match="folds cannot be made of"):
        check_deals(deals_of(settings_of("nested-cv", outer_folds=6), 1), data_of(few))


def test_presets_differ_in_size_alone() -> None:
    quick, standard = (EvaluationSettings.of_preset("official", quick=q) for q in (True, False))
    assert (quick.preset, standard.preset) == ("quick", "standard")
    assert quick.search.recipe.steps < standard.search.recipe.steps
    assert quick.search_budget < standard.search_budget
    assert EvaluationSettings.of_preset("official", search_budget=9).search_budget == 9
    assert quick.level == standard.level == 0.8

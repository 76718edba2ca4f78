"""Every search method keeps what all of them promise; and the suite that says so notices one that does not."""

import pytest

from lineament.search.strategies import METHODS
from lineament.search.testing import check_strategy


@pytest.mark.parametrize("name", METHODS)
def test_every_method_passes_the_suite(name: str) -> None:
    check_strategy(name)

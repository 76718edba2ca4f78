"""Plain JSON: one canonical form, every bit of a float, and nothing that is not JSON."""

import math

import numpy as np
import pytest
import torch  # noqa: TID253

from lineament.search.runs.plain import canonical_hash, from_text, plain, to_text


def test_tuples_arrays_and_numbers_of_other_libraries_become_json() -> None:
    mixed = {"a": (1, np.float32(0.5)), "b": np.arange(3), "c": torch.tensor([1.5, 2.0]), "d": np.bool_(True)}
    assert plain(mixed) == {"a": [1, 0.5], "b": [0, 1, 2], "c": [1.5, 2.0], "d": True}
    assert type(plain(np.int64(3))) is int


@pytest.mark.parametrize("value", [object(), {1: "a"}, {"a": {2}}, b"bytes"])
def test_what_is_not_json_is_refused(value: object) -> None:
    with pytest.raises(TypeError):
        plain(value)


def test_floats_keep_every_bit_and_those_without_a_word_come_back() -> None:
    numbers = [0.1 + 0.2, -0.0, 5e-324, 1.7976931348623157e308, 1.0, math.inf, -math.inf]
    back = from_text(to_text(numbers))
    assert [math.copysign(1, n) for n in back] == [math.copysign(1, n) for n in numbers]
    assert back == numbers
    assert all(type(number) is float for number in back)
    assert math.isnan(from_text(to_text({"loss": math.nan}))["loss"])


def test_the_hash_knows_content_and_types_but_not_the_order_of_keys() -> None:
    assert canonical_hash({"a": 1, "b": [2, 3]}) == canonical_hash({"b": (2, 3), "a": 1})
    assert canonical_hash({"a": 1}) != canonical_hash({"a": 1.0})
    assert canonical_hash({"a": math.nan}) != canonical_hash({"a": None})

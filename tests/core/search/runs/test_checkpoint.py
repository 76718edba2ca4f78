"""A checkpoint gives back exactly what was saved, or says that it is damaged; it is never half old and half new."""

import errno
import math
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch  # noqa: TID253

from lineament.errors import StorageError
from lineament.search.runs.checkpoint import DamagedCheckpoint, read_checkpoint, write_checkpoint


def saved_and_read(state: dict[str, Any], folder: Path) -> dict[str, Any]:
    write_checkpoint(folder / "c.safetensors", state)
    back = read_checkpoint(folder / "c.safetensors")
    assert back is not None
    return back


def assert_same(one: Any, other: Any) -> None:
    """Equal in value and in type, all the way down."""
    assert type(one) is type(other)
    if isinstance(one, dict):
        assert list(one) == list(other)
        for key in one:
            assert_same(one[key], other[key])
    elif isinstance(one, list | tuple):
        assert len(one) == len(other)
        for left, right in zip(one, other, strict=True):
            assert_same(left, right)
    elif isinstance(one, torch.Tensor):
        assert one.dtype == other.dtype
        assert one.shape == other.shape
        assert one.reshape(-1).view(torch.uint8).equal(other.reshape(-1).view(torch.uint8))
    elif isinstance(one, np.ndarray | np.generic):
        assert one.dtype == other.dtype
        assert one.shape == other.shape
        assert one.tobytes() == other.tobytes()
    else:
        assert one == other or (math.isnan(one) and math.isnan(other))


def test_all_that_a_unit_keeps_comes_back_with_its_type(tmp_path: Path) -> None:
    state = {
        "step": 7,
        "one": 1.0,
        "flags": [True, None, "text with \n and \U0001f600", ""],
        "nested": {"betas": (0.9, (0.999,)), "empty": {}, "none": [], "nothing": ()},
        "numbered": {0: {"a": 1}, -3: "b", "1": "text", 1: "number"},
        "$": {"$": "looks like ours", "$float": "nan"},
        "odd floats": [math.nan, math.inf, -0.0, 5e-324],
        "large": 2**127 + 1,
        "numpy numbers": [np.float64(0.1), np.int16(-3), np.bool_(True), np.float32(np.nan)],
        "arrays": [np.arange(6).reshape(2, 3).T, np.zeros((0, 4), dtype=np.uint16), np.array(2.5), np.array([True])],
    }
    assert_same(saved_and_read(state, tmp_path), state)


@pytest.mark.parametrize(
    "dtype",
    [
        *(torch.float64, torch.float32, torch.float16, torch.bfloat16, torch.complex64, torch.bool),
        *(torch.int64, torch.int32, torch.int16, torch.int8, torch.uint16, torch.uint8),
    ],
)
def test_tensors_of_every_type_come_back(tmp_path: Path, dtype: torch.dtype) -> None:
    values = torch.arange(12).reshape(3, 4).to(dtype)
    state = {"plain": values, "turned": values.T[::2], "scalar": values[1, 1], "none": values[:0], "shared": values[0]}
    assert_same(saved_and_read(state, tmp_path), state)


def test_optimisers_and_generators_go_on_where_they_were(tmp_path: Path) -> None:
    generator, rng, old = torch.Generator().manual_seed(3), np.random.default_rng(4), np.random.RandomState(5)
    weights = [torch.nn.Parameter(torch.randn(3, 2, generator=generator)) for _ in range(2)]
    adam = torch.optim.AdamW(weights, lr=0.1, amsgrad=True)
    sum(weight.square().sum() for weight in weights).backward()  # type: ignore[union-attr]
    adam.step()
    state = {
        "adam": adam.state_dict(),
        "torch": generator.get_state(),
        "numpy": rng.bit_generator.state,
        "old": old.get_state(legacy=False),
    }
    back = saved_and_read(state, tmp_path)
    assert_same(back, state)
    assert set(back["adam"]["state"]) == {0, 1}
    expected = (torch.rand(5, generator=generator), rng.random(5), old.rand(5))
    generator.set_state(back["torch"])
    rng.bit_generator.state = back["numpy"]
    old.set_state(back["old"])
    assert_same((torch.rand(5, generator=generator), rng.random(5), old.rand(5)), expected)


def test_what_comes_back_is_the_units_own_and_aligned(tmp_path: Path) -> None:
    state = {"a": np.ones(3, np.int8), "t": torch.ones(7), "u": torch.ones(5)}
    back = saved_and_read(state, tmp_path)
    back["a"][0] = 5
    back["t"][0] = 5
    assert back["t"].data_ptr() % 64 == 0
    assert back["u"].data_ptr() % 64 == 0


def test_nothing_saved_is_none(tmp_path: Path) -> None:
    assert read_checkpoint(tmp_path / "missing.safetensors") is None


@pytest.mark.parametrize(
    "state", [{"set": {1}}, {"object": object()}, {"names": np.array(["a"])}, {"keys": {1.5: 1}}, {"text": b"bytes"}]
)
def test_what_cannot_be_kept_exactly_is_refused_and_the_old_one_stays(tmp_path: Path, state: dict[str, Any]) -> None:
    path = tmp_path / "c.safetensors"
    write_checkpoint(path, {"step": 1})
    with pytest.raises(TypeError):
        write_checkpoint(path, state)
    assert read_checkpoint(path) == {"step": 1}


def test_every_kind_of_damage_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "c.safetensors"
    write_checkpoint(path, {"step": 3, "weights": torch.arange(20.0), "rows": np.arange(9)})
    whole = path.read_bytes()
    rng = np.random.default_rng(8)
    damages: list[Callable[[int], bytes]] = [
        lambda at: whole[:at],
        lambda at: whole[:at] + bytes([whole[at] ^ 0x10]) + whole[at + 1 :],
        lambda at: whole + whole[:at + 1],
        lambda at: bytes(len(whole)),
    ]  # fmt: skip
    for damage in damages:
        for at in rng.integers(0, len(whole), 25):
            path.write_bytes(damage(int(at)))
            with pytest.raises(DamagedCheckpoint, match="the checkpoint is damaged"):
                read_checkpoint(path)


def test_a_full_disk_is_a_sentence_and_leaves_the_old_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "c.safetensors"
    write_checkpoint(path, {"step": 1})

    def full(*args: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("lineament.storage.os.fsync", full)
    with pytest.raises(StorageError, match="is full"):
        write_checkpoint(path, {"step": 2})
    assert read_checkpoint(path) == {"step": 1}
    assert [file.name for file in tmp_path.iterdir()] == ["c.safetensors"]

"""Which engine and device is chosen."""

from pathlib import Path

import pytest

from lineament.search.engines import InlineEngine, PoolEngine, choose_device, choose_engine, choosing, cores
from lineament.search.runs import RunError


def test_one_process_a_core_on_the_cpu_and_none_for_a_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choosing, "cores", lambda: 6)
    assert isinstance(choose_engine("cuda:0"), InlineEngine)
    assert isinstance(choose_engine("cpu", 0), InlineEngine)
    engines = [choose_engine("cpu"), choose_engine("cpu", 3)]
    assert all(isinstance(engine, PoolEngine) for engine in engines)
    assert [engine.workers for engine in engines] == [6, 3]


def test_a_negative_number_of_workers_is_a_sentence() -> None:
    with pytest.raises(RunError, match=r"there cannot be -1 workers\. Give 0 or more"):
        choose_engine("cpu", -1)


@pytest.mark.parametrize(("limit", "expected"), [("150000 100000", 1), ("50000 100000", 1), ("max 100000", 8)])
def test_a_containers_share_of_the_machine_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str, expected: int
) -> None:
    (tmp_path / "cpu.max").write_text(limit)
    monkeypatch.setattr(choosing, "_CGROUP_LIMIT", tmp_path / "cpu.max")
    monkeypatch.setattr("os.sched_getaffinity", lambda process: set(range(8)), raising=False)
    assert cores() == expected


def test_the_device_that_is_asked_for_has_to_be_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    assert choose_device("auto") == "cpu"
    assert choose_device("cpu") == "cpu"
    with pytest.raises(RunError, match=r"this machine has no device cuda\. Choose one of: auto, cpu\."):
        choose_device("cuda")
    monkeypatch.setattr("torch.cuda.is_available", lambda: True)
    monkeypatch.setattr("torch.cuda.device_count", lambda: 2)
    assert choose_device("auto") == "cuda:0"
    assert choose_device("cuda:1") == "cuda:1"
    with pytest.raises(RunError, match="no device cuda:2"):
        choose_device("cuda:2")

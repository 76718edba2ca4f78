"""`lineament --self-test`: its table, its exit status, and each check on something small or broken."""

import os
import sys
from importlib.machinery import ModuleSpec
from pathlib import Path

import pytest

from lineament.cli import self_test as command
from lineament.cli import self_test_checks as checks
from lineament.cli.main import main
from lineament.cli.self_test import Row, passed, self_test
from lineament.cli.self_test_checks import Bench, NotHere, Wrong
from lineament.errors import ModelError


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    """Two seconds of the demonstration, tracked."""
    made = Bench(tmp_path_factory.mktemp("self test"), tracked_s=2.0)
    checks.open_demonstration(made)
    checks.track(made)
    return made


def fails(bench: Bench) -> str:
    raise Wrong("it is broken")


def test_a_failure_keeps_nothing_from_being_tried() -> None:
    def no_model(bench: Bench) -> str:
        raise ModelError("there is no such model", remedy="Look again.")

    def crash(bench: Bench) -> str:
        raise ZeroDivisionError("by zero")

    def absent(bench: Bench) -> str:
        raise NotHere("It is an extra.")

    tried = {"a": fails, "b": no_model, "c": crash, "d": absent, "e": lambda bench: "fine"}
    rows = list(self_test(checks=tried))
    assert [row.verdict for row in rows] == ["FAILED", "FAILED", "FAILED", "not here", "passed"]
    assert [row.says for row in rows][:3] == [
        "it is broken",
        str(ModelError("there is no such model", remedy="Look again.")),
        "ZeroDivisionError: by zero",
    ]
    assert not passed(rows)
    assert passed(rows[3:])


@pytest.mark.parametrize(("check", "status"), [(fails, 1), (lambda bench: "fine [cluster]", 0)])
def test_the_exit_status_says_all(
    check: object, status: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def rows() -> list[Row]:
        return list(self_test(checks={"something": check}))  # type: ignore[dict-item]

    monkeypatch.setattr(command, "self_test", rows)
    with pytest.raises(SystemExit) as ended:
        main(["--self-test"])
    assert ended.value.code == status
    said = capsys.readouterr().out
    assert ("it is broken" in said) == bool(status)
    assert ("fine [cluster]" in said) != bool(status)  # brackets are shown, not taken for markup


def test_nothing_stays_behind() -> None:
    seen: list[Path] = []

    def write(bench: Bench) -> str:
        (bench.folder / "x").write_text("")
        seen.append(bench.folder)
        assert Path(os.environ[checks.CACHE_DIR_VARIABLE]).parent == bench.folder
        return "written"

    before = os.environ.get(checks.CACHE_DIR_VARIABLE)
    assert passed(list(self_test(checks={"write": write})))
    assert not seen[0].exists()
    assert os.environ.get(checks.CACHE_DIR_VARIABLE) == before


def test_the_demonstration_is_tracked_and_written(bench: Bench) -> None:
    assert bench.found["recording"].n_rows == 30
    assert "30 rows" in checks.export_csv(bench)
    assert "the same" in checks.save_and_load(bench)


def test_a_model_without_an_estimate_is_a_failure(bench: Bench) -> None:
    with pytest.raises(Wrong, match="gave no estimate"):
        checks.score(bench)


def test_what_follows_a_failure_says_so(tmp_path: Path) -> None:
    with pytest.raises(Wrong, match="not tried, because there is no recording"):
        checks.export_csv(Bench(tmp_path))


@pytest.mark.filterwarnings("ignore:.*torch.jit:DeprecationWarning")
def test_graph_layers(bench: Bench) -> None:
    assert "mean of its nodes" in checks.graph_layers(bench)


@pytest.mark.parametrize(("check", "extra"), [(checks.export_onnx, "onnx"), (checks.cluster, "cluster")])
def test_an_extra_that_is_missing_is_a_sentence(check: object, extra: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def none(name: str) -> ModuleSpec | None:
        return None

    monkeypatch.setattr(checks, "find_spec", none)
    with pytest.raises(NotHere, match=rf"lineament\[{extra}\]"):
        check(Bench(Path()))  # type: ignore[operator]


def test_without_a_gpu_the_processor_computes(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    import torch

    monkeypatch.setattr(torch.version, "cuda", None)
    with pytest.raises(NotHere, match="CPU build"):
        checks.device(bench)
    monkeypatch.setattr(torch.version, "cuda", "12.8")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(NotHere, match="No GPU was found"):
        checks.device(bench)


def test_only_a_package_must_carry_notices(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(NotHere, match="Only packages"):
        checks.licences(bench)
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    with pytest.raises(Wrong, match="missing from this package"):
        checks.licences(bench)


@pytest.mark.slow
def test_the_whole_self_test_passes_here() -> None:
    rows = list(self_test())
    assert passed(rows), [row for row in rows if row.verdict == "FAILED"]
    assert {row.name for row in rows if row.verdict == "passed"} >= {"face tracking", "models", "search", "ONNX"}

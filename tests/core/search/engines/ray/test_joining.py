"""A cluster that cannot be used, or goes away: one sentence, and whatever was to be done can be done elsewhere."""

import socket
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path

import pytest
from tests.core.search.engines.conftest import create
from tests.support import false_connections
from tests.support.toy_units import REGISTRY

from lineament.cli.main import main
from lineament.progress import CancelToken, ignore_events
from lineament.search.engines import InlineEngine, choose_engine
from lineament.search.engines.ray import RayEngine, link
from lineament.search.engines.ray.connection import _refusal
from lineament.search.runs import Run, RunError, Unit

Hold = Callable[[Connection, str], None]


@pytest.fixture
def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


@pytest.fixture
def listening() -> socket.socket:
    """Somebody who takes a call and is no cluster."""
    return socket.create_server(("127.0.0.1", 0))


def address_of(server: socket.socket) -> str:
    return f"127.0.0.1:{server.getsockname()[1]}"


def test_without_ray_a_sentence_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(link, "find_spec", lambda name: None)
    with pytest.raises(RunError, match=r'Ray, .* is not installed\. .* `pip install "lineament\[cluster\]"`'):
        choose_engine("cpu", ray="auto")


@pytest.mark.parametrize("address", ["here", "ray://somewhere:10001", "somewhere:", ":6379", "somewhere:99999"])
def test_what_is_no_address_is_told(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(link, "find_spec", lambda name: name)
    with pytest.raises(RunError, match=r"is no address of a Ray cluster\. Give auto .* or HOST:PORT"):
        choose_engine("cpu", ray=address)


def test_a_place_where_nobody_answers_is_told_before_anything_is_begun(
    free_port: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(link, "find_spec", lambda name: name)
    out = tmp_path / "run"
    cohort = ["--cohort", "simulated:strong:12:1", "--out", str(out), "--quick"]
    with pytest.raises(SystemExit) as stopped:
        main(["search", "run", *cohort, "--ray", f"127.0.0.1:{free_port}"])
    errors = [line for line in capsys.readouterr().err.splitlines() if line.startswith("error: ")]
    assert stopped.value.code == 1
    assert len(errors) == 1
    assert f"no Ray cluster answers at 127.0.0.1:{free_port} (" in errors[0]
    assert not out.exists()


def test_a_cluster_that_was_ended_here_is_known_by_the_note_it_left(
    free_port: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    note = tmp_path / "ray_current_cluster"
    note.write_text(f"127.0.0.1:{free_port}\n")
    monkeypatch.setattr(link, "find_spec", lambda name: name)
    monkeypatch.setattr(link, "_NOTE", note)
    monkeypatch.delenv("RAY_ADDRESS", raising=False)
    with pytest.raises(RunError, match="no Ray cluster answers at"):
        choose_engine("cpu", ray="auto")


def test_a_cluster_computes_on_its_cpus() -> None:
    with pytest.raises(RunError, match=r"compute on their CPUs, not on cuda:0\. Choose the device cpu"):
        choose_engine("cuda:0", ray="auto")
    with pytest.raises(RunError, match="there cannot be -1 workers"):
        choose_engine("cpu", -1, ray="auto")


@pytest.mark.parametrize(
    ("address", "error", "said"),
    [
        ("a:1", RuntimeError("Version mismatch: The cluster\nwas started with: Ray: 2.1"), "another version of Ray"),
        ("a:1", ConnectionError("Failed to connect"), "no Ray cluster answers at a:1"),
        ("auto", ConnectionError("Could not find any running Ray instance"), "no Ray cluster runs on this machine"),
        ("a:1", ValueError("whatever\nelse"), r"at a:1 cannot be used \(whatever else\)"),
    ],
)
def test_what_ray_says_becomes_one_sentence(address: str, error: Exception, said: str) -> None:
    refusal = _refusal(address, error)
    with pytest.raises(RunError, match=said) as raised:
        raise RunError(refusal.what, remedy=refusal.remedy)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    ("hold", "said"),
    [
        (false_connections.refuses, r"at 127\.0\.0\.1:\d+ is another\. Take this one"),
        (false_connections.ends_at_once, "does not let this machine in"),
    ],
)
def test_a_cluster_that_does_not_want_us(
    hold: Hold, said: str, listening: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(link, "find_spec", lambda name: name)
    monkeypatch.setattr(link, "hold", hold)
    with listening, pytest.raises(RunError, match=said):
        choose_engine("cpu", ray=address_of(listening))


@pytest.mark.parametrize(
    ("hold", "said"),
    [
        (false_connections.goes_away, r"is gone \(the connection ended\)"),
        (false_connections.says_why, r"is gone \(ActorDiedError: the post is gone\)"),
        (false_connections.falls_silent, r"is gone \(it has not answered for"),
    ],
)
def test_a_cluster_that_goes_away_leaves_a_run_that_can_be_resumed(
    hold: Hold, said: str, folder: Path, listening: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(link, "find_spec", lambda name: name)
    monkeypatch.setattr(link, "hold", hold)
    monkeypatch.setattr(link, "SILENCE_S", 0.5)
    unit = Unit("double", {"number": 2})
    with listening, RayEngine(address_of(listening)) as engine:
        assert engine.workers == 2
        with create(folder) as run, pytest.raises(RunError, match=rf"{said}.*\. What arrived is kept") as raised:
            engine.run([unit], REGISTRY, run, CancelToken(), ignore_events)
        assert "\n" not in str(raised.value)
        assert engine.workers == 0
    with Run.open(folder) as run:
        found = InlineEngine().run([unit], REGISTRY, run, CancelToken(), ignore_events)
    assert found[unit.key].values["number"] == 4

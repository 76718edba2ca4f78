"""The connection to a Ray cluster as `RayEngine` sees it: made, given errands, heard, ended."""

import multiprocessing
import os
import socket
import time
from collections.abc import Iterator
from importlib.util import find_spec
from multiprocessing.process import BaseProcess
from pathlib import Path

from lineament.own_process import interrupts_blocked
from lineament.search.engines.ray.connection import hold
from lineament.search.engines.ray.letters import Broken, Cores, Joined, Letter, Refused
from lineament.search.runs.errors import RunError

JOIN_S = 30.0
"""A cluster that has not let this machine in by then will not."""
SILENCE_S = 30.0
"""A connection that has not said for so long how many cores there are has lost its cluster."""
_KNOCK_S = 5.0
_NOTE = Path("/tmp/ray/ray_current_cluster")
"""Ray's note of the cluster that was last started here, which may be gone by now."""
_LAST_WORDS_S = 2.0


class Gone(Exception):
    """The cluster, or the connection to it, is not there any more; the message says why, in a few words."""


class Link:
    """address: "auto" for the cluster that this machine belongs to, or HOST:PORT. cores: of the whole cluster.

    Raises `RunError` where there is no Ray, no cluster, or one that cannot be used.
    """

    def __init__(self, address: str) -> None:
        _require_ray()
        _require_address(address)
        self._pipe, theirs = multiprocessing.get_context("spawn").Pipe()
        self._process: BaseProcess = multiprocessing.get_context("spawn").Process(
            target=hold, args=(theirs, address), daemon=True
        )
        with interrupts_blocked():
            self._process.start()
        theirs.close()
        self.cores, self._heard_at = 0, time.monotonic()
        self._join(address)

    def send(self, message: object) -> None:
        """That the connection is gone shows when it is heard."""
        try:
            self._pipe.send(message)
        except OSError:
            return

    def heard(self, timeout_s: float) -> Iterator[Letter]:
        """Letters, after at most `timeout_s`; raises `Gone`."""
        try:
            waiting = self._pipe.poll(timeout_s)
            while waiting:
                message = self._pipe.recv()
                if isinstance(message, Letter):
                    yield message
                elif isinstance(message, Cores):
                    self.cores, self._heard_at = message.count, time.monotonic()
                elif isinstance(message, Broken):
                    raise Gone(message.reason)
                waiting = self._pipe.poll()
        except (EOFError, OSError) as error:
            raise Gone("the connection ended") from error
        if time.monotonic() - self._heard_at > SILENCE_S:
            raise Gone(f"it has not answered for {SILENCE_S:.0f} s")

    def close(self) -> None:
        """Ray ends whatever still runs for this connection."""
        self._pipe.close()
        self._process.join(_LAST_WORDS_S)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()
        self._process.close()

    def _join(self, address: str) -> None:
        try:
            word = self._pipe.recv() if self._pipe.poll(JOIN_S) else None
        except (EOFError, OSError):
            word = None
        except BaseException:
            self.close()
            raise
        if isinstance(word, Joined):
            self.cores, self._heard_at = word.cores, time.monotonic()
            return
        self.close()
        if isinstance(word, Refused):
            raise RunError(word.what, remedy=word.remedy)
        raise RunError(
            f"the Ray cluster at {address} does not let this machine in",
            remedy="See whether `ray status` works on this machine, and start the cluster again if it does not.",
        )


def _require_ray() -> None:
    if find_spec("ray") is None:
        raise RunError(
            "Ray, which searches on several machines need, is not installed",
            remedy='Install it by `pip install "lineament[cluster]"` on every machine; docs/cluster.md says more.',
        )


def _require_address(address: str) -> None:
    """Ray waits a minute for an address where nobody answers, and then ends the process."""
    if address == "auto":
        address = _NOTE.read_text().strip() if _NOTE.is_file() and "RAY_ADDRESS" not in os.environ else ""
    if not address:
        return
    host, _, port = address.rpartition(":")
    if not host or "/" in host or not port.isdecimal() or int(port) >= 1 << 16:
        raise RunError(
            f'"{address}" is no address of a Ray cluster',
            remedy="Give auto for the cluster of this machine, or HOST:PORT as `ray start --head` names it.",
        )
    try:
        socket.create_connection((host.strip("[]"), int(port)), _KNOCK_S).close()
    except OSError as error:
        reason = error.strerror or str(error)
        raise RunError(
            f"no Ray cluster answers at {address} ({reason})",
            remedy="Start one there by `ray start --head`, or check the address and the firewall; see docs/cluster.md.",
        ) from error

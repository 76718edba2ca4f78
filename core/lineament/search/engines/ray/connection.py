"""The process that belongs to a Ray cluster: takes errands from the calling process over a pipe and gives it letters.

Ray ends a process whose cluster has gone away, and writes what it likes to the terminal. Neither may happen to a window
or to a command that has a sentence to say, so the connection is a process by itself.
"""

import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.connection import Connection
from typing import Any

import numpy as np

from lineament.errors import LineamentError
from lineament.search.engines.ray.errand import run_errand
from lineament.search.engines.ray.letters import Broken, Cores, Drop, EndShift, Joined, Letter, Lost, Refused, Send
from lineament.search.engines.ray.post import Post
from lineament.search.engines.worker import Failed
from lineament.search.runs.plain import canonical_hash
from lineament.search.runs.registry import Loader

CORES_INTERVAL_S = 2.0
"""So often it is asked how many cores the cluster has; machines come and go."""
LOOK_INTERVAL_S = 0.2
"""So soon it is noticed that an attempt was lost."""
_KEPT_DATA = 2
"""Data of so many searches stay in the cluster's memory: the present one's and, in a study, the one's before."""


def hold(connection: Connection, address: str) -> None:
    """Body of the process; it ends when the other end of the pipe is closed, or with the cluster."""
    _be_quiet()
    try:
        _join(address)
    except Exception as error:  # noqa: BLE001 - Ray raises many kinds; they are sorted here
        connection.send(_refusal(address, error))
        return
    connection.send(Joined(_cores()))
    _Counter(connection).serve()


def _be_quiet() -> None:
    """Leave Ctrl-C to the calling process, and the terminal too."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform != "win32":
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (1, 2):
        os.dup2(nowhere, stream)


def _join(address: str) -> None:
    import ray

    ray.init(address=address, log_to_driver=False, configure_logging=False)
    # a mapped file would travel as a copy for every process; a plain array lies in shared memory once
    ray.util.register_serializer(np.memmap, serializer=np.asarray, deserializer=_itself)


def _itself(array: Any) -> Any:
    return array


def _cores() -> int:
    import ray

    return int(ray.cluster_resources().get("CPU", 0))


def _refusal(address: str, error: Exception) -> Refused:
    text = " ".join(str(error).split())
    if "ersion mismatch" in text:
        return Refused(
            f"the Ray cluster at {address} has another version of Ray or Python ({text})",
            "Install the same versions on every machine of the cluster, and start it again.",
        )
    if isinstance(error, ConnectionError):
        return Refused(
            f"no Ray cluster answers at {address}" if address != "auto" else "no Ray cluster runs on this machine",
            "Start one by `ray start --head`, or give the address HOST:PORT of one; docs/cluster.md says how.",
        )
    return Refused(
        f"the Ray cluster at {address} cannot be used ({text[:300]})",
        "See whether `ray status` works on this machine, which has to belong to the cluster; docs/cluster.md says how.",
    )


class _Counter:
    """Where errands are given up and letters are handed out."""

    def __init__(self, connection: Connection) -> None:
        import ray
        from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

        self._connection = connection
        self._speaking = threading.Lock()
        here = NodeAffinitySchedulingStrategy(ray.get_runtime_context().get_node_id(), soft=False)
        options = {"num_cpus": 0, "max_concurrency": 10_000, "scheduling_strategy": here}
        self._post = ray.remote(Post).options(**options).remote()
        self._run = ray.remote(run_errand).options(num_cpus=1, max_retries=0)
        self._attempts: dict[int, Any] = {}
        self._data: dict[str, Any] = {}

    def serve(self) -> None:
        for work in (self._hand_out_letters, self._tell_cores):
            threading.Thread(target=self._or_end, args=(work,), daemon=True).start()
        self._or_end(self._take_errands)

    def _take_errands(self) -> None:
        """Says nothing itself: while it waited to be heard, nobody would listen here."""
        import ray

        while True:
            message = self._connection.recv()
            if isinstance(message, Send):
                self._send(message)
            elif isinstance(message, EndShift):
                self._post.end_shift.remote(message.shift)
            elif isinstance(message, Drop) and (task := self._attempts.pop(message.attempt, None)) is not None:
                ray.cancel(task, force=True)

    def _send(self, message: Send) -> None:
        try:
            data = {} if message.loader is None else self._shipped(message.loader, message.errand.place.fingerprint)
        except LineamentError as error:
            self._post.leave.remote([Letter(message.attempt, Failed.of(error))])
            return
        self._attempts[message.attempt] = self._run.remote(message.attempt, message.errand, data, self._post)

    def _shipped(self, loader: Loader, fingerprint: str) -> dict[str, Any]:
        """A reference to the data by a name for it; it is read and put into the cluster's memory once."""
        import ray

        name = canonical_hash([loader.function, loader.arguments, fingerprint])
        if name not in self._data:
            self._data[name] = ray.put(loader.load(fingerprint))
            for old in list(self._data)[:-_KEPT_DATA]:
                del self._data[old]
        return {name: self._data[name]}

    def _hand_out_letters(self) -> None:
        """Letters in their order; an attempt that ended without a word gets one after all that it had said."""
        import ray

        fetching = self._post.fetch.remote()
        while True:
            running = dict(self._attempts)
            ended, _ = ray.wait([fetching, *running.values()], timeout=LOOK_INTERVAL_S)
            for attempt in [attempt for attempt, task in running.items() if task in ended]:
                self._attempts.pop(attempt, None)
                if (lost := _how_lost(running[attempt])) is not None:
                    self._post.leave.remote([Letter(attempt, lost)])
            if fetching in ended:
                for letter in ray.get(fetching):
                    self._say(letter)
                fetching = self._post.fetch.remote()

    def _tell_cores(self) -> None:
        while True:
            self._say(Cores(_cores()))
            time.sleep(CORES_INTERVAL_S)

    def _say(self, message: object) -> None:
        with self._speaking:
            self._connection.send(message)

    def _or_end(self, work: Callable[[], None]) -> None:
        """Whatever goes wrong here, the cluster's end or that of the pipe, is the end of the process; the other end of
        the pipe hears it, and Ray ends the errands."""
        try:
            work()
        except Exception as error:  # noqa: BLE001 - it is said in the calling process
            if self._speaking.acquire(timeout=1.0):
                with suppress(OSError):
                    self._connection.send(Broken(f"{type(error).__name__}: {_first_line(error)}"))
        finally:
            os._exit(1)


def _how_lost(task: Any) -> Lost | Failed | None:
    """Why a task has ended; None where it has said so itself or nobody wants to know."""
    import ray
    from ray import exceptions

    try:
        ray.get(task)
    except exceptions.TaskCancelledError:
        return None
    except exceptions.NodeDiedError:
        return Lost("its machine went away", machine=True)
    except exceptions.OutOfMemoryError:
        return Lost("its machine ran out of memory, so that Ray ended it", machine=False)
    except exceptions.RayTaskError as error:
        return _unable(error)
    except exceptions.RayError as error:
        return Lost(f"its worker process was lost ({_first_line(error)})", machine=False)
    return None


def _unable(error: Any) -> Lost | Failed:
    """What was raised outside the unit: a machine that lacks something, or data that were lost on the way."""
    from ray.exceptions import RayError

    from lineament.search.runs.errors import RunError

    if isinstance(error.cause, RayError):
        return Lost(f"its data were lost ({_first_line(error.cause)})", machine=False)
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return Failed.of(
        RunError(
            f"a machine of the Ray cluster cannot run units ({lines[-1] if lines else 'it does not say why'})",
            remedy="Install the same version of Lineament where Ray runs on every machine; docs/cluster.md says how.",
        )
    )


def _first_line(error: BaseException) -> str:
    return str(error).strip().partition("\n")[0][:200]

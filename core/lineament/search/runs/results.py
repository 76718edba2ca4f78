"""One unit's folder: what it is, where it stands while it runs, and its result once it has one."""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from lineament.search.runs.arrays import DamagedFile, pack, unpack
from lineament.search.runs.plain import from_text, plain, to_text
from lineament.search.runs.unit import Array, Unit, UnitResult
from lineament.storage import make_folder, write_atomically, writing_to

RESULT_SCHEMA = 1


class DamagedResult(Exception):
    """A finished unit's result cannot be used; the message is the reason."""


class UnitFolder:
    """`units/<key>/` of a run. `result.json` comes last, so a unit is finished where it is there."""

    def __init__(self, units: Path, key: str) -> None:
        self.key = key
        self.path = units / key
        self.checkpoint = self.path / "checkpoint.safetensors"
        self._facts = self.path / "unit.json"
        self._values = self.path / "result.json"
        self._arrays = self.path / "arrays.safetensors"

    def begin(self, unit: Unit) -> None:
        """Make the folder and say in it what the unit is; raises `StorageError`."""
        if not self._facts.is_file():
            make_folder(self.path)
            write_atomically(self._facts, to_text(unit.to_json(), indent=1).encode())

    def unit(self) -> Unit | None:
        """The unit whose folder this is; None where that cannot be read."""
        try:
            return Unit.from_json(from_text(self._facts.read_bytes()))
        except (OSError, ValueError, KeyError, TypeError):
            return None

    @property
    def finished(self) -> bool:
        """Whether a result is there; `result` also checks that it is whole."""
        return self._values.is_file()

    def remove_checkpoint(self) -> None:
        with writing_to(self.path):
            self.checkpoint.unlink(missing_ok=True)

    def finish(self, values: Mapping[str, Any], arrays: Mapping[str, Array]) -> None:
        """Write the result, then drop the checkpoint; raises `StorageError`.

        The bytes depend on the result alone: equal results are equal files.
        """
        packed = pack(arrays, self.key) if arrays else b""
        if arrays:
            write_atomically(self._arrays, packed)
        facts = {"schema_version": RESULT_SCHEMA, "unit": self.key, "values": plain(values), "arrays": _digest(packed)}
        content = {**facts, "digest": _digest(to_text(facts).encode())}
        write_atomically(self._values, to_text(content, indent=1).encode())
        self.remove_checkpoint()

    def discard(self) -> None:
        """Forget result and checkpoint; raises `StorageError`."""
        with writing_to(self.path):
            for path in (self._values, self._arrays, self.checkpoint):
                path.unlink(missing_ok=True)

    def result(self) -> UnitResult | None:
        """The result, or None where there is none yet; raises `DamagedResult`."""
        try:
            text = self._values.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise DamagedResult(f"the result cannot be read ({error.strerror})") from error
        try:
            content = from_text(text)
            facts = {name: content[name] for name in ("schema_version", "unit", "values", "arrays")}
            if content["digest"] != _digest(to_text(facts).encode()) or facts["unit"] != self.key:
                raise DamagedResult("the result is damaged: its content does not match its checksum")
            return UnitResult(self.key, facts["values"], self._read_arrays(facts["arrays"]))
        except (ValueError, KeyError, TypeError) as error:
            raise DamagedResult("the result is damaged: it is cut short or not what it should be") from error

    def _read_arrays(self, digest: str) -> dict[str, Array]:
        if digest == _digest(b""):
            return {}
        try:
            packed = self._arrays.read_bytes()
            arrays, _ = unpack(packed)
        except (OSError, DamagedFile) as error:
            raise DamagedResult(f"the result's arrays are damaged: {error}") from error
        if _digest(packed) != digest:
            raise DamagedResult("the result's arrays are those of another result")
        return arrays


def _digest(content: bytes) -> str:
    return hashlib.blake2b(content, digest_size=16).hexdigest()

"""An exception as text for strangers' eyes: where in the program, of what kind, and its words without names."""

import builtins
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path, PurePath
from types import CodeType, FrameType, TracebackType

from lineament.faults.code_places import code_place
from lineament.faults.known_names import hide, hide_name
from lineament.faults.privacy import anonymous

FRAMES_MOST = 40
VALUES_MOST = 3000
WORDS_MOST = 8000
_NAMES_OF_PEOPLE = ("person", "person_id", "participant", "subject", "subject_id", "session_id", "visit")
_SCHEMA = "lineament.recording.schema"


def fault_text(error: BaseException) -> str:
    """The traceback with its causes; files of code are named from their package on, values are not shown."""
    frames = list(_frames(error))
    _hide_what_it_held(error, frames)
    told = traceback.TracebackException.from_exception(error, limit=-FRAMES_MOST, lookup_lines=True)
    return "\n".join(_lines(told, _vocabulary(frames)))


def fault_key(error: BaseException) -> tuple[str, ...]:
    """What tells one fault from another: the kinds of the exception and of its causes, where it began, and through
    which files it came, in whatever order and however often."""
    kinds = [f"{type(one).__module__}.{type(one).__qualname__}" for one in _chain(error)]
    files = sorted({code_place(frame.f_code.co_filename) for frame in _frames(error)})
    return (*kinds, *files, f"line {_line_of(error)}")


def fault_name(error: BaseException) -> str:
    """One line for counts: "ZeroDivisionError in lineament_desktop/review/panes/chart.py, line 12"."""
    last = _last_frame(error)
    where = f" in {code_place(last.f_code.co_filename)}, line {_line_of(error)}" if last is not None else ""
    return f"{type(error).__name__}{where}"


def _lines(told: traceback.TracebackException, vocabulary: frozenset[str], depth: int = 0) -> Iterator[str]:
    cause, context = told.__cause__, told.__context__
    if cause is not None and depth < 8:
        yield from _lines(cause, vocabulary, depth + 1)
        yield "The above was the direct cause of:"
    elif context is not None and not told.__suppress_context__ and depth < 8:
        yield from _lines(context, vocabulary, depth + 1)
        yield "While that was dealt with:"
    for frame in told.stack:
        yield f'  File "{code_place(frame.filename)}", line {frame.lineno}, in {frame.name}'
        if frame.line:
            yield f"    {frame.line}"
    for line in "".join(told.format_exception_only())[:WORDS_MOST].rstrip().splitlines():
        yield anonymous(line, vocabulary)


# What the failing code had in its hands


def _hide_what_it_held(error: BaseException, frames: list[FrameType]) -> None:
    for one in _chain(error):
        for name in ("path", "filename", "filename2"):
            _hide_value(name, getattr(one, name, None))
    left = VALUES_MOST
    for frame in frames:
        for name, value in list(frame.f_locals.items()):
            left -= 1
            if left < 0:
                return
            _hide_value(name, value)
            if name == "self":
                _hide_attributes(value)


def _hide_attributes(owner: object) -> None:
    for name, value in list(getattr(owner, "__dict__", {}).items())[:100]:
        _hide_value(name.lstrip("_"), value)


def _hide_value(name: str, value: object) -> None:
    if isinstance(value, PurePath):
        if _outside(value):
            hide(Path(value))
    elif isinstance(value, str):
        if name in _NAMES_OF_PEOPLE:
            hide_name(value)
        elif name in ("path", "filename", "filename2", "file", "folder") and ("/" in value or "\\" in value):
            hide(value)


def _outside(path: PurePath) -> bool:
    """Not part of the program itself."""
    return not any(str(path).startswith(str(root)) for root in (sys.prefix, Path(__file__).resolve().parents[1]))


# What belongs to the program


def _vocabulary(frames: list[FrameType]) -> frozenset[str]:
    """Words that code itself contains: what an exception quotes of them says nothing about a person."""
    words = set(dir(builtins))
    for frame in frames:
        words.update(_words_of(frame.f_code))
        words.update(name for name in frame.f_globals if isinstance(name, str))
        owner = frame.f_locals.get("self")
        words.add(type(owner).__name__)
        words.update(dir(type(owner)))
    schema = sys.modules.get(_SCHEMA)  # never imported here: a fault may have any thread and any lock
    if schema is not None:
        words.update(_strings_in(vars(schema).values()))
    return frozenset(words)


def _words_of(code: CodeType) -> Iterator[str]:
    yield from code.co_names
    yield from code.co_varnames
    yield from (word for word in code.co_consts if isinstance(word, str))


def _strings_in(values: object) -> Iterator[str]:
    """Names of columns, in whatever tables the schema keeps them."""
    for value in values:  # type: ignore[attr-defined]
        if isinstance(value, dict):
            yield from (key for key in value if isinstance(key, str))
        elif isinstance(value, tuple | list | frozenset | set):
            yield from (item for item in value if isinstance(item, str))
            yield from (str(item.name) for item in value if hasattr(item, "name"))


# Going through it


def _chain(error: BaseException) -> Iterator[BaseException]:
    """The exception and what caused it, each once."""
    seen: set[int] = set()
    one: BaseException | None = error
    while one is not None and id(one) not in seen:
        seen.add(id(one))
        yield one
        one = one.__cause__ or (None if one.__suppress_context__ else one.__context__)


def _frames(error: BaseException) -> Iterator[FrameType]:
    for one in _chain(error):
        yield from (frame for frame, _ in traceback.walk_tb(one.__traceback__))


def _last_trace(error: BaseException) -> TracebackType | None:
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return trace


def _last_frame(error: BaseException) -> FrameType | None:
    trace = _last_trace(error)
    return trace.tb_frame if trace is not None else None


def _line_of(error: BaseException) -> int:
    trace = _last_trace(error)
    return trace.tb_lineno if trace is not None else 0

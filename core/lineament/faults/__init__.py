"""What went wrong unforeseen, kept on this machine: in a log without names or paths of subjects, and never sent.

`privacy` takes out what could name a person or a place, `telling` writes an exception down so, `repeats` keeps one
fault from filling the log, `log` writes it, `reading` reads it again, `crashes` finds what a native crash left behind,
and `process` begins all of it in a process beside the window.
"""

from lineament.faults.crashes import FOLDER, Crash, forget_crashes, take_crashes, watch_crashes
from lineament.faults.known_names import hide, hide_name
from lineament.faults.log import LOG_VARIABLE, FaultLog, start_log
from lineament.faults.privacy import anonymous
from lineament.faults.process import crash_of_process, watch_process
from lineament.faults.reading import Entry, LogReader
from lineament.faults.repeats import Repeats
from lineament.faults.telling import fault_key, fault_text
from lineament.faults.words import WENT_WRONG, unexpected

__all__ = [
    "FOLDER",
    "LOG_VARIABLE",
    "WENT_WRONG",
    "Crash",
    "Entry",
    "FaultLog",
    "LogReader",
    "Repeats",
    "anonymous",
    "crash_of_process",
    "fault_key",
    "fault_text",
    "forget_crashes",
    "hide",
    "hide_name",
    "start_log",
    "take_crashes",
    "unexpected",
    "watch_crashes",
    "watch_process",
]

"""Sentences about what went wrong unforeseen in background work, whichever workspace asked for it."""

from psygnal import Signal


class ToldFaults:
    """told: a sentence, in the window's thread; its details are in the log."""

    told = Signal(str)


told_faults = ToldFaults()
"""Of this window."""

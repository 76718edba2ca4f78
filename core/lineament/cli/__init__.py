"""The command line: `lineament analyze | review | simulate | train | models`."""

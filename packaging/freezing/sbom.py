"""The list of parts for machines, which the program can also make of the environment that it runs in."""

from lineament.parts import component, sbom

__all__ = ["component", "sbom"]

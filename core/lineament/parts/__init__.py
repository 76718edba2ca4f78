"""What Lineament is made of: its distributions, their licences, and their list for machines (CycloneDX)."""

from lineament.parts.distribution import Part, home_of, licence_files, licence_of, part_of
from lineament.parts.here import Listed, list_for_machines, parts_here
from lineament.parts.sbom import component, sbom

__all__ = [
    "Listed",
    "Part",
    "component",
    "home_of",
    "licence_files",
    "licence_of",
    "list_for_machines",
    "part_of",
    "parts_here",
    "sbom",
]

"""A CycloneDX 1.5 list of what is in the program: distributions, libraries inside their wheels, Python, system."""

import json
import uuid
from collections.abc import Iterable
from typing import Any

from lineament.parts.distribution import Part

NAMESPACE = uuid.UUID("8d6ac1f0-6f0c-5d0e-9a0a-1f4b6f0f7a11")


def sbom(
    version: str, python_version: str, parts: Iterable[Part], system: Iterable[str], timestamp: str
) -> dict[str, Any]:
    """The document. `system`: Debian packages whose libraries are contained. `timestamp`: UTC, ISO 8601."""
    listed = [component(part) for part in parts]
    listed.append(
        {
            "type": "platform",
            "bom-ref": f"pkg:generic/python@{python_version}",
            "name": "Python",
            "version": python_version,
            "licenses": [{"license": {"id": "PSF-2.0"}}],
        }
    )
    listed += [
        {"type": "library", "bom-ref": f"pkg:deb/debian/{name.split(':')[0]}", "name": name.split(":")[0]}
        for name in system
    ]
    root = f"pkg:generic/lineament@{version}"
    body = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": {
            "timestamp": timestamp,
            "component": {
                "type": "application",
                "bom-ref": root,
                "name": "Lineament",
                "version": version,
                "licenses": [{"license": {"id": "Apache-2.0"}}],
            },
        },
        "components": listed,
        "dependencies": [{"ref": root, "dependsOn": [entry["bom-ref"] for entry in listed]}],
    }
    return {"serialNumber": f"urn:uuid:{uuid.uuid5(NAMESPACE, json.dumps(body, sort_keys=True))}", **body}


def component(part: Part) -> dict[str, Any]:
    """One distribution, with what its wheel says it contains."""
    name = part.name.lower().replace("_", "-")
    purl = f"pkg:pypi/{name}@{part.version}"
    entry: dict[str, Any] = {
        "type": "library",
        "bom-ref": purl,
        "name": part.name,
        "version": part.version,
        "purl": purl,
        "licenses": [{"license": {"name": part.licence}}],
    }
    if part.home:
        entry["externalReferences"] = [{"type": "website", "url": part.home}]
    contained = _inside(part)
    if contained:
        entry["components"] = contained
    return entry


def _inside(part: Part) -> list[dict[str, Any]]:
    """The libraries that a wheel's own SBOM (PEP 770) names, each once."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for file in sorted((part.folder / "sboms").glob("*.json")):
        for inner in json.loads(file.read_text(encoding="utf-8")).get("components", ()):
            name, version = str(inner.get("name", "")), str(inner.get("version", ""))
            if name and name.lower() != part.name.lower():
                found[name, version] = {"type": "library", "name": name, "version": version}
                if inner.get("purl"):
                    found[name, version]["purl"] = inner["purl"]
    return [found[key] for key in sorted(found)]

"""The Debian package around the frozen program: its fields, its scripts, its files."""

import os
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path

from freezing.layout import HOME, PROGRAMS, copy, lay_out_desktop, tree_bytes

ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}
RENAMED = {"libglib2.0-0": "libglib2.0-0 | libglib2.0-0t64"}
"""Debian 13 and Ubuntu 24.04 gave this package another name."""
ALWAYS = ("libc6 (>= 2.34)", "libstdc++6", "fonts-dejavu-core")

CONTROL = """\
Package: lineament
Version: {version}
Section: science
Priority: optional
Architecture: {architecture}
Maintainer: The Lineament developers <lineament@localhost>
Installed-Size: {kibibytes}
Depends: {depends}
Recommends: shared-mime-info, desktop-file-utils
Suggests: nvidia-smi
Description: workbench for facial-behaviour research on depression severity
 Lineament plays an interview with the face's landmarks, action units and the
 model's attention laid over it in time, and trains, searches for and compares
 the models behind those numbers.
 .
 Research use only: every score is a model estimate, not a diagnosis. The
 models that are shipped were trained on simulated behaviour.
"""

# Triggers of the packages in Recommends do the rest; caches that are not there are nobody's loss.
POSTINST = """\
#!/bin/sh
set -e
renew() { if command -v "$1" >/dev/null; then "$@" || true; fi; }
if [ "$1" = configure ]; then
    renew update-desktop-database -q /usr/share/applications
    renew update-mime-database /usr/share/mime
    renew gtk-update-icon-cache -q -t -f /usr/share/icons/hicolor
fi
"""
POSTRM = """\
#!/bin/sh
set -e
renew() { if command -v "$1" >/dev/null; then "$@" || true; fi; }
if [ "$1" = remove ] || [ "$1" = purge ]; then
    rm -rf /opt/lineament
    renew update-desktop-database -q /usr/share/applications
    renew update-mime-database /usr/share/mime
fi
"""


def depends(qt_packages: Iterable[str]) -> str:
    """The Depends field: what Qt's libraries and plugins load from the system, and what everything needs."""
    return ", ".join(sorted({RENAMED.get(name, name) for name in qt_packages}) + list(ALWAYS))


def debian_version(version: str) -> str:
    """`0.2.0rc1` comes before `0.2.0`: Debian writes that with a tilde."""
    for mark in ("a", "b", "rc", ".dev"):
        head, found, tail = version.partition(mark)
        if found and head[-1:].isdigit():
            return f"{head}~{mark.strip('.')}{tail}"
    return version


def control(version: str, machine: str, kibibytes: int, qt_packages: Iterable[str]) -> str:
    """The control file; `machine` as `platform.machine()` names it. Ends the build where Debian does not know it."""
    if machine not in ARCHITECTURES:
        raise SystemExit(
            f"There is no Debian architecture known for {machine}; add it to packaging/freezing/debian.py."
        )
    return CONTROL.format(
        version=debian_version(version),
        architecture=ARCHITECTURES[machine],
        kibibytes=kibibytes,
        depends=depends(qt_packages),
    )


def lay_out_package(
    tree: Path, root: Path, files: Path, icons: Path, version: str, machine: str, qt: Iterable[str]
) -> None:
    """Make the package's root at `root`; the program's files are hard links where the disk allows."""
    if root.exists():
        shutil.rmtree(root)
    shutil.copytree(tree, root / HOME, symlinks=True, copy_function=_link)
    lay_out_desktop(files, icons, root / "usr/share", version)
    for name in PROGRAMS:
        link = root / "usr/bin" / name
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(f"/{HOME.as_posix()}/{name}")
    copy(
        tree / "_internal/lineament/resources/notices/THIRD_PARTY_NOTICES.txt",
        root / "usr/share/doc/lineament/copyright",
    )
    scripts = root / "DEBIAN"
    scripts.mkdir()
    (scripts / "control").write_text(control(version, machine, tree_bytes(root) // 1024, qt), encoding="utf-8")
    for name, text in (("postinst", POSTINST), ("postrm", POSTRM)):
        (scripts / name).write_text(text, encoding="utf-8")
        (scripts / name).chmod(0o755)
    for folder in (root, *(entry for entry in root.rglob("*") if entry.is_dir() and not entry.is_symlink())):
        folder.chmod(0o755)


def build_deb(root: Path, target: Path) -> None:
    """Pack the root; files belong to root:root inside, whoever builds. zstd packs in a tenth of the time of xz."""
    subprocess.run(
        ["dpkg-deb", "--root-owner-group", "-Zzstd", "-z9", "--build", str(root), str(target)],
        check=True,
        stdout=subprocess.DEVNULL,
    )


def _link(source: str, target: str) -> str:
    try:
        os.link(source, target, follow_symlinks=False)
    except OSError:
        shutil.copy2(source, target, follow_symlinks=False)
    return target

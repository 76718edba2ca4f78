"""Where things lie in an installed Lineament on Linux, the same for the Debian package and the archive."""

import gzip
import shutil
from pathlib import Path

PROGRAMS = ("lineament", "lineament-desktop")
HOME = Path("opt/lineament")
"""Of the program, below the root."""
ICON_SIZES = (16, 24, 32, 48, 64, 128, 256, 512)
INTERNAL = Path("_internal/lineament/resources")


def lay_out_desktop(files: Path, icons: Path, share: Path, version: str) -> None:
    """Put the desktop entry, MIME types, icons and man pages below `share`, as /usr/share has them.

    files: packaging/linux. icons: folder with lineament.svg and lineament-SIZE.png.
    """
    copy(files / "lineament.desktop", share / "applications" / "lineament.desktop")
    copy(files / "lineament.xml", share / "mime" / "packages" / "lineament.xml")
    copy(icons / "lineament.svg", share / "icons/hicolor/scalable/apps/lineament.svg")
    for size in ICON_SIZES:
        copy(icons / f"lineament-{size}.png", share / f"icons/hicolor/{size}x{size}/apps/lineament.png")
    manual = (files / "lineament.1").read_text(encoding="utf-8").replace("@VERSION@", version).encode()
    for name in PROGRAMS:
        page = share / "man" / "man1" / f"{name}.1.gz"
        page.parent.mkdir(parents=True, exist_ok=True)
        page.write_bytes(gzip.compress(manual, mtime=0))


def copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)
    target.chmod(0o644)


def tree_bytes(folder: Path) -> int:
    """What the files in a folder take, links not counted."""
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file() and not file.is_symlink())


def largest_parts(folder: Path, count: int = 10) -> list[tuple[str, int]]:
    """The `count` largest entries of the program's folder and of `_internal`, (name, bytes), largest first."""
    inner = folder / "_internal"
    entries = [entry for entry in (*folder.iterdir(), *(inner.iterdir() if inner.is_dir() else ())) if entry != inner]
    sizes = {
        entry.relative_to(folder).as_posix(): tree_bytes(entry) if entry.is_dir() else entry.stat().st_size
        for entry in entries
        if not entry.is_symlink()
    }
    return sorted(sizes.items(), key=lambda item: -item[1])[:count]

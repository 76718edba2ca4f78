"""`make installer`: freeze the program, and on Linux wrap it as a Debian package and a self-extracting archive.

On Windows and macOS it freezes and says what to run next; packaging/README.md has the steps. LINEAMENT_VARIANT=gpu
makes the larger package. --reuse wraps a tree that was frozen before.
"""

import argparse
import os
import platform
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
PROJECT = HERE.parent
sys.path[:0] = [str(HERE), str(PROJECT / "tools")]

from freezing import choices, debian, layout, selfextract  # noqa: E402
from system_libraries import LIBRARIES  # noqa: E402

FROZEN = PROJECT / "build" / "freeze"
MADE = PROJECT / "build" / "packaging"
OUT = PROJECT / "dist"
MIB = 2**20
MOST_TREE = 1536 * MIB
MOST_PACKAGE = 500 * MIB
NEXT = {
    "Windows": "Compile with Inno Setup: iscc /DVersion={version} packaging\\windows\\lineament.iss",
    "Darwin": "Sign and notarise: packaging/macos/notarise.sh build/freeze/dist/Lineament.app",
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--reuse", action="store_true", help="wrap the tree that was frozen before")
    asked = parser.parse_args()
    version = choices.version_of((PROJECT / "core/lineament/version.py").read_text(encoding="utf-8"))
    variant = os.environ.get("LINEAMENT_VARIANT", "cpu")
    choices.excluded_modules(variant)
    if not asked.reuse:
        freeze()
    tree = FROZEN / "dist" / "lineament"
    if not tree.is_dir():
        raise SystemExit(f"There is no frozen program in {tree}; run this without --reuse.")
    describe(tree)
    if platform.system() == "Linux":
        within = variant == "gpu" or layout.tree_bytes(tree) <= MOST_TREE
        within &= report(wrap(tree, version, variant)) or variant == "gpu"
        if not within:
            raise SystemExit("The package is larger than its budget (tree 1.5 GiB, package 500 MiB).")
    else:
        print(NEXT[platform.system()].format(version=version))


def freeze() -> None:
    """Run PyInstaller; its own words go to the terminal."""
    OUT.mkdir(exist_ok=True)
    folders = ["--distpath", str(FROZEN / "dist"), "--workpath", str(FROZEN / "work")]
    command = [sys.executable, "-m", "PyInstaller", "--noconfirm", "--log-level", "WARN", *folders]
    subprocess.run([*command, str(HERE / "lineament.spec")], check=True, cwd=PROJECT)


def describe(tree: Path) -> None:
    print(f"{tree}: {layout.tree_bytes(tree) / MIB:.0f} MiB; its ten largest parts:")
    for name, size in layout.largest_parts(tree):
        print(f"  {size / MIB:7.1f} MiB  {name}")


def wrap(tree: Path, version: str, variant: str) -> list[Path]:
    """The .deb, the archive and their sums, in dist/."""
    OUT.mkdir(exist_ok=True)
    machine = platform.machine()
    suffix = "" if variant == "cpu" else f"-{variant}"
    root = MADE / "deb"
    debian.lay_out_package(tree, root, HERE / "linux", MADE / "icons", version, machine, LIBRARIES.values())
    deb = OUT / f"lineament{suffix}_{debian.debian_version(version)}_{debian.ARCHITECTURES[machine]}.deb"
    debian.build_deb(root, deb)
    archive = OUT / f"lineament{suffix}-{version}-linux-{machine}.run"
    content = [(root / layout.HOME, layout.HOME.as_posix()), (root / "usr/share", "share")]
    selfextract.build_archive(content, HERE / "linux" / "selfextract.sh", archive, version, machine)
    selfextract.write_sums([deb, archive], OUT / "SHA256SUMS")
    return [deb, archive]


def report(files: list[Path]) -> bool:
    """Print the sizes; whether all are within the budget."""
    for file in files:
        print(f"{file}: {file.stat().st_size / MIB:.0f} MiB")
    return all(file.stat().st_size <= MOST_PACKAGE for file in files)


if __name__ == "__main__":
    main()

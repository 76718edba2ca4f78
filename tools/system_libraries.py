"""Find the system libraries Qt needs before a window opens: install them, or say exactly how to.

Run by `make setup` with any Python; uses the standard library alone. On Linux without them Qt aborts with a message
about its "platform plugin", which helps nobody. As root on Debian or Ubuntu the missing packages are installed;
otherwise one line names the command, and the exit status is 1.
"""

import ctypes
import os
import shutil
import subprocess
import sys
from pathlib import Path

# Shared object -> Debian package. The list is what `ldd` shows for PySide6's Core, Gui, Widgets, Svg and Multimedia
# modules and their xcb, wayland and ffmpeg plugins, less what every Debian system has.
LIBRARIES = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libX11-xcb.so.1": "libx11-xcb1",
    "libX11.so.6": "libx11-6",
    "libXext.so.6": "libxext6",
    "libXrandr.so.2": "libxrandr2",
    "libdbus-1.so.3": "libdbus-1-3",
    "libdrm.so.2": "libdrm2",
    "libfontconfig.so.1": "libfontconfig1",
    "libfreetype.so.6": "libfreetype6",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libgssapi_krb5.so.2": "libgssapi-krb5-2",
    "libpulse.so.0": "libpulse0",
    "libwayland-client.so.0": "libwayland-client0",
    "libwayland-cursor.so.0": "libwayland-cursor0",
    "libwayland-egl.so.1": "libwayland-egl1",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-glx.so.0": "libxcb-glx0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-render.so.0": "libxcb-render0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-shm.so.0": "libxcb-shm0",
    "libxcb-sync.so.1": "libxcb-sync1",
    "libxcb-util.so.1": "libxcb-util1",
    "libxcb-xfixes.so.0": "libxcb-xfixes0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libxkbcommon.so.0": "libxkbcommon0",
}
FONT_PACKAGE = "fonts-dejavu-core"
FONT_FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts", "~/.fonts", "~/.local/share/fonts")


def missing_packages() -> list[str]:
    """Debian packages whose libraries cannot be loaded, and a font when there is none at all."""
    missing = {package for library, package in LIBRARIES.items() if not can_load(library)}
    if not any_font():
        missing.add(FONT_PACKAGE)
    return sorted(missing)


def can_load(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def any_font() -> bool:
    folders = [Path(folder).expanduser() for folder in FONT_FOLDERS]
    return any(next(folder.rglob("*.[to]tf"), None) for folder in folders if folder.is_dir())


def install(packages: list[str]) -> bool:
    """Install with apt-get; True when it reported success."""
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    steps = (
        ["apt-get", "-qq", "update"],
        ["apt-get", "-qq", "install", "--yes", "--no-install-recommends", *packages],
    )
    return all(subprocess.run(step, env=quiet, stdout=subprocess.DEVNULL).returncode == 0 for step in steps)


def main() -> int:
    if not sys.platform.startswith("linux"):
        return 0
    packages = missing_packages()
    if not packages:
        return 0
    has_apt = shutil.which("apt-get") is not None
    if has_apt and os.geteuid() == 0:
        print(f"Installing system libraries for the window: {' '.join(packages)}", flush=True)
        if install(packages) and not missing_packages():
            return 0
    if has_apt:
        command = f"sudo apt-get update && sudo apt-get install --yes {' '.join(packages)}"
        print(f"Qt needs system libraries that are not here. Run: {command}", file=sys.stderr)
    else:
        names = [library for library in LIBRARIES if not can_load(library)]
        print(
            f"Qt needs system libraries that are not here: {' '.join(names)}. "
            "Install them with your system's package manager and run this again.",
            file=sys.stderr,
        )
    return 1


if __name__ == "__main__":
    sys.exit(main())

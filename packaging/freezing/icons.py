"""The icon in every form that systems ask for, drawn from one committed SVG."""

import io
import os
import sys
from dataclasses import dataclass
from pathlib import Path

SIZES = (16, 24, 32, 48, 64, 128, 256, 512)
ICO_SIZES = tuple(size for size in SIZES if size <= 256)


@dataclass(frozen=True)
class Icons:
    """pictures: PNGs by size and the SVG. ico, icns: all sizes in one file, for Windows and macOS."""

    pictures: tuple[Path, ...]
    ico: Path
    icns: Path

    @property
    def for_this_system(self) -> str | None:
        """What PyInstaller wants here; Linux starters carry no icon."""
        return {"win32": str(self.ico), "darwin": str(self.icns)}.get(sys.platform)


def write_icons(svg: Path, folder: Path) -> Icons:
    """Draw them all into `folder`/icons."""
    from PIL import Image

    target = folder / "icons"
    target.mkdir(parents=True, exist_ok=True)
    drawn = {size: draw(svg, size) for size in SIZES}
    copied = target / svg.name
    copied.write_bytes(svg.read_bytes())
    pictures = [copied]
    for size, content in drawn.items():
        file = target / f"lineament-{size}.png"
        file.write_bytes(content)
        pictures.append(file)
    ico, icns = target / "lineament.ico", target / "lineament.icns"
    images = {size: Image.open(io.BytesIO(content)) for size, content in drawn.items()}
    smaller = [images[size] for size in ICO_SIZES]
    smaller[-1].save(ico, sizes=[(size, size) for size in ICO_SIZES], append_images=smaller[:-1])
    images[512].save(icns, append_images=[images[size] for size in (32, 128, 256)])
    return Icons(tuple(pictures), ico, icns)


def draw(svg: Path, size: int) -> bytes:
    """The drawing as a PNG of `size` by `size` pixels, transparent where nothing is drawn."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtCore import QBuffer, QIODevice
    from PySide6.QtGui import QImage, QPainter
    from PySide6.QtSvg import QSvgRenderer

    renderer = QSvgRenderer(svg.read_bytes())
    if not renderer.isValid():
        raise SystemExit(f"{svg}: this is not an SVG that Qt can draw.")
    image = QImage(size, size, QImage.Format.Format_ARGB32)
    image.fill(0)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    renderer.render(painter)
    painter.end()
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")
    return bytes(buffer.data().data())

"""The self-extracting archive: a shell script with a compressed tar behind it."""

import hashlib
import shutil
import subprocess
from pathlib import Path


def script(template: str, version: str, machine: str, payload_sum: str, payload_bytes: int) -> str:
    """The shell part, filled in."""
    filled = template
    for name, value in (
        ("VERSION", version),
        ("MACHINE", machine),
        ("SUM", payload_sum),
        ("BYTES", str(payload_bytes)),
    ):
        filled = filled.replace(f"@{name}@", value)
    return filled


def build_archive(content: list[tuple[Path, str]], template: Path, target: Path, version: str, machine: str) -> None:
    """Write `target`, an executable script. content: folders, and their names inside (`opt/lineament`, `share`)."""
    payload = target.with_suffix(".payload")
    with payload.open("wb") as out:
        renames = [f"--transform=flags=r;s|^{folder.as_posix().lstrip('/')}|{name}|" for folder, name in content]
        folders = [folder.as_posix().lstrip("/") for folder, _ in content]
        owner = ["--owner=0", "--group=0", "--numeric-owner", "--sort=name"]
        pack = ["tar", "-C", "/", *owner, *renames, "-cf", "-", *folders]
        with subprocess.Popen(pack, stdout=subprocess.PIPE) as packed:
            squeezed = subprocess.run(["xz", "-3", "-T0", "-c"], stdin=packed.stdout, stdout=out, check=False)
        if packed.returncode or squeezed.returncode:
            raise SystemExit("The archive could not be packed; is there room on the disk?")
    head = script(template.read_text(encoding="utf-8"), version, machine, _sum(payload), payload.stat().st_size)
    with target.open("wb") as out, payload.open("rb") as packed_content:
        out.write(head.encode())
        shutil.copyfileobj(packed_content, out, 1 << 20)
    payload.unlink()
    target.chmod(0o755)


def write_sums(files: list[Path], target: Path) -> None:
    """SHA-256 sums as `sha256sum --check` reads them, in the folder of the files."""
    target.write_text("".join(f"{_sum(file)}  {file.name}\n" for file in sorted(files)), encoding="utf-8")


def _sum(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()

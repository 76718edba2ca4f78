"""Make the demonstration interview: `resources/demo/interview.mp4` and `interview.truth.parquet`.

    python tools/make_demo_interview.py [--seconds 75] [--out resources/demo/interview.mp4]

Nobody's face is shown: the participant is the avatar. The film is the same each time it is made with the same versions
of numpy, OpenCV and FFmpeg. It takes two to five minutes on one free core.
"""

import argparse
from pathlib import Path

from lineament.progress import Progress
from lineament.simulation.avatar import AvatarPerson, render_avatar

OUT = Path(__file__).resolve().parents[1] / "resources" / "demo" / "interview.mp4"
SEED = 7
"""Chosen for its even mix: about 20 blinks a minute, one open smile, one that is held back."""
PERSON = AvatarPerson(
    skin=(224, 180, 150),
    hair=(60, 40, 29),
    iris=(84, 62, 42),
    lips_tint=(176, 94, 90),
    cloth=(58, 82, 98),
    wall=(180, 174, 164),
    hair_style="swept",
    width=0.012,
    jaw=0.015,
    brow_weight=1.05,
    age=0.5,
    seed=SEED,
)
LARGEST_BYTES = 6_000_000


def show(event: object) -> None:
    if isinstance(event, Progress):
        print(f"\r{event.task}: {event.done}/{event.total}", end="", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=OUT)
    parser.add_argument("--seconds", type=float, default=75.0)
    options = parser.parse_args()
    options.out.parent.mkdir(parents=True, exist_ok=True)
    truth = render_avatar(
        options.out,
        seconds=options.seconds,
        fps=30.0,
        size=(1280, 720),
        seed=SEED,
        script="interview",
        person=PERSON,
        landmarks=False,
        gop=30,
        crf=25,
        preset="slow",
        sink=show,
    )
    size = options.out.stat().st_size
    print(f"\n{options.out}: {size / 1e6:.2f} MB; {truth.name}: {truth.stat().st_size / 1e3:.0f} kB")
    if size > LARGEST_BYTES:
        raise SystemExit("the film is larger than 6 MB")


if __name__ == "__main__":
    main()

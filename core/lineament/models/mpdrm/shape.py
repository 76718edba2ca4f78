"""Widths of the network's layers."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self


@dataclass(frozen=True)
class MpdrmShape:
    """stem, widths: channels after the stem and after each MMP stage. token: D of f_d and f_p. projection: of z.
    auxiliary: behaviour parameters that a second head predicts in training, 0 for none. suppress: whether personal
    information is taken out of f_d; without, the same network is a control."""

    stem: int = 16
    widths: tuple[int, int, int] = (24, 32, 48)
    token: int = 192
    projection: int = 32
    auxiliary: int = 0
    dropout: float = 0.5
    suppress: bool = True

    @classmethod
    def full(cls) -> Self:
        """For a GPU and some thousand sessions."""
        return cls(stem=64, widths=(64, 128, 256), token=256, projection=128, dropout=0.5)

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "widths": list(self.widths)}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Raises `TypeError` or `ValueError` when something is missing or of another kind."""
        a, b, c = data["widths"]
        return cls(**{**data, "widths": (int(a), int(b), int(c))})

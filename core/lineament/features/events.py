"""What making features tells beside its progress."""

from dataclasses import dataclass


@dataclass(frozen=True)
class FeatureWarning:
    """A sentence a user should see."""

    text: str

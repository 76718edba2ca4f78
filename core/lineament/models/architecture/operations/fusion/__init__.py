"""Operations that join two tokens: [N, D] and [N, D] to [N, D] (BM-NAS's primitives, Yin et al. 2022)."""

from lineament.models.architecture.operations.fusion import attention, concatenation, gated, skip, total

__all__ = ["attention", "concatenation", "gated", "skip", "total"]

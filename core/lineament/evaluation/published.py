"""Figures that papers and other public sources report, for reading beside a table: nothing of it was measured here.

Kept by itself on purpose: these numbers come from other persons, other splits and other ways of choosing, and never
enter a table, a test or a chart of what was measured. Only figures that were seen in a primary source (V) or in another
source's account of it (V2) are here; what is only remembered or guessed is not.
"""

from dataclasses import asdict, dataclass
from typing import Any

from lineament.datasets.scales import Scale

TITLE = "published, not measured here"

WARNINGS = (
    "Other persons, splits and rules of choosing: these figures cannot be compared with those measured here.",
    "Some public training code keeps the epoch with the lowest test error, or validates on the test list.",
    "Of AVEC's 42 test persons 17 also appear, in other sessions, in its train or dev partition.",
    "A re-implementation of STA-DRN reached RMSE 11.94 where the paper has 7.75: the level of a constant.",
    "RMSE over MAE near 1.08 (MSFE-CTA on AVEC) is unusual, 1.2 to 1.3 is common: unverified until reproduced.",
)
"""Why such figures are hard to reproduce; each was checked in public code, label lists or the papers' own numbers."""


@dataclass(frozen=True)
class Published:
    """mark: V, seen in the source named; V2, in another source's account. year: None where it was not verified."""

    corpus: str
    scale: str
    method: str
    year: int | None
    modality: str
    split: str
    rmse: float | None
    mae: float | None
    mark: str
    source: str
    ccc: float | None = None
    pcc: float | None = None
    f1: float | None = None

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def published_for(scale: Scale) -> tuple[Published, ...]:
    """Those on corpora labelled with this questionnaire, in order of corpus and method; none for other scales."""
    return tuple(one for one in PUBLISHED if one.scale == scale.name)


def _avec(
    method: str,
    year: int | None,
    first: tuple[float | None, float | None] | None,
    second: tuple[float | None, float | None] | None,
    mark: str,
    source: str,
    *,
    modality: str = "facial video",
    ccc: tuple[float, float] | None = None,
) -> tuple[Published, ...]:
    """One row for AVEC2013 and one for AVEC2014; (RMSE, MAE) each, None where a source has none."""
    rows = []
    for i, (corpus, found) in enumerate((("AVEC2013", first), ("AVEC2014", second))):
        if found is not None:
            agreement = ccc[i] if ccc is not None else None
            rows.append(
                Published(corpus, "BDI-II", method, year, modality, "official test", *found, mark, source, agreement)
            )
    return tuple(rows)


_MSFE = "Applied Soft Computing 186:114052"
_LABELS = "computed from public label lists"

PUBLISHED: tuple[Published, ...] = (
    *_avec("constant (mean of train)", None, (11.49, 9.62), (11.49, 9.62), "V", _LABELS, modality="none"),
    *_avec("LMTformer", 2024, (7.75, 6.12), (7.97, 6.05), "V", "abstract, doi 10.1007/s10489-024-05908-x"),
    *_avec("STA-DRN", 2024, (7.98, 6.15), (7.75, 6.00), "V", "abstract in github divertingPan/STA-DRN"),
    *_avec("OpticalDR", 2024, (8.48, 7.53), (8.82, 7.89), "V", "arXiv 2402.18786"),
    *_avec("SE-TOV (Niu et al.)", None, (7.42, 6.09), (7.39, 5.87), "V", "openreview 34HXZicXmXS"),
    *_avec("HMHN", 2023, (7.38, 6.05), (7.60, 6.01), "V", "its abstract"),
    *_avec("CFGMamba", 2025, (7.59, 6.01), (7.52, 5.96), "V", "booksci literature/144272585"),
    *_avec("global-local fusion", 2025, (None, 5.74), (None, 5.79), "V", "JEIT 250035"),
    *_avec("FacialPulse (landmarks)", None, None, (7.60, 5.92), "V2", "another source's account"),
    *_avec("Depressformer", None, None, (7.22, 5.56), "V2", "README of a later repository"),
    *_avec(
        "ensemble of spatio-temporal routing",
        None,
        None,
        (6.83, 5.09),
        "V2",
        "another source's account",
        modality="video, attributes, rPPG",
    ),
    *_avec("DepMGNN", 2025, (7.08, None), (6.62, None), "V", "results.png in github AffectAI/MGNN", ccc=(0.77, 0.80)),
    *_avec("GAT", 2025, (8.24, None), (8.01, None), "V", "results.png in github AffectAI/MGNN"),
    *_avec("GatedGCN", 2025, (8.12, None), (7.95, None), "V", "results.png in github AffectAI/MGNN"),
    *_avec("MSFE-CTA", 2026, (6.23, 5.75), (6.91, 5.72), "V", _MSFE),
    *_avec(
        "cross-modal frames, FAP, rPPG",
        2025,
        None,
        (5.56, 4.92),
        "V2",
        "an unreviewed README; its frames-only row is implausible",
        modality="video, attributes, rPPG",
    ),
    Published("DAIC-WOZ", "PHQ-8", "constant (mean of train)", None, "none", "official dev", 6.57, 5.50, "V", _LABELS),
    Published("DAIC-WOZ", "PHQ-8", "constant (mean of train)", None, "none", "official test", 6.43, 5.41, "V", _LABELS),
    Published(
        "DAIC-WOZ", "PHQ-8", "Stepanov et al.", 2017, "landmarks", "official dev", None, 4.66, "V", "arXiv 1711.06095"
    ),
    Published(
        "DAIC-WOZ", "PHQ-8", "Stepanov et al.", 2017, "text", "official test", 4.94, 4.11, "V", "arXiv 1711.06095"
    ),
    Published("DAIC-WOZ", "PHQ-8", "MSFE-CTA", 2026, "visual", "AVEC2017", 5.20, 4.85, "V", _MSFE),
    Published(
        "DAIC-WOZ",
        "PHQ-8",
        "Perceiver (Gimeno-Gomez et al.)",
        2024,
        "audio, visual",
        "classification",
        None,
        None,
        "V2",
        "another source's account",
        f1=0.67,
    ),
    Published("E-DAIC", "PHQ-8", "constant (mean of train)", None, "none", "official test", 6.54, 5.38, "V", _LABELS),
    Published(
        "E-DAIC",
        "PHQ-8",
        "two-stage AU graph",
        None,
        "action units",
        "official test",
        6.33,
        None,
        "V",
        "comment in a repository, an intermediate run",
        0.20,
        0.26,
    ),
    Published("E-DAIC", "PHQ-8", "MSFE-CTA", 2026, "visual", "official test", 6.44, 5.30, "V", _MSFE),
    Published(
        "E-DAIC",
        "PHQ-8",
        "network beside a language model",
        None,
        "audio, visual",
        "official test",
        6.51,
        None,
        "V",
        "zhuanzhiai 3be74b63",
    ),
    Published(
        "E-DAIC",
        "PHQ-8",
        "Shen, Song and Gunes",
        2024,
        "audio, text, visual",
        "official test",
        4.80,
        None,
        "V",
        "repository.cam.ac.uk",
        0.563,
    ),
    Published(
        "E-DAIC", "PHQ-8", "language model", None, "text", "official test", 3.98, None, "V", "repository.cam.ac.uk"
    ),
    Published(
        "E-DAIC",
        "PHQ-8",
        "Perceiver (Gimeno-Gomez et al.)",
        2024,
        "audio, visual",
        "classification",
        None,
        None,
        "V2",
        "another source's account",
        f1=0.56,
    ),
)

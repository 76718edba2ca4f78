"""What choices of settings are called in forms, where their name in files and on the command line reads badly."""

from collections.abc import Mapping

WORDS: Mapping[str, str] = {
    "cnn": "CNN",
    "gnn": "GNN",
    "cpu": "CPU",
    "cuda": "GPU (CUDA)",
    "auto": "automatic",
    "drnas_pt": "DrNAS, by perturbation (drnas_pt)",
    "uniform_pt": "uniform, by perturbation (uniform_pt)",
    "darts": "DARTS (darts)",
    "gdas": "GDAS (gdas)",
    "beta_darts": "β-DARTS (beta_darts)",
    "tpe": "tree-structured Parzen (tpe)",
    "nested-cv": "nested cross-validation",
    "official": "official split",
    "method": "as the method does",
    "argmax": "largest weight",
}


def choice_words(choice: str) -> str:
    """The choice as people read it; its own name where that reads well."""
    return WORDS.get(choice, choice)

"""The Models workspace: every trained model, its card, and what can be done with it."""

from lineament_desktop.models.workspace import ModelsWorkspace

__all__ = ["ModelsWorkspace"]

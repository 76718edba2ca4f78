"""How the window looks: tokens for light and dark, palette, style sheet, icons.

Widgets that paint themselves ask `tokens()` on every paint and repaint on `theme.changed`.
"""

from lineament_desktop.theme.current import Theme, ThemeChoice, apply_theme, small_font, theme, tokens
from lineament_desktop.theme.icon import icon, set_icon
from lineament_desktop.theme.tokens import DARK, LIGHT, Tokens

__all__ = [
    "DARK",
    "LIGHT",
    "Theme",
    "ThemeChoice",
    "Tokens",
    "apply_theme",
    "icon",
    "set_icon",
    "small_font",
    "theme",
    "tokens",
]

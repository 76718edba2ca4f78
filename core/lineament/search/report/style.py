"""The style of a report's page: both themes from one set of colours, wide enough for a table, fit to be printed."""

from lineament.models.architecture.drawing.canvas import FONT
from lineament.models.architecture.drawing.palette import DARK, LIGHT

_RULES = """
* { box-sizing: border-box; }
body { margin: 0; background: var(--background); color: var(--text); font: 15px/1.5 FONT; }
main { max-width: 1240px; margin: 0 auto; padding: 24px 24px 64px; }
h1 { font-size: 26px; line-height: 1.2; margin: 0 0 4px; }
h2 { font-size: 19px; margin: 40px 0 12px; }
h3 { font-size: 15px; margin: 24px 0 8px; }
p { margin: 6px 0; max-width: 78ch; }
a { color: var(--accent); }
.muted { color: var(--muted); }
.notice { margin: 16px 0; padding: 8px 14px; border-left: 4px solid var(--alarm); background: var(--surface); }
.notice p { margin: 2px 0; }
.verdict { font-size: 18px; line-height: 1.4; }
.card { background: var(--surface); border: 1px solid var(--line); border-radius: 8px; padding: 16px; margin: 12px 0;
  overflow-x: auto; }
.grid { display: grid; gap: 12px; grid-template-columns: repeat(auto-fill, minmax(320px, 1fr)); }
.grid .card { margin: 0; padding: 10px; }
.pair { display: flex; flex-wrap: wrap; gap: 12px; }
.pair .card { margin: 0; padding: 10px; }
svg { display: block; max-width: 100%; height: auto; }
.wide svg { max-width: none; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { text-align: left; vertical-align: top; padding: 5px 14px 5px 0; border-bottom: 1px solid var(--line); }
th { color: var(--muted); font-weight: 600; font-size: 13px; }
td.number, th.number { text-align: right; white-space: nowrap; }
tr.own td { font-weight: 600; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 4px 20px; margin: 0; }
dt { color: var(--muted); }
dd { margin: 0; overflow-wrap: anywhere; }
pre { margin: 0; overflow-x: auto;
  font: 13px/1.45 ui-monospace, 'Cascadia Code', Menlo, 'DejaVu Sans Mono', monospace; }
details { margin: 12px 0; }
summary { cursor: pointer; font-weight: 600; padding: 4px 0; }
.status { white-space: nowrap; font-weight: 600; }
.status.met { color: var(--word-head-pose); }
.status.not-met { color: var(--alarm); }
.status.not-applicable { color: var(--muted); }
@media print { main { max-width: none; } .card { break-inside: avoid; } }
"""


def style() -> str:
    """The page's style sheet; follows the system's choice of theme."""
    dark = f"@media (prefers-color-scheme: dark) {{ :root {{ color-scheme: dark; {DARK.css()} }} }}"
    return f":root {{ color-scheme: light; {LIGHT.css()} }}\n{dark}{_RULES.replace('FONT', FONT)}"

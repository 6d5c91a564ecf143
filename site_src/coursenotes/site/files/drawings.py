"""The narrow layouts of figures as files: a page fetches one when a narrow screen comes to it."""

from __future__ import annotations

import re
from pathlib import Path

from coursenotes.figures import draw, palette, svg
from coursenotes.project import Project

THEMES = ("default", "slate")  # light, dark: Material's names
_NAMED = re.compile(r"--cn-(\w+):\s*([^;{}]+);")


def write(project: Project, folder: Path, address: str) -> None:
    """Write the file of each figure that a page shows."""
    light, dark, font = colors(project.paths.theme / "assets" / "styles")
    for figure_id, scale in draw.wanted(project.plan):
        drawing = draw.drawing(project.plan, figure_id, scale)
        if drawing is None:
            continue
        target = folder / draw.file_name(figure_id, scale)
        target.parent.mkdir(parents=True, exist_ok=True)
        alt = draw.alt_text(project.plan, figure_id)
        target.write_text(svg.alone(drawing.narrow, alt, light, dark, font), encoding="utf-8")


def colors(styles: Path) -> tuple[dict[str, str], dict[str, str], str]:
    """The colors of the light and the dark theme by name, and the font: the theme's, else those of the house style."""
    text = "".join(path.read_text(encoding="utf-8") for path in sorted(styles.glob("*.css")))
    plain = {name: color for color, name in palette.SENTINELS.items()}
    found = []
    for theme in THEMES:
        rules = re.findall(rf'\[data-md-color-scheme="{theme}"\]\s*\{{([^}}]*)\}}', text)
        named = plain | dict(_NAMED.findall("".join(rules)))
        found.append({name: named.get(value.strip()[9:-1], value) if value.startswith("var(--cn-") else value
                      for name, value in named.items()})  # fmt: skip
    fonts = re.findall(r"--cn-sans:\s*([^;{}]+);", text)
    return found[0], found[1], " ".join(fonts[0].split()) if fonts else "sans-serif"

"""The colors and matplotlib defaults of the house style; importing this sets them, and overrides any matplotlibrc.

The colors are placeholders: in the site's SVG each becomes a CSS variable that follows the reader's theme.
"""

from __future__ import annotations

from typing import Any, cast

import matplotlib as mpl
from cycler import cycler
from matplotlib.colors import LinearSegmentedColormap, to_rgba

TEXT, MUTED, GRID, BACKGROUND = "#22262d", "#6b7079", "#d9dce1", "#fdfdfe"
CYCLE = ("#0171b1", "#d45d01", "#019d72", "#cb78a6", "#e59e01", "#55b3e8", "#8b6d3f", "#7d6bb5")
SENTINELS = {TEXT: "fg", MUTED: "muted", GRID: "grid", BACKGROUND: "bg"} | {c: f"c{i}" for i, c in enumerate(CYCLE)}
"""Each placeholder color with the name of its CSS variable, without `--cn-`."""

STYLE: dict[str, Any] = {
    "font.size": 10.5,
    "axes.titlesize": 12,
    "figure.titlesize": 12.5,
    "axes.labelsize": 10.5,
    "xtick.labelsize": 10,
    "ytick.labelsize": 10,
    "legend.fontsize": 10,
    "text.color": TEXT,
    "axes.edgecolor": MUTED,
    "axes.labelcolor": TEXT,
    "axes.titlecolor": TEXT,
    "axes.titlelocation": "left",
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "xtick.labelcolor": TEXT,
    "ytick.labelcolor": TEXT,
    "axes.prop_cycle": cycler(color=CYCLE),
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": GRID,
    "grid.linewidth": 0.6,
    "axes.facecolor": "none",
    "figure.facecolor": "none",
    "savefig.facecolor": "none",
    "legend.frameon": False,
    "figure.constrained_layout.use": True,
    "image.interpolation": "none",
    "image.composite_image": False,
    "lines.linewidth": 1.8,
}
mpl.rcdefaults()  # matplotlib's own, without the settings of this machine
mpl.rcParams.update(cast(Any, STYLE))

SIGNED = LinearSegmentedColormap.from_list(
    "signed",
    [(0, to_rgba(CYCLE[1])), (0.5, to_rgba(CYCLE[1], 0)), (0.5, to_rgba(CYCLE[0], 0)), (1, to_rgba(CYCLE[0]))],
    N=257,  # odd, so that zero has its own color
)
"""Orange below zero, blue above, and transparent at zero, so that it works on light and dark pages."""
SIZES = LinearSegmentedColormap.from_list("sizes", [to_rgba(CYCLE[0], 0), to_rgba(CYCLE[0])])
"""From transparent to blue."""

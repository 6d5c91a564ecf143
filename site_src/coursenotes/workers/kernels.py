"""Which numerical kernels the libraries choose: the machine's own, or those that every x86-64 processor has.

PyTorch, oneDNN, MKL and OpenBLAS each pick their code by the processor, and pick it when they are loaded. The results
differ in their last digits, and training makes the differences grow. The variables below ask all four for the oldest
code that they hold, which gives most of the arithmetic of another machine on this one. They are read once, so they
have to be in the environment of the server that loads the libraries.
"""

from __future__ import annotations

import os
from collections.abc import Mapping

NATIVE, BASELINE = "native", "baseline"
OLDEST: Mapping[str, str] = {
    "ATEN_CPU_CAPABILITY": "default",
    "ONEDNN_MAX_CPU_ISA": "SSE41",
    "MKL_CBWR": "COMPATIBLE",
    "OPENBLAS_CORETYPE": "Nehalem",
}
KERNELS: Mapping[str, Mapping[str, str | None]] = {  # what a Pool's environment sets, and with None takes away
    NATIVE: dict.fromkeys(OLDEST),
    BASELINE: OLDEST,
}


def in_use(environ: Mapping[str, str] = os.environ) -> str:
    """The name of the kernels that this process was started with; "other" where only some of the variables are set."""
    there = {name: environ[name] for name in OLDEST if name in environ}
    if not there:
        return NATIVE
    return BASELINE if there == dict(OLDEST) else "other"

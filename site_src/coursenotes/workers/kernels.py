"""The numerical kernels that the libraries use: the machine's own, or those that every x86-64 processor supports.

PyTorch, oneDNN, MKL and OpenBLAS each select their code by the processor when they are loaded. The results differ in
their last digits, and training amplifies the differences. With the variables below all four select their oldest code,
which reproduces most of the arithmetic of another machine on this one. They are read once, so they have to be in the
environment of the server that loads the libraries.
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
KERNELS: Mapping[str, Mapping[str, str | None]] = {  # the variables for a Pool's environment; None removes one
    NATIVE: dict.fromkeys(OLDEST),
    BASELINE: OLDEST,
}


def in_use(environ: Mapping[str, str] = os.environ) -> str:
    """The name of the kernels that this process was started with; "other" where only some of the variables are set."""
    variables = {name: environ[name] for name in OLDEST if name in environ}
    if not variables:
        return NATIVE
    return BASELINE if variables == dict(OLDEST) else "other"

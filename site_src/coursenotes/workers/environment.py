"""The environment of a job: the few variables of the machine that it needs to run, and no personal settings.

A personal matplotlibrc, a locale, a time zone, print options or a variable that some library reads would change the
published results.
"""

from __future__ import annotations

import os
import re
import site
import sys
import warnings
from collections.abc import Mapping
from pathlib import Path

from coursenotes.workers.kernels import OLDEST

KEPT = re.compile(
    r"PATH|LD_LIBRARY_PATH|LD_PRELOAD|DYLD_\w+|PYTHONPATH|PYTHONHOME|VIRTUAL_ENV|SYSTEMROOT|TMPDIR|CI|SOURCE_DATE_EPOCH"
    r"|SSL_CERT_\w+|REQUESTS_CA_BUNDLE|(https?|no|all)_proxy|(HTTPS?|NO|ALL)_PROXY|COURSENOTES_\w+|CUDA_\w+|NVIDIA_\w+"
    rf"|{'|'.join(OLDEST)}"
)  # the places of programs and libraries, the network, the project's own variables, and those of provenance
ONE_THREAD = ("OMP_NUM", "MKL_NUM", "OPENBLAS_NUM", "NUMEXPR_NUM", "VECLIB_MAXIMUM")


def environment(libraries: Path, environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """The variables of a server and its jobs: one thread, no display, no GPU (the jobs get theirs), fixed hashes.

    libraries: the folder in which libraries look for settings, in place of the home folder.
    """
    folder = str(libraries)
    return {
        **{name: value for name, value in environ.items() if KEPT.fullmatch(name)},
        **{f"{name}_THREADS": "1" for name in ONE_THREAD},
        "HOME": folder,
        "XDG_CONFIG_HOME": folder,
        "XDG_CACHE_HOME": folder,
        "MPLCONFIGDIR": folder,
        "PYTHONUSERBASE": site.getuserbase(),  # the folder of user packages, otherwise derived from HOME
        "COURSENOTES_CACHE": environ.get("COURSENOTES_CACHE") or _downloads(environ),
        "LANG": "C.UTF-8",
        "LC_ALL": "C.UTF-8",
        "TZ": "UTC",
        "PYTHONHASHSEED": "0",  # the order of a set of texts is part of a result
        "PYTHONUTF8": "1",
        "MPLBACKEND": "Agg",
        "CUDA_VISIBLE_DEVICES": "",  # else fastai initializes CUDA on import, after which no fork can use it
        "PYTORCH_NVML_BASED_CUDA_CHECK": "1",  # so that the check for a GPU does not initialize CUDA either
    }


def _downloads(environ: Mapping[str, str]) -> str:
    """The user's folder for downloads, as coursenotes.experiments.datafiles finds it outside of a job."""
    home = Path.home()
    if sys.platform == "darwin":
        return str(home / "Library" / "Caches" / "coursenotes")
    return str(Path(environ.get("XDG_CACHE_HOME") or home / ".cache") / "coursenotes")


def reset_libraries() -> None:
    """Reset the options of loaded libraries that change what is printed, drawn or computed."""
    if (numpy := sys.modules.get("numpy")) is not None:
        numpy.set_printoptions(
            edgeitems=3, floatmode="maxprec", formatter=None, infstr="inf", legacy=False, linewidth=75, nanstr="nan",
            precision=8, sign="-", suppress=False, threshold=1000,
        )  # fmt: skip
        numpy.seterr(divide="warn", over="warn", under="ignore", invalid="warn")
    if (pandas := sys.modules.get("pandas")) is not None and hasattr(pandas, "reset_option"):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about options that will be removed
            pandas.reset_option("all")
    if (torch := sys.modules.get("torch")) is not None and hasattr(torch, "set_printoptions"):
        torch.set_printoptions(profile="default")
        torch.set_printoptions(sci_mode=None)
        torch.set_default_dtype(torch.float32)

"""Gives a process its numbers: what its seed decides, and also what the system would draw anew each time."""

from __future__ import annotations

import os
import random
import sys
from typing import Any

_drawn: random.Random | None = None  # what stands in for the system's random bytes; None before the first seed
_seed_of_python = random.Random.seed


def seed_everything(seed: int) -> None:
    """Seed random, and numpy and torch where they are loaded; and the bytes that others begin with.

    So np.random.default_rng(), random.Random() or uuid4() give the same in two runs of one seed, and other numbers
    under another.
    """
    global _drawn
    _drawn = _made(f"entropy {seed}")
    os.urandom = random._urandom = _bytes  # type: ignore[attr-defined,assignment] # secrets and numpy draw from these
    random.Random.seed = _seeded  # type: ignore[method-assign,assignment]
    random.seed(seed)
    if (numpy := sys.modules.get("numpy")) is not None:
        numpy.random.seed(seed % 2**32)
    if (torch := sys.modules.get("torch")) is not None:
        torch.manual_seed(seed)


def _made(seed: str) -> random.Random:
    found = random.Random(0)
    _seed_of_python(found, seed)
    return found


def _bytes(size: int, /) -> bytes:
    assert _drawn is not None
    return _drawn.randbytes(size)


def _seeded(self: random.Random, a: Any = None, version: int = 2) -> None:
    """random.Random.seed, which without a number would ask the system."""
    _seed_of_python(self, int.from_bytes(_bytes(32), "big") if a is None else a, version)

"""Seeds a process: its generators, and the random bytes that the system would draw anew each time."""

from __future__ import annotations

import os
import random
import sys
from typing import Any

_entropy: random.Random | None = None  # in place of the system's random bytes; None before the first seed
_original_seed = random.Random.seed
system_bytes = os.urandom  # new ones at every call, also where seed_everything() replaced os.urandom


def seed_everything(seed: int) -> None:
    """Seed the generators, and the system's random bytes, from which unseeded generators start.

    So np.random.default_rng(), random.Random() or uuid4() give the same in two runs of one seed, and other numbers
    under another seed. It cannot be undone in this process.
    """
    global _entropy
    _entropy = random.Random(0)
    _original_seed(_entropy, f"entropy {seed}")
    os.urandom = random._urandom = _bytes  # type: ignore[attr-defined,assignment] # secrets and numpy draw from these
    random.Random.seed = _seed  # type: ignore[method-assign,assignment]
    seed_generators(seed)


def seed_generators(seed: int) -> None:
    """Seed the global generator of random, and those of numpy and torch where they are loaded."""
    random.seed(seed)
    if (numpy := sys.modules.get("numpy")) is not None:
        numpy.random.seed(seed % 2**32)
    if (torch := sys.modules.get("torch")) is not None:
        torch.manual_seed(seed)


def _bytes(size: int, /) -> bytes:
    assert _entropy is not None
    return _entropy.randbytes(size)


def _seed(self: random.Random, a: Any = None, version: int = 2) -> None:
    """random.Random.seed, which without a number would read the system's random bytes."""
    _original_seed(self, int.from_bytes(_bytes(32), "big") if a is None else a, version)

"""What each test of the engine is given unasked: imports of its own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.engine.own_imports import own_imports


@pytest.fixture(autouse=True)
def imports() -> Iterator[None]:
    """No snippet is loaded when a test begins, and sys.path, the finders and the snippets are restored after it."""
    with own_imports():
        yield

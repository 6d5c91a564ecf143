"""Licenses: the spellings that people use, and the one that they most likely mean."""

import pytest

from coursenotes.knowledge.credit import licenses


@pytest.mark.parametrize(("given", "id"), [
    ("CC-BY-4.0", "CC-BY-4.0"), ("cc by 4.0", "CC-BY-4.0"), ("License: MIT", None), ("license mit", "MIT"),
    ("https://creativecommons.org/licenses/by-sa/3.0/", "CC-BY-SA-3.0"),
    ("http://creativecommons.org/publicdomain/zero/1.0", "CC0-1.0"), ("CC BY", None), ("GPL 3.0", None), ("", None),
])  # fmt: skip
def test_what_is_written_has_one_id_or_none(given, id):
    assert licenses.spdx(given) == id


@pytest.mark.parametrize(("given", "id"), [
    ("GPL 3.0", "GPL-3.0-only"), ("CC-BY-4", "CC-BY-4.0"), ("apache 2", "Apache-2.0"), ("cc0 1.0", "CC0-1.0"),
    ("nothing of the kind", None),
])  # fmt: skip
def test_the_one_that_is_most_likely_meant(given, id):
    assert licenses.closest(given) == id

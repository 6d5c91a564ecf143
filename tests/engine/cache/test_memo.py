"""The one memo on disk."""

import os
import time

from coursenotes.cache.memo import Memo


def test_what_is_put_is_kept_by_kind_and_key(mini):
    memo = Memo(mini, "pages")
    assert memo.get("ab1") is None
    assert memo.put("ab1", "é\n").is_file() and memo.get("ab1") == "é\n"
    assert Memo(mini, "drawings").get("ab1") is None


def test_what_nobody_used_for_some_days_is_swept(mini):
    memo = Memo(mini, "pages", ".json")
    old, used, new = memo.put("ab1", "1"), memo.put("ab2", "2"), memo.put("cd3", "3")
    for path in (old, used):
        os.utime(path, (time.time() - 8 * 24 * 3600,) * 2)
    assert memo.get("ab2") == "2", "and with that it is used"
    memo.sweep(days=7)
    assert [path.is_file() for path in (old, used, new)] == [False, True, True]


def test_what_is_not_text_counts_as_none(mini):
    memo = Memo(mini, "pages")
    memo.put("ab1", "1").write_bytes(b"\xff")
    assert memo.get("ab1") is None

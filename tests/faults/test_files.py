"""Links, FIFOs and circles among a project's files: one clear message by every command, and nothing published."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from coursenotes.paths import Paths

COMMANDS = {
    "coursenotes build": ["coursenotes.cli", "build"],
    "coursenotes check": ["coursenotes.cli", "check"],
    "mkdocs build": ["mkdocs", "build"],
    "mkdocs serve": ["mkdocs", "serve", "-a", "127.0.0.1:0"],
}
WRONG = ("docs/concepts/e.txt", "docs/key.md", "docs/l", "docs/x.md", "docs/people.yml", "snippets/e.py")


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_refuses_them_at_once(mini: Paths, command: str):
    key = mini.root.parent / "id_rsa"
    key.write_text("a very secret key")
    (mini.docs / "concepts" / "e.txt").symlink_to("/proc/self/environ")
    (mini.docs / "key.md").symlink_to(key)
    (mini.docs / "l").symlink_to(".")
    os.mkfifo(mini.docs / "x.md")
    os.link(key, mini.docs / "people.yml")
    (mini.snippets / "e.py").symlink_to(key)
    (mini.site).mkdir()
    (mini.site / "index.html").write_text("as it was")
    done = subprocess.run(
        [sys.executable, "-m", *COMMANDS[command]], cwd=mini.root, capture_output=True, text=True, timeout=60,
        env={**os.environ, "VERY_SECRET": "a very secret key"},
    )  # fmt: skip
    said = done.stdout + done.stderr
    assert done.returncode == 1 and "Traceback" not in said, said
    assert [said.count(f"{name}: ") for name in WRONG] == [1] * len(WRONG), said
    assert said.count("fix: ") == len(WRONG) and "very secret" not in said
    assert (mini.site / "index.html").read_text() == "as it was" and len(list(mini.site.iterdir())) == 1
    assert not (mini.state / "store").exists()

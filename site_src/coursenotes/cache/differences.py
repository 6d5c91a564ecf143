"""The differences between the dependencies of two results, in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any


def difference(old: Mapping[str, Any], new: Mapping[str, Any], short: Callable[[str], str] = str) -> list[str]:
    """The differences between the dependencies of two results, in words, the code first. short: shortens a name."""
    changes: list[str] = []
    before, after = old.get("code", {}), new.get("code", {})
    for name in sorted(before.keys() | after.keys()):
        if name not in after:
            changes.append(f"{short(name)} is no longer used")
        elif name not in before:
            changes.append(f"{short(name)} is used now")
        elif before[name] != after[name]:
            changes.append(f"{'the data' if name.endswith(']') else 'the code'} of {short(name)} changed")
    libs, now = old.get("libraries", {}), new.get("libraries", {})
    for name in sorted(libs.keys() | now.keys()):
        if libs.get(name) != now.get(name):
            changes.append(f"{name} {libs.get(name, 'not used')} -> {now.get(name, 'not used')}")
    if "after" in old and "after" in new:  # changes of the earlier experiment, with its name
        before = short(str(new["after"]["experiment"]))
        changes += [f"{before}: {text}" for text in difference(old["after"], new["after"], short)]
    elif "after" in old or "after" in new:
        changes.append("what it comes after changed")
    for name in ("engine", "experiment", "scale", "settings", "seed"):
        if name in old and name in new and old[name] != new[name]:
            changes.append(f"{name} {old[name]} -> {new[name]}")
    return changes

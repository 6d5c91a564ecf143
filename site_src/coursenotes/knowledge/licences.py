"""The licences that a note or a source may name, by their SPDX ids: what each is called, and where it is read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from coursenotes.errors import Problem, nearest, some


class Licence(NamedTuple):
    """One licence: its SPDX id, what people call it, the address of its text."""

    id: str
    name: str
    url: str


def _creative_commons(kind: str, version: str) -> Licence:
    name = f"CC {kind} {version}"
    url = f"https://creativecommons.org/licenses/{kind.lower()}/{version}/"
    return Licence(f"CC-{kind}-{version}", name, url)


_KINDS = ("BY", "BY-SA", "BY-NC", "BY-NC-SA", "BY-ND", "BY-NC-ND")
KNOWN = {
    licence.id: licence
    for licence in (
        *(_creative_commons(kind, version) for version in ("4.0", "3.0") for kind in _KINDS),
        Licence("CC0-1.0", "CC0 1.0", "https://creativecommons.org/publicdomain/zero/1.0/"),
        Licence("MIT", "MIT", "https://spdx.org/licenses/MIT.html"),
        Licence("Apache-2.0", "Apache 2.0", "https://www.apache.org/licenses/LICENSE-2.0"),
        Licence("BSD-3-Clause", "BSD 3-Clause", "https://spdx.org/licenses/BSD-3-Clause.html"),
        Licence("GPL-3.0-only", "GPL 3.0", "https://www.gnu.org/licenses/gpl-3.0.html"),
        Licence("GFDL-1.3-only", "GFDL 1.3", "https://www.gnu.org/licenses/fdl-1.3.html"),
    )
}


def problems(given: object, path: Path, line: int) -> Iterator[Problem]:
    """What is wrong with a licence as somebody wrote it."""
    written = str(given)
    if written not in KNOWN:
        named = {licence.name.casefold(): licence.id for licence in KNOWN.values()}  # as people call it
        ids = {licence.casefold(): licence for licence in KNOWN}
        words = " ".join(written.casefold().split())
        close = named.get(words) or ids.get(nearest(words.replace(" ", "-"), ids) or "")
        fix = f"write licence: {close}" if close else "write an SPDX id: https://spdx.org/licenses/"
        yield Problem(f"no licence {written!r}", path, line, (f"there is: {some(KNOWN, 20)}",), fix)

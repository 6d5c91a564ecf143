"""The licenses that a note or a source may name, by their SPDX ids, with their names and addresses."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from coursenotes.errors import Problem, nearest, some


class License(NamedTuple):
    """One license: its SPDX id, its usual name, the address of its text."""

    id: str
    name: str
    url: str


def _creative_commons(kind: str, version: str) -> License:
    name = f"CC {kind} {version}"
    url = f"https://creativecommons.org/licenses/{kind.lower()}/{version}/"
    return License(f"CC-{kind}-{version}", name, url)


_KINDS = ("BY", "BY-SA", "BY-NC", "BY-NC-SA", "BY-ND", "BY-NC-ND")
KNOWN = {
    license.id: license
    for license in (
        *(_creative_commons(kind, version) for version in ("4.0", "3.0") for kind in _KINDS),
        License("CC0-1.0", "CC0 1.0", "https://creativecommons.org/publicdomain/zero/1.0/"),
        License("MIT", "MIT", "https://spdx.org/licenses/MIT.html"),
        License("Apache-2.0", "Apache 2.0", "https://www.apache.org/licenses/LICENSE-2.0"),
        License("BSD-3-Clause", "BSD 3-Clause", "https://spdx.org/licenses/BSD-3-Clause.html"),
        License("GPL-3.0-only", "GPL 3.0", "https://www.gnu.org/licenses/gpl-3.0.html"),
        License("GFDL-1.3-only", "GFDL 1.3", "https://www.gnu.org/licenses/fdl-1.3.html"),
    )
}


def spdx(text: str) -> str | None:
    """The SPDX id of a license as people write it, or None: CC BY 4.0, cc-by-4.0 and its address are CC-BY-4.0."""
    wanted = re.sub(r"[\s_]+", "-", text.strip().casefold()).removeprefix("license-").removeprefix("license-")
    address = re.search(r"creativecommons\.org/(?:licenses/([a-z-]+)/([\d.]+)|publicdomain/(zero)/1\.0)", wanted)
    if address:
        wanted = "cc0-1.0" if address[3] else f"cc-{address[1]}-{address[2]}"
    return next((id for id in KNOWN if id.casefold() == wanted), None)


def closest(text: str) -> str | None:
    """The SPDX id of the license that somebody most likely means, by its id or its name; None where none is near."""
    words = " ".join(text.casefold().split())
    named = {license.name.casefold(): license.id for license in KNOWN.values()}
    ids = {id.casefold(): id for id in KNOWN}
    return spdx(text) or named.get(words) or ids.get(nearest(words.replace(" ", "-"), ids) or "")


def problems(value: object, path: Path, line: int) -> Iterator[Problem]:
    """The problem of a license that is not in the list, with the one that is most likely meant."""
    text = str(value)
    if text not in KNOWN:
        close = closest(text)
        fix = f"write license: {close}" if close else "write an SPDX id: https://spdx.org/licenses/"
        yield Problem(f'no license "{text}"', path, line, (f"there is: {some(KNOWN, 20)}",), fix)

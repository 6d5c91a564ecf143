"""What is said about the check of a claim: its verdict, and the words that a failing test shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import pytest

from coursenotes.claims import verdicts
from coursenotes.claims.judge import Judgement, described, first_line
from coursenotes.claims.marks import Marks
from coursenotes.claims.verdicts import Verdict
from coursenotes.discover import ClaimInfo
from coursenotes.plan import Library


@dataclass(frozen=True)
class Report:
    """One claim at one scale, what its decorators said and what its check found. seed: of its random input, if any."""

    library: Library
    info: ClaimInfo
    scale: str
    marks: Marks
    judged: Judgement
    seed: int | None

    @property
    def good(self) -> bool:
        return self.judged.failure is None and not self.judged.problems

    @property
    def says_all(self) -> bool:
        """Whether the words here replace the traceback: a comparison failed, so the numbers say everything."""
        failure = self.judged.failure
        by_comparison = isinstance(failure, AssertionError) and any(c.asked and not c for c in self.judged.comparisons)
        return failure is None or by_comparison or self._from_results

    @property
    def _from_results(self) -> bool:
        """A name that the results do not have; their own words say what there is."""
        failure = self.judged.failure
        return isinstance(failure, KeyError) and _last_file(failure).endswith("coursenotes/result.py")

    def verdict(self) -> Verdict:
        """The verdict of this check."""
        status = "failed" if not self.good else "refuted" if self.marks.refuted else "supported"
        found = verdicts.blank(self.library, self.info.id, self.scale, status, None if self.good else self.text())
        found.comparisons = [described(c) for c in self.judged.comparisons]
        found.arms = self.judged.arms
        found.refutes = self.marks.refutes
        found.date = datetime.now(UTC).isoformat(timespec="seconds")
        return found

    def text(self) -> str:
        """What is wrong, for the person who can mend it: the claim's place, what was found, where it stands."""
        path = self.info.path.relative_to(self.library.layout.root).as_posix()
        where = "" if self.scale == verdicts.EXACT else f" at {self.scale} scale"
        lines = []
        failure = self.judged.failure
        if failure is not None:
            line = _line_in(failure, self.info) or self.info.line
            lines.append(f"{path}:{line}: the claim {self.info.id} does not hold{where}")
            lines.append(f'  "{self.info.sentence}"')
            failing = [c for c in self.judged.comparisons if c.asked and not c]
            for comparison in failing[-1:]:
                lines += [f"  {comparison!r}", f"  pair by pair (! does not hold): {comparison.per_pair()}"]
            if not failing:
                kind = "" if self._from_results else f"{type(failure).__name__}: "
                lines.append(f"  {kind}{failure.args[0] if self._from_results else first_line(failure)}")
        else:
            lines.append(f"{path}:{self.info.line}: the claim {self.info.id} holds{where}, and proves nothing yet")
            lines += [f"  {text}" for problem in self.judged.problems for text in problem.splitlines()]
        stands = verdicts.pages(self.library, self.info.id)
        lines.append(f"  it stands on {', '.join(stands)}" if stands else "  it stands on no page")
        if self.seed is not None:
            again = f"pytest {path} -k test_{self.info.name} --claims-seed {self.seed}"
            lines.append(f"  its random input had seed {self.seed}; the same again: {again}")
        return "\n".join(lines)


def merged(parts: Sequence[Verdict]) -> Verdict:
    """The verdict of a claim from those of its items (it may be parametrised): failed if one of them is."""
    failed = [v for v in parts if v.status == "failed"]
    return replace(
        (failed or list(parts))[0],
        comparisons=[c for v in parts for c in v.comparisons],
        arms=[a for v in parts for a in v.arms],
        error="\n".join(v.error for v in failed if v.error) or None,
    )


def _line_in(error: BaseException, info: ClaimInfo) -> int | None:
    """The line of the claim's file at which the error came about."""
    lines = [e.lineno + 1 for e in pytest.ExceptionInfo.from_exception(error).traceback if e.path == info.path]  # type: ignore[arg-type]
    return lines[-1] if lines else None


def _last_file(error: BaseException) -> str:
    entries = pytest.ExceptionInfo.from_exception(error).traceback  # type: ignore[arg-type]
    return str(entries[-1].path).replace("\\", "/") if len(entries) else ""

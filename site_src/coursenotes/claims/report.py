"""What is said about the check of a claim: its verdict, and the words that a failing test shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import pytest

from coursenotes.claims import acceptance, evaluate, verdicts
from coursenotes.claims.compare import Comparison
from coursenotes.claims.decorators import Marks
from coursenotes.claims.judge import REFUTES, Judgement, first_line
from coursenotes.claims.statistics import CONTRADICTED
from coursenotes.claims.verdicts import EXACT, UNACCEPTED, UNCHECKED, Verdict
from coursenotes.discover.project import ClaimInfo
from coursenotes.experiments.plan import Plan


@dataclass(frozen=True)
class Report:
    """One claim at one scale, what its decorators said and what its check found. seed: of its random input, if any."""

    plan: Plan
    info: ClaimInfo
    scale: str
    marks: Marks
    judged: Judgement
    seed: int | None

    @property
    def exact(self) -> bool:
        return self.scale == EXACT

    @property
    def broken(self) -> bool:
        """Whether the test itself is wrong, which no other run would mend."""
        failure = self.judged.failure
        return bool(self.judged.problems) or (failure is not None and not (self.exact and isinstance(failure, REFUTES)))

    def verdict(self) -> Verdict:
        """The verdict of this check."""
        found = verdicts.blank(self.plan, self.info.id, self.scale)
        found.refutes = self.marks.refutes
        found.date = now()
        if self.exact:
            found.comparisons = [evaluate.described(c) for c in self.judged.comparisons]
            found.arms = [
                {"kind": t.kind, "text": t.text, "failed_as_it_must": t.failed, "message": t.message}
                for t in self.judged.tried
            ]
            status = CONTRADICTED if self.judged.failure is not None else verdicts.SUPPORTED
        else:
            record = acceptance.load(self.plan, self.info, self.scale)
            status, found.comparisons, found.arms = evaluate.stand(self.judged, record)
            if record is None or not record.accepted:
                status = UNACCEPTED
                found.error = self._not_accepted(record)
            if record is not None:
                found.record = {k: v for k, v in vars(record).items() if k != "key"}
        if self.broken:
            status = UNCHECKED
        if self.marks.refuted and status in (verdicts.SUPPORTED, verdicts.WITHIN):
            status = verdicts.REFUTED
        found.status = status
        if status in (CONTRADICTED, UNCHECKED):
            found.error = self.text()
        return found

    def _not_accepted(self, record: acceptance.Record | None) -> str:
        full = " --scale full" if self.scale == "full" else ""
        if record is None:
            return f"not accepted yet: run coursenotes replicate {self.info.topic}{full}"
        return "\n".join(["its replication does not suffice:", *record.problems])

    def text(self) -> str:
        """What is wrong, for the person who can mend it: the claim's place, what was found, where it stands."""
        path = self.info.path.relative_to(self.plan.paths.root).as_posix()
        where = "" if self.exact else f" at {self.scale} scale"
        failure, lines = self.judged.failure, []
        line = self.info.line if failure is None else _line_in(failure, self.info) or self.info.line
        if self.broken:
            lines.append(f"{path}:{line}: the claim {self.info.id} cannot be judged{where}")
            if failure is not None:
                lines.append(f"  {evaluate.not_a_comparison(failure)}")
            lines += [f"  {text}" for problem in self.judged.problems for text in problem.splitlines()]
        else:
            against = [] if self.exact else self._contradicting()
            line = against[0].line if against else line
            lines.append(f"{path}:{line}: the claim {self.info.id} is contradicted here{where}")
            lines.append(f'  "{self.info.sentence}"')
            lines += [text for comparison in against for text in self._against(comparison)]
            if failure is not None:
                said = str(failure.args[0]) if _from_results(failure) else first_line(failure)
                lines.append(f"  {type(failure).__name__}: {said}")
        stands = verdicts.pages(self.plan, self.info.id)
        lines.append(f"  it stands on {', '.join(stands)}" if stands else "  it stands on no page")
        if self.seed is not None:
            again = f"pytest {path} -k test_{self.info.name} --claims-seed {self.seed}"
            lines.append(f"  its random input had seed {self.seed}; the same again: {again}")
        return "\n".join(lines)

    def _contradicting(self) -> list[Comparison]:
        record = acceptance.load(self.plan, self.info, self.scale)
        _, described, _ = evaluate.stand(self.judged, record)
        pairs = zip(self.judged.comparisons, described, strict=True)
        return [comparison for comparison, found in pairs if found["standing"] == CONTRADICTED]

    def _against(self, comparison: Comparison) -> list[str]:
        record = acceptance.load(self.plan, self.info, self.scale)
        assert record is not None
        accepted = record.spreads()[self.judged.comparisons.index(comparison)]
        return [
            f"  {comparison!r}",
            f"  accepted: {accepted.mean:.3g} ± {accepted.sd:.3g} over {accepted.n} seeds",
            f"  pair by pair (! beyond the margin): {comparison.per_pair()}",
        ]


def now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def merged(parts: Sequence[Verdict]) -> Verdict:
    """The verdict of a claim from those of its items (it may be parametrised): the worst of them."""
    worst = [UNCHECKED, CONTRADICTED, UNACCEPTED, verdicts.WITHIN]
    first = min(parts, key=lambda v: worst.index(v.status) if v.status in worst else len(worst))
    return replace(
        first,
        comparisons=[c for v in parts for c in v.comparisons],
        arms=[a for v in parts for a in v.arms],
        error="\n".join(v.error for v in parts if v.error and v.status == first.status) or None,
    )


def _from_results(failure: BaseException) -> bool:
    """A name that the results do not have; their own words say what there is."""
    return isinstance(failure, KeyError) and _last_file(failure).endswith("coursenotes/result.py")


def _line_in(error: BaseException, info: ClaimInfo) -> int | None:
    """The line of the claim's file at which the error came about."""
    lines = [e.lineno + 1 for e in pytest.ExceptionInfo.from_exception(error).traceback if e.path == info.path]  # type: ignore[arg-type]
    return lines[-1] if lines else None


def _last_file(error: BaseException) -> str:
    entries = pytest.ExceptionInfo.from_exception(error).traceback  # type: ignore[arg-type]
    return str(entries[-1].path).replace("\\", "/") if len(entries) else ""

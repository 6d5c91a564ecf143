"""The report on the evaluation of a claim: its verdict, and the text that a failing test shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import pytest

from coursenotes.claims import acceptance, decide, verdicts
from coursenotes.claims.compare import Comparison
from coursenotes.claims.decorators import Marks
from coursenotes.claims.evaluate import REFUTES, Evaluation, first_line
from coursenotes.claims.statistics import CONTRADICTED
from coursenotes.claims.verdicts import EXACT, UNACCEPTED, UNCHECKED, Verdict
from coursenotes.discover.project import ClaimInfo
from coursenotes.experiments.plan import Plan


@dataclass(frozen=True)
class ClaimReport:
    """One claim at one scale, with its marks and its evaluation. seed: of its random input, or None."""

    plan: Plan
    info: ClaimInfo
    scale: str
    marks: Marks
    evaluation: Evaluation
    seed: int | None

    @property
    def exact(self) -> bool:
        return self.scale == EXACT

    @property
    def broken(self) -> bool:
        """Whether the test itself is wrong, so that another run would not help."""
        failure = self.evaluation.failure
        return bool(self.evaluation.problems) or (
            failure is not None and not (self.exact and isinstance(failure, REFUTES))
        )

    def verdict(self) -> Verdict:
        """The verdict of this evaluation."""
        verdict = verdicts.blank(self.plan, self.info.id, self.scale)
        verdict.refutes = self.marks.refutes
        verdict.date = now()
        if self.exact:
            verdict.comparisons = [decide.described(c) for c in self.evaluation.comparisons]
            verdict.controls = [
                {"kind": run.kind, "text": run.text, "rejected": run.rejected, "message": run.message}
                for run in self.evaluation.controls
            ]
            status = CONTRADICTED if self.evaluation.failure is not None else verdicts.SUPPORTED
        else:
            record = acceptance.load(self.plan, self.info, self.scale)
            status, verdict.comparisons, verdict.controls = decide.reproduce(self.evaluation, record)
            if record is None or not record.accepted:
                status = UNACCEPTED
                verdict.error = self._not_accepted(record)
            if record is not None:
                verdict.record = {k: v for k, v in vars(record).items() if k != "key"}
        if self.broken:
            status = UNCHECKED
        if self.marks.refuted and status in (verdicts.SUPPORTED, verdicts.WITHIN):
            status = verdicts.REFUTED
        verdict.status = status
        if status in (CONTRADICTED, UNCHECKED):
            verdict.error, verdict.error_line = self.text(), self.line
        return verdict

    def _not_accepted(self, record: acceptance.Record | None) -> str:
        full = " --scale full" if self.scale == "full" else ""
        if record is None:
            return f"not accepted yet: run coursenotes replicate {self.info.topic}{full}"
        return "\n".join(["its replication does not suffice:", *record.problems])

    def text(self) -> str:
        """The problem in full: the claim's place, the numbers, and the pages that cite it."""
        path = self.info.path.relative_to(self.plan.paths.root).as_posix()
        where = "" if self.exact else f" at {self.scale} scale"
        failure, lines = self.evaluation.failure, []
        if self.broken:
            lines.append(f"{path}:{self.line}: the claim {self.info.id} cannot be checked{where}")
            if failure is not None:
                lines.append(f"  {decide.not_a_comparison(failure)}")
            lines += [f"  {text}" for problem in self.evaluation.problems for text in problem.splitlines()]
        else:
            lines.append(f"{path}:{self.line}: the claim {self.info.id} is contradicted here{where}")
            lines.append(f'  "{self.info.sentence}"')
            lines += [text for comparison in self._contradicting() for text in self._against(comparison)]
            if failure is not None:
                message = str(failure.args[0]) if _from_results(failure) else first_line(failure)
                lines.append(f"  {type(failure).__name__}: {message}")
        pages = verdicts.pages(self.plan, self.info.id)
        lines.append(f"  it is cited in {', '.join(pages)}" if pages else "  no page cites it")
        if self.seed is not None:
            again = f"pytest {path} -k test_{self.info.name} --claims-seed {self.seed}"
            lines.append(f"  its random input had seed {self.seed}; to repeat it: {again}")
        return "\n".join(lines)

    @property
    def line(self) -> int:
        """The line of the claim's file at which it fails; where there is none, that of its test."""
        if not self.broken and (against := self._contradicting()):
            return against[0].line
        failure = self.evaluation.failure
        return (_line_in(failure, self.info) if failure is not None else None) or self.info.line

    def _contradicting(self) -> list[Comparison]:
        if self.exact:
            return []
        record = acceptance.load(self.plan, self.info, self.scale)
        _, described, _ = decide.reproduce(self.evaluation, record)
        pairs = zip(self.evaluation.comparisons, described, strict=True)
        return [comparison for comparison, kept in pairs if kept["standing"] == CONTRADICTED]

    def _against(self, comparison: Comparison) -> list[str]:
        record = acceptance.load(self.plan, self.info, self.scale)
        assert record is not None
        accepted = record.spreads()[self.evaluation.comparisons.index(comparison)]
        return [
            f"  {comparison!r}",
            f"  accepted: {accepted.mean:.3g} ± {accepted.sd:.3g} over {accepted.n} seeds",
            f"  pair by pair (! beyond the margin): {comparison.per_pair()}",
        ]


def now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def merged(parts: Sequence[Verdict]) -> Verdict:
    """The verdict of a claim from those of its items (it may be parametrized): the worst of them."""
    worst = [UNCHECKED, CONTRADICTED, UNACCEPTED, verdicts.WITHIN]
    first = min(parts, key=lambda v: worst.index(v.status) if v.status in worst else len(worst))
    return replace(
        first,
        comparisons=[c for v in parts for c in v.comparisons],
        controls=[c for v in parts for c in v.controls],
        error="\n".join(v.error for v in parts if v.error and v.status == first.status) or None,
    )


def _from_results(failure: BaseException) -> bool:
    """Whether a name is missing in the results; the message of their own error lists the names."""
    return isinstance(failure, KeyError) and _last_file(failure).endswith("coursenotes/result.py")


def _line_in(error: BaseException, info: ClaimInfo) -> int | None:
    """The line of the claim's file at which the error was raised."""
    lines = [e.lineno + 1 for e in pytest.ExceptionInfo.from_exception(error).traceback if e.path == info.path]  # type: ignore[arg-type]
    return lines[-1] if lines else None


def _last_file(error: BaseException) -> str:
    entries = pytest.ExceptionInfo.from_exception(error).traceback  # type: ignore[arg-type]
    return str(entries[-1].path).replace("\\", "/") if len(entries) else ""

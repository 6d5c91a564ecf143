"""The statistics of claims: when a comparison is accepted, and when a build contradicts it.

**The setting.** A claim says of two settings that the mean of a - b over all seeds that there could be lies beyond a
margin: below -margin, above +margin, or, for "close", within ±margin. Runs are paired by seed, so that a seed gives
one difference d. The differences are taken to be independent draws with mean µ and standard deviation σ; their mean
over n seeds is close to normal, which is all that is used. `distance` turns the three kinds into one: by how much a
mean lies on the claimed side of its margin, negative where it does not. The **room** is that distance in deviations.

**Accepted.** A replication draws n = 20 fresh seeds and tests the null hypothesis that µ lies exactly at the margin
with a one-sided paired t test at ALPHA = 0.001: t = room · √n has to reach the t quantile, so the room has to reach
t(1 - ALPHA, n - 1) / √n, which is 0.80 at 20 seeds and 1.69 at eight (`needed_room`). For "close", two one-sided tests
(Schuirmann 1987) both have to be passed, which is the same bound on margin - |mean|. Against a constant it is a
one-sample test of the same form.

**Rejected.** A control is the same comparison on a broken model. It has to be far from accepted: the test in the other
direction has to be passed as well, so its room has to be at most -needed_room (`rejected`).

**Contradicted.** A build has its own n seeds, five by default, and is compared with the accepted σ, not its own: a
standard deviation from five numbers is off by a third. It contradicts the claim where its mean lies more than
BOUND · σ / √n beyond the margin, on the wrong side.
- A claim whose true mean lies R deviations on the right side is contradicted with chance Φ(-BOUND - R √n): one in a
  million at R = 0.8. A claim may also have been accepted by luck, with a σ that is too small: by simulation, of the
  accepted claims whose true room is 0.8 a build contradicts one in 100,000, of those of 0.5 three in 10,000.
- A claim that is false by E deviations is contradicted with chance Φ(E √n - BOUND). BOUND and the default number of
  seeds were chosen together so that this is at least ENOUGH = 0.9 for E = 2, by the fewest seeds, since every seed is
  trained in every build: Φ(2 √5 - 3) = 0.93. (3.5 asks for six seeds: Φ(2 √6 - 3.5) = 0.92; with five it gives 0.83,
  with three 0.49.)
So there is no effect that a build can refute with chance ENOUGH unless the margin is at least (BOUND + 1.28) / √n = 1.9
deviations: `chance_contradicted` is recorded for "no effect at all" and for each control.

**In every run.** A claim about every run is another statement: that next to no run lies on the wrong side. It is
accepted where each of the n runs holds and the one-sided normal tolerance bound (Owen 1963) says with confidence
CONFIDENCE that a share of SHARE of all runs does, which needs a room of 5.2 at 20 seeds (`tolerance_room`). A build
contradicts it with a single run that does not hold.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

ALPHA = 0.001
SEEDS = 20  # of a replication at sample scale
LEAST_SEEDS = 5  # of an experiment that a claim reads, in a build
LEAST_REPLICATED = 8  # of a replication at full scale, where one run costs minutes
BOUND = 3.0  # accepted deviations / √n beyond the margin, from which a build contradicts a claim
ENOUGH = 0.9
SHARE, CONFIDENCE = 0.9999, 0.95

REPRODUCED, WITHIN, CONTRADICTED = "reproduced", "within", "contradicted"


@dataclass(frozen=True)
class Spread:
    """A quantity's mean over n runs and its standard deviation (n - 1 in the denominator)."""

    n: int
    mean: float
    sd: float


@dataclass(frozen=True)
class Assertion:
    """The claim of a comparison about a - b. kind: "below", "above" or "close"; every: of each run, not of the mean."""

    kind: str
    margin: float
    every: bool = False

    def distance(self, difference: float) -> float:
        """By how much a difference, or a mean of differences, is on the claimed side of the margin; else below 0."""
        if self.kind == "close":
            return self.margin - abs(difference)
        return (-difference if self.kind == "below" else difference) - self.margin

    def room(self, seen: Spread) -> float:
        """The distance of the mean in deviations; infinite, or 0, where there is no spread."""
        distance = self.distance(seen.mean)
        if seen.sd > 0:
            return distance / seen.sd
        return math.copysign(math.inf, distance) if distance else 0.0

    def needed_room(self, n: int) -> float:
        """The room that n runs need to be accepted."""
        return tolerance_room(n) if self.every else needed_room(n)

    def accepted(self, seen: Spread, worst: float | None = None) -> bool:
        """Whether n runs suffice to accept it. worst: the smallest distance of a run, for every=True.

        Without any spread nothing is accepted: an experiment that seeds itself would have any margin accepted.
        """
        if seen.n < 2 or not seen.sd > 0:
            return False
        return self.room(seen) >= self.needed_room(seen.n) and (not self.every or (worst is not None and worst >= 0))

    def rejected(self, seen: Spread) -> bool:
        """Whether n runs of a control are far from accepted: on the wrong side by the room that a claim needs."""
        return seen.n >= 2 and self.room(seen) <= -needed_room(seen.n)

    def limit(self, sd: float, n: int) -> float:
        """The distance below which the mean of n runs contradicts it, given the accepted deviation: 0 or less."""
        return 0.0 if self.every else -BOUND * sd / math.sqrt(n)

    def standing(self, mean: float, n: int, accepted: Spread, worst: float | None = None) -> str:
        """The verdict of a build's n runs: REPRODUCED, WITHIN the accepted spread, or CONTRADICTED."""
        if self.every:
            return REPRODUCED if worst is not None and worst >= 0 else CONTRADICTED
        distance = self.distance(mean)
        if distance >= 0:
            return REPRODUCED
        return WITHIN if distance >= self.limit(accepted.sd, n) else CONTRADICTED

    def chance_contradicted(self, accepted: Spread, n: int, mean: float, sd: float) -> float:
        """The chance that n runs whose differences have this true mean and deviation contradict the claim."""
        if self.every:
            return 1.0 - _chance_at_least(self, 0.0, mean, sd) ** n
        return 1.0 - _chance_at_least(self, self.limit(accepted.sd, n), mean, sd / math.sqrt(n))


def needed_room(n: int, alpha: float = ALPHA) -> float:
    """The room, in deviations, with which n paired differences pass a one-sided t test against the margin."""
    from scipy.special import stdtrit

    return float(stdtrit(n - 1, 1 - alpha)) / math.sqrt(n)


def tolerance_room(n: int, share: float = SHARE, confidence: float = CONFIDENCE) -> float:
    """The room with which n runs show, with this confidence, that this share of all runs is on the claimed side."""
    from scipy.special import nctdtrit, ndtri

    return float(nctdtrit(n - 1, float(ndtri(share)) * math.sqrt(n), confidence)) / math.sqrt(n)


def between_means(spread: Spread, n: int, *, estimated: bool = False) -> float:
    """How far two means over n runs each may lie from one another, both of a quantity with this spread.

    BOUND deviations of their difference; estimated: the spread is that of one of the two samples itself, so that the t
    quantile of the same chance takes BOUND's place.
    """
    if not spread.sd > 0 or n < 2:
        return 0.0
    factor = BOUND
    if estimated:
        from scipy.special import stdtrit

        factor = float(stdtrit(spread.n - 1, _normal(BOUND)))
    return factor * spread.sd * math.sqrt(2 / n)


def _chance_at_least(statement: Assertion, limit: float, mean: float, sd: float) -> float:
    """The chance that a normal quantity lies at a distance of limit or more."""
    if not sd > 0:
        return float(statement.distance(mean) >= limit)
    if statement.kind == "close":
        reach = statement.margin - limit
        return _normal((reach - mean) / sd) - _normal((-reach - mean) / sd)
    return _normal((statement.distance(mean) - limit) / sd)


def _normal(z: float) -> float:
    """The standard normal distribution function."""
    return 0.5 * math.erfc(-z / math.sqrt(2))

"""Claims of docs/concepts/straight_line.md."""

from coursenotes.claims import above, below, falsified_by, refuted, swap


@falsified_by(swap("rate", 0.0, 0.5))
@falsified_by(control={"rate": (0.5, 0.0)})
def test_finds_the_slope(fit):
    """At rate 0.5 the slope is within 0.1 of the truth, and nearer than without steps by 0.5."""
    assert below(fit.metric("error", rate=0.5), 0.1)
    assert below(fit.metric("error", rate=0.5), fit.metric("error", rate=0.0), margin=0.5)


@refuted("Any learning rate will do.")
@falsified_by(control={"rate": (0.1, 0.5)})
def test_any_rate(fit):
    """At rate 0.1 the slope is still more than 0.05 off after twenty steps."""
    assert above(fit.metric("error", rate=0.1), 0.05)

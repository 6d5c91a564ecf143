"""Claims of docs/concepts/heavy_minority.md."""

from coursenotes.claims import above, at, below, close, falsified_by, swap


@falsified_by(control="without_factors")  # retrained without factors: taste is left to the biases
@falsified_by(swap("by", "mean", "bias"))
@falsified_by(control={"by": ("bias", "damped")})
def test_bias_resists(standing):
    """At a share of 80%, the top ten by bias hold at least 3 fewer of the fans' films than by mean, and the bias puts
    these films within 12 of their true places."""
    bias, mean = (standing.metric("in_top_ten", by=by, share=0.8) for by in ("bias", "mean"))
    assert below(bias, mean, margin=3)
    assert close(standing.metric("too_high", by="bias", share=0.8), 0, within=12)


@falsified_by(control={"by": ("bias", "mean")})
@falsified_by(swap("by", "bias", "mean"))
def test_order_of_others_is_truer(standing):
    """At a share of 80%, the order of all other films by bias correlates with the truth by 0.01 more than by mean."""
    bias, mean = (standing.metric("order_outside", by=by, share=0.8) for by in ("bias", "mean"))
    assert above(bias, mean, margin=0.01)


@falsified_by(swap("by", "damped", "bias"))
@falsified_by(control={"by": ("damped", "bias")})
def test_damping_hardly_helps(standing):
    """At a share of 80%, damping moves the fans' films by at most 8 places; it leaves them 15 or more above where the
    bias puts them."""
    mean, damped, bias = (standing.metric("too_high", by=by, share=0.8) for by in ("mean", "damped", "bias"))
    assert close(mean, damped, within=8)
    assert above(damped, bias, margin=15)


@falsified_by(control={"by": ("mean", "bias")})
@falsified_by(swap("share", 0.0, 0.8))
def test_fans_lift_the_mean(standing):
    """With a share of 80% the fans' films stand at least 15 places higher by their mean than with a share of none."""
    many, none = (standing.metric("too_high", by="mean", share=share) for share in (0.8, 0.0))
    assert above(many, none, margin=15)


@falsified_by(control={"by": ("bias", "mean")})
@falsified_by(control={"by": ("bias", "damped")})
def test_bias_finds_too_few(standing):
    """At a share of 80%, the top ten by bias hold at least one fewer of the fans' films than belong there."""
    found, truly = (standing.metric(name, by="bias", share=0.8) for name in ("in_top_ten", "truly_in_top_ten"))
    assert below(found, truly, margin=1)


@at("full")
@falsified_by(control={"left_out": ("heaviest", "nobody")})
@falsified_by(control={"left_out": ("as many others", "heaviest")})
@falsified_by(swap("left_out", "nobody", "heaviest"))
def test_heavy_people_teach(ordinary):
    """For everybody else, leaving out the heaviest 5% raises the error by 0.005 stars squared or more; leaving out as
    many ratings of others raises it by 0.003 more than that."""
    whole, heavy, others = (ordinary.metric("error", left_out=w) for w in ("nobody", "heaviest", "as many others"))
    assert below(whole, heavy, margin=0.005)
    assert below(heavy, others, margin=0.003)

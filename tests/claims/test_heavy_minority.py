"""Claims of docs/concepts/heavy_minority.md."""

from coursenotes.claims import above, at, below, close, falsified_by, swap


@falsified_by(control="without_factors")  # retrained without factors: taste can only go into the biases
@falsified_by(swap("estimator", "mean", "bias"))
@falsified_by(control={"estimator": ("bias", "damped")})
def test_bias_resists_fans(rankings):
    """With 80% of the ratings from fans, the top ten by bias has at least 3 fewer of their films than by mean, and the
    bias ranks these films on average within 12 places of the truth."""
    bias, mean = (rankings.metric("in_top_ten", estimator=estimator, share=0.8) for estimator in ("bias", "mean"))
    assert below(bias, mean, margin=3)
    assert close(rankings.metric("places_too_high", estimator="bias", share=0.8), 0, within=12)


@falsified_by(control={"estimator": ("bias", "mean")})
@falsified_by(swap("estimator", "bias", "mean"))
def test_bias_ranks_other_films_better(rankings):
    """With 80% from fans, the rank correlation of other films with the truth is at least 0.01 higher by bias than by
    mean."""
    bias, mean = (
        rankings.metric("correlation_outside", estimator=estimator, share=0.8) for estimator in ("bias", "mean")
    )
    assert above(bias, mean, margin=0.01)


@falsified_by(swap("estimator", "damped", "bias"))
@falsified_by(control={"estimator": ("damped", "bias")})
def test_damping_hardly_helps(rankings):
    """With 80% of the ratings from fans, damping moves their films by at most 8 places, and ranks them at least 15
    places higher than the bias does."""
    mean, damped, bias = (
        rankings.metric("places_too_high", estimator=estimator, share=0.8) for estimator in ("mean", "damped", "bias")
    )
    assert close(mean, damped, within=8)
    assert above(damped, bias, margin=15)


@falsified_by(control={"estimator": ("mean", "bias")})
@falsified_by(swap("share", 0.0, 0.8))
def test_fans_raise_their_films_by_mean(rankings):
    """By mean, the fans' films rank at least 15 places higher with 80% of the ratings from fans than with none."""
    many, none = (rankings.metric("places_too_high", estimator="mean", share=share) for share in (0.8, 0.0))
    assert above(many, none, margin=15)


@falsified_by(control={"estimator": ("bias", "mean")})
@falsified_by(control={"estimator": ("bias", "damped")})
def test_bias_puts_too_few_in_top_ten(rankings):
    """With 80% of ratings from fans, the top ten by bias has at least one fewer of their films than the true one."""
    by_bias, true = (rankings.metric(name, estimator="bias", share=0.8) for name in ("in_top_ten", "in_true_top_ten"))
    assert below(by_bias, true, margin=1)


@at("full")
@falsified_by(control={"left_out": ("heaviest", "nobody")})
@falsified_by(control={"left_out": ("as many others", "heaviest")})
@falsified_by(swap("left_out", "nobody", "heaviest"))
def test_leaving_out_heaviest_hurts_others(leave_out):
    """Leaving out the heaviest 5% raises the error for others by at least 0.005 stars squared; leaving out as many
    ratings of others raises it by at least 0.003 more."""
    whole, heavy, others = (leave_out.metric("error", left_out=w) for w in ("nobody", "heaviest", "as many others"))
    assert below(whole, heavy, margin=0.005)
    assert below(heavy, others, margin=0.003)

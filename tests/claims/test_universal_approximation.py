"""Claims of docs/concepts/universal_approximation.md."""

import torch

from coursenotes.claims import above, below, falsified_by, refuted
from snippets.universal_approximation import INSIDE, largest_error, wave
from snippets.universal_approximation import placed as right_placed


def staircase(f, width, low=-3.0, high=3.0):
    """Flat between the knots: not a network of ReLUs, since it jumps."""
    knots = torch.linspace(low, high, width + 1)
    return lambda x: f((knots[:-1] + knots[1:]) / 2)[torch.searchsorted(knots, x.contiguous()).clamp(1, width) - 1]


def slopes_in_place_of_changes(f, width, low=-3.0, high=3.0):
    """Each ReLU given the slope of its piece, though the earlier ones go on."""
    knots = torch.linspace(low, high, width + 1)
    slopes = f(knots).diff() / knots.diff()
    return lambda x: f(knots[0]) + (x[:, None] - knots[:-1]).clamp(min=0) @ slopes


def half_the_bends(f, width, low=-3.0, high=3.0):
    return right_placed(f, width // 2, low, high)


@falsified_by(placed=staircase)
@falsified_by(placed=slopes_in_place_of_changes)
@falsified_by(placed=half_the_bends)
def test_enough_bends_come_close(placed):
    """h ReLUs on an interval of length 6 miss random waves by at most 36 / (8 h²) times their largest curvature."""
    x = torch.linspace(-3, 3, 3001).double()
    for width in (8, 32, 128):
        size, pace, shift = torch.rand(3, 4).double() + 0.5

        def f(x, size=size, pace=pace, shift=shift):
            return (size * torch.sin(pace * x[..., None] + shift)).sum(-1)

        curvature = (size * pace**2 * torch.sin(pace * x[:, None] + shift)).sum(-1).abs().max()
        error = (placed(f, width)(x) - f(x)).abs().max()
        assert error <= 1.001 * 36 / (8 * width**2) * curvature


@falsified_by(placed=half_the_bends)
@falsified_by(placed=slopes_in_place_of_changes)
def test_sixteen_bends_are_enough(placed):
    """Placed by hand, 16 ReLUs are nowhere off by more than 0.08 from the wave."""
    assert largest_error(placed(wave, 16), wave, INSIDE) < 0.08


@refuted("any function can be approximated arbitrarily closely")
@falsified_by(placed=staircase)
def test_a_jump_stays(placed):
    """Beside a jump of height 2 the error is at least 0.99, with 10, 100 or 1,000 ReLUs: a network cannot jump."""
    x = torch.tensor([-1e-6, 1e-6])
    for width in (10, 100, 1000):
        assert (placed(torch.sign, width)(x) - torch.sign(x)).abs().max() >= 0.99


@falsified_by(control={"activation": ("ReLU", "identity")})  # retrained without a bend
def test_more_units_come_closer(trained):
    """Trained, 64 ReLUs have at most a quarter of the largest error of one."""
    many, one = (trained.metric("error", activation="ReLU", width=width) for width in (64, 1))
    assert below(many / one, 1, margin=0.75)


@falsified_by(control={"width": (16, 64)})
def test_training_misses_sixteen_bends(trained):
    """Trained, 16 ReLUs are off by more than 0.3 somewhere."""
    assert above(trained.metric("error", activation="ReLU", width=16), 0.3)


@falsified_by(control="trained_wider")  # retrained on twice the interval
def test_nothing_holds_outside(trained):
    """Outside of the interval, 64 trained ReLUs are somewhere off by at least 1 more than a straight line."""
    ours, line = (trained.metric("outside", activation=name, width=64) for name in ("ReLU", "identity"))
    assert above(ours, line, margin=1)

"""Claims of docs/concepts/broadcasting.md."""

import random
from itertools import zip_longest

import torch

from coursenotes.claims import above, close, falsified_by, swap
from snippets.broadcasting import broadcast_shape as right_rule
from snippets.broadcasting import stretched as right_stretched


def random_shapes():
    """Two or three shapes of 0 to 4 dimensions, whose sizes are mostly 1 and 3."""
    return [
        tuple(random.choices((0, 1, 2, 3), (1, 6, 2, 6), k=random.randint(0, 4))) for _ in range(random.choice((2, 3)))
    ]


def torchs(shapes):
    """PyTorch's answer, or None if it refuses."""
    try:
        return tuple((sum(torch.empty(shape) for shape in shapes)).shape)
    except RuntimeError:
        return None


def answer(rule, shapes):
    try:
        return rule(*shapes)
    except ValueError:
        return None


def aligned_at_the_left(*shapes):
    return right_rule(*(shape[::-1] for shape in shapes))[::-1]


def largest(*shapes):
    """The larger size wins, whether or not the other is 1."""
    return tuple(max(sizes) for sizes in zip_longest(*(s[::-1] for s in shapes), fillvalue=1))[::-1]


def equal_or_refused(*shapes):
    """No size is stretched."""
    if len(set(shapes)) > 1:
        raise ValueError
    return shapes[0]


def same_dimensions(*shapes):
    """Ones are stretched, but missing dimensions are not filled up."""
    if len({len(shape) for shape in shapes}) > 1:
        raise ValueError
    return right_rule(*shapes)


def whole_multiples(*shapes):
    """A size is repeated wherever it divides the other, as when tiles are laid."""
    result = []
    for sizes in zip_longest(*(s[::-1] for s in shapes), fillvalue=1):
        if any(size and max(sizes) % size for size in sizes):
            raise ValueError
        result.append(max(sizes))
    return tuple(result[::-1])


@falsified_by(broadcast_shape=aligned_at_the_left)
@falsified_by(broadcast_shape=largest)
@falsified_by(broadcast_shape=equal_or_refused)
@falsified_by(broadcast_shape=same_dimensions)
@falsified_by(broadcast_shape=whole_multiples)
def test_rule_is_torchs(broadcast_shape):
    """For 2,000 random sets of shapes, the rule gives PyTorch's shape or refuses with it; each happens 400 times."""
    fits = 0
    for _ in range(2000):
        shapes = random_shapes()
        expected = torchs(shapes)
        assert answer(broadcast_shape, shapes) == expected, f"{shapes}: PyTorch gives {expected}"
        fits += expected is not None
    assert 400 <= fits <= 1600


def step_of_one(x, shape):
    """Every dimension walked through memory, the stretched ones too."""
    steps = [0] * (len(shape) - x.dim()) + list(x.stride())
    return x.new_zeros(1000).as_strided(shape, steps) + right_stretched(x, shape).sum() * 0


def copied(x, shape):
    """The right numbers in new memory."""
    return right_stretched(x, shape).clone()


@falsified_by(stretched=step_of_one)
@falsified_by(stretched=copied)
def test_nothing_is_copied(stretched):
    """A stretched tensor has the numbers of x.expand, in the memory of x: change x, and it changes."""
    x = torch.randn(3, 1, 2)
    for shape in ((3, 4, 2), (5, 3, 4, 2), (3, 1, 2)):
        y = stretched(x, shape)
        torch.testing.assert_close(y, x.expand(shape))
        x += 1
        torch.testing.assert_close(y, x.expand(shape))


def every_pair(a, b):
    """Each number of a with each of b, whatever their shapes."""
    return a.reshape(-1, 1) + b.ravel()


@falsified_by(add=every_pair)
def test_sum_is_torchs(add):
    """For random shapes that fit, the sum from scratch is PyTorch's a + b."""
    for _ in range(20):
        while torchs(shapes := random_shapes()[:2]) is None or 0 in shapes[0] + shapes[1]:
            pass
        a, b = (torch.randn(shape) for shape in shapes)
        torch.testing.assert_close(add(a, b), a + b)


def one_by_one(predicted, y):
    """What was meant: each prediction with its own answer."""
    return (predicted - y.reshape(predicted.shape)) ** 2


@falsified_by(squared_errors=one_by_one)
def test_pairs_pull_to_the_mean(squared_errors):
    """With predictions (n, 1) and targets (n,), a prediction's gradient is 2/n times its distance from their mean."""
    predicted, y = torch.randn(30, 1, requires_grad=True), torch.randn(30)
    errors = squared_errors(predicted, y)
    (gradient,) = torch.autograd.grad(errors.mean(), predicted)
    torch.testing.assert_close(gradient, 2 / 30 * (predicted - y.mean()).detach())
    assert errors.shape == (30, 30)


@falsified_by(control={"targets": ("column", "row")})  # retrained with a row of targets
@falsified_by(swap("targets", "column", "row"))
def test_missing_dimension_flattens_the_line(shapes):
    """In new patients the line explains more than 0.2 of the variance; trained on targets (n,), within 0.05 of 0."""
    assert above(shapes.metric("explained", targets="column"), 0.2)
    assert close(shapes.metric("explained", targets="row"), 0, within=0.05)

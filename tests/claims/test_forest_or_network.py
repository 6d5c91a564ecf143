"""Claims of docs/concepts/forest_or_network.md."""

import numpy as np

from coursenotes.claims import above, at, below, falsified_by, swap


def mean_of_both(first, second, y):
    """The mean of the two squared errors, without the disagreement."""
    return (np.mean((first - y) ** 2) + np.mean((second - y) ** 2)) / 2


def half_of_the_disagreement(first, second, y):
    """Subtract half of the disagreement instead of a quarter."""
    return mean_of_both(first, second, y) - np.mean((first - second) ** 2) / 2


@falsified_by(average_error=mean_of_both)
@falsified_by(average_error=half_of_the_disagreement)
def test_ambiguity_decomposition(average_error):
    """The squared error of the average of any two predictions is what average_error says, and never above the mean."""
    first, second, y = np.random.default_rng().normal(size=(3, 1000))
    direct = np.mean(((first + second) / 2 - y) ** 2)
    assert np.isclose(average_error(first, second, y), direct)
    assert direct <= mean_of_both(first, second, y)


@at("full")
@falsified_by(control={"split": ("later", "random")})
@falsified_by(swap("split", "later", "random"))
def test_later_is_harder(rivals):
    """On later sales, the errors of forest and network are each at least 0.02 higher than on a random fifth."""
    for model in ("forest", "network"):
        later, mixed = (rivals.metric("error", split=split, model=model) for split in ("later", "random"))
        assert below(mixed, later, margin=0.02)


@at("full")
@falsified_by(control={"split": ("later", "random")})
@falsified_by(swap("model", "forest", "network"))
def test_forest_wins_on_later_sales(rivals):
    """On later sales, with the date, the forest is at least 0.04 below the network and 0.01 below the linear model."""
    forest, net, linear = (
        rivals.metric("error", split="later", model=name) for name in ("forest", "network", "linear")
    )
    assert below(forest, net, margin=0.04)
    assert below(forest, linear, margin=0.01)


@at("full")
@falsified_by(control={"split": ("random", "later")})
@falsified_by(swap("model", "forest", "network"))
def test_network_wins_on_a_random_fifth(rivals):
    """On a random fifth, the network's error is at least 0.005 below the forest's and 0.01 below the linear model's."""
    net, forest, linear = (
        rivals.metric("error", split="random", model=name) for name in ("network", "forest", "linear")
    )
    assert below(net, forest, margin=0.005)
    assert below(net, linear, margin=0.01)


@at("full")
@falsified_by(control={"model": ("average", "average_untrained")})  # the forest with an untrained network
@falsified_by(swap("model", "average", "network"))
def test_average_wins_on_a_random_fifth(rivals):
    """On a random fifth, the error of the average is at least 0.002 below the network's and the forest's."""
    both, net, forest = (
        rivals.metric("error", split="random", model=name) for name in ("average", "network", "forest")
    )
    assert below(both, net, margin=0.002)
    assert below(both, forest, margin=0.002)


@at("full")
@falsified_by(control={"split": ("later_no_date", "later")})  # trained again, with the date
@falsified_by(swap("split", "later", "later_no_date"))
def test_dropping_the_date_helps(rivals):
    """Without the date, the network's error on later sales is at least 0.05 lower, and no longer too low by 0.2."""
    errors, mean_errors = (
        [rivals.metric(name, split=split, model="network") for split in ("later_no_date", "later")]
        for name in ("error", "mean_error")
    )
    assert below(errors[0], errors[1], margin=0.05)
    assert below(mean_errors[1], -0.2)
    assert above(mean_errors[0], -0.2)

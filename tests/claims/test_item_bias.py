"""Claims of docs/concepts/item_bias.md."""

import numpy as np

from coursenotes.claims import above, at, below, falsified_by, swap


@falsified_by(control={"estimator": ("bias", "bias_without_factors")})  # retrained without factors
@falsified_by(control={"estimator": ("bias", "untrained_bias")})
@falsified_by(swap("estimator", "bias", "mean"))
def test_bias_is_closer_than_mean(correlation_with_truth):
    """The films' biases have a rank correlation with the truth of at least 0.9, and 0.05 above that of mean ratings."""
    bias, mean = (correlation_with_truth.metric("films", estimator=estimator) for estimator in ("bias", "mean"))
    assert above(bias, 0.9)
    assert above(bias, mean, margin=0.05)


@falsified_by(control={"estimator": ("bias", "mean")})
@falsified_by(control={"estimator": ("bias", "bias_without_factors")})
@falsified_by(control={"estimator": ("bias", "untrained_bias")})
def test_bias_finds_generous_people(correlation_with_truth):
    """For people who choose by taste, biases have a rank correlation with the truth of at least 0.8, and 0.1 above that
    of mean ratings."""
    bias, mean = (correlation_with_truth.metric("picky_people", estimator=estimator) for estimator in ("bias", "mean"))
    assert above(bias, 0.8)
    assert above(bias, mean, margin=0.1)


@at("full")
@falsified_by(control={"estimator": ("bias", "mean")})
@falsified_by(control={"estimator": ("bias", "untrained_bias")})
def test_finds_lecture_films(ranking):
    """By bias, Titanic and The Silence of the Lambs are on average among the highest 20 of 1,664 films, and Lawnmower
    Man 2 is among the lowest 20."""

    def places(title, end):  # from that end, one per seed: 1 to 20, or 21 for a film that is not in the list
        lists = [list(ranking.texts(end, seed, estimator="bias")) for seed in ranking.seeds]
        return np.array([titles.index(title) + 1 if title in titles else 21 for titles in lists])

    assert below(places("Titanic (1997)", "highest"), 20)
    assert below(places("Silence of the Lambs, The (1991)", "highest"), 20)
    assert below(places("Lawnmower Man 2: Beyond Cyberspace (1996)", "lowest"), 20)


@at("full")
@falsified_by(swap("estimator", "bias", "mean"))
@falsified_by(control={"estimator": ("bias", "untrained_bias")})
def test_highest_biases_are_of_well_known_films(ranking):
    """The ten films with the highest bias have a median of at least 100 ratings, and 100 more than the ten with the
    highest mean."""
    bias, mean = (ranking.metric("ratings_of_highest", estimator=estimator) for estimator in ("bias", "mean"))
    assert above(bias, 100)
    assert above(bias, mean, margin=100)

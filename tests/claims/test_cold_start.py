"""Claims of docs/concepts/cold_start.md."""

import numpy as np
from scipy.optimize import minimize

from coursenotes.claims import above, at, below, close, falsified_by, swap
from snippets.cold_start import fold_in as right_fold_in


def guess_hardly_counts(guess, covariance, noise, films, biases, stars):
    """The guess is trusted a million times less, so that only the ratings count."""
    return right_fold_in(guess, 1e6 * covariance, noise, films, biases, stars)


def pulled_to_zero(guess, covariance, noise, films, biases, stars):
    """The row is pulled towards zero, as by weight decay, instead of towards the guess."""
    return right_fold_in(np.zeros_like(guess), covariance, noise, films, biases, stars)


@falsified_by(fold_in=guess_hardly_counts)
@falsified_by(fold_in=pulled_to_zero)
def test_is_least_squares(fold_in):
    """The row minimizes squared error / noise + squared distance from the guess / covariance; without ratings, it is
    the guess."""
    rng = np.random.default_rng()
    guess, films, biases = rng.choice([-0.5, 0.5], 4), 0.5 * rng.normal(size=(6, 4)), 0.3 * rng.normal(size=6)
    half = 0.3 * rng.normal(size=(4, 4))
    covariance, noise = half @ half.T + 0.1 * np.eye(4), 0.5
    stars = 5.5 / (1 + np.exp(-(films @ guess + biases))) + 0.5 * rng.normal(size=6)

    def cost(row):
        residual = stars - 5.5 / (1 + np.exp(-(films @ row + biases)))
        return (residual**2).sum() / noise + (row - guess) @ np.linalg.solve(covariance, row - guess)

    row = fold_in(guess, covariance, noise, films, biases, stars)
    np.testing.assert_allclose(row, minimize(cost, guess, tol=1e-8).x, atol=0.02)
    np.testing.assert_allclose(fold_in(guess, covariance, noise, films[:0], biases[:0], stars[:0]), guess)


@at("sample")
@falsified_by(control={"start": ("facts", "shuffled")})  # fitted again, to other people's facts
@falsified_by(swap("start", "facts", "film_mean"))
def test_facts_beat_film_mean(new_people):
    """On generated ratings, the error from facts is at least 0.15 stars squared below that of the film's mean."""
    facts, film = (new_people.metric("error", start=start) for start in ("facts", "film_mean"))
    assert below(facts, film, margin=0.15)


@at("full")
@falsified_by(control={"start": ("facts", "global_mean")})
@falsified_by(control={"start": ("facts", "untrained")})
def test_real_facts_do_not_beat_film_mean(new_people):
    """On real ratings, the errors from age, gender and occupation and from the film's mean are within 0.03 stars
    squared."""
    facts, film = (new_people.metric("error", start=start) for start in ("facts", "film_mean"))
    assert close(facts, film, within=0.03)


@at("full")
@falsified_by(control={"start": ("facts", "shuffled")})
@falsified_by(swap("start", "facts", "mean_vector"))
def test_real_facts_help_a_little(new_people):
    """On real ratings, the error from facts is at least 0.002 stars squared lower than from the mean vector."""
    facts, mean = (new_people.metric("error", start=start) for start in ("facts", "mean_vector"))
    assert below(facts, mean, margin=0.002)


@falsified_by(control={"start": ("untrained", "mean_vector")})
@falsified_by(swap("start", "untrained", "global_mean"))
def test_untrained_row_is_worse_than_no_model(new_people):
    """The error of the unknown person's untrained row is at least 0.05 stars squared above that of the mean rating."""
    untrained, mean = (new_people.metric("error", start=start) for start in ("untrained", "global_mean"))
    assert above(untrained, mean, margin=0.05)


@falsified_by(control={"start": ("mean_vector", "global_mean")})
def test_five_ratings_beat_facts(new_people):
    """With five ratings, starting at the mean vector, the error is at least 0.05 stars squared below that of facts."""
    ratings = new_people.metric("after_5", start="mean_vector")
    facts = new_people.metric("error", start="facts")
    assert below(ratings, facts, margin=0.05)


@falsified_by(control={"start": ("facts", "shuffled")})
@falsified_by(swap("start", "facts", "mean_vector"))
def test_genres_help_new_films(new_films):
    """For new films, the error of a guess from genres is at least 0.03 stars squared below that of the mean vector."""
    genres, mean = (new_films.metric("error", start=start) for start in ("facts", "mean_vector"))
    assert below(genres, mean, margin=0.03)

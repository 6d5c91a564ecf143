"""Claims of docs/concepts/cold_start.md."""

import numpy as np
from scipy.optimize import minimize

from coursenotes.claims import above, at, below, close, falsified_by, swap


def not_pulled_back(guess, spread, noise, films, biases, stars):
    """Only the ratings count: the guess is trusted a million times less."""
    return right_settle(guess, 1e6 * spread, noise, films, biases, stars)


def guess_forgotten(guess, spread, noise, films, biases, stars):
    """The row is pulled towards zero, as by weight decay, in place of the guess."""
    return right_settle(np.zeros_like(guess), spread, noise, films, biases, stars)


def right_settle(*numbers):
    from snippets.cold_start import settle

    return settle(*numbers)


@falsified_by(settle=not_pulled_back)
@falsified_by(settle=guess_forgotten)
def test_is_least_squares(settle):
    """The row is where squared error / noise + squared distance from guess / spread is least; unrated, the guess."""
    rng = np.random.default_rng()
    guess, films, biases = rng.choice([-0.5, 0.5], 4), 0.5 * rng.normal(size=(6, 4)), 0.3 * rng.normal(size=6)
    half = 0.3 * rng.normal(size=(4, 4))
    spread, noise = half @ half.T + 0.1 * np.eye(4), 0.5
    stars = 5.5 / (1 + np.exp(-(films @ guess + biases))) + 0.5 * rng.normal(size=6)

    def cost(row):
        missed = stars - 5.5 / (1 + np.exp(-(films @ row + biases)))
        return (missed**2).sum() / noise + (row - guess) @ np.linalg.solve(spread, row - guess)

    found = settle(guess, spread, noise, films, biases, stars)
    np.testing.assert_allclose(found, minimize(cost, guess, tol=1e-8).x, atol=0.02)
    np.testing.assert_allclose(settle(guess, spread, noise, films[:0], biases[:0], stars[:0]), guess)


@at("sample")
@falsified_by(control={"by": ("facts", "shuffled")})  # fitted again, with everybody's facts handed to somebody else
@falsified_by(swap("by", "facts", "other_mean"))
def test_facts_beat_the_films_mean(new_people):
    """On generated ratings, facts bring new people's error at least 0.15 stars squared below the film's mean's."""
    facts, film = (new_people.metric("error", by=by) for by in ("facts", "other_mean"))
    assert below(facts, film, margin=0.15)


@at("full")
@falsified_by(control={"by": ("facts", "global_mean")})
@falsified_by(control={"by": ("facts", "unknown_row")})
def test_real_facts_do_not_beat_the_films_mean(new_people):
    """On real ratings, the error from age, gender and occupation is within 0.03 stars squared of the film's mean's."""
    facts, film = (new_people.metric("error", by=by) for by in ("facts", "other_mean"))
    assert close(facts, film, within=0.03)


@at("full")
@falsified_by(control={"by": ("facts", "shuffled")})
@falsified_by(swap("by", "facts", "mean_vector"))
def test_real_facts_tell_a_little(new_people):
    """On real ratings, facts lower the error of the mean vector by at least 0.002 stars squared."""
    facts, mean = (new_people.metric("error", by=by) for by in ("facts", "mean_vector"))
    assert below(facts, mean, margin=0.002)


@falsified_by(control={"by": ("unknown_row", "mean_vector")})
@falsified_by(swap("by", "unknown_row", "global_mean"))
def test_unknown_row_is_worse_than_no_model(new_people):
    """The untrained row of the unknown person errs by at least 0.05 stars squared more than the mean of all ratings."""
    unknown, mean = (new_people.metric("error", by=by) for by in ("unknown_row", "global_mean"))
    assert above(unknown, mean, margin=0.05)


@falsified_by(control={"by": ("mean_vector", "global_mean")})
def test_ratings_tell_more_than_facts(new_people):
    """Five ratings, from the mean vector, bring the error at least 0.05 stars squared below that from facts alone."""
    rated = new_people.metric("after_5", by="mean_vector")
    told = new_people.metric("error", by="facts")
    assert below(rated, told, margin=0.05)


@falsified_by(control={"by": ("facts", "shuffled")})
@falsified_by(swap("by", "facts", "mean_vector"))
def test_genres_help_new_films(new_films):
    """For new films, a first guess from genres errs by at least 0.03 stars squared less than the mean vector."""
    genres, mean = (new_films.metric("error", by=by) for by in ("facts", "mean_vector"))
    assert below(genres, mean, margin=0.03)

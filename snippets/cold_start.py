"""Cold start: what to predict for a person, or a film, without any ratings yet.

Source: Practical Deep Learning for Coders 2022, lesson 8, 0:23:00; Howard and Gugger, 2020, chapter 8.
Data:   sample: 20,000 generated ratings, with facts that depend on true taste; full: MovieLens 100k and its people.
Cost:   sample 6 s on one core; full 4 min on one core.
"""

import numpy as np
import torch
from sklearn.linear_model import RidgeCV

from coursenotes import Run, experiment, figure, plots
from snippets.collaborative_filtering import DotProductBias, film_mean, fit, global_mean
from snippets.datasets.ratings import Ratings
from snippets.datasets.viewers import split_newcomers, swap_roles, viewers
from snippets.parameters import restored, weights

N_GIVEN = (0, 1, 2, 5, 10, 20)  # how many ratings a newcomer has given


def first_guess(rows, facts, known):
    """Predict rows (n, f + 1), of factors and a bias, from facts (n, n_facts), fitted to those of the known people."""
    return RidgeCV(alphas=np.logspace(-1, 3, 9)).fit(facts[known], rows[known]).predict(facts)


def fold_in(guess, covariance, noise, films, biases, stars):
    """A newcomer's row after k ratings: close to the ratings and to the guess, each weighed by its reliability.

    guess (f + 1,); covariance (f + 1, f + 1): of rows around their guesses; noise: the model's mean squared error;
    films (k, f + 1): the films' factors, and a 1 for the newcomer's bias; biases, stars (k,). -> (f + 1,)
    """
    row = guess
    for _ in range(4):  # Gauss-Newton: least squares with a tangent in place of the sigmoid, at a better row each time
        predicted = 5.5 / (1 + np.exp(-(films @ row + biases)))
        slope = (predicted * (1 - predicted / 5.5))[:, None] * films  # (k, f + 1)
        residual = stars - predicted + slope @ (row - guess)  # (k,)
        variance = slope @ covariance @ slope.T + noise * np.eye(len(stars))
        row = guess + covariance @ slope.T @ np.linalg.solve(variance, residual)
    return row


def mean_predictor(past: Ratings, future: Ratings, mean):
    """Predict without a model: the film's mean (or that of all), plus how far the newcomer's ratings are above it."""
    x = torch.tensor(np.stack([past.users, past.items], axis=1))
    means = mean(x, torch.tensor(past.stars), past.n_items).numpy(force=True)[future.items]

    def predict(given, others):  # indices into the future ratings -> (len(others),) stars
        return means[others] + (future.stars - means)[given].sum() / (len(given) + 3)  # pulled towards the mean

    return predict


def model_predictor(past: Ratings, future: Ratings, facts, fitted, guess):
    """Predict with a model trained on the past: fold the newcomer's ratings into a guess of their row."""
    net = restored(DotProductBias(past.n_users, past.n_items, 50), fitted)
    rows = np.column_stack([net.user_factors.numpy(force=True), net.user_bias.numpy(force=True)])
    films = np.column_stack([net.item_factors.numpy(force=True), np.ones(past.n_items)])[future.items]
    biases = net.item_bias.numpy(force=True)[future.items]
    known = np.unique(past.users)
    guesses = guess(rows, facts, known)
    covariance, noise = np.cov((rows - guesses)[known].T), fitted.metrics["_noise"]

    def predict(given, others):
        person = future.users[others[0]]
        row = fold_in(guesses[person], covariance, noise, films[given], biases[given], future.stars[given])
        return 5.5 / (1 + np.exp(-(films[others] @ row + biases[others])))

    return predict


MEANS = {"global_mean": global_mean, "film_mean": film_mean, "person_mean": film_mean}  # person: of swapped data
GUESSES = {
    "untrained": lambda rows, facts, known: np.tile(rows[0], (len(rows), 1)),  # the unknown person's
    "mean_vector": lambda rows, facts, known: np.tile(rows[known].mean(axis=0), (len(rows), 1)),
    "facts": first_guess,
    "shuffled": lambda rows, facts, known: first_guess(rows, np.random.permutation(facts), known),
}
ROLES = {"people": lambda data: data, "films": swap_roles}


@experiment(data=viewers, seeds={"sample": 5, "full": 3}, vary={"new": ["people", "films"]})
def without_newcomers(data, run: Run, new: str):
    """The model without a fifth of the people, or of the films, and its error on ratings by or of the others."""
    past, _, _ = split_newcomers(ROLES[new](data), np.random.default_rng(run.seed))
    net = DotProductBias(past.n_users, past.n_items, 50)
    return {"_noise": fit(net, past, run)["valid_loss"], **weights(net)}


def errors_by_count(data: Ratings, facts, fitted, run: Run, start: str):
    """Mean squared error for newcomers, in stars squared, after 0, 1, 2, 5, 10 and 20 of their ratings. -> (6,)"""
    rng = np.random.default_rng(run.seed)
    past, future, new = split_newcomers(data, rng)
    if start in MEANS:
        predict = mean_predictor(past, future, MEANS[start])
    else:
        predict = model_predictor(past, future, facts, fitted, GUESSES[start])
    order, errors = rng.permutation(len(future.stars)), []
    for person in new:
        rows = order[future.users[order] == person]
        others = rows[N_GIVEN[-1] :]  # the same ratings are predicted, however many were given before
        if len(others):
            predicted = np.stack([predict(rows[:count], others) for count in N_GIVEN])
            errors.append((predicted - future.stars[others]) ** 2)
    return np.concatenate(errors, axis=1).mean(axis=1)


@experiment(
    data=viewers,
    after=without_newcomers,
    vary={"new": ["people"], "start": ["global_mean", "film_mean", "untrained", "mean_vector", "facts", "shuffled"]},
)
def new_people(data, fitted, run: Run, start: str):
    """Mean squared error, in stars squared, on the ratings of new people, by what is predicted at the start."""
    errors = errors_by_count(data, data.facts, fitted, run, start)
    return {"error": errors[0], "after_1": errors[1], "after_5": errors[3], "after_20": errors[5], "by_count": errors}


@experiment(
    data=viewers,
    after=without_newcomers,
    vary={"new": ["films"], "start": ["person_mean", "mean_vector", "facts", "shuffled"]},
)
def new_films(data, fitted, run: Run, start: str):
    """The same for new films, whose facts are their genres."""
    errors = errors_by_count(swap_roles(data), data.genres.astype(np.float32), fitted, run, start)
    return {"error": errors[0], "after_20": errors[5]}


@figure(new_people)
def error_by_ratings(results):
    """Error against the number of ratings that a newcomer has given: it falls with each, whatever the start."""
    few = N_GIVEN.index(5)
    names = {"film's mean": "film_mean", "mean vector": "mean_vector", "from facts": "facts"}
    errors = {name: np.stack(results.arrays("by_count", start=start)) for name, start in names.items()}
    facts, ratings = errors["from facts"][:, 0].mean(), errors["mean vector"][:, few].mean()
    title = f"With facts but no ratings: error {facts:.2f}; with {N_GIVEN[few]} ratings but no facts: {ratings:.2f}"
    text = {"title": title, "xlabel": "ratings that the newcomer has given", "ylabel": "error, stars squared"}
    return plots.lines(errors, colors=["C7", "C1", "C0"], xticks=range(6), xticklabels=N_GIVEN, **text)


@figure(new_people)
def before_any_rating(results):
    """Error before the first rating, less that of the mean vector for the same people, one dot per seed."""
    mean_vector = results.metric("error", start="mean_vector")
    names = {"film's mean": "film_mean", "from facts": "facts", "shuffled facts": "shuffled"}
    rows = {name: results.metric("error", start=start) - mean_vector for name, start in names.items()}
    true, shuffled = rows["from facts"].mean(), rows["shuffled facts"].mean()
    title = f"True facts change the error by {true:+.3f}, shuffled facts by {shuffled:+.3f}"
    text = {"title": title, "xlabel": "error less that of the mean vector, stars squared"}
    return plots.dot_plot(rows, {"mean vector": 0.0}, fmt="{:+.3f}", colors=["C7", "C0", "C3"], **text)

"""Cold start: what to predict for a person, or a film, of whom there is no rating yet.

Source: Practical Deep Learning for Coders 2022, lesson 8, 0:23:00; Howard and Gugger, 2020, chapter 8.
Data:   sample: 20,000 generated ratings, with facts that go with the true taste; full: MovieLens 100k and its people.
Cost:   sample 6 s on one core; full 4 min on one core.
"""

from dataclasses import replace

import numpy as np
import torch
from sklearn.linear_model import RidgeCV

from coursenotes import Run, experiment, figure, plots
from snippets.collaborative_filtering import DotProductBias, film_mean, fit, global_mean
from snippets.datasets.ratings import Ratings
from snippets.datasets.viewers import Viewers, viewers
from snippets.parameters import restored, weights

FIRST = (0, 1, 2, 5, 10, 20)  # how many ratings a newcomer has given


def first_guess(rows, facts, known):
    """A row of numbers for everybody: what ridge regression expects from the facts.

    rows (n, f + 1): factors and bias; facts (n, n_facts); known: people whose rows
    were trained, and who are fitted. -> like rows
    """
    return RidgeCV(alphas=np.logspace(-1, 3, 9)).fit(facts[known], rows[known]).predict(facts)


def settle(guess, spread, noise, films, biases, stars):
    """A newcomer's row after k ratings: as near to them, and to the guess, as each is trusted.

    guess (f + 1,); spread (f + 1, f + 1): covariance of rows about their guesses;
    noise: error that stays, stars squared; films (k, f + 1): each film's factors
    and a 1 for the newcomer's bias; biases, stars (k,). -> (f + 1,)
    """
    row = guess
    for _ in range(4):  # least squares with a tangent in place of the sigmoid, each time at a better place
        predicted = 5.5 / (1 + np.exp(-(films @ row + biases)))
        slope = (predicted * (1 - predicted / 5.5))[:, None] * films  # (k, f + 1)
        surprise = stars - predicted + slope @ (row - guess)  # (k,)
        row = guess + spread @ slope.T @ np.linalg.solve(
            slope @ spread @ slope.T + noise * np.eye(len(stars)), surprise
        )
    return row


def only(data: Ratings, people) -> Ratings:
    """The ratings of these people."""
    rows = np.isin(data.users, people)
    return replace(data, users=data.users[rows], items=data.items[rows], stars=data.stars[rows])


def means(past: Ratings, future: Ratings, per_film: bool):
    """Without a model: each film's mean, or the mean of all, plus the newcomer's own average distance from it.

    -> a function of a newcomer's first ratings and the others (rows of future), which predicts the others
    """
    x = torch.tensor(np.stack([past.users, past.items], axis=1))
    expected = (film_mean if per_film else global_mean)(x, torch.tensor(past.stars), past.n_items).numpy()[future.items]

    def predict(first, others):
        own = (future.stars[first] - expected[first]).sum() / (len(first) + 3)  # as if three more had had none
        return expected[others] + own

    return predict


def model(past: Ratings, future: Ratings, facts, fitted):
    """With a model trained on the past: a first guess from the facts, settled by the newcomer's first ratings.

    Without facts (None), the first guess is row 0, which stands for whoever is unknown and was never trained.
    """
    net = restored(DotProductBias(past.n_users, past.n_items, 50), fitted)
    noise = fitted.metrics["_noise"]
    rows = np.column_stack([net.user_factors.numpy(force=True), net.user_bias.numpy(force=True)])
    films = np.column_stack([net.item_factors.numpy(force=True), np.ones(past.n_items)])[future.items]
    biases = net.item_bias.numpy(force=True)[future.items]
    known = np.unique(past.users)
    guesses = np.repeat(rows[:1], len(rows), axis=0) if facts is None else first_guess(rows, facts, known)
    spread = np.cov((rows - guesses)[known].T)

    def predict(first, others):
        guess = guesses[future.users[others[0]]]
        row = settle(guess, spread, noise, films[first], biases[first], future.stars[first])
        return 5.5 / (1 + np.exp(-(films[others] @ row + biases[others])))

    return predict


def parted(data: Ratings, rng):
    """A fifth of the people is new. -> the past, which are the ratings of the others; the future; who is new"""
    new, known = np.split(1 + rng.permutation(data.n_users - 1), [(data.n_users - 1) // 5])
    return only(data, known), only(data, new), new


def turned(data: Viewers) -> Viewers:
    """Films in place of people, and people in place of films."""
    return replace(data, users=data.items, items=data.users, n_users=data.n_items, titles=[""] * data.n_users)


@experiment(data=viewers, seeds={"sample": 5, "full": 3}, vary={"new": ["people", "films"]})
def without_newcomers(data, run: Run, new: str):
    """The model with a fifth of the people, or of the films, kept out, and its error on some ratings of the others."""
    known = parted(turned(data) if new == "films" else data, np.random.default_rng(run.seed))[0]
    net = DotProductBias(known.n_users, known.n_items, 50)
    return {"_noise": fit(net, known, run)["valid_loss"], **weights(net)}


def newcomers(data: Ratings, facts, fitted, run: Run, by: str):
    """Mean squared error for who is new, in stars squared, after 0, 1, 2, ... of their ratings. -> (6,)

    The ratings to predict are the same, however many were given before: all but the first 20, in a random order.
    """
    rng = np.random.default_rng(run.seed)
    past, future, new = parted(data, rng)
    order = rng.permutation(len(future.stars))
    if by in ("global_mean", "other_mean"):
        predict = means(past, future, per_film=by == "other_mean")
    else:
        if by == "shuffled":  # everybody gets somebody else's facts
            facts = np.concatenate([facts[:1], rng.permutation(facts[1:])])
        given = {"unknown_row": None, "mean_vector": 0 * facts}  # what nothing can be learned from has the mean
        predict = model(past, future, given.get(by, facts), fitted)
    errors = [[] for _ in FIRST]
    for person in new:
        rows = order[future.users[order] == person]
        if len(rows) > FIRST[-1]:
            for found, count in zip(errors, FIRST, strict=True):
                found.append((predict(rows[:count], rows[FIRST[-1] :]) - future.stars[rows[FIRST[-1] :]]) ** 2)
    return np.array([np.concatenate(found).mean() for found in errors])


@experiment(
    data=viewers,
    after=without_newcomers,
    vary={"new": ["people"], "by": ["global_mean", "other_mean", "unknown_row", "mean_vector", "facts", "shuffled"]},
)
def new_people(data, fitted, run: Run, by: str):
    """Mean squared error, in stars squared, on the ratings of people who are new, by what is predicted for them."""
    errors = newcomers(data, data.facts, fitted, run, by)
    return {"error": errors[0], "after_1": errors[1], "after_5": errors[3], "after_20": errors[5], "by_count": errors}


@experiment(
    data=viewers,
    after=without_newcomers,
    vary={"new": ["films"], "by": ["other_mean", "mean_vector", "facts", "shuffled"]},
)
def new_films(data, fitted, run: Run, by: str):
    """The same with films in place of people: other_mean is the person's mean, facts are the film's genres."""
    errors = newcomers(turned(data), data.genres.astype(np.float32), fitted, run, by)
    return {"error": errors[0], "after_20": errors[5]}


@figure(new_people)
def error_by_ratings(results):
    """Error against the number of ratings a newcomer has given: it falls with each, for every first prediction."""
    fig, ax = plots.axes(height=3.8)
    names = {"other_mean": "film's mean", "mean_vector": "mean vector", "facts": "from facts"}
    for color, (by, name) in zip(("C7", "C1", "C0"), names.items(), strict=True):
        plots.seed_lines(ax, None, results.arrays("by_count", by=by), name, color)
    ax.set(xlabel="ratings that the newcomer has given", ylabel="error, stars squared")
    ax.set_xticks(range(len(FIRST)), labels=[str(count) for count in FIRST])
    told, curve = results.metric("error", by="facts").mean(), results.arrays("by_count", by="mean_vector")
    enough = [n for n, e in zip(FIRST, np.mean(curve, axis=0), strict=True) if e < told]
    first = {0: "No rating tells", 1: "One rating tells"}.get(enough[0], f"{enough[0]} ratings tell") if enough else ""
    plots.title(ax, f"{first} more than all the facts" if enough else "Facts tell more than any number of ratings")
    return fig


@figure(new_people)
def before_any_rating(results):
    """Error before the first rating, as its difference from the mean vector's on the same people, a dot a seed."""
    fig, ax = plots.axes(height=2.4)
    names = {"film's mean": "other_mean", "from facts": "facts", "shuffled facts": "shuffled"}
    mean_vector = results.metric("error", by="mean_vector")
    rows = {shown: results.metric("error", by=by) - mean_vector for shown, by in names.items()}
    plots.dot_plot(rows, {"mean vector": 0.0}, fmt="{:+.3f}", colors=["C7", "C0", "C3"], ax=ax)
    ax.set_xlabel("error less that of the mean vector, stars squared")
    told, shuffled = (rows[name].mean() for name in ("from facts", "shuffled facts"))
    plots.title(ax, f"True facts change the error by {told:+.3f}, somebody else's by {shuffled:+.3f}")
    return fig

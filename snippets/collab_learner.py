"""fastai's collab_learner: the same dot product and biases, in three lines.

Source: Practical Deep Learning for Coders 2022, lesson 8, 0:18:11 to 0:21:00.
Data:   sample: 6,400 of the generated ratings; full: MovieLens 100k.
Cost:   sample 15 s on one core; full 3 min on one core.
"""

from dataclasses import replace

import numpy as np
import pandas as pd
from fastai.collab import CollabDataLoaders, collab_learner
from fastai.tabular.all import TabDataLoader

from coursenotes import Run, experiment, figure, plots
from snippets.collaborative_filtering import DotProductBias, fit
from snippets.datasets.ratings import Ratings, ratings, select


def subset(data: Ratings, run: Run) -> Ratings:
    """All real ratings, or 6,400 of the generated ones, by the first people, since fastai's steps take long."""
    if run.scale == "full":
        return data
    first = select(data, np.argsort(data.users, kind="stable")[:6400])
    return replace(first, n_users=int(first.users.max()) + 1)


def loaders(data: Ratings, run: Run, dl_type=TabDataLoader, batch_size: int = 64) -> CollabDataLoaders:
    """The ratings in fastai's data loaders, with the same fifth for validation as in split().

    TabDataLoader hands out each rating once per epoch. For dl_type=None, fastai 2.8 chooses TabWeightedDL for training,
    which draws as many ratings as there are, with replacement.
    """
    titles = pd.Categorical.from_codes(data.items, categories=data.titles)
    table = pd.DataFrame({"user": data.users, "title": titles.remove_categories(data.titles[0]), "rating": data.stars})
    return CollabDataLoaders.from_df(table, seed=run.seed, bs=batch_size, dl_type=dl_type)


def share_seen(loader) -> float:
    """The share of its ratings that a training loader hands out in one epoch."""
    pairs = np.concatenate([x.numpy(force=True) for x, _ in loader])
    return len(np.unique(pairs, axis=0)) / len(loader.dataset)


def from_scratch(data: Ratings, run: Run):
    net = DotProductBias(data.n_users, data.n_items, 50)
    losses = fit(net, data, run)
    return net, losses["valid_loss"], 1.0  # each epoch is a permutation of the ratings


def with_fastai(data: Ratings, run: Run, dl_type=TabDataLoader):
    dls = loaders(data, run, dl_type)
    learn = collab_learner(dls, n_factors=50, y_range=(0, 5.5), cbs=run.fastai())
    with learn.no_bar(), learn.no_logging():
        learn.fit_one_cycle(5, run.pick(sample=0.02, full=0.005), wd=0.1)
    return learn.model, learn.recorder.values[-1][-1], share_seen(dls.train)


PROGRAMS = {
    "from_scratch": from_scratch,
    "fastai": with_fastai,
    "fastai_default_loader": lambda data, run: with_fastai(data, run, dl_type=None),
}


@experiment(
    data=ratings,
    seeds={"sample": 5, "full": 3},
    vary={"code": ["from_scratch", "fastai", "fastai_default_loader"]},
)
def implementations(data, run: Run, code: str):
    """Validation error, number of parameters, and share of the ratings seen in an epoch, of each implementation."""
    net, valid_loss, share = PROGRAMS[code](subset(data, run), run)
    parameters = sum(parameter.numel() for parameter in net.parameters())
    return {"valid_loss": valid_loss, "parameters": parameters, "share_seen": share}


@figure(implementations)
def error_by_implementation(results):
    """Validation error: from scratch and fastai agree; with its default training loader, fastai's is higher."""
    names = ["from scratch", "collab_learner", "… with its default loader"]
    rows = dict(zip(names, results.sweep("valid_loss", over="code").T, strict=True))
    title = "The two implementations agree if each rating is seen once per epoch"
    text = {"title": title, "xlabel": "validation error, stars squared"}
    return plots.dot_plot(rows, colors=["C0", "C0", "C1"], fmt="{:.4f}", **text)

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
from snippets.datasets.ratings import Ratings, ratings


def part(data: Ratings, run: Run) -> Ratings:
    """All real ratings; of the generated ones the first people's, 6,400, since fastai's steps take long."""
    if run.scale == "full":
        return data
    rows = np.argsort(data.users, kind="stable")[:6400]
    users = data.users[rows]
    return replace(data, users=users, items=data.items[rows], stars=data.stars[rows], n_users=int(users.max()) + 1)


def loaders(data: Ratings, run: Run, once: bool = True, size: int = 64) -> CollabDataLoaders:
    """The ratings as fastai wants them, with the same fifth for validation as split(); in batches of 64.

    once: each rating once an epoch. Without it, fastai 2.8 uses its TabWeightedDL for training, which draws as many
    ratings as there are, with replacement.
    """
    titles = pd.Categorical.from_codes(data.items, categories=data.titles)
    table = pd.DataFrame({"user": data.users, "title": titles.remove_categories(data.titles[0]), "rating": data.stars})
    return CollabDataLoaders.from_df(table, seed=run.seed, bs=size, dl_type=TabDataLoader if once else None)


def seen(loader) -> float:
    """The share of its ratings that a training loader hands out in one epoch."""
    pairs = np.concatenate([x.numpy(force=True) for x, _ in loader])
    return len(np.unique(pairs, axis=0)) / len(loader.dataset)


@experiment(
    data=ratings,
    seeds={"sample": 5, "full": 3},
    vary={"code": ["from_scratch", "fastai", "fastai_default_loader"]},
)
def libraries(data, run: Run, code: str):
    """Validation error, parameters, and the share of the training ratings seen in an epoch, of each program."""
    data = part(data, run)
    if code == "from_scratch":
        net = DotProductBias(data.n_users, data.n_items, 50)
        valid_loss, share = fit(net, data, run)["valid_loss"], 1.0  # batches of a permutation
    else:
        dls = loaders(data, run, once=code == "fastai")
        learn = collab_learner(dls, n_factors=50, y_range=(0, 5.5), cbs=run.fastai())
        with learn.no_bar(), learn.no_logging():
            learn.fit_one_cycle(5, run.pick(sample=0.02, full=0.005), wd=0.1)
        net, valid_loss, share = learn.model, learn.recorder.values[-1][-1], seen(dls.train)
    parameters = sum(p.numel() for p in net.parameters())
    return {"valid_loss": valid_loss, "parameters": parameters, "seen": share}


@figure(libraries)
def agreement(results):
    """Final validation error of the two programs agrees; fastai's own training loader ends higher."""
    fig, ax = plots.axes(height=2.3)
    names = {
        "from scratch": "from_scratch",
        "collab_learner": "fastai",
        "… with its default loader": "fastai_default_loader",
    }
    rows = {shown: results.metric("valid_loss", code=code) for shown, code in names.items()}
    plots.dot_plot(rows, colors=["C0", "C0", "C1"], fmt="{:.4f}", ax=ax)
    ax.set_xlabel("validation error, stars squared")
    plots.title(ax, "The two programs agree, once each rating is seen once an epoch")
    return fig

"""A network for tables: embeddings for the categories, next to the continuous columns, and linear layers on top.

Source: Practical Deep Learning for Coders 2022, lesson 8, 0:35:01 to 0:39:01.
Data:   sample: 3,000 generated auctions of used machines; full: 10,000 rows of Blue Book for Bulldozers.
Cost:   sample 8 s on one core; full 1 min on one core.
"""

from dataclasses import replace
from functools import partial

import torch
from fastai.tabular.all import Categorify, FillMissing, Normalize, TabDataLoader, TabularDataLoaders, tabular_learner
from torch import nn

from coursenotes import Run, experiment, figure, plots
from snippets.collaborative_network import embedding_size
from snippets.datasets.auctions import TARGET, auctions
from snippets.parameters import create_params
from snippets.tabular_preprocessing import BASELINES, Sales, error, prepare, split_columns

BATCH = 128


class TabularNet(nn.Module):
    """Embeddings and numbers side by side -> layers of linear, ReLU, batch norm, dropout -> a number in y_range."""

    def __init__(self, sizes, n_conts: int, y_range, layers=(200, 100), p: float = 0.0):
        super().__init__()
        self.embeddings = nn.ParameterList(create_params(n, embedding_size(n)) for n in sizes)
        self.norm = nn.BatchNorm1d(n_conts)
        width, blocks = sum(table.shape[1] for table in self.embeddings) + n_conts, []
        for out in layers:
            blocks += [nn.Linear(width, out, bias=False), nn.ReLU(), nn.BatchNorm1d(out), nn.Dropout(p)]
            width = out
        self.layers = nn.Sequential(*blocks, nn.Linear(width, 1))
        self.y_range = y_range

    def forward(self, codes, numbers):  # (batch, n_cats), (batch, n_conts) -> (batch,)
        embedded = [table[codes[:, i]] for i, table in enumerate(self.embeddings)]
        x = torch.cat([*embedded, self.norm(numbers)], dim=1)  # (batch, width of the first layer)
        low, high = self.y_range
        return low + (high - low) * torch.sigmoid(self.layers(x).squeeze(1))


def new_network(sales: Sales) -> TabularNet:
    return TabularNet(sales.sizes.values(), sales.numbers.shape[1], sales.y_range)


def predict(net: nn.Module, sales: Sales) -> torch.Tensor:
    net.eval()
    with torch.no_grad():
        return net(sales.codes[sales.valid], sales.numbers[sales.valid])


def fit(net: nn.Module, sales: Sales, run: Run, rate: float = 0.02, epochs: int = 5) -> torch.Tensor:
    """Train with AdamW on one cycle of the learning rate. -> predicted log prices of the validation rows"""
    steps = epochs * -(-len(sales.train) // BATCH)
    optimizer = torch.optim.AdamW(net.parameters(), rate, betas=(0.95, 0.99), eps=1e-5, weight_decay=0.01, fused=True)
    cycle = torch.optim.lr_scheduler.OneCycleLR(optimizer, rate, steps + 1, pct_start=0.25)
    for epoch in run.epochs(sample=epochs):
        net.train()
        for rows in sales.train[torch.randperm(len(sales.train))].split(BATCH):
            nn.functional.mse_loss(net(sales.codes[rows], sales.numbers[rows]), sales.prices[rows]).backward()
            optimizer.step()
            optimizer.zero_grad()
            cycle.step()
        predicted = predict(net, sales)
        run.log(epoch=epoch + 1, error=error(predicted, sales))
    return predicted


def network(sales: Sales, run: Run, train_embeddings: bool = True):
    net = new_network(sales)
    net.embeddings.requires_grad_(train_embeddings)
    return fit(net, sales, run)


def network_on_numbers(sales: Sales, run: Run):
    return network(prepare(sales.data, run, max_card=20), run)  # the machine model and the year are amounts


def network_on_shuffled_prices(sales: Sales, run: Run):
    prices = sales.prices.clone()
    prices[sales.train] = prices[sales.train[torch.randperm(len(sales.train))]]
    return network(replace(sales, prices=prices), run)


def fastai_network(sales: Sales, run: Run):
    conts, cats = split_columns(sales.data.table, 9000)
    dls = TabularDataLoaders.from_df(
        sales.data.table, procs=[Categorify, FillMissing, Normalize], cat_names=cats, cont_names=conts,
        y_names=TARGET, valid_idx=sales.valid.tolist(), bs=BATCH, dl_type=TabDataLoader,
    )  # fmt: skip
    learn = tabular_learner(dls, y_range=sales.y_range)
    with learn.no_bar(), learn.no_logging():
        learn.fit_one_cycle(5, 0.02, wd=0.01, cbs=run.fastai())
        predicted, _ = learn.get_preds()
    return predicted.squeeze(1)


MODELS = BASELINES | {  # (sales, run) -> predicted log prices of the validation rows
    "network": network,
    "fastai": fastai_network,
    "untrained_embeddings": partial(network, train_embeddings=False),
    "model_as_number": network_on_numbers,
    "shuffled_prices": network_on_shuffled_prices,
}


@experiment(
    data=auctions, seeds={"sample": 5, "full": 3},
    vary={"model": ["mean", "model_mean", "linear", "network", "fastai",
                    "untrained_embeddings", "model_as_number", "shuffled_prices"]},
)  # fmt: skip
def rivals(data, run: Run, model: str):
    """Error (root mean squared error of the log price) of a random fifth of the sales, not trained on."""
    sales = prepare(data, run)
    return {"error": error(MODELS[model](sales, run), sales)}


@experiment(data=auctions)
def columns(data, run: Run):
    """The categorical columns, from the widest embedding to the narrowest, and the width of the first layer."""
    sales = prepare(data, run)
    names = sorted(sales.sizes, key=sales.sizes.get, reverse=True)
    return {
        "categorical": len(names),
        "continuous": sales.numbers.shape[1],
        "first_width": new_network(sales).layers[0].in_features,
        "names": [f"{name} ({sales.sizes[name]:,} codes)" for name in names],
        "widths": torch.tensor([embedding_size(sales.sizes[name]) for name in names]),
    }


@figure(rivals)
def errors(results):
    """Errors, a dot per split: two means, a linear model, two networks, and three networks with a handicap."""
    rows = {name.replace("_", " "): results.metric("error", model=name) for name in results.settings["model"]}
    title = f"The network's error is {1 - rows['network'].mean() / rows['linear'].mean():.0%} below a linear model's"
    colors = ["C7", "C7", "C7", "C0", "C0", "C1", "C1", "C1"]
    return plots.dot_plot(rows, colors=colors, title=title, xlim=(0, None), xlabel="RMS error of the log price")


@figure(columns)
def side_by_side(results):
    """The first layer's inputs, by column: those of the ten widest embeddings, the other ones, the numbers."""
    widths, continuous = results.array("widths"), results.metric("continuous")[0]
    names = [*results.texts("names")[:10], "other categorical columns", "continuous columns"]
    title = f"The first layer has {results.metric('first_width')[0]:.0f} inputs"
    return plots.ranked_bars(names, [*widths[:10], widths[10:].sum(), continuous], title=title, xlabel="inputs")

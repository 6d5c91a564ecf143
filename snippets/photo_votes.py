"""Votes for several classes: class activation maps of color pictures, with the last layer's weights and shuffled ones.

Source: Practical Deep Learning for Coders, lesson 7 of 2017, from the notes of Reshama Shaikh; Zhou et al., 2016.
Data:   sample: generated shapes of 16 by 16 pixels; full: CIFAR-10, to train on 10,000 of its photographs.
Cost:   sample 8 s on one core; full 3 min on one core.
"""

import numpy as np
import torch
from torch import nn

from coursenotes import Run, experiment, figure, plots
from snippets.classifier_ladder import as_input
from snippets.datasets.photos import photos
from snippets.residual_networks import ResidualBlock, accuracy, convolutional, train


@experiment(data=photos, seeds={"sample": 5, "full": 1}, minutes=30)
def classifier(data, run: Run):
    """Test accuracy of a network for several classes; of 500 test pictures its last grid, and where the shape is.

    Nobody marked the objects of photographs; there it is the middle quarter of the picture.
    """
    rows = torch.randperm(len(data.train))[:10_000].numpy()
    x, y = as_input(data.train[rows], data.train_labels[rows])
    x_test, y_test = as_input(data.test[:500], data.test_labels[:500])
    model = convolutional(run.pick(sample=(16,), full=(16, 32)), len(data.classes), nn.BatchNorm2d, 1, ResidualBlock)
    train(model, x, y, rate=0.01, epochs=8)
    near = torch.arange(x.shape[-1]).sub((x.shape[-1] - 1) / 2).abs() < x.shape[-1] / 4
    middle = (near[:, None] & near).expand(500, -1, -1)
    with torch.no_grad():
        return {
            "accuracy": accuracy(model, x_test, y_test),
            "_grid": model[:-3](x_test),  # (500, c, 8, 8): without the mean, the flattening and the dense layer
            "_weight": model[-1].weight[y_test],  # (500, c), of each picture's own class
            "_places": (middle if data.places is None else torch.as_tensor(data.places)).float(),
            "pictures": data.test[:6].transpose(0, 2, 3, 1).copy(),
            "classes": [data.classes[label] for label in data.test_labels[:6]],
        }


@experiment(after=classifier, vary={"weights": ["trained", "shuffled"]})
def own_class(model, run: Run, weights: str):
    """The share of pictures whose largest vote for their own class is where the shape is; that of all places; maps."""
    grid, weight, places = (torch.as_tensor(model.arrays[name]) for name in ("_grid", "_weight", "_places"))
    channels = torch.arange(grid.shape[1])
    order = {"trained": channels, "shuffled": channels[torch.randperm(len(channels))]}[weights]
    votes = torch.einsum("nc,nchw->nhw", weight[:, order], grid)  # all weights of a channel move together
    inside = places[:, :: places.shape[1] // 8, :: places.shape[2] // 8].flatten(1)  # (500, 64): at each place's center
    largest = votes.flatten(1).argmax(dim=1, keepdim=True)
    return {"inside": inside.gather(1, largest).mean(), "chance": inside.mean(), "maps": votes[:6]}


@figure(classifier, own_class)
def own_votes(trained, votes):
    """Four color pictures, above the votes of their 64 places for the class that each one shows."""
    fig, axs = plots.axes(4, 2, width=6, height=3.6, narrow=4)
    maps, pictures = votes.array("maps", weights="trained"), trained.array("pictures")
    for column, name in enumerate(trained.texts("classes")[:4]):
        plots.image(axs[0, column], pictures[column])
        plots.image(axs[1, column], maps[column], signed=True, limit=np.abs(maps[column]).max())
        axs[0, column].set_title(name, loc="center", fontsize=10)
    share = votes.metric("inside", weights="trained").mean()
    plots.title(fig, f"{share:.0%} of the largest votes are where we expect the object")
    return fig

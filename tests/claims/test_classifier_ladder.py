"""Claims of docs/concepts/classifier_ladder.md."""

from coursenotes.claims import above, at, below, falsified_by, swap


@at("sample")
@falsified_by(control={"network": ("convolutions", "fully connected")})
def test_dense_overfits(ladder):
    """From training to test pictures, accuracy falls by at least 0.1 more without convolutions than with them."""
    dense, shared = (
        ladder.metric("train_accuracy", network=name) - ladder.metric("accuracy", network=name)
        for name in ("fully connected", "convolutions")
    )
    assert above(dense, shared, margin=0.1)


@at("sample")
@falsified_by(control={"network": ("BatchNorm", "convolutions")})
@falsified_by(swap("network", "convolutions", "BatchNorm"))
def test_batchnorm_helps(ladder):
    """With BatchNorm, three convolutions reach an accuracy at least 0.08 above that without."""
    batchnorm, without = (ladder.metric("accuracy", network=name) for name in ("BatchNorm", "convolutions"))
    assert above(batchnorm, without, margin=0.08)


@at("sample")
@falsified_by(control={"network": ("deep, He", "deep, residual")})
@falsified_by(control={"network": ("deep", "deep, BatchNorm")})
def test_depth_alone_is_worse(ladder):
    """17 convolutions without normalization are at least 0.2 below 3 of them, also with He's initialization."""
    three = ladder.metric("accuracy", network="convolutions")
    assert below(ladder.metric("accuracy", network="deep"), three, margin=0.2)
    assert below(ladder.metric("accuracy", network="deep, He"), three, margin=0.2)


@at("sample")
@falsified_by(control={"network": ("deep, residual", "deep, He")})  # retrained without shortcuts and BatchNorm
@falsified_by(swap("network", "deep, BatchNorm", "deep, residual"))
def test_shortcuts_make_depth_work(ladder):
    """The residual network is at least 0.05 above the one without shortcuts, and 0.1 above three convolutions."""
    residual = ladder.metric("accuracy", network="deep, residual")
    assert above(residual, ladder.metric("accuracy", network="deep, BatchNorm"), margin=0.05)
    assert above(residual, ladder.metric("accuracy", network="BatchNorm"), margin=0.1)


@at("sample")
@falsified_by(control={"network": ("deep", "deep, He")})
@falsified_by(swap("network", "deep", "deep, He"))
def test_plain_gradient_vanishes(ladder):
    """Before training, the plain network's first gradient is below a thousandth of its last; He's is above a tenth."""
    plain, he = (ladder.metric("first_to_last", network=name) for name in ("deep", "deep, He"))
    assert below(plain, 0.001)
    assert above(he, 0.1)

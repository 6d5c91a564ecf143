"""Claims of docs/concepts/optimizers_compared.md."""

from coursenotes.claims import above, below, close, falsified_by, swap


@falsified_by(control="all_at_one_rate")  # trained at 0.001, all of them
def test_tuned_they_are_close(each_at_its_best):
    """Each at its best rate, the test losses of momentum and Adam are within 0.05 nats of each other."""
    momentum, adam = (each_at_its_best.metric("loss", optimizer=name) for name in ("momentum", "Adam"))
    assert close(momentum, adam, within=0.05)


@falsified_by(control="each_at_its_best")  # trained at the best rate of each
@falsified_by(swap("optimizer", "momentum", "Adam"))
def test_adam_wins_at_a_small_rate(all_at_one_rate):
    """All at the rate 0.001, Adam's test loss is at least 0.5 nats below the one with momentum, and 1 below SGD's."""
    sgd, momentum, adam = (all_at_one_rate.metric("loss", optimizer=name) for name in ("SGD", "momentum", "Adam"))
    assert below(adam, momentum, margin=0.5)
    assert below(adam, sgd, margin=1)


@falsified_by(swap("optimizer", "momentum", "Adam"))
@falsified_by(control={"optimizer": ("momentum", "RMSProp")})
def test_momentum_wins_at_a_large_rate(each_at_its_best):
    """All at the rate 0.1, Adam's test loss is at least 0.05 nats above the one with momentum, and RMSProp's 0.3."""
    momentum, rmsprop, adam = (
        each_at_its_best.metric("loss_at_a_tenth", optimizer=name) for name in ("momentum", "RMSProp", "Adam")
    )
    assert above(adam, momentum, margin=0.05)
    assert above(rmsprop, momentum, margin=0.3)

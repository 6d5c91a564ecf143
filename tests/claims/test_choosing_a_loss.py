"""Claims of docs/concepts/choosing_a_loss.md."""

from coursenotes.claims import above, below, close, falsified_by, swap

LOSSES = ("cross-entropy", "MSE")


@falsified_by(swap("loss", "MSE", "MAE"))
@falsified_by(control={"loss": ("MAE", "MSE")})
def test_mae_is_robust_to_noisy_targets(noisy_targets):
    """5% noisy targets change MAE's error on clean rows by less than 3 points; it is at least 10 below the median's."""
    with_noise, without = (noisy_targets.metric("error", loss="MAE", noisy=share) for share in (0.05, 0.0))
    assert close(with_noise, without, within=3)
    assert below(with_noise, noisy_targets.metric("error_of_median", loss="MAE", noisy=0.05), margin=10)


@falsified_by(swap("loss", "MSE", "MAE"))
@falsified_by(control={"loss": ("MSE", "MAE")})
@falsified_by(control={"noisy": (0.05, 0.0)})
def test_mse_is_not_robust_to_noisy_targets(noisy_targets):
    """5% noisy targets raise MSE's error on clean rows by at least 25 points, to at least 5 above the median's."""
    with_noise, without = (noisy_targets.metric("error", loss="MSE", noisy=share) for share in (0.05, 0.0))
    assert above(with_noise, without, margin=25)
    assert above(with_noise, noisy_targets.metric("error_of_median", loss="MSE", noisy=0.05), margin=5)


@falsified_by(swap("loss", "MSE", "MAE"))
@falsified_by(control={"loss": ("MSE", "MAE")})
def test_each_wins_on_its_training_rows(noisy_targets):
    """On training rows with noisy targets, each model is better by its own measure, by at least 4 points."""
    for measure, loss, other in (("train_rmse", "MSE", "MAE"), ("train_mae", "MAE", "MSE")):
        own, others = (noisy_targets.metric(measure, loss=name, noisy=0.05) for name in (loss, other))
        assert below(own, others, margin=4)


@falsified_by(swap("loss", "cross-entropy", "MSE"))
@falsified_by(control={"loss": ("cross-entropy", "MSE")})
@falsified_by(control={"factor": (100, 1)})
def test_cross_entropy_recovers_from_a_wrong_start(ten_classes):
    """From a confidently wrong start, cross-entropy's accuracy on digits is at least 0.05 above MSE's."""
    cross_entropy, mse = (ten_classes.metric("accuracy", loss=loss, factor=100) for loss in LOSSES)
    assert above(cross_entropy, mse, margin=0.05)


@falsified_by(control={"factor": (1, 100)})
def test_same_accuracy_from_the_usual_start(ten_classes):
    """From the usual start the two losses reach the same accuracy within 0.03, and MSE reaches at least 0.9."""
    cross_entropy, mse = (ten_classes.metric("accuracy", loss=loss, factor=1) for loss in LOSSES)
    assert close(cross_entropy, mse, within=0.03)
    assert above(mse, 0.9)


@falsified_by(swap("loss", "cross-entropy", "MSE"))
@falsified_by(control={"loss": ("cross-entropy", "MSE")})
def test_cross_entropy_has_the_lower_mse(ten_classes):
    """From the usual start, cross-entropy's model has an MSE of probabilities at least 0.002 lower on new digits."""
    cross_entropy, mse = (ten_classes.metric("mse", loss=loss, factor=1) for loss in LOSSES)
    assert below(cross_entropy, mse, margin=0.002)

"""Claims of docs/concepts/learned_kernels.md."""

from coursenotes.claims import above, below, falsified_by, swap


@falsified_by(control={"task": ("noise", "noise-shuffled")})
def test_recovers_the_edge_kernel(recover):
    """From binary noise, the worst of 40 random kernels reaches a cosine of at least 0.99 with the edge kernel."""
    assert above(recover.metric("lowest_cosine", task="noise"), 0.99)


@falsified_by(swap("task", "noise", "digits"))
@falsified_by(control={"task": ("digits", "noise")})
def test_smooth_pictures_are_harder(recover):
    """From digits, after as many steps, the worst of 40 kernels has a cosine at least 0.005 below that from noise."""
    digits, noise = (recover.metric("lowest_cosine", task=task) for task in ("digits", "noise"))
    assert below(digits, noise, margin=0.005)


@falsified_by(swap("task", "noise", "noise-relu"))
@falsified_by(control={"task": ("noise-relu", "noise")})
def test_relu_gets_stuck(recover):
    """Through a ReLU, the share of kernels that stay below a cosine of 0.5 is at least 0.02 higher than without."""
    share, none = (recover.metric("share_stuck", task=task) for task in ("noise-relu", "noise"))
    assert above(share, none, margin=0.02)

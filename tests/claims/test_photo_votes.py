"""Claims about snippets/photo_votes.py, which are in docs/concepts/class_activation_map.md."""

from coursenotes.claims import above, at, falsified_by, swap


@at("sample")
@falsified_by(control={"weights": ("trained", "shuffled")})  # the same network, its channels' weights shuffled
@falsified_by(swap("weights", "trained", "shuffled"))
def test_weights_find_the_shape(own_class):
    """The largest vote is on the shape 0.1 more often than with shuffled weights, and 0.3 more often than by chance."""
    trained, shuffled = (own_class.metric("inside", weights=weights) for weights in ("trained", "shuffled"))
    assert above(trained, shuffled, margin=0.1)
    assert above(trained, own_class.metric("chance", weights="trained"), margin=0.3)

"""Claims of docs/concepts/item_bias.md."""

import numpy as np

from coursenotes.claims import above, at, below, falsified_by, swap


@falsified_by(control={"by": ("bias", "bias_without_factors")})  # retrained without factors
@falsified_by(control={"by": ("bias", "untrained_bias")})
@falsified_by(swap("by", "bias", "mean"))
def test_bias_is_closer_than_mean(against_truth):
    """A film's bias has a rank correlation with the truth of at least 0.9, and 0.05 above that of its mean rating."""
    bias, mean = (against_truth.metric("films", by=by) for by in ("bias", "mean"))
    assert above(bias, 0.9)
    assert above(bias, mean, margin=0.05)


@falsified_by(control={"by": ("bias", "mean")})
@falsified_by(control={"by": ("bias", "bias_without_factors")})
@falsified_by(control={"by": ("bias", "untrained_bias")})
def test_generous_people_are_found(against_truth):
    """Among people who choose by taste, the bias has a rank correlation with the truth of at least 0.8, and 0.1 above
    that of the mean."""
    bias, mean = (against_truth.metric("picky_people", by=by) for by in ("bias", "mean"))
    assert above(bias, 0.8)
    assert above(bias, mean, margin=0.1)


@at("full")
@falsified_by(control={"by": ("bias", "mean")})
@falsified_by(control={"by": ("bias", "untrained_bias")})
def test_finds_the_lectures_films(ranked):
    """Of 1,664 films by bias, Titanic and The Silence of the Lambs are in the top 20 on average, Lawnmower Man 2 in the
    bottom 20."""

    def places(title, end):  # from that end, one per seed: 1 to 20, or 21 for a film that is not in the list
        lists = [list(ranked.texts(end, seed, by="bias")) for seed in ranked.seeds]
        return np.array([titles.index(title) + 1 if title in titles else 21 for titles in lists])

    assert below(places("Titanic (1997)", "highest"), 20)
    assert below(places("Silence of the Lambs, The (1991)", "highest"), 20)
    assert below(places("Lawnmower Man 2: Beyond Cyberspace (1996)", "lowest"), 20)


@at("full")
@falsified_by(swap("by", "bias", "mean"))
@falsified_by(control={"by": ("bias", "untrained_bias")})
def test_highest_are_well_known(ranked):
    """The ten films of highest bias have 100 ratings or more (median), the ten of highest mean at least 100 fewer."""
    bias, mean = (ranked.metric("ratings_of_highest", by=by) for by in ("bias", "mean"))
    assert above(bias, 100)
    assert above(bias, mean, margin=100)

"""Claims of docs/concepts/item_bias.md."""

import numpy as np

from coursenotes.claims import above, at, falsified_by, swap


@falsified_by(control={"by": ("bias", "bias_without_factors")})  # retrained without factors
@falsified_by(control={"by": ("bias", "untrained_bias")})
@falsified_by(swap("by", "bias", "mean"))
def test_bias_is_closer_than_mean(against_truth):
    """A film's bias correlates with the truth at 0.9 or more by rank, and by 0.05 more than its mean rating does."""
    bias, mean = (against_truth.metric("films", by=by) for by in ("bias", "mean"))
    assert above(bias, 0.9)
    assert above(bias, mean, margin=0.05)


@falsified_by(control={"by": ("bias", "mean")})
@falsified_by(control={"by": ("bias", "bias_without_factors")})
@falsified_by(control={"by": ("bias", "untrained_bias")})
def test_generous_people_are_found(against_truth):
    """Of people who choose by taste, the bias correlates at 0.8 or more by rank, and by 0.1 more than their mean."""
    bias, mean = (against_truth.metric("picky_people", by=by) for by in ("bias", "mean"))
    assert above(bias, 0.8)
    assert above(bias, mean, margin=0.1)


@at("full")
@falsified_by(control={"by": ("bias", "mean")})
@falsified_by(control={"by": ("bias", "untrained_bias")})
def test_finds_the_lectures_films(ranked):
    """Of 1,664, Titanic and The Silence of the Lambs are among the 20 highest, Lawnmower Man 2 among the 20 lowest."""
    wanted = {
        "highest": {"Titanic (1997)", "Silence of the Lambs, The (1991)"},
        "lowest": {"Lawnmower Man 2: Beyond Cyberspace (1996)"},
    }
    found = [
        sum(len(titles & set(ranked.labels(end, seed, by="bias"))) for end, titles in wanted.items())
        for seed in ranked.seeds
    ]
    assert above(np.array(found), 2)


@at("full")
@falsified_by(swap("by", "bias", "mean"))
@falsified_by(control={"by": ("bias", "untrained_bias")})
def test_highest_are_well_known(ranked):
    """The ten films of highest bias have 100 ratings or more (median), the ten of highest mean at least 100 fewer."""
    bias, mean = (ranked.metric("ratings_of_highest", by=by) for by in ("bias", "mean"))
    assert above(bias, 100)
    assert above(bias, mean, margin=100)

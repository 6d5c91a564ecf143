"""Claims of docs/concepts/word_vectors.md."""

import numpy as np

from coursenotes.claims import above, at, below, falsified_by, shuffled


@falsified_by(control={"weights": ("trained", "untrained")})
@falsified_by(control={"weights": ("trained", "shuffled")})  # retrained on the same words in random order
@falsified_by(shuffled("nearest_kind"))
def test_neighbors_share_a_class(next_word):
    """By the first table, the nearest word is in the same class at least three times as often as any other word, or as
    a nearest word drawn at random."""
    share, at_random = [], []
    for seed in next_word.seeds:
        kinds, nearest_kinds = (
            np.array(next_word.texts(key, seed, weights="trained")) for key in ("kind", "nearest_kind")
        )
        share.append(np.mean(kinds == nearest_kinds))
        at_random.append(np.mean(kinds[:, None] == nearest_kinds))  # a frequent neighbor counts as often as it occurs
    assert above(np.array(share) / next_word.metric("chance", weights="trained"), 1, margin=2)
    assert above(np.array(share) / np.array(at_random), 1, margin=2)


@at("sample")
@falsified_by(control={"weights": ("trained", "untrained")})
@falsified_by(control={"weights": ("trained", "shuffled")})
def test_nearest_is_followed_by_the_same(next_word):
    """Training raises the share of words whose nearest is followed by the same by at least 0.5; the share whose nearest
    is in the same class stays at most 0.9."""
    trained, untrained = (next_word.metric("same_followed", weights=weights) for weights in ("trained", "untrained"))
    assert above(trained, untrained, margin=0.5)
    assert below(next_word.metric("same_before", weights="trained"), 0.9)


@at("full")
@falsified_by(control={"weights": ("trained", "untrained")})
@falsified_by(control={"weights": ("trained", "shuffled")})
def test_both_tables_match_more(next_word):
    """On real text, both tables together find the same class at least 0.05 more often than the first alone."""
    both, before = (next_word.metric(f"same_{table}", weights="trained") for table in ("both", "before"))
    assert above(both, before, margin=0.05)


@at("full")
@falsified_by(control={"text": ("as written", "shuffled")})
def test_counting_matches_more(counted, next_word):
    """On real text, counting without training finds the same class at least 0.02 more often than the first table."""
    by_counting = counted.metric("same_before", text="as written")[0]
    assert above(by_counting, next_word.metric("same_before", weights="trained"), margin=0.02)

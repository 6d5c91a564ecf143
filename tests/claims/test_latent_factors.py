"""Claims of docs/concepts/latent_factors.md."""

import numpy as np

from coursenotes.claims import above, at, below, falsified_by, shuffled, swap


def dot_products(factors):
    """Closeness without the division by the lengths."""
    return factors @ factors.T


def distance_of_directions(factors):
    """The distance after every film was brought to length 1."""
    unit = factors / np.linalg.norm(factors, axis=1, keepdims=True)
    return np.linalg.norm(unit[:, None] - unit, axis=2)


@falsified_by(control={"weights": ("trained", "untrained")})
@falsified_by(control={"weights": ("trained", "shuffled")})  # retrained on films mixed up at random
@falsified_by(swap("weights", "trained", "shuffled"))
def test_components_hold_the_truth(recovered):
    """Three principal components explain at least 0.7 of the true factors' variance; on mixed up films, at most 0.1."""
    assert above(recovered.metric("r2", weights="trained"), 0.7)
    assert below(recovered.metric("r2", weights="shuffled"), 0.1)


def overlaps(meaning, genre_overlap):
    """How much the genres of each film and its nearest overlap, times that of any two films. -> (seeds,)"""
    found = []
    for near, packed in zip(
        meaning.arrays("nearest", weights="trained"), meaning.arrays("genres", weights="trained"), strict=True
    ):
        genres = np.unpackbits(packed, axis=1).astype(bool)
        found.append(genre_overlap(genres, genres[near]).mean())
    return np.array(found) / meaning.metric("chance", weights="trained")


@at("sample")
@falsified_by(shuffled("genres"))
@falsified_by(control={"weights": "untrained"})
@falsified_by(control={"weights": "shuffled"})
def test_neighbors_share_a_genre(meaning, genre_overlap):
    """On generated ratings, the nearest film has the same genre at least twice as often as a film drawn at random."""
    assert above(overlaps(meaning, genre_overlap), 1, margin=1)


@at("full")
@falsified_by(shuffled("genres"))
@falsified_by(control={"weights": "untrained"})
@falsified_by(control={"weights": "shuffled"})
def test_neighbors_share_genres_on_real_ratings(meaning, genre_overlap):
    """On real ratings, a film and its nearest share at least 1.5 times as much of their genres as any two films."""
    assert above(overlaps(meaning, genre_overlap), 1, margin=0.5)


@at("full")
@falsified_by(control={"weights": ("trained", "untrained")})
@falsified_by(control={"weights": ("trained", "shuffled")})
def test_dial_m_is_near(meaning):
    """Of 599 films, Dial M for Murder is on average one of the eight nearest to The Silence of the Lambs."""
    near = [list(meaning.texts("query", seed, weights="trained")[1:]) for seed in meaning.seeds]
    title = "Dial M for Murder (1954)"
    places = [titles.index(title) + 1 if title in titles else 9 for titles in near]  # 9: not in the list of eight
    assert below(np.array(places), 8)


@falsified_by(cosine=dot_products)
def test_nothing_is_closer_than_itself(cosine):
    """By cosine no film is closer to a film than itself, and making a film's factors longer changes nothing."""
    factors = np.random.default_rng().normal(size=(40, 5))
    alike = cosine(factors)
    assert (alike.argmax(axis=1) == np.arange(40)).all()
    np.testing.assert_allclose(alike, cosine(factors * np.linspace(0.1, 3, 40)[:, None]))


@falsified_by(cosine=dot_products)
@falsified_by(euclidean=distance_of_directions)
def test_distance_differs_unless_lengths_agree(cosine, euclidean, nearest):
    """Cosine and distance name the same nearest film where all have length 1, and not where lengths differ."""
    factors = np.random.default_rng().normal(size=(200, 5))
    unit = factors / np.linalg.norm(factors, axis=1, keepdims=True)
    assert (nearest(cosine(unit)) == nearest(-euclidean(unit))).all()
    assert (nearest(cosine(factors)) == nearest(-euclidean(factors))).mean() < 0.9
    assert (nearest(cosine(factors)) == nearest(cosine(unit))).all()

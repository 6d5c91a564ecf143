"""Claims of docs/concepts/latent_factors.md."""

import numpy as np

from coursenotes.claims import above, at, below, falsified_by, shuffled, swap


def dot_products(factors):
    """The cosine without the division by the lengths."""
    return factors @ factors.T


def distance_of_unit_vectors(factors):
    """The distance after dividing each film's factors by their length."""
    unit = factors / np.linalg.norm(factors, axis=1, keepdims=True)
    return np.linalg.norm(unit[:, None] - unit, axis=2)


@falsified_by(control={"weights": ("trained", "untrained")})
@falsified_by(control={"weights": ("trained", "shuffled")})  # retrained on shuffled films
@falsified_by(swap("weights", "trained", "shuffled"))
def test_components_recover_true_factors(recovered_variance):
    """Three principal components explain at least 0.7 of the true factors' variance; on shuffled films, at most 0.1."""
    assert above(recovered_variance.metric("r2", weights="trained"), 0.7)
    assert below(recovered_variance.metric("r2", weights="shuffled"), 0.1)


def overlaps(nearest_films, genre_overlap):
    """The genre overlap of each film and its nearest, divided by that of any two films. -> (seeds,)"""
    overlap = []
    for near, packed in zip(
        nearest_films.arrays("nearest", weights="trained"),
        nearest_films.arrays("genres", weights="trained"),
        strict=True,
    ):
        genres = np.unpackbits(packed, axis=1).astype(bool)
        overlap.append(genre_overlap(genres, genres[near]).mean())
    return np.array(overlap) / nearest_films.metric("overlap_by_chance", weights="trained")


@at("sample")
@falsified_by(shuffled("genres"))
@falsified_by(control={"weights": "untrained"})
@falsified_by(control={"weights": "shuffled"})
def test_neighbors_share_a_genre(nearest_films, genre_overlap):
    """On generated ratings, the nearest film has the same genre at least twice as often as a film drawn at random."""
    assert above(overlaps(nearest_films, genre_overlap), 1, margin=1)


@at("full")
@falsified_by(shuffled("genres"))
@falsified_by(control={"weights": "untrained"})
@falsified_by(control={"weights": "shuffled"})
def test_neighbors_share_genres_on_real_ratings(nearest_films, genre_overlap):
    """On real ratings, a film and its nearest share at least 1.5 times as much of their genres as any two films."""
    assert above(overlaps(nearest_films, genre_overlap), 1, margin=0.5)


@at("full")
@falsified_by(control={"weights": ("trained", "untrained")})
@falsified_by(control={"weights": ("trained", "shuffled")})
def test_dial_m_is_near_silence_of_the_lambs(nearest_films):
    """Of 599 films, Dial M for Murder is on average one of the eight nearest to The Silence of the Lambs."""
    near = [list(nearest_films.texts("ranking", seed, weights="trained")[1:]) for seed in nearest_films.seeds]
    title = "Dial M for Murder (1954)"
    places = [titles.index(title) + 1 if title in titles else 9 for titles in near]  # 9: not in the list of eight
    assert below(np.array(places), 8)


@falsified_by(cosine=dot_products)
def test_cosine_ignores_length(cosine):
    """By cosine, each film is closest to itself, and multiplying its factors by a positive number changes nothing."""
    factors = np.random.default_rng().normal(size=(40, 5))
    cosines = cosine(factors)
    assert (cosines.argmax(axis=1) == np.arange(40)).all()
    np.testing.assert_allclose(cosines, cosine(factors * np.linspace(0.1, 3, 40)[:, None]))


@falsified_by(cosine=dot_products)
@falsified_by(euclidean=distance_of_unit_vectors)
def test_distance_agrees_only_for_equal_lengths(cosine, euclidean, nearest):
    """Cosine and Euclidean distance pick the same nearest film if all lengths are 1, and often not if they differ."""
    factors = np.random.default_rng().normal(size=(200, 5))
    unit = factors / np.linalg.norm(factors, axis=1, keepdims=True)
    assert (nearest(cosine(unit)) == nearest(-euclidean(unit))).all()
    assert (nearest(cosine(factors)) == nearest(-euclidean(factors))).mean() < 0.9
    assert (nearest(cosine(factors)) == nearest(cosine(unit))).all()

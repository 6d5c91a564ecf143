"""What is wanted is not there yet: no entry of docs/wanted.yml asks what a page answers."""

from __future__ import annotations

import re
from functools import lru_cache

import pytest
import yaml
from sklearn.feature_extraction.text import TfidfVectorizer

from tests.conftest import ROOT

TOO_NEAR = 0.36  # cosine of weighted words: an entry and its page have 0.34 to 0.68, others at most 0.35
# Entries as they were before their pages were written, most of them under names that no page has.
ANSWERED = {
    "classifier_ladder": (
        "From a dense layer to a ResNet",
        "What does each step of the ladder add: convolutions, batch normalization, shortcuts? Networks of equal "
        "training on one data set, shallow and deep.",
    ),
    "recurrent_network": (
        "A recurrent layer",
        "Is a recurrent network like a fully connected one, as the notes say? A network unrolled into layers that "
        "share their weights, compared with PyTorch's.",
    ),
    "text_batches": (
        "How a text is cut into batches",
        "Does a batch size of 64 cut the text into 64 pieces, into 65, or into pieces of 64? A text of numbers cut up.",
    ),
    "class_activation_map": (
        "Class activation maps",
        "Can one see where a network looked? The last layer's weights laid over its grid of activations, for patches "
        "whose place is known.",
    ),
    "text_augmentation": (
        "Augmenting text",
        "Is there a way to change a text that leaves its label alone and helps? Words dropped, exchanged and taken "
        "from neighbors, on few labeled texts.",
    ),
    "weight_decay": (
        "Weight decay",
        "Is adding squared weights to the loss the same as shrinking the weights? Both for plain descent and for Adam.",
    ),
}


def stems(text: str) -> list[str]:
    """The words of a text in small letters, without the addresses of links and without most endings."""
    words = re.findall(r"[a-z]{3,}", re.sub(r"\]\([^)]*\)", "]", text).lower())
    return [re.sub(r"(ies|es|s|ing|ed|al|ations?|izing|izes?)$", "", word) for word in words]


@lru_cache(maxsize=1)
def pages() -> tuple[list[str], TfidfVectorizer, object]:
    """The concept pages by name, and their titles, questions, answers and synonyms as vectors."""
    also = yaml.safe_load((ROOT / "docs/synonyms.yml").read_text(encoding="utf-8"))["pages"]
    names, texts = [], []
    for path in sorted((ROOT / "docs/concepts").glob("*.md")):
        if path.stem != "index":
            body = path.read_text(encoding="utf-8").split("---", 2)[2]
            title, question, answer = [part for part in re.split(r"\n\s*\n", body) if part.strip()][:3]
            names.append(path.stem)
            texts.append(" ".join([*[title] * 3, *[path.stem.replace("_", " ")] * 2, *[question] * 2, answer,
                                   *also.get(f"concepts/{path.name}", [])]))  # fmt: skip
    vectorizer = TfidfVectorizer(analyzer=stems, sublinear_tf=True)
    return names, vectorizer, vectorizer.fit_transform(texts)


def nearest(title: str, what: str) -> tuple[str, float]:
    """The page that is nearest to an entry, and how near: 1 for the same words."""
    names, vectorizer, known = pages()
    likeness = (known @ vectorizer.transform([f"{title} {title} {what}"]).T).toarray()[:, 0]
    return names[likeness.argmax()], float(likeness.max())


@pytest.mark.parametrize("page", ANSWERED)
def test_an_entry_whose_page_is_there_is_noticed_under_any_name(page):
    found, likeness = nearest(*ANSWERED[page])
    assert found == page and likeness > TOO_NEAR


def test_no_entry_asks_what_a_page_answers():
    wanted = yaml.safe_load((ROOT / "docs/wanted.yml").read_text(encoding="utf-8"))
    concepts = {name: each for name, each in wanted.items() if each.get("kind") != "lesson"}
    near = {name: nearest(each["title"], each["what"]) for name, each in concepts.items()}
    assert near and not {name: each for name, each in near.items() if each[1] > TOO_NEAR}

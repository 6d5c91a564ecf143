"""Claims of docs/concepts/text_augmentation.md."""

from coursenotes.claims import above, below, falsified_by, swap


@falsified_by(control="with_wrong_synonyms")  # trained with words that mean something else
@falsified_by(swap("change", "none", "synonyms"))
def test_synonyms_help(changed):
    """After training on 400 generated texts, true synonyms raise the accuracy on new ones by at least 0.02."""
    assert above(changed.metric("accuracy", change="synonyms", n=400),
                 changed.metric("accuracy", change="none", n=400), margin=0.02)  # fmt: skip


@falsified_by(swap("change", "none", "delete"))
@falsified_by(control={"change": ("delete", "none")})
def test_deleting_lowers_the_loss(changed):
    """After training on 400 generated texts, deleting lowers the loss on new ones by at least 0.08 nats."""
    assert below(
        changed.metric("loss", change="delete", n=400), changed.metric("loss", change="none", n=400), margin=0.08
    )


@falsified_by(control={"change": ("replace", "synonyms")})
def test_any_other_word_does_not_help(changed):
    """After training on 400 generated texts, words replaced by any others lower the accuracy by at least 0.005."""
    assert below(changed.metric("accuracy", change="replace", n=400),
                 changed.metric("accuracy", change="none", n=400), margin=0.005)  # fmt: skip


@falsified_by(control={"change": ("delete", "replace")})
@falsified_by(control={"change": ("delete", "synonyms")})
def test_deleting_helps_less(changed):
    """After 400 generated texts, deleting raises the accuracy by at least 0.005, and is 0.01 or more below synonyms."""
    deleted, none, synonyms = (
        changed.metric("accuracy", change=change, n=400) for change in ("delete", "none", "synonyms")
    )
    assert above(deleted, none, margin=0.005)
    assert below(deleted, synonyms, margin=0.01)

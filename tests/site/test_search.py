"""The site's search in a browser: questions find the page that answers, and one query finds all kinds of things."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

PROBE = (Path(__file__).parent / "probe.js").read_text(encoding="utf-8").replace(", .md-search", "")  # left out there
LABELS = {
    "Concept", "Lesson", "Notes", "Transcript", "Figure", "Claim", "Lecture", "Evidence", "Contribute", "Reference",
    "Overview", "Term",
}  # fmt: skip
RESULTS = """() => [...document.querySelectorAll(".md-search-result__item > a")].map((a) => ({
    href: a.href, title: a.querySelector("h1, h2").textContent, label: a.querySelector(".md-tag")?.textContent || "",
    seen: a.querySelector(".md-tag")?.checkVisibility() || false, page: Boolean(a.querySelector("h1")) }))"""


@pytest.fixture(scope="module")
def entries(site) -> list[dict]:
    return json.loads((site / "search" / "search_index.json").read_text(encoding="utf-8"))["docs"]


@pytest.fixture
def ask(tab, address):
    """A function that types a query and says what is shown without opening anything: (the tab, the results)."""

    def asked(query: str, **look):
        page = tab(address, **look)
        if look.get("width", 1280) < 960:
            page.locator("label.md-header__button[for=__search]").click()
        page.locator(".md-search__input").click()
        page.locator(".md-search__input").fill(query)
        page.keyboard.press("End")  # Material looks at the words when a key is let go
        page.locator(".md-search-result__item").first.wait_for(timeout=20_000)
        return page, page.evaluate(RESULTS)

    return asked


def _first(results: list[dict], label: str) -> dict:
    return next(result for result in results if result["label"] == label)


def test_one_query_finds_concept_figure_claim_and_second_each_labeled(ask):
    _, results = ask("dropout")
    assert (results[0]["label"], results[0]["title"]) == ("Concept", "Dropout")
    assert re.search(r"/concepts/dropout/\?h=dropout#dropout\.\w+$", _first(results, "Figure")["href"])
    assert re.search(r"/evidence/[\w.]+/\?h=dropout#[\w.]+$", _first(results, "Claim")["href"])
    second = _first(results, "Lecture")
    assert second["title"] == "Dropout, lecture 8 (2022) at 1:08:22" and "/reference/times/" in second["href"]
    places = [results.index(_first(results, label)) for label in ("Concept", "Figure", "Claim", "Lecture")]
    assert max(places) < 15, "near the top"
    assert all(result["label"] in LABELS and result["seen"] for result in results if result["page"])


@pytest.mark.parametrize(("label", "leads"), [
    ("Concept", "h1"), ("Figure", "figure"), ("Claim", ".cn-verdict"), ("Lecture", "a.cn-time"),
])  # fmt: skip
def test_a_result_leads_to_its_place(ask, label, leads):
    page, results = ask("dropout")
    result = _first(results, label)
    page.locator(f".md-search-result__item > a[href='{result['href']}']").first.click()
    page.wait_for_url(result["href"])
    page.wait_for_timeout(300)
    anchor = result["href"].partition("#")[2]
    target = page.locator(f"[id='{anchor}']") if anchor else page.locator("article h1")
    assert page.evaluate("([e, leads]) => e.matches(leads)", [target.element_handle(), leads])
    box = target.bounding_box()
    assert box is not None and -5 <= box["y"] < page.viewport_size["height"], "it is on the screen"


def test_a_phrase_with_a_hyphen_is_found(ask):
    page, results = ask("one-hot")
    assert "One-hot" in _first(results, "Claim")["title"]
    embeddings = next(n for n, r in enumerate(results) if r["title"] == "Embeddings")
    assert embeddings < 4 and results[embeddings]["label"] == "Concept"
    folded = page.locator(".md-search-result__item a[href*='/concepts/embeddings/'][href*='#one-hot']")
    assert folded.count() > 0, "the section about it"


def test_what_is_missing_is_named_as_it_was_typed(ask):
    page, _ = ask("initialised dropout")
    missing = page.locator(".md-search-result__terms del").all_text_contents()
    assert "initialised" in missing and set(missing) <= {"initialised", "dropout"}


def test_what_a_lecture_says_is_found_at_its_second(ask):
    _, results = ask("fan club anime")
    assert re.search(r"lecture 8 \(2022\) at 0:29:08", _first(results, "Lecture")["title"])


def test_enter_opens_the_concept(ask):
    page, _ = ask("dropout")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/concepts/dropout/\?h=dropout$"))


def test_the_fold_counts_what_is_left_in_it(ask):
    page, _ = ask("dropout")
    fold = page.locator(".md-search-result__more").first
    fold.locator("summary").click()
    assert fold.locator("summary").inner_text() == f"{fold.locator('> a').count()} more on this page"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_results_can_be_read_and_fit(ask, width, scheme):
    page, _ = ask("dropout", width=width, scheme=scheme)
    page.wait_for_timeout(600)  # until the results have faded in
    assert page.evaluate(f"({PROBE}).dim('.md-search-result')") == []
    assert page.evaluate(f"({PROBE}).count('.md-search-result')") > 0
    assert page.evaluate("document.querySelector('.md-search__scrollwrap').scrollWidth") <= width


# ---------------------------------------------------------------- what a student types, and the page that answers
ANSWERED = {
    # as they were asked of an earlier state of the search, which had no answer to most of them
    "why is the embedding initialised with 0.01": "training_factors",
    "why is the embedding initialized with 0.01": "training_factors",
    "weight decay": "weight_decay",
    "regularization": "dropout",
    "regularisation": "dropout",
    "backpropagation": "linear_from_scratch",
    "matrix factorization": "collaborative_filtering",
    "matrix factorisation": "collaborative_filtering",
    "CNN": "convolution",
    "batch norm": "batch_normalization",
    "batch normalisation": "batch_normalization",
    "overfitting": "dropout",
    # words of every day
    "what does padding do": "strides_and_padding",
    "cold start new user": "cold_start",
    "why do my layers in a list not train": "module_list",
    "how to choose a learning rate": "learning_rate_finder",
    "which loss for outliers": "choosing_a_loss",
    "where does the network look": "class_activation_map",
    "is a neural net better than a dot product for recommendations": "collaborative_network",
    "random forest vs neural network for tabular data": "forest_or_network",
    "how fast is an embedding lookup": "lookup_cost",
    "how does a filter work on RGB images": "channels",
    "which activation function should I use": "activations",
    "anime fans distort ratings": "heavy_minority",
    "should I scale activations at test time": "dropout",
    # names, in the case and the number in which they come to mind
    "modulelist": "module_list",
    "rmse on movielens": "collaborative_filtering",
    "convolutions": "convolution",
    "vanishing gradient": "vanishing_gradients",
    "difference between average pooling and max pooling": "final_pooling",
    "word2vec": "word_vectors",
    "grad-cam": "class_activation_map",
    "softmax": "losses",
    "mape": "entity_network",
    "y_range": "output_range",
}
NEAR = {  # several pages answer these: this one is among the first three
    "initialization": "training_factors",
    "initialisation": "training_factors",
    "how many parameters does an embedding have": "embeddings",
    "categorical variables one-hot or embedding": "entity_embeddings",
    "cross entropy loss": "losses",
    "receptive field": "strides_and_padding",
    "feature map": "convolution",
    "recommend movies to someone new": "cold_start",
    "is max pooling still used": "strides_and_padding",
}
SEARCH = """async (queries) => {
    const config = JSON.parse(document.querySelector("#__config").textContent);
    const worker = new Worker(config.search);
    const asked = (message) => new Promise((answer) => {
        worker.onmessage = (event) => answer(event.data.data);
        worker.postMessage(message);
    });
    const index = await (await fetch(new URL("search/search_index.json", new URL(config.base, location)))).json();
    await asked({ type: 0, data: { ...index, options: { suggest: true } } });
    const found = {};
    for (const query of queries) {
        const { items } = await asked({ type: 2, data: query });
        found[query] = items.map((page) => page[0].location.split("#")[0]);
    }
    return found;
}"""


@pytest.fixture(scope="module")
def answers(browser, address) -> dict[str, list[str]]:
    """The addresses of the pages that the search's own worker finds for each query, best first."""
    page = browser.new_page()
    page.goto(address)
    found = page.evaluate(SEARCH, [*ANSWERED, *NEAR, "dropout", "claims", "how to add a note", "glossary"])
    page.close()
    return found


def test_the_page_that_answers_comes_first(answers):
    first = {query: (answers[query] or [""])[0] for query in ANSWERED}
    assert first == {query: f"concepts/{name}/" for query, name in ANSWERED.items()}


def test_where_several_answer_the_page_is_among_the_first_three(answers):
    assert [query for query, name in NEAR.items() if f"concepts/{name}/" not in answers[query][:3]] == []


def test_notes_come_before_evidence_and_reference(answers):
    kinds = [location.partition("/")[0] for location in answers["dropout"]]
    assert kinds[:2] == ["concepts", "concepts"] and "evidence" in kinds and "reference" in kinds


def test_what_is_no_note_is_found_by_its_name(answers):
    assert "evidence/claims/" in answers["claims"][:3]
    assert "contribute/" in answers["how to add a note"][:3] and answers["glossary"][0] == "reference/glossary/"


# ---------------------------------------------------------------- when the index is fetched
@pytest.fixture
def opened(browser):
    """A function that opens an address, and lists the requests for the index and for the search's library since."""
    contexts = []

    def open_page(address: str):
        contexts.append(browser.new_context())
        page, asked = contexts[-1].new_page(), []
        page.on("request", lambda request: asked.append(request.url.rsplit("/", 1)[1].partition("?")[0]))
        page.goto(address, wait_until="networkidle")
        return page, lambda: [n for n in asked if n == "search_index.json" or re.fullmatch(r"search\.\w+\.min\.js", n)]

    yield open_page
    for context in contexts:
        context.close()


@pytest.mark.parametrize("how", ["/", "s", "f", "click"])
def test_the_index_is_fetched_when_the_search_is_first_used(opened, address, how):
    page, asked = opened(f"{address}concepts/dropout/")
    assert asked() == [], "nobody has searched"
    page.locator(".md-search__input").click() if how == "click" else page.keyboard.press(how)
    page.keyboard.type("padding")
    page.locator(".md-search-result__item").first.wait_for(timeout=20_000)
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    page.wait_for_timeout(300)
    assert asked().count("search_index.json") == 1 and len(asked()) == 2, asked()


def test_a_query_in_the_address_is_answered(opened, address):
    page, asked = opened(f"{address}?q=padding")
    page.locator(".md-search-result__item h1", has_text="Strides and padding").first.wait_for(timeout=20_000)
    assert asked().count("search_index.json") == 1


def test_the_words_that_were_searched_are_marked_on_the_page(opened, address):
    page, asked = opened(f"{address}concepts/strides_and_padding/?h=padding")
    page.locator("article mark[data-md-highlight]").first.wait_for(timeout=20_000)
    assert asked().count("search_index.json") == 1


# ---------------------------------------------------------------- the index itself
def test_every_entry_leads_to_a_place_that_is_there(site, entries):
    pages: dict[str, set[str]] = {}
    for entry in entries:
        path, _, anchor = entry["location"].partition("#")
        if path not in pages:
            pages[path] = {""} | set(re.findall(r'\sid="([^"]+)"', (site / path / "index.html").read_text("utf-8")))
        assert anchor in pages[path], entry["location"]


def test_figures_claims_and_seconds_are_all_there(site, entries):
    labels = [entry["tags"][0] for entry in entries if "tags" in entry]
    pages = [path.read_text("utf-8") for path in site.glob("concepts/*/index.html")]
    assert labels.count("Concept") == len(pages)
    assert (
        labels.count("Figure") >= sum(len(re.findall(r'<figure class="cn-figure" id=', page)) for page in pages) * 0.9
    )
    board = [path.read_text("utf-8") for path in (site / "evidence").rglob("index.html")]
    claims = {claim for page in board for claim in re.findall(r'<article class="cn-verdict[^"]*" id="([^"]+)"', page)}
    assert labels.count("Claim") == len(claims) > 100
    times = (site / "reference/times/index.html").read_text("utf-8")
    assert labels.count("Lecture") >= len(re.findall(r'class="cn-time" id=', times)) > 100


def test_the_index_is_small(site, entries):
    size = (site / "search" / "search_index.json").stat().st_size
    text = sum(len(path.read_text("utf-8")) for path in site.glob("concepts/*/index.html"))
    assert size < 0.2 * text and len({entry["location"] for entry in entries}) == len(entries)

// Search results: each says first what it is, and of each kind of thing that a page holds the best one is shown, where
// Material folds them all away.
(() => {
  const list = document.querySelector(".md-search-result__list");
  if (!list) return;

  const kind = (link) => link.querySelector(".md-tag")?.textContent || "";

  const unfold = (result) => {
    const folded = result.querySelector(".md-search-result__more");
    if (!folded) return;
    const shown = new Set([...result.querySelectorAll(":scope > a")].slice(1).map(kind));
    for (const link of [...folded.querySelectorAll(":scope > a")]) {
      if (!kind(link) || shown.has(kind(link))) continue;
      shown.add(kind(link));
      folded.before(link);
    }
    const left = folded.querySelectorAll(":scope > a").length;
    if (left) folded.querySelector("summary > div").textContent = `${left} more on this page`;
    else folded.remove();
  };

  // What is missing is named as it was typed: the search is for the beginnings of words, in our spelling.
  const name = (missing) => {
    const typed = document.querySelector(".md-search__input").value.split(/[\s?!,;]+/);
    const start = missing.textContent.slice(0, 3).toLowerCase();
    missing.textContent = typed.find((word) => word.toLowerCase().startsWith(start)) || missing.textContent;
  };

  const finish = (result) => {
    for (const missing of result.querySelectorAll(".md-search-result__terms del")) name(missing);
    for (const label of result.querySelectorAll(".md-tags")) label.parentElement.prepend(label);
    unfold(result);
  };

  new MutationObserver((changes) => {
    for (const { addedNodes } of changes) {
      for (const node of addedNodes) if (node.matches?.(".md-search-result__item")) finish(node);
    }
  }).observe(list, { childList: true });
})();

// Small things that a page needs once it is there.
(() => {
  const SCROLLING = ".cn-map__box, .cn-table, .cn-output, .cn-figure, .md-typeset__scrollwrap, .arithmatex, pre > code";

  const enhance = () => {
    openNamed();
    named();
    for (const box of document.querySelectorAll(SCROLLING)) reachable(box);
  };

  // The tab or the folded part that the address names is opened.
  const openNamed = () => {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!target) return;
    if (target.name && target.name.startsWith("__tabbed_")) target.checked = true;
    for (let folded = target.closest("details"); folded; folded = folded.parentElement.closest("details")) folded.open = true;
  };

  // Material's lists of pages get their name from a label without words, and its copy buttons stand in nameless ones.
  const named = () => {
    for (const list of document.querySelectorAll("nav[aria-labelledby]")) {
      const title = list.querySelector(":scope > .md-nav__title")?.textContent.trim();
      if (!title || document.getElementById(list.getAttribute("aria-labelledby"))?.textContent.trim()) continue;
      list.removeAttribute("aria-labelledby");
      list.setAttribute("aria-label", title);
    }
    for (const buttons of document.querySelectorAll("nav.md-code__nav")) buttons.setAttribute("role", "none");
  };

  // What scrolls sideways can be scrolled with the keyboard too.
  const reachable = (box) => {
    if (box.scrollWidth > box.clientWidth + 1 && !box.hasAttribute("tabindex")) {
      box.tabIndex = 0;
      if (box.matches("div, .arithmatex") && !box.hasAttribute("role")) {
        box.setAttribute("role", "group");
        box.setAttribute("aria-label", "Scrolls sideways");
      }
    }
  };

  // Read as files, the pages cannot be searched.
  if (location.protocol === "file:") {
    for (const note of document.querySelectorAll(".cn-search-file")) {
      note.hidden = false;
      note.previousElementSibling.hidden = true; // "Type to start searching"
    }
  }

  addEventListener("hashchange", openNamed);
  if (window.document$) window.document$.subscribe(() => requestAnimationFrame(enhance));
  else enhance();
})();

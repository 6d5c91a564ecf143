// Small things that a page needs once it is there.
(() => {
  const SCROLLING = ".cn-map__box, .cn-table, .cn-output, .cn-figure, .md-typeset__scrollwrap, .arithmatex, pre > code";

  const enhance = () => {
    openNamed();
    named();
    reach([...document.querySelectorAll(SCROLLING)]);
  };

  // Measuring lays out parts that are far below the screen: a few at a time, while nothing else is to be done.
  const reach = (boxes) => {
    const idle = window.requestIdleCallback ?? ((work) => setTimeout(() => work({ timeRemaining: () => 0 })));
    idle((deadline) => {
      do reachable(boxes.shift());
      while (boxes.length && deadline.timeRemaining() > 8);
      if (boxes.length) reach(boxes);
    });
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
    if (box && box.scrollWidth > box.clientWidth + 1 && !box.hasAttribute("tabindex")) {
      box.tabIndex = 0;
      if (box.matches("div, .arithmatex") && !box.hasAttribute("role")) {
        box.setAttribute("role", "group");
        box.setAttribute("aria-label", "Scrolls sideways");
      }
    }
  };

  // Open as files, the pages cannot be searched: Material hides the search, and here it says so instead.
  const note = document.querySelector(".cn-search-file");
  if (location.protocol === "file:" && note) {
    const [toggle, input] = [document.getElementById("__search"), document.querySelector(".md-search__input")];
    document.documentElement.classList.add("cn-file");
    note.hidden = false;
    input.readOnly = true;
    input.addEventListener("focus", () => (toggle.checked = true));
    input.addEventListener("keydown", (event) => event.key === "Escape" && (toggle.checked = false));
  }

  addEventListener("hashchange", openNamed);
  if (window.document$) window.document$.subscribe(() => requestAnimationFrame(enhance));
  else enhance();
})();

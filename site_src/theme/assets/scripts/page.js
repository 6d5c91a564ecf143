// Small things that a page needs once it is there.
(() => {
  const SCROLLING = ".cn-map__box, .cn-table, .cn-output, .cn-figure, .md-typeset__scrollwrap, .arithmatex, pre > code";

  const enhance = () => {
    openNamed();
    for (const box of document.querySelectorAll(SCROLLING)) reachable(box);
  };

  // The tab or the folded part that the address names is opened.
  const openNamed = () => {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!target) return;
    if (target.name && target.name.startsWith("__tabbed_")) target.checked = true;
    for (let folded = target.closest("details"); folded; folded = folded.parentElement.closest("details")) folded.open = true;
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

  addEventListener("hashchange", openNamed);
  if (window.document$) window.document$.subscribe(() => requestAnimationFrame(enhance));
  else enhance();
})();

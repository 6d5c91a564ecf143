// Small things that a page needs once it is there.
(() => {
  const enhance = () => {
    openNamed();
    for (const box of document.querySelectorAll(".cn-table, .cn-output, .md-typeset__scrollwrap, .cn-figure")) reachable(box);
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
      box.setAttribute("role", "group");
      box.setAttribute("aria-label", box.querySelector("table") ? "Table, scrolls sideways" : "Scrolls sideways");
    }
  };

  addEventListener("hashchange", openNamed);
  if (window.document$) window.document$.subscribe(() => requestAnimationFrame(enhance));
  else enhance();
})();

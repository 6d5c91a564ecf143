// Sets the formulae of the page: arithmatex leaves \(...\) and \[...\] in elements of their own.
(() => {
  const set = () => {
    for (const element of document.querySelectorAll(".arithmatex:not([data-set])")) {
      const source = element.textContent.trim();
      const displayMode = source.startsWith("\\[");
      element.dataset.set = "";
      window.katex.render(source.slice(2, -2), element, { displayMode, throwOnError: false });
      if (displayMode) element.tabIndex = 0; // a long one scrolls, also for those who use the keyboard
    }
  };
  if (window.document$) window.document$.subscribe(set);
  else set();
})();

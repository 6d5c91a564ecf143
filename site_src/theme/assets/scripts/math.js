// Sets the formulae of the page: arithmatex leaves \(...\) and \[...\] in elements of their own.
(() => {
  const set = () => {
    for (const element of document.querySelectorAll(".arithmatex:not([data-set])")) {
      const source = element.textContent.trim();
      element.dataset.set = "";
      window.katex.render(source.slice(2, -2), element, { displayMode: source.startsWith("\\["), throwOnError: false });
    }
  };
  set();
  if (window.document$) window.document$.subscribe(set);
})();

// Leads from a page's old address to its new one, and takes the place on the page along.
(() => {
  const to = new URL(document.currentScript.dataset.to, location);
  to.search = location.search;
  to.hash = location.hash;
  location.replace(to);
})();

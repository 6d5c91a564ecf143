// Material keeps what the reader chose under names that start with the site's path. Its scripts expect these four
// globals; its template defines them in an inline script, which our Content-Security-Policy does not run.
(() => {
  document.documentElement.classList.replace("no-js", "js"); // Material does so too, but after the page is painted

  window.__md_scope = new URL(document.currentScript.dataset.base, location);

  window.__md_hash = (text) => [...text].reduce((sum, letter) => (sum << 5) - sum + letter.charCodeAt(0), 0);

  window.__md_get = (name, store = localStorage, scope = window.__md_scope) => {
    try {
      return JSON.parse(store.getItem(`${scope.pathname}.${name}`));
    } catch {
      return null; // storage is switched off, or holds something else
    }
  };

  window.__md_set = (name, value, store = localStorage, scope = window.__md_scope) => {
    try {
      store.setItem(`${scope.pathname}.${name}`, JSON.stringify(value));
    } catch {
      // storage is switched off or full: the choice lasts as long as the page
    }
  };
})();

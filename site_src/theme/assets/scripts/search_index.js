// Material asks for the index of the search as soon as a page is opened, although few readers search.
// Here this one request waits until the search is used: by mouse, key or address, or by a result that was followed.
(() => {
  const input = document.querySelector(".md-search__input");
  if (!input || location.protocol === "file:" || /[?&][hq]=/.test(location.search)) return;
  const { open, send } = XMLHttpRequest.prototype;
  const used = new Promise((resolve) => {
    input.addEventListener("focus", resolve, { once: true });
  });

  XMLHttpRequest.prototype.open = function (method, address, ...rest) {
    this.waits = new URL(address, location).pathname.endsWith("/search/search_index.json");
    return open.call(this, method, address, ...rest);
  };
  XMLHttpRequest.prototype.send = function (...body) {
    if (this.waits) used.then(() => send.apply(this, body));
    else send.apply(this, body);
  };
})();

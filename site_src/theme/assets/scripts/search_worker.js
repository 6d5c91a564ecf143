// The search itself, in a worker: Material's, which the address of this file names after "?". It gets each query
// without the words that say nothing ("what does … do"), in the singular, and in the spelling of our pages.
(() => {
  const SETUP = 0, QUERY = 2; // Material's types of messages
  const NAME = /[A-Z]?[a-z0-9]+(?:[A-Z][a-z0-9]+)+/g;
  const beginnings = []; // [of a reader's word, the one to search for]
  const names = new Map(); // movielens: the words of MovieLens, which is indexed as two

  // -ies, -es and -s are taken off; what is left is the beginning of the singular, and Material searches for beginnings.
  const singular = (word) =>
    word.length < 5 ? word : word.replace(/(?<=[a-z]{3})ies$|(?<=(?:s|x|z|ch|sh))es$|(?<![sui])s$/, "");

  const searched = (word) => {
    const small = word.toLowerCase();
    const found = beginnings.find(([begin]) => small.startsWith(begin));
    return found ? found[1] : names.get(small) || singular(word);
  };

  // Words in quotes, and with a sign of lunr's such as + or ~, are left as they are.
  const asked = (query) => {
    if (/["+~^*]|\s-\w/.test(query)) return query;
    const words = query.split(/[\s?!,;]+/).filter(Boolean);
    const telling = words.filter((word) => lunr.stopWordFilter(word.toLowerCase()));
    return (telling.length ? telling : words).map(searched).join(" ");
  };

  addEventListener("message", (event) => {
    if (!event.isTrusted) return; // handed on below
    event.stopImmediatePropagation();
    const { type, data } = event.data;
    if (type === SETUP) {
      importScripts(`../javascripts/workers/${location.search.slice(1)}`);
      for (const [ours, others] of Object.entries(data.config.words || {}))
        for (const begin of [ours, ...others]) beginnings.push([begin, ours]);
      for (const { title, text } of data.docs)
        for (const name of `${title} ${text}`.match(NAME) || [])
          names.set(name.toLowerCase(), name.replace(/(?<=[a-z0-9])(?=[A-Z])/g, "^1 ") + "^1"); // ^1: whole words
    }
    dispatchEvent(new MessageEvent("message", { data: { type, data: type === QUERY ? asked(data) : data } }));
  });
})();

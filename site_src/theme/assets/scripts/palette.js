// Runs in the header, before anything is painted: puts the chosen colours on <body>, or, where nothing was chosen,
// those that the reader's system asks for.
(() => {
  const system = "(prefers-color-scheme)";
  const stored = window.__md_get("__palette");
  let colour = stored && stored.color;
  if (!colour || !colour.media || colour.media === system) {
    const wanted = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
    const option = document.querySelector(`[data-md-color-media="(prefers-color-scheme: ${wanted})"]`);
    if (!option) return;
    colour = {};
    for (const name of ["media", "scheme", "primary", "accent"]) colour[name] = option.dataset[`mdColor${name[0].toUpperCase()}${name.slice(1)}`];
  }
  for (const [name, value] of Object.entries(colour)) document.body.setAttribute(`data-md-color-${name}`, value);
})();

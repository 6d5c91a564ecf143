// Runs in the header, before anything is painted: puts the chosen colors on <body>, or, where nothing was chosen,
// those that the reader's system asks for.
(() => {
  const system = "(prefers-color-scheme)";
  const stored = window.__md_get("__palette");
  let color = stored && stored.color;
  if (!color || !color.media || color.media === system) {
    const wanted = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
    const option = document.querySelector(`[data-md-color-media="(prefers-color-scheme: ${wanted})"]`);
    if (!option) return;
    color = {};
    for (const name of ["media", "scheme", "primary", "accent"]) color[name] = option.dataset[`mdColor${name[0].toUpperCase()}${name.slice(1)}`];
  }
  for (const [name, value] of Object.entries(color)) document.body.setAttribute(`data-md-color-${name}`, value);
})();

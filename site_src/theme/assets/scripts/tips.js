// Tips: what is behind a measured number, on hover, on keyboard focus, and on the first tap; and what is behind a link
// to another page of the site, on hover and on keyboard focus.
//
// A tip is a .cn-tip inside its link. Here it becomes a popover, so that no scrolling box clips it, and is placed
// where it fits the screen. Without this script the style sheet shows it on hover. Escape closes it; the pointer may
// move into it; on a touch screen the first tap opens it and the second follows the link.
//
// A preview is one tip for all links, filled from assets/previews.json, which is fetched when the first one is needed.
// On a touch screen there is none: a tap follows the link. Read from a file, there is none either.
(() => {
  const EDGE = 8; // pixels kept free at the edges of the screen
  const GAP = 6; // between the number and its tip
  const LINGER = 180; // ms in which the pointer may cross the gap
  const PAUSE = 250; // ms for which the pointer rests on a link before its preview opens
  const SITE = new URL("../../", document.currentScript.src);
  const PREVIEWED = "article a[href]:not(.headerlink, .cn-time, .cn-measured, .cn-claim, [aria-describedby], [download], .cn-section a)";
  let open = null;
  let closing = 0;
  let count = 0;

  const place = () => {
    const { link, tip } = open;
    const boxes = [...link.getClientRects()];
    const at = boxes[0];
    if (!at || at.bottom < 0 || at.top > innerHeight) return hide();
    const width = tip.offsetWidth;
    const height = tip.offsetHeight;
    const screen = document.documentElement.clientWidth;
    const left = Math.max(EDGE, Math.min(at.left + at.width / 2 - width / 2, screen - width - EDGE));
    const below = boxes[boxes.length - 1].bottom + GAP;
    const fitsAbove = at.top - GAP - height >= EDGE + 48; // 48: the header
    tip.style.setProperty("left", `${left}px`);
    tip.style.setProperty("top", `${fitsAbove ? at.top - GAP - height : Math.min(below, innerHeight - height - EDGE)}px`);
  };

  const show = (link, tip) => {
    clearTimeout(closing);
    if (open && open.tip === tip) return;
    hide();
    open = { link, tip };
    tip.showPopover();
    place();
  };

  const hide = () => {
    clearTimeout(closing);
    if (!open) return;
    const { link, tip } = open;
    open = null;
    if (tip === preview) link.removeAttribute("aria-describedby");
    if (tip.matches(":popover-open")) tip.hidePopover();
  };

  const hideSoon = () => {
    clearTimeout(closing);
    closing = setTimeout(hide, LINGER);
  };

  const bind = (tip) => {
    const link = tip.closest("a") || tip.parentElement;
    tip.popover = "manual";
    tip.id ||= `cn-tip-${(count += 1)}`;
    link.setAttribute("aria-describedby", tip.id);
    link.addEventListener("pointerenter", (event) => event.pointerType !== "touch" && show(link, tip));
    link.addEventListener("pointerleave", (event) => event.pointerType !== "touch" && hideSoon());
    link.addEventListener("focus", () => link.matches(":focus-visible") && show(link, tip));
    link.addEventListener("blur", hide);
    link.addEventListener("click", (event) => {
      const touched = event.pointerType ? event.pointerType === "touch" : event.detail > 0 && matchMedia("(hover: none)").matches;
      if (touched && !(open && open.tip === tip)) {
        event.preventDefault();
        show(link, tip);
      }
    });
  };

  // -- previews
  let preview = null;
  let asked = null; // the promise of what is known of every page
  let waiting = 0;
  let wanted = null; // the link whose preview is to open

  const load = () => (asked ||= fetch(new URL("assets/previews.json", SITE)).then((found) => (found.ok ? found.json() : {})).catch(() => ({})));

  // [title, sentences] of what a link leads to; null for this page, another site, or a page of which nothing is known.
  const behind = (link, pages) => {
    const to = new URL(link.getAttribute("href"), location);
    if (to.origin !== SITE.origin || !to.pathname.startsWith(SITE.pathname) || to.pathname === location.pathname) return null;
    const page = pages[decodeURIComponent(to.pathname.slice(SITE.pathname.length)).replace(/index\.html$/, "")];
    if (!page) return null;
    const section = page[2][decodeURIComponent(to.hash.slice(1))];
    return section ? [`${page[0]}: ${section[0]}`, section[1]] : [page[0], page[1]];
  };

  const showPreview = async (link) => {
    const pages = await load();
    const found = wanted === link && behind(link, pages);
    if (!found) return;
    if (!preview) {
      preview = Object.assign(document.createElement("div"), { className: "cn-tip cn-preview", id: "cn-preview", popover: "manual" });
      preview.setAttribute("role", "tooltip");
      preview.append(document.createElement("strong"), document.createElement("span"));
      preview.addEventListener("pointerenter", () => clearTimeout(closing));
      preview.addEventListener("pointerleave", hideSoon);
      document.body.append(preview);
    }
    hide();
    found.forEach((words, n) => (preview.children[n].textContent = words));
    link.setAttribute("aria-describedby", preview.id);
    show(link, preview);
  };

  const want = (event, pause) => {
    if (open && open.tip === preview && open.link.contains(event.target)) {
      clearTimeout(closing); // the pointer is back before it closed
      wanted = open.link;
      return;
    }
    const link = event.target.closest?.(PREVIEWED);
    if (!link || link === wanted || link.querySelector(".cn-tip")) return;
    clearTimeout(waiting);
    wanted = link;
    waiting = setTimeout(showPreview, pause, link);
  };

  const forget = (event) => {
    if (!wanted || !wanted.contains(event.target) || wanted.contains(event.relatedTarget)) return;
    clearTimeout(waiting);
    if (open && open.link === wanted) hideSoon();
    wanted = null;
  };

  const startPreviews = () => {
    if (location.protocol === "file:") return;
    document.addEventListener("pointerover", (event) => event.pointerType !== "touch" && want(event, PAUSE));
    document.addEventListener("pointerout", (event) => event.pointerType !== "touch" && forget(event));
    document.addEventListener("focusin", (event) => event.target.matches(":focus-visible") && want(event, 0));
    document.addEventListener("focusout", forget);
  };

  const start = () => {
    if (!("popover" in HTMLElement.prototype)) return;
    for (const tip of document.querySelectorAll(".cn-tip:not([popover])")) bind(tip);
  };

  const escape = () => {
    clearTimeout(waiting);
    hide();
  };

  if ("popover" in HTMLElement.prototype) startPreviews();
  addEventListener("keydown", (event) => event.key === "Escape" && escape());
  addEventListener("pointerdown", (event) => open && !open.link.contains(event.target) && hide());
  addEventListener("scroll", () => open && place(), { passive: true, capture: true });
  addEventListener("resize", () => open && place());
  if (window.document$) window.document$.subscribe(start);
  else start();
})();

// Tips: what is behind a measured number, on hover, on keyboard focus, and on the first tap.
//
// A tip is a .cn-tip inside its link. Here it becomes a popover, so that no scrolling box clips it, and is placed
// where it fits the screen. Without this script the style sheet shows it on hover. Escape closes it; the pointer may
// move into it; on a touch screen the first tap opens it and the second follows the link.
(() => {
  const EDGE = 8; // pixels kept free at the edges of the screen
  const GAP = 6; // between the number and its tip
  const LINGER = 180; // ms in which the pointer may cross the gap
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
    const { tip } = open;
    open = null;
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

  const start = () => {
    if (!("popover" in HTMLElement.prototype)) return;
    for (const tip of document.querySelectorAll(".cn-tip:not([popover])")) bind(tip);
  };

  addEventListener("keydown", (event) => event.key === "Escape" && hide());
  addEventListener("pointerdown", (event) => open && !open.link.contains(event.target) && hide());
  addEventListener("scroll", () => open && place(), { passive: true, capture: true });
  addEventListener("resize", () => open && place());
  if (window.document$) window.document$.subscribe(start);
  else start();
})();

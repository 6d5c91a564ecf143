(() => {
  // What the tests ask of a page: text that does not stand out, and elements that are wider than the screen.
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  canvas.canvas.width = canvas.canvas.height = 1;
  const known = new Map();

  // Any CSS color -> [r, g, b, a], 0 to 1
  const read = (color) => {
    if (!known.has(color)) {
      canvas.clearRect(0, 0, 1, 1);
      canvas.fillStyle = color;
      canvas.fillRect(0, 0, 1, 1);
      known.set(color, [...canvas.getImageData(0, 0, 1, 1).data].map((v) => v / 255));
    }
    return known.get(color);
  };
  const over = (top, bottom) => [0, 1, 2].map((i) => top[i] * top[3] + bottom[i] * (1 - top[3])).concat(1);
  const light = (c) => {
    const [r, g, b] = c.map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const contrast = (a, b) => {
    const [low, high] = [light(a), light(b)].sort((x, y) => x - y);
    return (high + 0.05) / (low + 0.05);
  };
  const behind = (element) => {
    const layers = [];
    for (let e = element; e; e = e.parentElement) {
      const color = read(getComputedStyle(e).backgroundColor);
      layers.push(color);
      if (color[3] === 1) break;
    }
    return layers.reverse().reduce((below, layer) => over(layer, below), [1, 1, 1, 1]);
  };
  // What a drawn text stands on: the page, and whatever was painted before it at its middle; null on a picture.
  const painted = (text) => {
    const box = text.getBoundingClientRect();
    const middle = new DOMPoint(box.left + box.width / 2, box.top + box.height / 2);
    let ground = behind(text.ownerSVGElement.parentElement);
    for (const e of text.ownerSVGElement.querySelectorAll("path, rect, circle, use, image")) {
      if (e.closest("defs, clipPath") || !(e.compareDocumentPosition(text) & Node.DOCUMENT_POSITION_FOLLOWING)) continue;
      const at = e.getBoundingClientRect();
      if (middle.x < at.left || middle.x > at.right || middle.y < at.top || middle.y > at.bottom) continue;
      if (e.tagName === "image") ground = null;
      const style = getComputedStyle(e);
      if (!ground || e.tagName === "image" || style.fill === "none") continue;
      if (e.isPointInFill && !e.isPointInFill(middle.matrixTransform(e.getScreenCTM().inverse()))) continue;
      const fill = read(style.fill).slice();
      fill[3] *= Number(style.fillOpacity) * Number(style.opacity);
      ground = over(fill, ground);
    }
    return ground;
  };
  const shown = (element) => element.checkVisibility({ opacityProperty: true, visibilityProperty: true });

  // Every element that holds words itself.
  const texts = (within) => {
    const found = new Set();
    for (const root of document.querySelectorAll(within)) {
      const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
      for (let node = walker.nextNode(); node; node = walker.nextNode()) {
        const e = node.parentElement;
        if (node.data.trim() && e && !e.closest("script, style, noscript, [aria-hidden=true], .md-search")) found.add(e);
      }
    }
    return [...found].filter((e) => {
      const box = e.getBoundingClientRect();
      return shown(e) && box.width > 2 && box.height > 2 && !e.closest("defs");
    });
  };

  const dim = (within = "body") => {
    const found = [];
    for (const e of texts(within)) {
      const style = getComputedStyle(e);
      const drawn = e instanceof SVGElement;
      let opacity = drawn ? Number(style.fillOpacity) : 1;
      for (let up = e; up; up = up.parentElement) opacity *= Number(getComputedStyle(up).opacity);
      if (opacity === 0) continue;
      const ground = drawn ? painted(e) : behind(e);
      if (!ground) continue;
      const ink = read(drawn ? style.fill : style.color).slice();
      ink[3] *= opacity;
      const size = parseFloat(style.fontSize);
      const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
      const ratio = contrast(over(ink, ground), ground);
      if (ratio < (large ? 3 : 4.5) - 0.01) {
        found.push(`${ratio.toFixed(2)} <${e.tagName.toLowerCase()} class="${e.getAttribute("class") || ""}"> ${e.textContent.trim().slice(0, 40)}`);
      }
    }
    return found;
  };

  const wide = () => {
    const screen = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth <= screen && document.body.scrollWidth <= screen) return [];
    return [...document.querySelectorAll("article *")]
      .filter((e) => e.getBoundingClientRect().right > screen + 1 && !e.closest("svg"))
      .slice(0, 5)
      .map((e) => `${e.tagName.toLowerCase()}.${e.className} reaches ${Math.round(e.getBoundingClientRect().right)} of ${screen}`)
      .concat(`the page is ${document.documentElement.scrollWidth} wide`);
  };

  return { dim, wide, count: (within) => texts(within).length };
})()

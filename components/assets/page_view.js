/* A page image with its boxes; boxes come in PDF points, the image tells the page's size through its dpi.
   When data.pointing is set, its numbers are buttons, and a click or a drawn rectangle names a place to Python. */

const MARGIN = 1.5;
const READABLE_WIDTH = 740;
const DRAWN_FROM = 6;
const zooms = new WeakMap();
const shown = new WeakMap();

function place(box, node, page) {
  node.style.left = ((box.x0 - MARGIN) / page.width) * 100 + "%";
  node.style.top = ((box.y0 - MARGIN) / page.height) * 100 + "%";
  node.style.width = ((box.x1 - box.x0 + 2 * MARGIN) / page.width) * 100 + "%";
  node.style.height = ((box.y1 - box.y0 + 2 * MARGIN) / page.height) * 100 + "%";
}

function pageSize(image, data) {
  return { width: (image.naturalWidth / data.dpi) * 72, height: (image.naturalHeight / data.dpi) * 72 };
}

function drawBoxes(paper, image, data) {
  const page = pageSize(image, data);
  paper.querySelectorAll(".box").forEach((old) => old.remove());
  const last = data.boxes.filter((box) => box.kind === "number").pop();
  data.boxes.forEach((box) => {
    const node = document.createElement("div");
    node.className = "box " + box.kind;
    if (box === last) {
      node.dataset.testid = "cell-highlight";
      node.setAttribute("role", "img");
      node.setAttribute("aria-label", box.spoken);
    } else {
      node.setAttribute("aria-hidden", "true");
    }
    place(box, node, page);
    paper.append(node);
  });
}

/* The numbers of the page as buttons with one tab stop; the arrow keys go to the nearest one that way. */
function drawTokens(paper, image, data, tell) {
  const page = pageSize(image, data);
  const focused = paper.getRootNode().activeElement;
  const again = focused && focused.classList.contains("token") ? Number(focused.dataset.index) : -1;
  paper.querySelectorAll(".token").forEach((old) => old.remove());
  data.pointing.forEach((token, index) => {
    const node = document.createElement("button");
    node.type = "button";
    node.className = "token";
    node.dataset.index = index;
    node.tabIndex = index === Math.max(0, again) ? 0 : -1;
    node.setAttribute("aria-label", token.spoken);
    node.onclick = (event) => {
      if (event.detail === 0) tell({ x: (token.x0 + token.x1) / 2, y: (token.y0 + token.y1) / 2 });
    };
    place(token, node, page);
    paper.append(node);
    if (index === again) node.focus({ preventScroll: true });
  });
}

function step(event, paper) {
  const from = event.target.closest(".token");
  const way = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] }[event.key];
  if (!from || !way) return;
  event.preventDefault();
  let best = null, nearest = Infinity;
  paper.querySelectorAll(".token").forEach((node) => {
    const dx = node.offsetLeft + node.offsetWidth - from.offsetLeft - from.offsetWidth;
    const dy = node.offsetTop - from.offsetTop;
    const ahead = dx * way[0] + dy * way[1], aside = Math.abs(dx * way[1]) + Math.abs(dy * way[0]);
    if (ahead > 3 && ahead + 3 * aside < nearest) [best, nearest] = [node, ahead + 3 * aside];
  });
  if (!best) return;
  from.tabIndex = -1;
  best.tabIndex = 0;
  best.focus();
}

function listen(paper, image, data, tell) {
  const page = pageSize(image, data);
  let start = null, drawn = null;
  const at = (event) => {
    const area = paper.getBoundingClientRect();
    return { x: ((event.clientX - area.left) / area.width) * page.width, y: ((event.clientY - area.top) / area.height) * page.height };
  };
  const end = () => {
    if (drawn) drawn.remove();
    start = drawn = null;
  };
  paper.onpointerdown = (event) => {
    if (event.button === 0) start = { ...at(event), px: event.clientX, py: event.clientY };
  };
  paper.onpointermove = (event) => {
    if (!start || Math.hypot(event.clientX - start.px, event.clientY - start.py) < DRAWN_FROM) return;
    if (!drawn) {
      drawn = document.createElement("div");
      drawn.className = "drawn";
      paper.append(drawn);
      paper.setPointerCapture(event.pointerId);
    }
    const now = at(event);
    drawn.box = [Math.min(start.x, now.x), Math.min(start.y, now.y), Math.max(start.x, now.x), Math.max(start.y, now.y)];
    const [x0, y0, x1, y1] = drawn.box;
    place({ x0, y0, x1, y1 }, drawn, page);
  };
  paper.onpointerup = (event) => {
    if (drawn) tell({ box: drawn.box });
    else if (start) tell(at(event));
    end();
  };
  paper.onpointercancel = end;
  paper.onkeydown = (event) => step(event, paper);
}

function span(data) {
  const row = data.boxes.filter((box) => box.kind !== "other");
  return { left: Math.min(...row.map((b) => b.x0)), right: Math.max(...row.map((b) => b.x1)) };
}

/* As large as is comfortable to read, but no larger than keeps the row's label and number both in view. */
function startingZoom(scroll, image, data) {
  const readable = Math.min(1.6, Math.max(1, READABLE_WIDTH / scroll.clientWidth));
  if (data.pointing || !data.boxes.length) return 1;
  const { left, right } = span(data);
  return Math.max(1, Math.min(readable, (pageSize(image, data).width / (right - left)) * 0.94));
}

function isInView(scroll, target) {
  const top = target.offsetTop - scroll.scrollTop, left = target.offsetLeft - scroll.scrollLeft;
  return top >= 0 && left >= 0 && top + target.offsetHeight <= scroll.clientHeight && left + target.offsetWidth <= scroll.clientWidth;
}

function centre(scroll, paper, data) {
  const target = paper.querySelector("[data-testid=cell-highlight]");
  if (!target || (data.pointing && isInView(scroll, target))) return;
  scroll.scrollTop = target.offsetTop - scroll.clientHeight / 2;
  const pixels = paper.clientWidth / pageSize(paper.querySelector("img"), data).width;
  const { left, right } = span(data);
  const fits = (right - left) * pixels < scroll.clientWidth;
  scroll.scrollLeft = fits ? left * pixels - 12 : target.offsetLeft - scroll.clientWidth * 0.72;
}

export default function (component) {
  const { data, parentElement, setTriggerValue } = component;
  const find = (selector) => parentElement.querySelector(selector);
  const scroll = find(".scroll"), paper = find(".paper"), image = find("img");
  if (!scroll || !data) return;
  find(".place").textContent = data.place;
  scroll.style.height = data.height + "px";
  image.alt = data.alt;
  image.draggable = false;
  paper.classList.toggle("pointing", Boolean(data.pointing));
  const zoom = (factor) => {
    zooms.set(scroll, factor);
    paper.style.width = factor * 100 + "%";
    requestAnimationFrame(() => centre(scroll, paper, data));
  };
  const current = () => zooms.get(scroll) || startingZoom(scroll, image, data);
  find(".in").onclick = () => zoom(Math.min(4, current() * 1.25));
  find(".out").onclick = () => zoom(Math.max(0.5, current() / 1.25));
  find(".fit").onclick = () => zoom(1);
  const tell = (where) => setTriggerValue("pointed", { page: data.page, ...where });
  const ready = () => {
    drawBoxes(paper, image, data);
    if (data.pointing) {
      drawTokens(paper, image, data, tell);
      listen(paper, image, data, tell);
      if (shown.get(scroll) !== data.image && !data.boxes.length) scroll.scrollTo(0, 0);
      shown.set(scroll, data.image);
    }
    paper.style.width = current() * 100 + "%";
    requestAnimationFrame(() => centre(scroll, paper, data));
  };
  image.onload = ready;
  if (image.getAttribute("src") !== data.image) image.src = data.image;
  else if (image.complete) ready();
}

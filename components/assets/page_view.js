/* A page image with its boxes; boxes come in PDF points, the image tells the page's size through its dpi. */

const MARGIN = 1.5;
const READABLE_WIDTH = 740;
const zooms = new WeakMap();

function place(box, node, page) {
  node.style.left = ((box.x0 - MARGIN) / page.width) * 100 + "%";
  node.style.top = ((box.y0 - MARGIN) / page.height) * 100 + "%";
  node.style.width = ((box.x1 - box.x0 + 2 * MARGIN) / page.width) * 100 + "%";
  node.style.height = ((box.y1 - box.y0 + 2 * MARGIN) / page.height) * 100 + "%";
}

function drawBoxes(paper, image, data) {
  const page = { width: (image.naturalWidth / data.dpi) * 72, height: (image.naturalHeight / data.dpi) * 72 };
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

function span(data) {
  const row = data.boxes.filter((box) => box.kind !== "other");
  return { left: Math.min(...row.map((b) => b.x0)), right: Math.max(...row.map((b) => b.x1)) };
}

/* As large as is comfortable to read, but no larger than keeps the row's label and number both in view. */
function startingZoom(scroll, image, data) {
  const readable = Math.min(1.6, Math.max(1, READABLE_WIDTH / scroll.clientWidth));
  if (!data.boxes.length) return 1;
  const { left, right } = span(data);
  const page = (image.naturalWidth / data.dpi) * 72;
  return Math.max(1, Math.min(readable, (page / (right - left)) * 0.94));
}

function centre(scroll, paper, data) {
  const target = paper.querySelector("[data-testid=cell-highlight]");
  if (!target) return;
  scroll.scrollTop = target.offsetTop - scroll.clientHeight / 2;
  const pixels = paper.clientWidth / ((paper.querySelector("img").naturalWidth / data.dpi) * 72);
  const { left, right } = span(data);
  const fits = (right - left) * pixels < scroll.clientWidth;
  scroll.scrollLeft = fits ? left * pixels - 12 : target.offsetLeft - scroll.clientWidth * 0.72;
}

export default function (component) {
  const { data, parentElement } = component;
  const find = (selector) => parentElement.querySelector(selector);
  const scroll = find(".scroll"), paper = find(".paper"), image = find("img");
  if (!scroll || !data) return;
  find(".place").textContent = data.place;
  scroll.style.height = data.height + "px";
  image.alt = data.alt;
  const zoom = (factor) => {
    zooms.set(scroll, factor);
    paper.style.width = factor * 100 + "%";
    requestAnimationFrame(() => centre(scroll, paper, data));
  };
  const current = () => zooms.get(scroll) || startingZoom(scroll, image, data);
  find(".in").onclick = () => zoom(Math.min(4, current() * 1.25));
  find(".out").onclick = () => zoom(Math.max(0.5, current() / 1.25));
  find(".fit").onclick = () => zoom(1);
  const ready = () => {
    drawBoxes(paper, image, data);
    paper.style.width = current() * 100 + "%";
    requestAnimationFrame(() => centre(scroll, paper, data));
  };
  image.onload = ready;
  if (image.getAttribute("src") !== data.image) image.src = data.image;
  else if (image.complete) ready();
}

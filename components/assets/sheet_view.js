/* The cells around one workbook cell, with sheet headers and the formula.
   When data.pointing is set, a click or Enter on a cell names it to Python; the arrow keys move. */

function element(tag, className, text) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  node.textContent = text === undefined || text === null ? "" : text;
  return node;
}

function header(data) {
  const tr = element("tr");
  tr.append(element("td", "", ""));
  data.columns.forEach((name) => {
    const th = element("th", name === data.column ? "here" : "", name);
    th.scope = "col";
    tr.append(th);
  });
  return tr;
}

function line(row, data) {
  const here = row.number === data.row;
  const tr = element("tr", here ? "row" : "");
  const th = element("th", here ? "here" : "", row.number);
  th.scope = "row";
  tr.append(th);
  row.cells.forEach((cell, index) => {
    const chosen = here && data.columns[index] === data.column;
    const td = element("td", (cell.number ? "number" : "") + (chosen ? " cell" : ""), cell.text);
    if (chosen) td.dataset.testid = "cell-highlight";
    if (data.pointing) {
      td.dataset.cell = data.columns[index] + row.number;
      td.setAttribute("role", "gridcell");
      td.setAttribute("aria-label", td.dataset.cell + ": " + (cell.text || "empty"));
      td.tabIndex = chosen ? 0 : -1;
    }
    if (cell.text && cell.text.length > 40) td.title = cell.text;
    tr.append(td);
  });
  return tr;
}

const STEPS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

function step(event, tell) {
  const from = event.target.closest("td[data-cell]");
  if (!from) return;
  if (event.key === "Enter") return tell(from.dataset.cell);
  const way = STEPS[event.key];
  if (!way) return;
  event.preventDefault();
  const rows = from.closest("tbody").rows;
  const row = rows[from.parentElement.sectionRowIndex + way[0]];
  const next = row && row.cells[from.cellIndex + way[1]];
  if (!next || !next.dataset.cell) return;
  from.tabIndex = -1;
  next.tabIndex = 0;
  next.focus();
}

function listen(table, tell) {
  table.setAttribute("role", "grid");
  table.classList.add("pointing");
  table.onclick = (event) => {
    const cell = event.target.closest("td[data-cell]");
    if (cell) tell(cell.dataset.cell);
  };
  table.onkeydown = (event) => step(event, tell);
}

export default function (component) {
  const { data, parentElement, setTriggerValue } = component;
  const scroll = parentElement.querySelector(".scroll");
  if (!scroll || !data || !data.rows) return;
  const active = scroll.getRootNode().activeElement;
  const wasFocused = Boolean(active && active.dataset && active.dataset.cell);
  parentElement.querySelector(".place").textContent = data.place;
  parentElement.querySelector(".formula").textContent = data.formula;
  scroll.style.maxHeight = data.height + "px";
  scroll.setAttribute("aria-label", data.alt);
  const table = element("table"), head = element("thead"), body = element("tbody");
  head.append(header(data));
  data.rows.forEach((row) => body.append(line(row, data)));
  table.append(head, body);
  if (data.pointing) listen(table, (cell) => setTriggerValue("pointed", cell));
  scroll.replaceChildren(table);
  const cell = scroll.querySelector("td.cell");
  if (cell && wasFocused) cell.focus({ preventScroll: true });
  if (cell) requestAnimationFrame(() => {
    scroll.scrollTop = cell.offsetTop - scroll.clientHeight / 2;
    if (cell.offsetLeft + cell.clientWidth > scroll.clientWidth) scroll.scrollLeft = cell.offsetLeft - scroll.clientWidth * 0.6;
  });
}

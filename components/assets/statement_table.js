/* A statement as printed: every number is a button that names its fact to Python. */

function element(tag, className, text) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  if (text !== undefined && text !== null) node.textContent = text;
  return node;
}

function numberCell(cell, row, column, choose) {
  const td = element("td", cell ? "filled" : "");
  if (!cell) return td;
  const button = element("button", "number");
  button.type = "button";
  button.dataset.fact = cell.fact;
  button.dataset.row = row;
  button.dataset.column = column;
  button.setAttribute("aria-label", cell.spoken);
  button.setAttribute("aria-pressed", cell.selected ? "true" : "false");
  button.title = cell.hint;
  if (cell.person) {
    const disc = element("span", "person " + cell.person, cell.person === "later" ? "◉" : "●");
    disc.setAttribute("aria-hidden", "true");
    button.append(disc);
  }
  button.append(cell.text);
  if (!cell.text.endsWith(")")) {
    const hang = element("span", "hang", ")");
    hang.setAttribute("aria-hidden", "true");
    button.append(hang);
  }
  button.onclick = () => choose(cell.fact);
  const mark = element("span", "mark " + cell.mark, { failed: "✕", low: "▼", medium: "■" }[cell.mark] || "");
  mark.setAttribute("aria-hidden", "true");
  td.append(button, mark);
  return td;
}

function bodyRow(row, index, data, choose) {
  const kind = row.section ? "section" : row.total ? "total" : "";
  const tr = element("tr", kind);
  const th = element("th", "", row.label);
  th.scope = row.section ? "rowgroup" : "row";
  if (row.meaning && data.meanings) th.append(element("span", "meaning" + (row.known ? "" : " none"), row.meaning));
  else if (row.meaning) th.title = row.meaning;
  th.style.paddingLeft = 10 + row.indent * 12 + "px";
  tr.append(th);
  if (row.section) {
    th.colSpan = data.columns.length + 1;
    return tr;
  }
  row.cells.forEach((cell, column) => tr.append(numberCell(cell, index, column, choose)));
  return tr;
}

function headRow(data) {
  const tr = element("tr");
  [data.unit, ...data.columns].forEach((text) => {
    const th = element("th", "", text);
    th.scope = "col";
    tr.append(th);
  });
  return tr;
}

const STEPS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

function move(event, frame) {
  const step = STEPS[event.key];
  const from = event.target.closest("button.number");
  if (!step || !from) return;
  event.preventDefault();
  let row = Number(from.dataset.row), column = Number(from.dataset.column);
  for (let tries = 0; tries < 60; tries += 1) {
    row += step[0];
    column += step[1];
    const next = frame.querySelector(`button.number[data-row="${row}"][data-column="${column}"]`);
    if (next) return next.focus();
    if (step[1] !== 0) return;
  }
}

export default function (component) {
  const { data, parentElement, setTriggerValue } = component;
  const frame = parentElement.querySelector(".frame");
  if (!frame || !data) return;
  const focused = frame.getRootNode().activeElement;
  const focusedFact = focused && focused.dataset ? focused.dataset.fact : null;
  const scroll = frame.scrollTop;
  const table = element("table");
  table.append(element("caption", "", data.title));
  const head = element("thead");
  head.append(headRow(data));
  const body = element("tbody");
  const choose = (fact) => {
    frame.querySelectorAll("button.number").forEach((button) =>
      button.setAttribute("aria-pressed", button.dataset.fact === fact ? "true" : "false"));
    setTriggerValue("chosen", fact);
  };
  data.rows.forEach((row, index) => body.append(bodyRow(row, index, data, choose)));
  table.append(head, body);
  frame.style.maxHeight = data.height + "px";
  frame.replaceChildren(table);
  frame.scrollTop = scroll;
  frame.onkeydown = (event) => move(event, frame);
  if (focusedFact) {
    const again = frame.querySelector(`button.number[data-fact="${CSS.escape(focusedFact)}"]`);
    if (again) again.focus({ preventScroll: true });
  }
}

/* The cells around one workbook cell, with sheet headers and the formula. */

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
    if (cell.text && cell.text.length > 40) td.title = cell.text;
    tr.append(td);
  });
  return tr;
}

export default function (component) {
  const { data, parentElement } = component;
  const scroll = parentElement.querySelector(".scroll");
  if (!scroll || !data) return;
  parentElement.querySelector(".place").textContent = data.place;
  parentElement.querySelector(".formula").textContent = data.formula;
  scroll.style.maxHeight = data.height + "px";
  scroll.setAttribute("aria-label", data.alt);
  const table = element("table"), head = element("thead"), body = element("tbody");
  head.append(header(data));
  data.rows.forEach((row) => body.append(line(row, data)));
  table.append(head, body);
  scroll.replaceChildren(table);
  const cell = scroll.querySelector("td.cell");
  if (cell) requestAnimationFrame(() => {
    scroll.scrollTop = cell.offsetTop - scroll.clientHeight / 2;
    if (cell.offsetLeft + cell.clientWidth > scroll.clientWidth) scroll.scrollLeft = cell.offsetLeft - scroll.clientWidth * 0.6;
  });
}

/** A page that one document fills: headings, texts, tables and charts, one below the other. */

export const page = JSON.parse(document.getElementById("payload").textContent);

/** @param {string} tag @param {string} [text] @param {string} [name] class of the element */
export function element(tag, text, name) {
  const made = document.createElement(tag);
  if (text !== undefined) made.textContent = text;
  if (name) made.className = name;
  document.querySelector("main").append(made);
  return made;
}

/** An empty chart that follows the width of the page. @param {number} height in pixels @param {string} label */
export function chart(height, label) {
  const box = element("div", undefined, "chart");
  box.style.height = `${height}px`;
  box.setAttribute("role", "img");
  box.setAttribute("aria-label", label);
  const made = echarts.init(box, null, { renderer: "canvas" });
  window.addEventListener("resize", () => made.resize());
  return made;
}

/** @param {number} height @param {object} option of the chart library @param {string} label */
export function draw(height, option, label) {
  chart(height, label).setOption({ animation: false, ...option });
}

/** @param {string[]} heads @param {string[][]} rows @returns {HTMLElement} */
export function table(heads, rows) {
  const made = element("table");
  fill(made, heads, rows);
  return made;
}

/** Rows of a table anew. @param {HTMLElement} made @param {string[]} heads @param {string[][]} rows */
export function fill(made, heads, rows) {
  made.replaceChildren();
  const counts = heads.map((_, column) => rows.length > 0 && rows.every((row) => /^(?:[-–]?[\d.,]+(?: %)?|[-–])$/.test(row[column])));
  for (const [cells, kind] of [[heads, "th"], ...rows.map((row) => [row, "td"])]) {
    const line = document.createElement("tr");
    for (const [column, cell] of cells.entries()) {
      const one = document.createElement(kind);
      if (counts[column]) one.className = "number";
      one.textContent = cell;
      line.append(one);
    }
    made.append(line);
  }
}

/** What the figures of a page rest on. @param {string[]} notes */
export function told(notes) {
  if (!notes.length) return;
  element("h2", "What this rests on");
  const list = element("ul");
  for (const note of notes) {
    const item = document.createElement("li");
    item.textContent = note;
    list.append(item);
  }
}

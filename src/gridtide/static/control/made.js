/** Elements, made of text alone: no name of a case or a job is ever read as markup. */

export const $ = (id) => document.getElementById(id);

/** An element with text and children. @param {string} name @param {object} more */
export function made(name, { text, kind, children = [], data = {}, ...more } = {}) {
  const node = document.createElement(name);
  if (text !== undefined) node.textContent = text;
  if (kind) node.className = kind;
  Object.assign(node, more);
  Object.assign(node.dataset, data);
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

/** Fill a table. @param {string} id @param {string[]} heads @param {Array<Array<string|HTMLElement>>} rows */
export function table(id, heads, rows, kind = "") {
  const head = made("tr", { children: heads.map((text) => made("th", { text, scope: "col" })) });
  const body = rows.map((row) => made("tr", { children: row.map((cell) => (typeof cell === "string" ? made("td", { text: cell }) : cell)) }));
  $(id).className = kind;
  $(id).replaceChildren(made("thead", { children: [head] }), made("tbody", { children: body }));
}

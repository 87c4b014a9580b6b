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

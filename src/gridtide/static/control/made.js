/** Elements, made of text alone: no name of a case or a job is ever read as markup. */

export const $ = (id) => document.getElementById(id);

/** An element. @param {string} name tag, and classes after a dot @param {object} more its properties @param {...(Node|string|null)} children lists are taken apart, null is left out */
export function made(name, { data = {}, ...more } = {}, ...children) {
  const [tag, kind] = name.split(".");
  const node = document.createElement(tag);
  if (kind) node.className = kind;
  Object.assign(node, more);
  Object.assign(node.dataset, data);
  node.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return node;
}

/** A button that does something. @param {string} kind its class @param {object} [more] properties */
export function button(kind, text, onclick, more = {}) {
  return made(kind ? `button.${kind}` : "button", { type: "button", onclick, ...more }, text);
}

/** Pairs of a term and what stands for it, a node or text. */
export function terms(pairs) {
  return pairs.flatMap(([term, what]) => [made("dt", {}, term), what instanceof Node ? what : made("dd", {}, what)]);
}

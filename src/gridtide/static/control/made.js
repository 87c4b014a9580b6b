/** Elements, made of text alone: no name of a case or a job is ever read as markup. */

export const $ = (id) => document.getElementById(id);
export const put = (id, text) => ($(id).textContent = text);
export const fill = (id, ...nodes) => $(id).replaceChildren(...nodes);

/** An element. name: its tag, and class after a dot; more: its properties; of children lists are taken apart and null is left out */
export function made(name, { data = {}, ...more } = {}, ...children) {
  const [tag, kind] = name.split(".");
  const node = document.createElement(tag);
  if (kind) node.className = kind;
  Object.assign(node, more);
  Object.assign(node.dataset, data);
  node.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return node;
}

/** A button that does something; kind: its class. */
export function button(kind, text, onclick, more = {}) {
  return made(kind ? `button.${kind}` : "button", { type: "button", onclick, ...more }, text);
}

/** Pairs of a term and what stands for it, a node or text. */
export function terms(pairs) {
  return pairs.flatMap(([term, what]) => [made("dt", {}, term), what instanceof Node ? what : made("dd", {}, what)]);
}

/** What may be chosen, each a value or [value, text]; what was chosen stays chosen. */
export function options(id, choices) {
  const pairs = choices.map((one) => [one].flat());
  const [had, texts] = [$(id).value, pairs.map((pair) => pair.at(-1)).join("")];
  if ($(id).textContent === texts) return;
  $(id).replaceChildren(...pairs.map((pair) => made("option", { value: pair[0] }, pair.at(-1))));
  if (pairs.some(([value]) => value === had)) $(id).value = had;
}

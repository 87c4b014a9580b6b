/** A decision that waits, changed before it is approved: what is not named stays, and the guard looks again. */

import { $, button, fill, made, options, put } from "./made.js";
import { siteNames } from "./whatif.js";
import { word } from "./words.js";

/** What may be changed: of a job or a site, and what is to be said of it. */
const CHANGES = { leave_jobs: ["job"], begin: ["job", "at"], leave_sites: ["site"], moved_most_kw: ["site", "kw"], store_most_kw: ["site", "kw"], store_least_kw: ["site", "kw"] };
let about = {};
let changes = [];

/** @param {(one: object, changes: object, said: string[]) => void} ask for a reason, then the room */
export function prepareEditing(ask) {
  $("edit-kind").onchange = subjects;
  $("edit-do").onclick = () => {
    $("edit").close();
    ask(about, asked(), changes.map(saying));
  };
  $("edit-form").onsubmit = (event) => {
    event.preventDefault();
    changes.push(["kind", "of", "value"].map((id) => $(`edit-${id}`).value.trim()));
    show();
  };
}

/** Open the form for a decision; what was refused of it stands there again. @param {object} one */
export function edit(one) {
  if (about.id !== one.id) changes = [];
  about = one;
  put("edit-title", `${word("edit")}: ${one.title}`);
  options("edit-kind", Object.keys(CHANGES).filter((kind) => CHANGES[kind][0] === "site" || one.jobs?.length).map((kind) => [kind, word(`edit_${kind}`)]));
  subjects();
  show();
  $("edit").showModal();
}

function subjects() {
  const [of, value] = CHANGES[$("edit-kind").value];
  options("edit-of", of === "job" ? (about.jobs ?? []) : siteNames());
  $("edit-value").disabled = !value;
  $("edit-value").value = value === "at" ? about.undo_until : value ? "0" : "";
}

function saying([kind, ...more]) {
  return [word(`edit_${kind}`), ...more].filter(Boolean).join(" · ");
}

/** The changes so far; each is taken back by its button. */
function show() {
  const back = (place) => () => (changes.splice(place, 1), show());
  fill("edit-list", ...changes.map((one, place) => made("li", {}, `${saying(one)} `, button("", word("takeBack"), back(place)))));
  $("edit-do").disabled = !changes.length;
}

/** As the room is asked: lists of names, or what is said of each. */
function asked() {
  const said = {};
  for (const [kind, name, value] of changes) {
    const means = CHANGES[kind][1];
    said[kind] = means ? { ...said[kind], [name]: means === "kw" ? Number(value) : value } : [...(said[kind] ?? []), name];
  }
  return said;
}

/** Decisions awaiting approval: what, why, what speaks against it, until when it can be undone, when it expires. */

import { learn } from "./asking.js";
import { edit } from "./editing.js";
import { heard } from "./heard.js";
import { $, button, fill, made, put, terms } from "./made.js";
import { reads } from "./reads.js";
import { facts as told } from "./tabs/drawn.js";
import { wonderWhat } from "./whatif.js";
import { instant, named, number, span, word } from "./words.js";

const KEYS = { a: "approve", r: "reject", m: "edit", e: "explain", w: "whatIf" };
/** Keys that do what the buttons of the chosen decision do. */
export const decisionKeys = Object.fromEntries(Object.entries(KEYS).map(([key, act]) => [key, () => document.querySelector(`.chosen [data-act^=${act}]`)?.click()]));
const explained = new Map();
let chosen = "";
let onAnswer = () => undefined;
let shown = "";

/** @param {(what: "approve"|"reject", one: object) => void} answer what happens on either button */
export function prepareDecisions(answer) {
  onAnswer = answer;
}

/** Show what waits; nothing is touched while nothing changed, so that focus stays where it is. */
export function showDecisions(always = false) {
  const now = JSON.stringify([heard.proposals, [...explained], chosen]);
  reads(chosen);
  if (!always && now === shown) return showTimes();
  shown = now;
  const had = document.activeElement?.dataset?.act;
  put("waiting", `(${heard.proposals.length})`);
  if (!heard.proposals.some((one) => one.id === chosen)) chosen = heard.proposals[0]?.id ?? "";
  const cards = heard.proposals.map((one) => (one.id === chosen ? whole : short)(one));
  fill("proposals", ...(cards.length ? cards : [made("li.faint", {}, word("noProposals"))]));
  if (had) ($("proposals").querySelector(`[data-act="${CSS.escape(had)}"]`) ?? $("proposals").querySelector(".chosen button"))?.focus();
  return showTimes();
}

/** The hours that a decision has left, by the clock of the server. */
function showTimes() {
  const now = Date.parse(heard.state?.at ?? heard.values.at ?? "");
  for (const node of $("proposals").querySelectorAll("[data-until]")) {
    const left = (Date.parse(node.dataset.until) - now) / 1000;
    node.textContent = `${instant(node.dataset.until)} (${left > 0 ? `${word("in")} ${span(left)}` : word("past")})`;
  }
}

/** One that waits behind the chosen one: what it is and how long it waits. It is opened before it is answered. */
function short(one) {
  const open = () => {
    chosen = one.id;
    showDecisions();
  };
  const title = made("h3", {}, button("plain", one.title, open, { data: { act: `open ${one.id}` } }));
  const expires = made("p.faint", {}, `${word("expires")} `, made("span", { data: { until: one.expires_at } }));
  const advice = one.advice?.length ? made("p.mark", {}, `${word("advice")}: ${one.advice.length}`) : null;
  return made("li", {}, title, made("p.faint", {}, one.because), advice, expires);
}

/** The chosen one: all that is known of it, and the buttons. */
function whole(one) {
  const moved = Object.entries(one.moved_kw ?? {}).map(([site, kw]) => `${site} ${number(kw)} kW`).join(" · ");
  const jobs = one.jobs ?? [];
  const facts = [
    ["because", one.because],
    ["against", made("dd", {}, one.against.map((text) => made("p", {}, text)))],
    ["undo", made("dd", { data: { until: one.undo_until } })],
    ["expires", made("dd", { data: { until: one.expires_at } })],
    ["moves", moved && `${moved}${typeof one.share === "number" ? ` (${number(100 * one.share, 1)} %)` : ""}`],
    ["jobs", jobs.length && `${jobs.length}: ${jobs.slice(0, 6).join(", ")}${jobs.length > 6 ? " …" : ""}`],
    ["readBy", one.read_by?.join(", ")],
    ["asks", one.asks && named(one.asks)],
    ["advice", one.advice?.length && made("dd", {}, one.advice.map(({ by, approve, reason }) => made("p", {}, `${by} · ${word(approve ? "approve" : "reject")}: ${reason}`)))],
  ].filter(([, value]) => value);
  const why = explained.get(one.id);
  const acts = { approve: (one) => onAnswer("approve", one), reject: (one) => onAnswer("reject", one), edit, explain, whatIf: wonderWhat };
  const buttons = Object.values(KEYS).map((key) => {
    const act = () => (reads(one.id), acts[key](one));
    const label = word(key === "explain" && why ? "hide" : key);
    return button(key === "approve" ? "strong" : "", label, act, { ariaLabel: `${label}: ${one.title}`, data: { act: `${key} ${one.id}` } });
  });
  const known = Object.entries(why ?? {}).filter(([key, value]) => key !== "proposal" && key !== "id" && value !== null);
  const more = why ? made("div.why", { tabIndex: 0, role: "region", ariaLabel: word("explain") }, told(known)) : null;
  return made("li.chosen", { ariaCurrent: "true" }, made("h3", {}, one.title), made("dl", {}, terms(facts.map(([key, value]) => [word(key), value]))), made("p.acts", {}, buttons), more);
}

async function explain({ id }) {
  if (!explained.delete(id)) await learnWhy(id);
  showDecisions();
}

async function learnWhy(id) {
  explained.set(id, (await learn(`/api/decisions/${id}/explanation`)) ?? {});
}

/** Say why anew, in the language of now. */
export const explainAgain = () => Promise.all([...explained.keys()].map(learnWhy));

export function choose(by) {
  const place = heard.proposals.findIndex((one) => one.id === chosen) + by;
  chosen = heard.proposals[Math.max(0, Math.min(place, heard.proposals.length - 1))]?.id ?? "";
  showDecisions();
  $("proposals").querySelector(".chosen")?.scrollIntoView({ block: "nearest" });
}

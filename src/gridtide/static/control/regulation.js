/** Regulation: each line of set-points, what was asked and given in the last ten minutes, and how well. */

import { learn } from "./asking.js";
import { coming, heard } from "./heard.js";
import { $, made } from "./made.js";
import { chart, facts, redraw } from "./tabs/drawn.js";
import { named, number, word } from "./words.js";

const STEP_MS = 2_000;
let lines = [];
let drawn = "";

/** What lines say now; nothing is asked where the room has none. */
export async function lookRegulation() {
  lines = heard.values.regulation ? ((await learn("/api/regulation"))?.items ?? lines) : [];
  const text = JSON.stringify([lines, word("noLines")]);
  if (text !== drawn) showRegulation();
  drawn = text;
}

export function showRegulation() {
  redraw($("regulation"), lines.length ? lines.flatMap(shown) : [made("p", {}, word("noLines"))]);
}

function shown({ site, last, follows, score, accuracy, delay, precision, fault, soc_kwh, energy_kwh, soc_least_kwh, ...rest }) {
  const parts = Object.entries({ accuracy, delay, precision }).map(([key, part]) => `${named(`score_${key}`)} ${number(part, 2)}`);
  const score_said = `${word("score")} ${number(score, 2)} = (${parts.join(" + ")}) / 3 · ${word(follows ? "isLed" : "leadsItself")}`;
  const { signal, error_band, ...values } = rest;
  return [
    made("h3", {}, site), made("p", { data: { key: "score" } }, score_said), fault ? made("p", {}, `${named("fault")}: ${fault}`) : null,
    ...(last?.at.length ? course(site, last, error_band ?? 0) : []),
    energy_kwh > 0 && soc_kwh !== null ? made("meter", { max: energy_kwh, low: soc_least_kwh ?? 0, value: soc_kwh, ariaLabel: `${named("soc_kwh")} ${number(soc_kwh)} / ${number(energy_kwh)}` }) : null,
    facts(Object.entries({ soc_kwh, energy_kwh, ...values })),
  ];
}

/** Asked and given as shares of what was offered, and the band around what was asked. */
function course(site, { at, signal, response }, band) {
  const end = new Date(Date.parse(at.at(-1)) + STEP_MS).toISOString();
  const [upper, lower] = [band, -band].map((by) => signal.map((asked) => asked + by));
  return chart({ site, clock: coming(site).site?.clock ?? "UTC", given: response, asked: signal, upper, lower }, [...at, end]);
}

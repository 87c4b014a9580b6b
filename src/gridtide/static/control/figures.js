/** The strip of figures: each leads to what it is made of, where that comes from, and how old it is. */

import { age, carbonSource, heard, isStale, total } from "./heard.js";
import { $, button, made, terms } from "./made.js";
import { list } from "./tabs/drawn.js";
import { instant, money, named, number, span, word } from "./words.js";

/** @returns {Array<object>} name, value, note, keys of the frame it is made of, unit, source (key of `ages_s`), sign, bad */
function figures() {
  const currency = heard.ahead?.currency ?? "";
  const { sites = [], at_risk: risks = [], at_risk_count: atRisk } = heard.frame?.values ?? {};
  const [used, load] = [total("renewable_used_kw"), total("facility_kw")];
  const over = sites.filter(isOver).map((site) => site.site);
  const known = sites.map((site) => site.price_per_mwh).filter((one) => typeof one === "number");
  const of = (name, value, note, keys, more) => ({ name, value, note, keys, unit: "kW", source: "meters", ...more });
  return [
    of("load", number(load), `IT ${number(total("it_kw"))} kW`, ["facility_kw", "it_kw"]),
    of("fromGrid", number(total("import_kw")), over.length ? `${word("overLimit")}: ${over.length > 2 ? `${over.length} × ${word("site")}` : over.join(", ")}` : `${word("ofLimit")} ${number(total("import_max_kw"))} kW`, ["import_kw", "import_max_kw", "export_kw"], { bad: over.length > 0 }),
    of("couldLess", number(total("could_less_kw")), word("atOnce"), ["could_less_kw"], { sign: "▼ " }),
    of("couldMore", number(total("could_more_kw")), word("atOnce"), ["could_more_kw", "soc_kwh"], { sign: "▲ " }),
    of("price", number(total("price_per_mwh")), known.length ? `${number(Math.min(...known))} … ${number(Math.max(...known))}` : word("unknownValue"), ["price_per_mwh"], { unit: `${currency}/MWh`, source: "price_per_mwh" }),
    of("carbonNow", number(total("carbon_g_per_kwh")), word("meanByImport"), ["carbon_g_per_kwh"], { unit: "g/kWh", source: carbonSource() }),
    of("renewable", load > 0 && used !== null ? number((100 * used) / load) : "–", `${word("curtailedNow")} ${number(total("renewable_curtailed_kw"))} kW`, ["renewable_used_kw", "renewable_curtailed_kw"], { unit: "%" }),
    of("costPerHour", money(total("cost_per_h")), word("fromGridOnly"), ["import_kw", "price_per_mwh"], { unit: currency, source: "price_per_mwh" }),
    of("atRisk", number(atRisk ?? risks.length), risks[0]?.job ?? word("none"), [], { unit: word("jobs") }),
  ];
}

/** Whether a site draws more than its connection and calls let it. @param {object} site */
export function isOver(site) {
  const rounded = heard.frame?.values.columns ? 1.01 : 0.5;
  return typeof site.import_max_kw === "number" && site.import_kw > site.import_max_kw * (1 + 1e-6) + rounded;
}

/** Show the strip. The buttons stay the same elements, so that focus stays. */
export function showFigures() {
  const strip = $("figures");
  figures().forEach((one, place) => {
    const tile = strip.children[place] ?? strip.appendChild(button("", [made("span.name"), made("span.value", {}, made("b"), made("small")), made("span.note")]));
    const [name, { children: [value, unit] }, note] = tile.children;
    name.textContent = `${one.sign ?? ""}${word(one.name)}`;
    value.textContent = one.value;
    unit.textContent = ` ${one.unit}`;
    note.textContent = one.note;
    tile.className = `figure${one.bad ? " bad" : ""}${isStale(one.source) || one.value === "–" ? " stale" : ""}`;
    tile.onclick = () => {
      const now = figures()[place];
      showSource({ ...now, title: `${word(now.name)}: ${now.value} ${now.unit}` });
    };
  });
}

/** Where a figure of the newest frame comes from: what it is made of at each site, its source and the age of it. */
export function showSource({ name, title, source, keys = [] }) {
  $("source-title").textContent = title;
  const facts = {
    formula: word(`${name}Formula`), source: named(source), age: `${span(age(source))}${isStale(source) ? ` · ${word("stale")}` : ""}`,
    measuredAt: instant(heard.frame?.values.at, true), frame: String(heard.frame?.number ?? "–"),
  };
  $("source-facts").replaceChildren(...terms(Object.entries(facts).map(([key, text]) => [word(key), text])));
  const rows = (heard.frame?.values.sites ?? []).map((site) => ({ site: site.site, ...Object.fromEntries(keys.map((key) => [key, site[key]])) }));
  $("source-sites").replaceChildren(...(keys.length ? [list("site", rows)] : []));
  $("source").showModal();
}

/** Every other number of the page: a click on it, or the button under its panel, leads to its source. */
export function prepareSources() {
  for (const panel of document.querySelectorAll("section[data-from]")) {
    const { label: name, from } = panel.dataset;
    const show = (title, key = "") => showSource({ name, title, source: /^price/.test(key) ? "price_per_mwh" : /^carbon/.test(key) ? carbonSource() : /^plan/.test(key) ? "plan" : from });
    panel.append(button("plain", "", () => show(word(name)), { data: { word: "source" } }));
    panel.addEventListener("click", ({ target }) => {
      const cell = target.closest("td, dd");
      if (!cell || target.closest("button") || String(getSelection())) return;
      const called = cell.tagName === "DD" ? cell.previousElementSibling : cell.closest("table").tHead.rows[0].cells[cell.cellIndex];
      show(`${called?.textContent ?? word(name)}: ${cell.textContent}`, cell.dataset.key);
    });
  }
}

/** The strip of figures: each leads to what it is made of, where that comes from, and how old it is. */

import { age, carbonSource, heard, isStale, total } from "./heard.js";
import { $, button, fill, made, put, terms } from "./made.js";
import { list } from "./tabs/drawn.js";
import { instant, money, named, number, span, word } from "./words.js";

/** @returns {Array<object>} name, value, note, keys of the frame it is made of, unit, source (key of `ages_s`), sign, bad */
function figures() {
  const currency = heard.ahead?.currency ?? "";
  const { sites = [], at_risk: risks = [], at_risk_count: atRisk } = heard.values;
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
  const rounded = heard.values.columns ? 1.01 : 0.5;
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

/** Where a figure comes from: how it is made (of its key, its panel or its path), its source and the age of it, and what
 * it is made of at each site. */
export function showSource({ name, title, source, keys = [], key, path, at }) {
  put("source-title", title);
  const facts = {
    formula: [key, name, path].map((one) => word(`${one}Formula`)).find((text) => !text.endsWith("Formula")) ?? "–",
    source: [named(source), path].filter(Boolean).join(" · "), age: `${span(age(source))}${isStale(source) ? ` · ${word("stale")}` : ""}`,
    measuredAt: instant(at ?? heard.values.at, true), frame: String(heard.frame?.number ?? "–"),
  };
  fill("source-facts", ...terms(Object.entries(facts).map(([key, text]) => [word(key), text])));
  const rows = (heard.values.sites ?? []).map((site) => ({ site: site.site, ...Object.fromEntries(keys.map((key) => [key, site[key]])) }));
  fill("source-sites", ...(keys.length ? [list("site", rows)] : []));
  $("source").showModal();
}

/** Every other number of the page: a click on it, or the button under its panel, leads to its source. */
export function prepareSources() {
  for (const panel of document.querySelectorAll("section[data-from]")) panel.append(button("plain source", "", undefined, { data: { word: "source" } }));
  document.body.addEventListener("click", ({ target }) => {
    const cell = target.closest(".source, td, dd, [data-key]");
    const panel = cell?.closest("[data-from]");
    const whole = cell?.matches(".source");
    if (!panel || (!whole && (target.closest("button") || String(getSelection())))) return;
    const { label: name, from, path, at } = panel.dataset;
    const { key = "" } = cell.dataset;
    const called = cell.matches("dd") ? cell.previousElementSibling : cell.closest("table")?.tHead.rows[0].cells[cell.cellIndex];
    const own = from === "sources" && cell.closest("tr")?.querySelector('[data-key="source"]')?.textContent;
    const source = own || (/^price/.test(key) ? "price_per_mwh" : /^carbon/.test(key) ? carbonSource() : /^plan/.test(key) ? "plan" : from);
    showSource({ name, key, source, path, at, title: whole ? named(name) : `${called?.textContent ?? named(name)}: ${cell.textContent}` });
  });
}

/** The strip of figures: each leads to what it is made of, where that comes from, and how old it is. */

import { age, byImport, carbonSource, heard, isStale, total } from "./heard.js";
import { $, made } from "./made.js";
import { list } from "./tabs/drawn.js";
import { instant, money, number, span, word } from "./words.js";

/** @returns {Array<object>} name, value, unit, note, source (key of `ages_s`), keys of the frame it is made of, bad */
function figures() {
  const currency = heard.ahead?.currency ?? "";
  const sites = heard.frame?.values.sites ?? [];
  const [used, curtailed, load, imports, limit] = ["renewable_used_kw", "renewable_curtailed_kw", "facility_kw", "import_kw", "import_max_kw"].map(total);
  const price = byImport("price_per_mwh");
  const fleet = heard.frame?.values.fleet;
  const cost = fleet ? (fleet.cost_per_h ?? null) : sites.every((site) => typeof site.import_kw === "number" && typeof site.price_per_mwh === "number")
    ? sites.reduce((sum, site) => sum + (site.import_kw * site.price_per_mwh) / 1000, 0) : null;
  const risks = heard.frame?.values.at_risk ?? [];
  const over = sites.filter((site) => isOver(site)).map((site) => site.site);
  const known = sites.map((site) => site.price_per_mwh).filter((one) => typeof one === "number");
  return [
    { name: "load", value: number(load), unit: "kW", note: `IT ${number(total("it_kw"))} kW`, source: "meters", keys: ["facility_kw", "it_kw"] },
    { name: "fromGrid", value: number(imports), unit: "kW", note: over.length ? `${word("over")}: ${over.length > 2 ? `${over.length} × ${word("site")}` : over.join(", ")}` : `${word("ofLimit")} ${number(limit)} kW`, source: "meters", keys: ["import_kw", "import_max_kw", "export_kw"], bad: over.length > 0 },
    { name: "couldLess", value: number(total("could_less_kw")), unit: "kW", note: word("atOnce"), source: "meters", keys: ["could_less_kw"], sign: "▼" },
    { name: "couldMore", value: number(total("could_more_kw")), unit: "kW", note: word("atOnce"), source: "meters", keys: ["could_more_kw", "soc_kwh"], sign: "▲" },
    { name: "price", value: number(price), unit: `${currency}/MWh`, note: known.length ? `${number(Math.min(...known))} … ${number(Math.max(...known))}` : word("unknownValue"), source: "price_per_mwh", keys: ["price_per_mwh"] },
    { name: "carbon", value: number(byImport("carbon_g_per_kwh")), unit: "g/kWh", note: word("meanByImport"), source: carbonSource(), keys: ["carbon_g_per_kwh"] },
    { name: "renewable", value: load > 0 && used !== null ? number((100 * used) / load) : "–", unit: "%", note: `${word("curtailed")} ${number(curtailed)} kW`, source: "meters", keys: ["renewable_used_kw", "renewable_curtailed_kw"] },
    { name: "costPerHour", value: money(cost), unit: currency, note: word("fromGridOnly"), source: "price_per_mwh", keys: ["import_kw", "price_per_mwh"] },
    { name: "atRisk", value: number(heard.frame?.values.at_risk_count ?? risks.length), unit: word("jobs"), note: risks.length ? risks[0].job : word("none"), source: "meters", keys: [], bad: false },
  ];
}

/** Whether a site draws more than its connection and calls let it. @param {object} site */
export function isOver(site) {
  const rounded = heard.frame?.values.fleet ? 1.01 : 0.5;
  return typeof site.import_kw === "number" && typeof site.import_max_kw === "number" && site.import_kw > site.import_max_kw * (1 + 1e-6) + rounded;
}

/** Show the strip. The buttons stay the same elements, so that focus stays. */
export function showFigures() {
  const strip = $("figures");
  figures().forEach((one, place) => {
    const button = strip.children[place] ?? strip.appendChild(made("button", { type: "button", children: [made("span", { kind: "name" }), made("span", { kind: "value", children: [made("b"), made("small")] }), made("span", { kind: "note" })] }));
    const [name, { children: [value, unit] }, note] = button.children;
    name.textContent = `${one.sign ?? ""} ${word(one.name)}`.trim();
    value.textContent = one.value;
    unit.textContent = ` ${one.unit}`;
    note.textContent = one.note;
    button.className = `figure${one.bad ? " bad" : ""}${isStale(one.source) || one.value === "–" ? " stale" : ""}`;
    button.onclick = () => showSource(figures()[place]);
  });
}

/** Where a figure of the newest frame comes from: what it is made of at each site, its source and the age of it. */
export function showSource(one) {
  $("source-title").textContent = `${word(one.name)}: ${one.value} ${one.unit}`;
  const facts = [
    ["formula", word(`${one.name}Formula`)],
    ["source", one.source === "meters" ? word("meters") : one.source],
    ["age", `${span(age(one.source))}${isStale(one.source) ? ` · ${word("stale")}` : ""}`],
    ["measuredAt", instant(heard.frame?.values.at, true)],
    ["frame", String(heard.frame?.number ?? "–")],
  ];
  $("source-facts").replaceChildren(...facts.flatMap(([key, text]) => [made("dt", { text: word(key) }), made("dd", { text })]));
  const rows = (heard.frame?.values.sites ?? []).map((site) => ({ site: site.site, ...Object.fromEntries(one.keys.map((key) => [key, number(site[key], 1)])) }));
  $("source-sites").replaceChildren(...(one.keys.length ? [list("site", rows, true)] : []));
  $("source").showModal();
}

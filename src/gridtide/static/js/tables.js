/** Headline, policies side by side, routes and decisions with their reasons, energy, moves, notes. */

import { localTime, money, number, percent } from "./theme.js";

/** @param {string} tag @param {string} [text] @param {string} [className] */
export function element(tag, text, className) {
  const made = document.createElement(tag);
  if (text !== undefined) made.textContent = text;
  if (className) made.className = className;
  return made;
}

function shownOf(page) {
  return [page.policies[0], page.policies.find((row) => row.policy === page.shown)];
}

/** @param {object} page the payload */
export function tiles(page) {
  const [reference, policy] = shownOf(page);
  const saved = reference.total_cost - policy.total_cost;
  const avoided = reference.emissions_average_kg === null || policy.emissions_average_kg === null ? null : reference.emissions_average_kg - policy.emissions_average_kg;
  const share = avoided === null || !reference.emissions_average_kg ? null : Math.abs(avoided / reference.emissions_average_kg);
  const kept = policy.promised - policy.missed_deadlines;
  const alone = policy === reference;
  const facts = [
    alone ? [`${money(policy.total_cost)} ${page.currency}`, `total cost of ${policy.policy}`] : [`${money(Math.abs(saved))} ${page.currency}`, `${saved >= 0 ? "saved" : "more"} against ${reference.policy}${reference.total_cost ? ` (${percent(Math.abs(saved / reference.total_cost))} of ${money(reference.total_cost)})` : ""}`, saved < 0],
    page.policies.some((row) => row.policy === "perfect-foresight") ? [percent(page.capture_ratio), page.capture_ratio === null ? "capture ratio: perfect foresight and the reference cost nearly the same" : "capture ratio: share of the saving that perfect foresight reached"] : null,
    page.bound_total_cost === null ? null : [`${money(page.bound_total_cost)} ${page.currency}`, gap(page, reference, policy)],
    [`${number(kept)} of ${number(policy.promised)}`, `promised deadlines kept${policy.jobs > policy.promised ? `; ${number(policy.jobs - policy.promised)} of ${number(policy.jobs)} jobs could not be promised${alone || policy.promised === reference.promised ? "" : `, ${number(reference.jobs - reference.promised)} in ${reference.policy}`}` : ""}`, policy.missed_deadlines > 0],
    page.jobs.all && !alone ? [`${number(policy.accelerator_h_done)} h`, `accelerator-hours served; ${number(reference.accelerator_h_done)} in ${reference.policy}`, policy.accelerator_h_done < 0.999 * reference.accelerator_h_done] : null,
    alone && policy.emissions_average_kg !== null ? [mass(policy.emissions_average_kg), "emissions by average intensity"] : avoided === null ? ["not available", "emissions: no carbon intensity in this case"] : [mass(Math.abs(avoided)), `${avoided >= 0 ? "less" : "more"} (${percent(share)}), by average intensity: attribution, not impact`],
    !alone && page.sites.some((site) => site.curtailment_kw) ? [`${number(policy.curtailment_absorbed_kwh / 1000, 1)} MWh`, "curtailed renewables absorbed"] : null,
    policy.latency_p95_s === null ? null : [`${number(1000 * policy.latency_p95_s)} ms`, `95 % of answers came within${alone ? "" : `; ${number(1000 * reference.latency_p95_s)} ms in ${reference.policy}`}`],
    [`${number(policy.moves)}`, `moves of jobs between sites; exposure ${number(policy.exposure)}`],
  ];
  const row = element("div", undefined, "tiles");
  for (const [value, text, bad] of facts.filter(Boolean)) {
    const tile = element("div", undefined, bad ? "tile bad" : "tile");
    tile.append(element("strong", value), element("span", text));
    row.append(tile);
  }
  return row;
}

/** How far the policy is from what nothing can fall below: of the cost, and of what could be saved. */
function gap(page, reference, policy) {
  const above = policy.total_cost - page.bound_total_cost;
  const possible = reference.total_cost - page.bound_total_cost;
  const parts = [];
  if (reference.total_cost) parts.push(`${percent(above / Math.abs(reference.total_cost))} of ${reference.policy}`);
  if (possible > 0 && possible >= VANISHING * Math.abs(reference.total_cost)) parts.push(`${percent(above / possible)} of what could be saved at most`);
  return `is the least any plan can cost; ${policy.policy} is ${money(above)} above${parts.length ? ` (${parts.join(", ")})` : ""}`;
}

/** A mass of carbon dioxide in tonnes, in kilograms below one. */
const mass = (kg) => (kg < 1000 ? `${number(kg)} kg CO₂` : `${number(kg / 1000, kg < 1e5 ? 2 : 1)} t CO₂`);

/** Share of the reference below which a saving is told by no ratio. */
const VANISHING = 0.01;

const CO2 = (row) => (row.emissions_average_kg === null ? "not available" : number(row.emissions_average_kg));
const MS = (seconds) => (seconds === null ? "–" : number(1000 * seconds));
const GROUPS = (page) => [
  [`Money, ${page.currency}`, [
    ["total cost", (row) => money(row.total_cost), "total"],
    ...Object.keys(page.policies[0].cost_parts)
      .filter((name) => page.policies.some((row) => Math.abs(row.cost_parts[name]) >= 0.005))
      .map((name) => [name, (row) => money(Math.abs(row.cost_parts[name]) < 0.005 ? 0 : row.cost_parts[name]), "part"]),
    [`saved against ${page.policies[0].policy}`, (row) => saved(page.policies[0], row)],
  ]],
  ["Energy and carbon", [
    ["from the grid, kWh", (row) => number(row.energy_kwh)],
    page.policies.some((row) => row.renewable_used_kwh) ? ["own renewables used, kWh", (row) => number(row.renewable_used_kwh)] : null,
    page.sites.some((site) => site.curtailment_kw) ? ["curtailed renewables absorbed, kWh", (row) => number(row.curtailment_absorbed_kwh)] : null,
    ["emissions by average intensity, kg CO₂", CO2],
    ["emissions by marginal intensity, kg CO₂", (row) => (row.emissions_marginal_kg === null ? "not available" : number(row.emissions_marginal_kg))],
  ]],
  page.jobs.all ? ["Jobs", [
    ["promised deadlines", (row) => `${number(row.promised)} of ${number(row.jobs)}`],
    ["promised and missed", (row) => (row.missed_deadlines ? `${number(row.missed_deadlines)} (${Object.entries(row.missed_by_cause).map(([cause, count]) => `${count} ${cause}`).join(", ")})` : "0")],
    ["not promised and late", (row) => number(row.late_unpromised)],
    ["done", (row) => number(row.jobs_done)],
    ["accelerator-hours done", (row) => number(row.accelerator_h_done)],
    page.policies.some((row) => row.accelerator_h_lost > 0.5) ? ["accelerator-hours due and not done", (row) => number(row.accelerator_h_lost)] : null,
    ["mean wait before the first slot, h", (row) => number(row.mean_wait_h, 2)],
    ["moves between sites", (row) => number(row.moves)],
    ["exposure (transfers × sensitivity)", (row) => number(row.exposure)],
    ["run times known as", (row) => row.length_knowledge],
  ]] : null,
  page.services ? ["Services", [
    ["requests answered", (row) => number(row.requests_answered)],
    page.policies.some((row) => row.requests_refused >= 0.5) ? ["requests refused", (row) => number(row.requests_refused)] : null,
    ["answer time p50, ms", (row) => MS(row.latency_p50_s)],
    ["answer time p95, ms", (row) => MS(row.latency_p95_s)],
  ]] : null,
];

function saved(reference, row) {
  if (row === reference) return "–";
  const less = reference.total_cost - row.total_cost;
  return `${money(less)}${reference.total_cost ? ` (${percent(less / Math.abs(reference.total_cost))})` : ""}`;
}

/** @param {object} page the payload */
export function policyTable(page) {
  const table = headed(["", ...page.policies.map((row) => row.policy)]);
  for (const group of GROUPS(page).filter(Boolean)) {
    const line = element("tr", undefined, "group");
    const title = element("th", group[0]);
    title.colSpan = page.policies.length + 1;
    line.append(title);
    table.append(line);
    for (const [name, cell, kind] of group[1].filter(Boolean)) {
      const row = element("tr", undefined, kind);
      row.append(element("th", name), ...page.policies.map((policy) => element("td", cell(policy))));
      table.append(row);
    }
  }
  return wide(table);
}

/** A table with its first line; the title of a column of numbers begins with #. */
function headed(titles, className) {
  const table = element("table", undefined, className);
  const head = element("tr");
  head.append(...titles.map((text) => element("th", text.replace(/^#/, ""), text.startsWith("#") ? "number" : undefined)));
  table.append(head);
  return table;
}

/** A table that scrolls by itself where the window is too narrow for it. */
function wide(table) {
  const box = element("div", undefined, "wide");
  box.append(table);
  return box;
}

/** Where requests went, one row a service, origin and place. @param {object} page the payload */
export function routeTable(page) {
  const [, policy] = shownOf(page);
  const table = headed(["service", "requests from", "answered at", "#share", "#hours", `#1,000 requests, ${page.currency}`, "#95 % within, ms", "why"], "text routes");
  for (const route of policy.routes) {
    const stays = route.place === route.home;
    const line = element("tr");
    const where = element("td");
    where.append(element("div", stays ? `home, ${route.home}` : route.place));
    if (!stays) where.append(element("div", `instead of ${route.home}`, "faint"));
    const why = stays ? route.why : route.cost === null ? route.why : Math.abs(1 - route.cost / route.cost_home) < 0.005 ? "as dear there as at home: machines are short at both" : route.cost < route.cost_home ? `${percent(1 - route.cost / route.cost_home, 0)} cheaper there at the plans' prices` : "no room at home: free machines or the peak leave none";
    line.append(
      element("td", route.service),
      element("td", route.origin),
      where,
      element("td", percent(route.share, route.share > 0.1 ? 0 : 1), "number"),
      element("td", `${number(route.hours)} of ${number(route.hours_all)}`, "number"),
      lines(route.cost === null || stays ? ["–"] : [`${small(route.cost)} there`, `${small(route.cost_home)} at home`]),
      lines([stays ? `${MS(route.p95_s)} at home` : `${MS(route.p95_s)} there`, stays ? "" : `${MS(route.p95_home_s)} at home`, `${MS(route.late_max_s)} allowed`], route.p95_s > route.late_max_s),
      element("td", `${why[0].toUpperCase()}${why.slice(1)}.`),
    );
    table.append(line);
  }
  return cut(table, policy.routes.length, policy.routes_all, "those with most requests");
}

/** A table, and under it how much of it is left out. */
function cut(table, shown, all, rule) {
  const box = wide(table);
  if (shown < all) box.append(element("p", `${number(shown)} of ${number(all)} rows, ${rule}; summary.json has all.`, "caption"));
  return box;
}

/** A cell of figures, one a line, the first of them the one that counts. */
function lines(texts, bad) {
  const made = element("td", undefined, "number");
  for (const [index, text] of texts.filter(Boolean).entries()) made.append(element("div", text, index ? "faint" : bad ? "bad" : undefined));
  return made;
}

function small(value) {
  return value >= 100 ? money(value) : Number(value.toPrecision(3)).toString();
}

/** @param {object} page the payload */
export function decisionTable(page) {
  const table = headed(["decided", "decision and reason", `#expected, ${page.currency}`, "#at once at home", "#best other place", "#saves"], "text decisions");
  for (const one of page.decisions) {
    const line = element("tr");
    const what = element("td");
    const moved = one.place === one.home ? "" : ` instead of its home ${one.home}`;
    const chosen = element("div");
    chosen.append(element("b", one.job), document.createTextNode(` (${one.class}, ${number(one.accelerators)} accelerator${one.accelerators === 1 ? "" : "s"}) runs at ${one.place}${moved} from ${localTime(one.start, one.clock)}, ${one.because}. ${one.limit}`));
    what.append(chosen);
    if (one.basis) what.append(element("div", `Price: ${one.basis}. ${one.carbon}`, "faint"));
    const other = element("td", undefined, "number");
    if (one.alternative_cost === null) other.append(element("div", "none"));
    else other.append(element("div", money(one.alternative_cost)), element("div", one.alternative, "faint"));
    line.append(element("td", localTime(one.when, one.clock)), what, element("td", money(one.cost), "number"), element("td", money(one.cost_at_once), "number"), other, element("td", money(one.cost_at_once - one.cost), "number"));
    table.append(line);
  }
  return wide(table);
}

/** Energy by site and kind of work, the reference in grey beneath. @param {object} page the payload */
export function energyTable(page) {
  const [reference, policy] = shownOf(page);
  const here = policy.energy_by_site_and_class_kwh;
  const there = reference.energy_by_site_and_class_kwh;
  const sites = Object.keys(here);
  const kinds = [...new Set(sites.flatMap((site) => Object.keys(here[site])))];
  const table = headed(["kWh", ...sites, "all sites"]);
  const add = (name, mine, other, kind) => {
    const row = element("tr", undefined, kind);
    const cell = (value, before) => {
      const made = element("td");
      made.append(element("div", number(value)));
      if (policy !== reference) made.append(element("div", number(before), "faint"));
      return made;
    };
    const all = (values) => sites.reduce((sum, site) => sum + values(site), 0);
    row.append(element("th", name), ...sites.map((site) => cell(mine(site), other(site))), cell(all(mine), all(other)));
    table.append(row);
  };
  for (const kind of kinds) add(kind, (site) => here[site][kind], (site) => there[site][kind]);
  add("from the grid", (site) => policy.energy_by_site_kwh[site], (site) => reference.energy_by_site_kwh[site], "total");
  return wide(table);
}

/** Promises, delay and compute served by class, the reference in grey beneath. @param {object} page the payload */
export function classTable(page) {
  const [reference, policy] = shownOf(page);
  const table = headed(["class", "jobs", "promised", "late", "done", "mean wait, h", "95 % waited at most, h", "accelerator-hours"]);
  for (const [index, one] of policy.jobs_by_class.entries()) {
    const before = reference.jobs_by_class[index];
    const line = element("tr");
    line.append(element("th", one.work_class));
    for (const [key, digits] of [["jobs", 0], ["promised", 0], ["late", 0], ["done", 0], ["wait_h", 2], ["wait_p95_h", 1], ["accelerator_h_done", 0]]) {
      const made = element("td");
      made.append(element("div", number(one[key], digits)));
      if (policy !== reference && key !== "jobs") made.append(element("div", number(before[key], digits), "faint"));
      line.append(made);
    }
    table.append(line);
  }
  return wide(table);
}

/** Moves and exposure per data set. @param {object} page the payload */
export function dataSetTable(page) {
  const [, policy] = shownOf(page);
  const words = ["public", "internal", "confidential", "secret"];
  const table = headed(["data of", "home", "sensitivity", "jobs", "of them moved", "moves", "carried, GB", "exposure"], "sets");
  for (const set of policy.exposure_by_data_set) {
    const line = element("tr");
    line.append(element("th", set.work_class), element("td", set.home), element("td", `${set.sensitivity}, ${words[set.sensitivity] ?? ""}`), ...[set.jobs, set.moved, set.moves, set.carried_gb, set.exposure].map((value) => element("td", number(value))));
    table.append(line);
  }
  return cut(table, policy.exposure_by_data_set.length, policy.data_sets_all, "the most exposed first");
}

/** Notes as a list; behind the first few the rest is folded away. @param {string[]} items @param {number} [most] */
export function noteList(items, most = Infinity) {
  const box = element("div");
  const list = element("ul");
  for (const item of items.slice(0, most)) list.append(element("li", item));
  box.append(list);
  if (items.length > most) {
    const more = element("details");
    const rest = element("ul");
    for (const item of items.slice(most)) rest.append(element("li", item));
    more.append(element("summary", `${items.length - most} more`), rest);
    box.append(more);
  }
  return box;
}

/** Headline, policies side by side, decisions with their reasons, notes. */

import { localTime, number, percent } from "./theme.js";

/** @param {string} tag @param {string} [text] @param {string} [className] */
export function element(tag, text, className) {
  const made = document.createElement(tag);
  if (text !== undefined) made.textContent = text;
  if (className) made.className = className;
  return made;
}

/** @param {object} page the payload */
export function tiles(page) {
  const reference = page.policies[0];
  const policy = page.policies.find((row) => row.policy === "coordinated") ?? page.policies.at(-1);
  const saved = reference.total_cost - policy.total_cost;
  const avoided = reference.emissions_average_kg === null ? null : reference.emissions_average_kg - policy.emissions_average_kg;
  const facts = [
    [`${number(saved)} ${page.currency}`, `saved against ${reference.policy} (${percent(saved / Math.abs(reference.total_cost))})`],
    [avoided === null ? "not available" : `${number(avoided / 1000, 1)} t CO2`, "less, by average intensity"],
    [`${number(policy.curtailment_absorbed_kwh / 1000, 1)} MWh`, "curtailed renewables absorbed"],
    [`${number(policy.promised - policy.missed_deadlines)} of ${number(policy.promised)}`, "promised deadlines kept", policy.missed_deadlines > 0],
    [percent(page.capture_ratio), possible(page)],
  ];
  const row = element("div", undefined, "tiles");
  for (const [value, text, bad] of facts) {
    const tile = element("div", undefined, bad ? "tile bad" : "tile");
    tile.append(element("strong", value), element("span", text));
    row.append(tile);
  }
  return row;
}

function possible(page) {
  const said = "of the saving taken that perfect foresight took";
  return page.bound_total_cost === null ? said : `${said}; nothing costs less than ${number(page.bound_total_cost)} ${page.currency}`;
}

/** @param {object} page the payload */
export function policyTable(page) {
  const money = page.currency;
  const rows = [
    [`total cost, ${money}`, (row) => number(row.total_cost)],
    [`energy cost, ${money}`, (row) => number(row.energy_cost)],
    ["energy from the grid, kWh", (row) => number(row.energy_kwh)],
    ["emissions, kg CO2 (average)", (row) => number(row.emissions_average_kg)],
    ["curtailment absorbed, kWh", (row) => number(row.curtailment_absorbed_kwh)],
    ["own renewables used, kWh", (row) => number(row.renewable_used_kwh)],
    ["promised deadlines", (row) => number(row.promised)],
    ["missed deadlines", (row) => number(row.missed_deadlines)],
    ["jobs done", (row) => number(row.jobs_done)],
    ["mean wait, h", (row) => number(row.mean_wait_h, 2)],
    ["moves between sites", (row) => number(row.moves)],
    ["answer time p95, s", (row) => number(row.latency_p95_s, 3)],
    ["run times known", (row) => row.length_knowledge],
  ];
  const table = element("table");
  const head = element("tr");
  head.append(element("th", ""), ...page.policies.map((row) => element("th", row.policy)));
  table.append(head);
  for (const [title, cell] of rows) {
    const line = element("tr");
    line.append(element("th", title), ...page.policies.map((row) => element("td", cell(row))));
    table.append(line);
  }
  return table;
}

/** @param {object} page the payload */
export function decisionTable(page) {
  const table = element("table", undefined, "decisions");
  const head = element("tr");
  head.append(...["decided", "decision and reason", `saves, ${page.currency}`, "weighed against"].map((text) => element("th", text)));
  table.append(head);
  for (const decision of page.decisions) {
    const line = element("tr");
    const others = element("td");
    for (const other of decision.alternatives) others.append(element("div", `${other.what}: ${number(other.cost)} ${page.currency}`));
    line.append(element("td", localTime(decision.when, page.clock)), element("td", decision.sentence), element("td", number(decision.saving), "number"), others);
    table.append(line);
  }
  return table;
}

/** @param {string[]} notes */
export function noteList(notes) {
  const list = element("ul");
  for (const note of notes) list.append(element("li", note));
  return list;
}

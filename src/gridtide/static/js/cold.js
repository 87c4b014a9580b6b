/** What was cooled ahead: a store of chilled water, and the air of a hall. */

import { stored } from "./stored.js";
import { valueAxis } from "./theme.js";

/** @param {object} site one site of the payload @param {object} page */
export function coldStore(site, page) {
  const { cold_kwh: cold, energy_kwh: energy } = site.cold_store;
  return stored(site, page, aheadAndLater(site.cold_store), { name: "cold held, kWh of heat", values: cold, axis: valueAxis("kWh of heat held", { min: 0, max: energy, splitLine: { show: false } }) });
}

/** @param {object} site one site of the payload @param {object} page */
export function hall(site, page) {
  const { air_c: air, coolest_c: coolest, warmest_c: warmest } = site.hall;
  const axis = valueAxis("air, °C", { min: Math.floor(coolest) - 1, max: Math.ceil(warmest) + 1, splitLine: { show: false } });
  return stored(site, page, aheadAndLater(site.hall), { name: "air, °C", values: air, axis, limits: [coolest, warmest], digits: 1 });
}

function aheadAndLater({ early_kw: early, late_kw: late }) {
  return { unit: "kW of heat, + early, − late", above: { name: "carried out early, kW of heat", values: early }, below: { name: "left for later, kW of heat", values: late } };
}

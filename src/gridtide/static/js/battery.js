/** What a store held, took and gave. */

import { stored } from "./stored.js";
import { valueAxis } from "./theme.js";

/** @param {object} site one site of the payload @param {object} page */
export function battery(site, page) {
  const { soc_kwh: soc, charge_kw: charge, discharge_kw: discharge, energy_kwh: energy } = site.battery;
  return stored(
    site,
    page,
    { unit: "kW, + charge, − discharge", above: { name: "charge, kW", values: charge }, below: { name: "discharge, kW", values: discharge } },
    { name: "held, kWh", values: soc, axis: valueAxis("kWh held", { min: 0, max: energy, splitLine: { show: false } }) },
  );
}

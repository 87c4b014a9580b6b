/** What was cooled ahead: a store of chilled water, and the air of a hall. */

import { FAINT, INK, LEFT, RIGHT, TOOLTIP, edges, number, stepped, timeAxis, valueAxis, zoom } from "./theme.js";

/** @param {object} site one site of the payload @param {object} page */
export function coldStore(site, page) {
  const { cold_kwh: cold, energy_kwh: energy } = site.cold_store;
  return cooledAhead(site, page, site.cold_store, "cold held, kWh of heat", cold, valueAxis("kWh of heat held", { min: 0, max: energy, splitLine: { show: false } }), []);
}

/** @param {object} site one site of the payload @param {object} page */
export function hall(site, page) {
  const { air_c: air, coolest_c: coolest, warmest_c: warmest } = site.hall;
  return cooledAhead(site, page, site.hall, "air, °C", air, valueAxis("air, °C", { min: Math.floor(coolest) - 1, max: Math.ceil(warmest) + 1, splitLine: { show: false } }), [coolest, warmest]);
}

function cooledAhead(site, page, flows, name, values, axis, limits) {
  const all = edges(page, site.clock);
  const area = (title, heat, color) => ({ name: title, type: "line", step: "end", symbol: "none", emphasis: { disabled: true }, lineStyle: { width: 0 }, areaStyle: { color, opacity: 0.8 }, itemStyle: { color }, data: stepped(page, site.clock, heat) });
  const marks = limits.map((limit) => ({ yAxis: limit }));
  return {
    height: 244,
    zooms: true,
    option: {
      animation: false,
      useUTC: true,
      legend: { top: 0, left: LEFT, itemWidth: 16, itemHeight: 10, textStyle: { color: INK } },
      grid: { left: LEFT, right: RIGHT, top: 56, bottom: 30 },
      tooltip: { ...TOOLTIP, trigger: "axis", valueFormatter: (value) => number(Math.abs(value), 1) },
      dataZoom: zoom(page, [0], false),
      xAxis: timeAxis(site.clock, page),
      yAxis: [valueAxis("kW of heat, + early, − late", { nameTextStyle: { color: INK, align: "left", padding: [0, 0, 0, -60] } }), { ...axis, nameTextStyle: { color: INK } }],
      series: [
        area("carried out early, kW of heat", flows.early_kw, "#56b4e9"),
        area("left for later, kW of heat", flows.late_kw.map((value) => (value === null ? null : -value)), "#e69f00"),
        { name, type: "line", yAxisIndex: 1, symbol: "none", emphasis: { disabled: true }, lineStyle: { color: INK, width: 1.5 }, itemStyle: { color: INK }, data: values.map((value, index) => [all[index + 1], value]), markLine: { silent: true, symbol: "none", label: { show: false }, lineStyle: { color: FAINT, type: "dashed" }, data: marks } },
      ],
    },
  };
}

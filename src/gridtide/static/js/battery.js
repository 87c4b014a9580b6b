/** What a store held, took and gave. */

import { INK, LEFT, RIGHT, TOOLTIP, edges, number, stepped, timeAxis, valueAxis, zoom } from "./theme.js";

/** @param {object} site one site of the payload @param {object} page */
export function battery(site, page) {
  const { soc_kwh: soc, charge_kw: charge, discharge_kw: discharge, energy_kwh: energy } = site.battery;
  const all = edges(page, site.clock);
  const area = (name, values, color) => ({ name, type: "line", step: "end", symbol: "none", emphasis: { disabled: true }, lineStyle: { width: 0 }, areaStyle: { color, opacity: 0.8 }, itemStyle: { color }, data: stepped(page, site.clock, values) });
  return {
    height: 244,
    zooms: true,
    option: {
      animation: false,
      useUTC: true,
      legend: { top: 0, left: LEFT, itemWidth: 16, itemHeight: 10, textStyle: { color: INK } },
      grid: { left: LEFT, right: RIGHT, top: 56, bottom: 30 },
      tooltip: { ...TOOLTIP, trigger: "axis", valueFormatter: (value) => number(Math.abs(value)) },
      dataZoom: zoom(page, [0], false),
      xAxis: timeAxis(site.clock, page),
      yAxis: [valueAxis("kW, + charge, − discharge", { nameTextStyle: { color: INK, align: "left", padding: [0, 0, 0, -60] } }), { ...valueAxis("kWh held", { min: 0, max: energy, splitLine: { show: false } }), nameTextStyle: { color: INK } }],
      series: [
        area("charge, kW", charge, "#56b4e9"),
        area("discharge, kW", discharge.map((value) => (value === null ? null : -value)), "#e69f00"),
        { name: "held, kWh", type: "line", yAxisIndex: 1, symbol: "none", emphasis: { disabled: true }, lineStyle: { color: INK, width: 1.5 }, itemStyle: { color: INK }, data: soc.map((value, index) => [all[index + 1], value]) },
      ],
    },
  };
}

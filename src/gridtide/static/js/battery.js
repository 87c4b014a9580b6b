/** What a store held, took and gave. */

import { INK, number, onClock, stepped, timeAxis, valueAxis } from "./theme.js";

/** @param {object} site one site of the payload @param {object} page */
export function battery(site, page) {
  const { soc_kwh: soc, charge_kw: charge, discharge_kw: discharge, energy_kwh: energy } = site.battery;
  const area = (name, values, color) => ({ name, type: "line", step: "end", symbol: "none", lineStyle: { width: 0 }, areaStyle: { color, opacity: 0.75 }, itemStyle: { color }, data: stepped(page, site.clock, values) });
  return {
    height: 240,
    option: {
      animation: false,
      useUTC: true,
      aria: { enabled: true },
      legend: { top: 0, left: 84, textStyle: { color: INK } },
      grid: { left: 84, right: 70, top: 52, bottom: 30 },
      tooltip: { trigger: "axis", valueFormatter: (value) => number(value) },
      xAxis: timeAxis(site.clock, page),
      yAxis: [valueAxis("kW"), { ...valueAxis("kWh", { min: 0, max: energy, splitLine: { show: false } }), nameTextStyle: { color: INK } }],
      series: [
        area("charge, kW", charge, "#56b4e9"),
        area("discharge, kW", discharge.map((value) => -value), "#e69f00"),
        { name: "state of charge, kWh", type: "line", yAxisIndex: 1, symbol: "none", lineStyle: { color: INK, width: 1.5 }, itemStyle: { color: INK }, data: soc.map((value, index) => [onClock(page.starts[index + 1] ?? page.end, site.clock), value]) },
      ],
    },
  };
}

/** The mean day of a site: power by kind of work over the hours of its clock, the whole period taken together. */

import { colourOf, BACKGROUND, heaped } from "./power_by_site.js";
import { FAINT, INK, LEFT, PRICE, RIGHT, SECOND, TOOLTIP, number, safe, valueAxis } from "./theme.js";

/** @param {object} site one site of the payload @param {object} page the payload */
export function meanDay(site, page) {
  const day = site.mean_day;
  const colours = colourOf(page);
  const reference = page.policies[0].policy;
  const classes = Object.entries(day.power_by_class_kw);
  const hours = Array.from({ length: 25 }, (_, hour) => `${String(hour % 24).padStart(2, "0")}:00`);
  const closed = (values) => [...values, values.at(-1)];
  const stack = heaped(classes.map(([, values]) => values)).map((values, index) => {
    const name = classes[index][0];
    const color = BACKGROUND[name] ?? colours[name];
    return { name, type: "line", step: "end", symbol: "none", emphasis: { disabled: true }, silent: true, lineStyle: { width: 0 }, areaStyle: { opacity: 1, color, origin: "start" }, itemStyle: { color }, data: closed(values) };
  });
  const line = (name, values, color, type, yAxisIndex = 0) => ({ name, type: "line", step: "end", symbol: "none", emphasis: { disabled: true }, yAxisIndex, lineStyle: { width: 1.6, color, type }, itemStyle: { color }, data: closed(values) });
  const lines = [];
  if (page.shown !== reference) lines.push(line(`from the grid, ${reference}`, day.reference_import_kw, SECOND, "dotted"));
  lines.push(line(`from the grid, ${page.shown}`, day.import_kw, INK, "solid"));
  if (day.price_per_mwh) lines.push(line(`price, ${page.currency}/MWh`, day.price_per_mwh, PRICE, "dashed", 1));
  return {
    height: 230,
    legend: [...stack.map((one) => [one.name, one.itemStyle.color, "area"]), ...lines.map((one) => [one.name, one.itemStyle.color, one.lineStyle.type])],
    option: {
      animation: false,
      legend: { show: false },
      grid: { left: LEFT, right: RIGHT, top: 30, bottom: 28 },
      tooltip: { ...TOOLTIP, trigger: "axis", formatter: (items) => hint(items[0]?.dataIndex ?? 0) },
      xAxis: { type: "category", boundaryGap: false, data: hours, axisLabel: { color: INK, interval: 2, hideOverlap: true }, axisTick: { interval: 2 }, axisLine: { lineStyle: { color: FAINT } } },
      yAxis: [valueAxis("kW"), { ...valueAxis(day.price_per_mwh ? `${page.currency}/MWh` : ""), nameTextStyle: { color: PRICE }, axisLabel: { color: PRICE, formatter: (value) => number(value) }, splitLine: { show: false } }],
      series: [...[...stack].reverse(), ...lines],
    },
  };

  function hint(index) {
    const hour = Math.min(index, 23);
    const rows = classes.map(([name, values]) => `${safe(name)}: <b>${number(values[hour])}</b> kW`);
    for (const one of lines) rows.push(`${safe(one.name)}: <b>${number(one.data[hour])}</b>`);
    return `${hours[hour]} to ${hours[hour + 1]}, mean of all days<br>${rows.join("<br>")}`;
  }
}

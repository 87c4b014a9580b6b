/** Share of each service's requests that were answered away from home. */

import { colourOf } from "./power_by_site.js";
import { INK, LEFT, RIGHT, TOOLTIP, percent, stepped, timeAxis, valueAxis, zoom } from "./theme.js";

/** @param {object} page the payload */
export function away(page) {
  const colours = colourOf(page);
  const series = page.away.map((one, index) => {
    const color = colours[one.name] ?? INK;
    return { name: one.name, type: "line", step: "end", symbol: "none", emphasis: { disabled: true }, lineStyle: { color, width: 1.6, type: index % 2 ? "dashed" : "solid" }, itemStyle: { color }, data: stepped(page, page.clock, one.share) };
  });
  return {
    height: 170,
    zooms: true,
    legend: series.map((one) => [one.name, one.itemStyle.color, one.lineStyle.type]),
    option: {
      animation: false,
      useUTC: true,
      legend: { show: false },
      grid: { left: LEFT, right: RIGHT, top: 14, bottom: 28 },
      tooltip: { ...TOOLTIP, trigger: "axis", valueFormatter: (value) => percent(value, 0) },
      dataZoom: zoom(page, [0], false),
      xAxis: timeAxis(page.clock, page),
      yAxis: { ...valueAxis(""), min: 0, max: 1, axisLabel: { color: INK, formatter: (value) => percent(value, 0) } },
      series,
    },
  };
}

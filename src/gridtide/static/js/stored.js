/** What a store takes and gives over time, and what it comes to: two areas around nothing and a line beside them. */

import { FAINT, INK, LEFT, PALETTE, RIGHT, TOOLTIP, edges, number, stepped, timeAxis, valueAxis, zoom } from "./theme.js";

/**
 * @param {object} site one site of the payload @param {object} page
 * @param {object} flows unit: of both flows; above, below: their names and values, both from 0 up
 * @param {object} level name and values at the end of each step; axis: of theirs; limits: marked on it, none by default
 */
export function stored(site, page, flows, level) {
  const all = edges(page, site.clock);
  const area = ({ name, values }, color, sign) => ({ name, type: "line", step: "end", symbol: "none", emphasis: { disabled: true }, lineStyle: { width: 0 }, areaStyle: { color, opacity: 0.8 }, itemStyle: { color }, data: stepped(page, site.clock, values.map((value) => (value === null ? null : sign * value))) });
  const marks = (level.limits ?? []).map((limit) => ({ yAxis: limit }));
  return {
    height: 244,
    zooms: true,
    option: {
      animation: false,
      useUTC: true,
      legend: { top: 0, left: LEFT, itemWidth: 16, itemHeight: 10, textStyle: { color: INK } },
      grid: { left: LEFT, right: RIGHT, top: 56, bottom: 30 },
      tooltip: { ...TOOLTIP, trigger: "axis", valueFormatter: (value) => number(Math.abs(value), level.digits ?? 0) },
      dataZoom: zoom(page, [0], false),
      xAxis: timeAxis(site.clock, page),
      yAxis: [valueAxis(flows.unit, { nameTextStyle: { color: INK, align: "left", padding: [0, 0, 0, -60] } }), { ...level.axis, nameTextStyle: { color: INK } }],
      series: [
        area(flows.above, PALETTE[4], 1),
        area(flows.below, PALETTE[1], -1),
        { name: level.name, type: "line", yAxisIndex: 1, symbol: "none", emphasis: { disabled: true }, lineStyle: { color: INK, width: 1.5 }, itemStyle: { color: INK }, data: level.values.map((value, index) => [all[index + 1], value]), markLine: { silent: true, symbol: "none", label: { show: false }, lineStyle: { color: FAINT, type: "dashed" }, data: marks } },
      ],
    },
  };
}

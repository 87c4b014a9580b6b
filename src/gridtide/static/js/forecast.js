/** What was expected a day ahead against what came. */

import { INK, LEFT, PALETTE, RIGHT, TOOLTIP, number, stepped, timeAxis, valueAxis, zoom } from "./theme.js";

/** @param {object} series {title, unit, clock, truth, expected} @param {object} page */
export function forecast(series, page) {
  const line = (name, values, color, type) => ({ name, type: "line", step: "end", symbol: "none", emphasis: { disabled: true }, connectNulls: false, lineStyle: { color, type, width: 1.4 }, itemStyle: { color }, data: stepped(page, series.clock, values) });
  return {
    height: 210,
    zooms: true,
    option: {
      animation: false,
      useUTC: true,
      legend: { top: 0, left: LEFT, textStyle: { color: INK } },
      grid: { left: LEFT, right: RIGHT, top: 52, bottom: 28 },
      tooltip: { ...TOOLTIP, trigger: "axis", valueFormatter: (value) => `${number(value, 1)} ${series.unit}` },
      dataZoom: zoom(page, [0], false),
      xAxis: timeAxis(series.clock, page),
      yAxis: valueAxis(series.unit, { scale: true }),
      series: [line("came", series.truth, INK, "solid"), line("expected a day before", series.expected, PALETTE[5], "dashed")],
    },
  };
}

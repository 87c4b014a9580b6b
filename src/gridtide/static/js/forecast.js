/** What was expected a day ahead against what came. */

import { INK, PALETTE, number, stepped, timeAxis, valueAxis } from "./theme.js";

/** @param {object} series {title, unit, clock, truth, expected} @param {object} page */
export function forecast(series, page) {
  const line = (name, values, color, type) => ({ name, type: "line", step: "end", symbol: "none", connectNulls: false, lineStyle: { color, type, width: 1.4 }, itemStyle: { color }, data: stepped(page, series.clock, values) });
  return {
    height: 200,
    option: {
      animation: false,
      useUTC: true,
      aria: { enabled: true },
      title: { text: series.title, textStyle: { fontSize: 13, color: INK, fontWeight: 600 } },
      legend: { top: 0, right: 24, textStyle: { color: INK } },
      grid: { left: 84, right: 24, top: 54, bottom: 28 },
      tooltip: { trigger: "axis", valueFormatter: (value) => `${number(value, 1)} ${series.unit}` },
      xAxis: timeAxis(series.clock, page),
      yAxis: valueAxis(series.unit, { scale: true }),
      series: [line("came", series.truth, INK, "solid"), line("expected a day before", series.expected, PALETTE[5], "dashed")],
    },
  };
}

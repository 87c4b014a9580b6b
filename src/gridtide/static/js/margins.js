/** How near their deadlines all jobs ended, the reference beside the policy; red only where a promise was broken. */

import { COST, FAINT, INK, LEFT, PALETTE, RED, TOOLTIP, number, tone, valueAxis } from "./theme.js";

/** @param {object} page the payload */
export function margins(page) {
  const { names, rows } = page.margins;
  const policies = Object.keys(rows);
  const broken = page.policies.some((row) => row.policy === page.shown && row.missed_deadlines > 0);
  return {
    height: 220,
    option: {
      animation: false,
      legend: { top: 0, left: LEFT, textStyle: { color: INK } },
      grid: { left: LEFT, right: 40, top: 44, bottom: 28 },
      tooltip: { ...TOOLTIP, trigger: "axis", axisPointer: { type: "shadow" }, valueFormatter: (value) => `${number(value)} jobs` },
      xAxis: { type: "category", data: names, axisLabel: { color: INK, interval: 0 }, axisLine: { lineStyle: { color: FAINT } }, axisTick: { show: false } },
      yAxis: valueAxis("jobs", { minInterval: 1 }),
      series: policies.map((policy, index) => {
        const color = index === policies.length - 1 ? COST : tone("#b9c6d2", "#4a5a69");
        return {
          name: policy,
          type: "bar",
          barGap: "8%",
          itemStyle: { color },
          label: { show: true, position: "top", color: INK, fontSize: 11, formatter: (item) => (item.value ? number(item.value) : "") },
          data: rows[policy].map((value, at) => (at === 0 && index === policies.length - 1 ? { value, itemStyle: { color: broken ? RED : PALETTE[5] } } : value)),
        };
      }),
    },
  };
}

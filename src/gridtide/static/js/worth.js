/** What an incentive brings and costs, who draws less at each, and from where on each source answers. */

import { draw, element, page } from "./sheet.js";
import { GRID, INK, PALETTE, TOOLTIP, money, number, safe } from "./theme.js";

const PLACE = { left: 90, right: 220, top: 40, bottom: 48 };

const prices = page.incentives.map((row) => `${number(row.incentive_per_mwh)}`);

function bars(series, unit) {
  return {
    color: PALETTE,
    tooltip: { ...TOOLTIP, trigger: "axis", valueFormatter: (value) => `${number(value)} ${unit}` },
    legend: { type: "scroll", orient: "vertical", right: 8, top: 40, textStyle: { color: INK } },
    grid: PLACE,
    xAxis: { type: "category", data: prices, name: `${page.currency} per MWh less`, nameLocation: "middle", nameGap: 30, axisLabel: { color: INK } },
    yAxis: { type: "value", name: unit, axisLabel: { color: INK }, splitLine: { lineStyle: { color: GRID } } },
    series,
  };
}

function participants() {
  const names = new Map();
  page.incentives.forEach((row, at) =>
    row.participants.forEach((part) => {
      const name = `${part.name} at ${part.site}`;
      if (!names.has(name)) names.set(name, page.incentives.map(() => 0));
      names.get(name)[at] += part.reduced_kwh;
    }),
  );
  const least = 0.005 * Math.max(...page.incentives.map((row) => Math.abs(row.reduced_kwh)), 1);
  const shown = [...names].filter(([, kwh]) => kwh.some((one) => Math.abs(one) > least));
  return bars(shown.map(([name, data]) => ({ name, type: "bar", stack: "who", data })), "kWh");
}

function balance() {
  const parts = [
    ["payment", (row) => row.payment],
    ["costs", (row) => -row.extra_cost],
    ["lost value", (row) => -row.lost_value],
  ];
  const series = parts.map(([name, of]) => ({ name, type: "bar", data: page.incentives.map(of) }));
  const net = { name: "net benefit", type: "line", symbolSize: 9, data: page.incentives.map((row) => row.net_benefit) };
  return bars([...series, net], page.currency);
}

function breakEvens() {
  const rows = page.break_evens.filter((row) => row.to_per_mwh !== null);
  return {
    tooltip: { ...TOOLTIP, formatter: ({ dataIndex }) => `${safe(rows[dataIndex].name)}<br>${money(rows[dataIndex].from_per_mwh)} to ${money(rows[dataIndex].to_per_mwh)} ${safe(page.currency)} per MWh<br>first ${number(rows[dataIndex].first_kwh)} kWh` },
    grid: { left: 200, right: 110, top: 12, bottom: 44 },
    xAxis: { type: "log", name: `${page.currency} per MWh less`, nameLocation: "middle", nameGap: 28, axisLabel: { color: INK }, splitLine: { lineStyle: { color: GRID } } },
    yAxis: { type: "category", inverse: true, data: rows.map((row) => `${row.name} (${row.kind})`), axisLabel: { color: INK } },
    series: [
      {
        type: "scatter",
        symbolSize: 13,
        itemStyle: { color: PALETTE[0] },
        data: rows.map((row, index) => [row.to_per_mwh, index]),
        label: { show: true, position: "right", color: INK, formatter: ({ dataIndex }) => money(rows[dataIndex].to_per_mwh) },
      },
    ],
  };
}

element("h1", `${page.case}: what drawing less is worth`);
element("p", `Called from ${page.called.from} to ${page.called.to}: ${page.called.why}. Paid against ${page.baseline}; what is drawn more in called hours pays the incentive back.`, "lead");
element("h2", "Who draws less");
draw(400, participants(), "Energy drawn less in called hours by who drew it, for each incentive");
element("h2", "What it brings and costs");
draw(340, balance(), "Payment, costs, lost value and net benefit for each incentive");
if (page.break_evens.some((row) => row.to_per_mwh !== null)) {
  element("h2", "From where on each answers, alone");
  draw(80 + 44 * page.break_evens.filter((row) => row.to_per_mwh !== null).length, breakEvens(), "Break-even incentive of each source");
}

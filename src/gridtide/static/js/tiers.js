/** What waiting saves, by the hour and by tier, what is chosen, and for whom a course was. */

import { draw, element, page, table } from "./sheet.js";
import { GRID, INK, PALETTE, TOOLTIP, money, number, percent } from "./theme.js";

const LINES = { lineStyle: { color: GRID } };

function byHour(menu) {
  return {
    color: PALETTE,
    tooltip: { ...TOOLTIP, trigger: "axis", valueFormatter: (value) => `${money(value)} ${page.currency}` },
    legend: { top: 4, textStyle: { color: INK } },
    grid: { left: 84, right: 40, top: 44, bottom: 48 },
    xAxis: { type: "category", data: menu.tiers[0].by_hour.map((_, hour) => hour), name: "hour of the day at which work is given out", nameLocation: "middle", nameGap: 30, axisLabel: { color: INK } },
    yAxis: { type: "value", name: `${page.currency} per ${menu.unit}`, nameTextStyle: { align: "left" }, axisLabel: { color: INK }, splitLine: LINES },
    series: menu.tiers.map((tier) => ({ name: tier.tier, type: "line", step: "middle", showSymbol: false, data: tier.by_hour })),
  };
}

function costs(menu) {
  return {
    color: PALETTE,
    tooltip: { ...TOOLTIP, trigger: "axis" },
    grid: { left: 84, right: 40, top: 36, bottom: 32 },
    xAxis: { type: "category", data: menu.tiers.map((tier) => tier.tier), axisLabel: { color: INK } },
    yAxis: { type: "value", name: `${page.currency} per ${menu.unit}`, nameTextStyle: { align: "left" }, axisLabel: { color: INK }, splitLine: LINES },
    series: [
      {
        name: "marginal cost",
        type: "bar",
        barMaxWidth: 70,
        data: menu.tiers.map((tier) => tier.marginal_cost),
        label: { show: true, position: "top", color: INK, formatter: ({ value }) => money(value) },
      },
    ],
  };
}

element("h1", `${page.case}: what waiting is worth`);
element("p", `Users get ${percent(page.rule.share, 0)} of what their waiting saves; prices earn what one price earns today. How readily users choose (sensitivity ${page.rule.sensitivity}) is assumed.`, "lead");
for (const menu of page.menus) {
  element("h2", `${menu.of}, per ${menu.unit}`);
  table(
    ["", `price, ${page.currency}`, "marginal cost", "share today", "share chosen"],
    menu.tiers.map((tier) => [tier.tier, number(tier.price, 4), number(tier.marginal_cost, 4), percent(tier.today_share), percent(tier.accepted_share)]),
  );
  const hours = menu.tiers[0].by_hour.length > 0;
  draw(hours ? 340 : 240, hours ? byHour(menu) : costs(menu), `Marginal cost of ${menu.of} by tier`);
}
element("h2", "For whom the course was");
table(
  ["", "kWh", "kg CO2", `cost, ${page.currency}`, "accelerator-hours", "mean wait, h", "late"],
  page.showback.map((row) => [row.name, number(row.kwh), number(row.carbon_kg), number(row.cost), number(row.accelerator_h), number(row.mean_wait_h, 2), number(row.late)]),
);

/** What to build beside a load: totals, what is built, the front, the week in which least is made, the grid lost. */

import { draw, element, page, table, told } from "./sheet.js";
import { INK, PALETTE, TOOLTIP, money, number, percent, safe, tone, valueAxis } from "./theme.js";

const { supply } = page;
const tonnes = (kg) => number(kg / 1000);
const millions = (value) => number(value / 1e6, 2);

function rowsOf(one) {
  const powers = [one.kw ? `${number(one.kw)} kW` : "", one.kw_out ? `${number(one.kw_out)} kW out` : "", one.kwh ? `${number(one.kwh)} kWh` : ""].filter(Boolean);
  return [one.name, powers.join(", ") || "none", number(one.made_kwh_per_year / 1000), number(one.curtailed_kwh_per_year / 1000), millions(one.capex), millions(one.cost_per_year)];
}

/** Totals of supplies side by side. */
function compare(supplies) {
  const lines = [
    [`cost, million ${page.currency} a year`, (one) => millions(one.cost_per_year)],
    [`${page.currency} a MWh used`, (one) => money(one.cost_per_mwh)],
    [`capex, million ${page.currency}`, (one) => millions(one.capex)],
    ["CO2, t a year", (one) => tonnes(one.carbon_kg_per_year)],
    ["carbon-free, hour by hour", (one) => percent(one.clean_hourly_share)],
    ["carbon-free, over the year", (one) => percent(one.clean_yearly_share)],
    ["storage of electricity, kWh", (one) => number(one.stored_kwh)],
    ["drawn, MWh a year", (one) => number(one.import_kwh_per_year / 1000)],
    ["fed in, MWh a year", (one) => number(one.export_kwh_per_year / 1000)],
  ];
  table(["", ...supplies.map(([name]) => name)], lines.map(([name, said]) => [name, ...supplies.map(([, one]) => said(one))])).className = "text";
}

function frontChart() {
  const points = page.pareto.map((one) => [one.carbon_kg_per_year / 1000, one.cost_per_year / 1e6]);
  return {
    grid: { left: 92, right: 40, top: 30, bottom: 54 },
    tooltip: { ...TOOLTIP, formatter: ({ data }) => safe(`${number(data[0])} t CO2 a year, ${number(data[1], 2)} million ${page.currency} a year`) },
    xAxis: { type: "value", name: "CO2, t a year", nameLocation: "middle", nameGap: 30, axisLabel: { color: INK }, splitLine: { show: false } },
    yAxis: valueAxis(`million ${page.currency} a year`, { scale: true }),
    series: [{ type: "line", data: points, symbolSize: 9, lineStyle: { color: PALETTE[0], width: 1.8 }, itemStyle: { color: PALETTE[0] } }],
  };
}

function builtAlong(unit, key) {
  const names = supply.built.map((one) => one.name).filter((name) => page.pareto.some((point) => point.built.find((one) => one.name === name)?.[key] > 1));
  return {
    grid: { left: 92, right: 40, top: 56, bottom: 54 },
    legend: { top: 0, textStyle: { color: INK } },
    tooltip: { ...TOOLTIP, trigger: "axis", valueFormatter: (value) => `${number(value)} ${unit}` },
    xAxis: { type: "category", name: "CO2, t a year: from least cost to least carbon", nameLocation: "middle", nameGap: 30, data: page.pareto.map((one) => tonnes(one.carbon_kg_per_year)), axisLabel: { color: INK } },
    yAxis: valueAxis(unit),
    series: names.map((name) => ({ name, type: "bar", stack: "built", itemStyle: { color: colourOf(name) }, data: page.pareto.map((point) => point.built.find((one) => one.name === name)[key]) })),
  };
}

/** Places in the palette that readers expect: sun yellow, wind blue, water light blue; what else is built takes those left. */
const EXPECTED = { solar: 1, wind: 0, hydro: 4, battery: 2, hydrogen: 3 };
const COLOURS = new Map();
for (const { name, kind } of supply.built) if (kind in EXPECTED && ![...COLOURS.values()].includes(EXPECTED[kind])) COLOURS.set(name, EXPECTED[kind]);
const left = [...PALETTE.keys()].filter((place) => ![...COLOURS.values()].includes(place));
for (const [at, { name }] of supply.built.filter((one) => !COLOURS.has(one.name)).entries()) COLOURS.set(name, left[at % left.length]);
const colourOf = (name) => PALETTE[COLOURS.get(name)];

/** Hours of real years by their date, typical ones by their number. */
function hoursOf(series) {
  const at = (index) => (series.is_typical ? index : (series.start_s + 3600 * index) * 1000);
  const axis = series.is_typical
    ? { type: "value", name: "hours of typical days, one after another", nameLocation: "middle", nameGap: 28, min: 0, max: series.hours.load.length, interval: 24, axisLabel: { color: INK }, splitLine: { show: false } }
    : { type: "time", name: "UTC", nameLocation: "middle", nameGap: 28, axisLabel: { color: INK, hideOverlap: true } };
  return { at, axis };
}

function weekChart(series) {
  const { at, axis } = hoursOf(series);
  const dated = (values) => values.map((value, index) => [at(index), value]);
  const area = (name, values, colour) => ({ name, type: "line", stack: "supply", step: "end", showSymbol: false, lineStyle: { width: 0 }, areaStyle: { opacity: 0.85 }, itemStyle: { color: colour }, data: dated(values) });
  const some = (values) => values.some((value) => value > 1);
  const made = Object.entries(series.made).filter(([, values]) => some(values));
  return {
    grid: { left: 92, right: 40, top: 56, bottom: 54 },
    legend: { top: 0, textStyle: { color: INK } },
    tooltip: { ...TOOLTIP, trigger: "axis", valueFormatter: (value) => `${number(value)} kW` },
    xAxis: axis,
    yAxis: valueAxis("kW"),
    series: [
      ...made.map(([name, values]) => area(name, values, colourOf(name))),
      area("drawn from the grid", series.hours.import, tone("#9aa5b1", "#73808d")),
      { name: "load as it runs", type: "line", step: "end", showSymbol: false, lineStyle: { color: INK, width: 1.8 }, itemStyle: { color: INK }, data: dated(series.hours.load) },
    ],
  };
}

function waitingChart(series) {
  const { at, axis } = hoursOf(series);
  const line = (name, colour, type) => ({ name, type: "line", step: "end", showSymbol: false, lineStyle: { color: colour, width: 1.6, type }, itemStyle: { color: colour }, data: series.hours[name].map((value, index) => [at(index), value]) });
  return {
    grid: { left: 92, right: 40, top: 46, bottom: 54 },
    legend: { top: 0, textStyle: { color: INK } },
    tooltip: { ...TOOLTIP, trigger: "axis", valueFormatter: (value) => `${number(value)} kW` },
    xAxis: axis,
    yAxis: valueAxis("kW"),
    series: [line("waiting, as it comes", PALETTE[8], "dashed"), line("waiting, as it runs", PALETTE[2], "solid")],
  };
}

function lostChart() {
  return {
    grid: { left: 92, right: 40, top: 56, bottom: 54 },
    legend: { top: 0, textStyle: { color: INK } },
    tooltip: { ...TOOLTIP, trigger: "axis", valueFormatter: (value) => percent(value) },
    xAxis: { type: "category", name: "hours after the grid is lost", nameLocation: "middle", nameGap: 30, data: page.islanded[0].served_share.map((_, index) => index + 1), axisLabel: { color: INK } },
    yAxis: valueAxis("of all hours it may be lost in", { min: 0, max: 1, axisLabel: { color: INK, formatter: (value) => percent(value, 0) } }),
    series: page.islanded.map((one, index) => ({ name: one.case, type: "line", showSymbol: false, lineStyle: { color: PALETTE[index], width: 1.8, type: ["solid", "dashed", "dotted", [8, 3, 2, 3]][index] }, itemStyle: { color: PALETTE[index] }, data: one.served_share })),
  };
}

element("h1", `${page.of}: what should stand beside it?`);
const days = page.typical_days ? ` by ${page.typical_days} typical days` : "";
element("p", `At least ${page.goal} over ${number(page.hours)} hours${days}: ${millions(supply.cost_per_year)} million ${page.currency} of ${page.cost_year} a year, ${money(supply.cost_per_mwh)} a MWh used; ${tonnes(supply.carbon_kg_per_year)} t CO2 a year; carbon-free ${percent(supply.clean_hourly_share)} hour by hour.`, "lead");
if (page.spared) {
  element("p", `Work that waits (${percent(page.spared.waiting_share, 0)} of the load) and slower answers spare ${number(page.spared.stored_kwh)} kWh of storage and ${millions(page.spared.cost_per_year)} million ${page.currency} a year.`, "lead");
}
element("h2", "What is built");
table(["", "size", "MWh a year", "curtailed", `capex, million ${page.currency}`, "million a year"], supply.built.map(rowsOf)).className = "text";
if (supply.agreements.length) table(["agreement", "kW"], supply.agreements.map((one) => [one.name, number(one.kw)]));
element("h2", page.without_flexibility ? "With and without a load that moves" : "Totals");
compare(page.without_flexibility ? [["as it is", supply], ["load that does not move", page.without_flexibility]] : [["", supply]]);
if (page.series) {
  element("h2", page.series.is_typical ? "Typical days in a row, those in which sun, wind and water make least" : "The week in which sun, wind and water make least");
  element("p", "What stands above the line fills stores, lifts heat or is fed in.", "caption");
  draw(340, weekChart(page.series), "Supply stacked and load by the hour");
  if (page.series.hours["waiting, as it comes"].some((value) => value > 0)) {
    element("h2", "Work that waits, in the same hours");
    draw(240, waitingChart(page.series), "Work that waits as it comes and as it runs");
  }
}
if (page.pareto.length) {
  element("h2", "Cost against carbon");
  draw(320, frontChart(), "Front of cost and carbon");
  draw(340, builtAlong("kW", "kw"), "Power built along the front");
  draw(340, builtAlong("kWh", "kwh"), "Energy stores built along the front");
}
if (page.islanded.length) {
  element("h2", "The grid is lost");
  draw(320, lostChart(), "Share of hours in which the critical load is served so long");
}
if (page.green.length) {
  element("h2", "Ratios of a direct connection");
  table(["", "value", "of", "limit", ""], page.green.map((one) => [one.name, one.value === null ? "n/a" : one.value.toFixed(3), one.over, one.limit, one.passes === null ? "" : one.passes ? "passes" : "fails"])).className = "text";
}
const more = page.whole_year ? [`Over every hour the same would cost ${millions(page.whole_year.cost_per_year)} million ${page.currency} a year: typical days are off by ${percent(page.whole_year.cost_error, 2)}.`] : [];
told([...more, ...page.notes, `Solved by ${supply.solver}.`]);

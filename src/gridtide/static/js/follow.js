/** A regulation signal followed: what was asked, what the meter showed, what the store did, how blocks scored. */

import { draw, element, page, table, told } from "./sheet.js";
import { GRID, INK, PALETTE, TOOLTIP, number, percent } from "./theme.js";

const LINES = { lineStyle: { color: GRID } };
const PLACE = { left: 84, right: 84, top: 44, bottom: 48 };
const minutes = page.curves.time_s.map((second) => Math.round((second - page.curves.time_s[0]) / 6) / 10);

function line(name, data, more = {}) {
  return { name, type: "line", step: "end", showSymbol: false, lineStyle: { width: 1.5 }, data: data.map((value, at) => [minutes[at], value]), ...more };
}

function overTime(axes, series, unit) {
  return {
    color: PALETTE,
    tooltip: { ...TOOLTIP, trigger: "axis", valueFormatter: (value) => `${number(value)} ${unit}` },
    legend: { top: 4, textStyle: { color: INK } },
    grid: PLACE,
    xAxis: { type: "value", max: minutes[minutes.length - 1], name: "minutes", nameLocation: "middle", nameGap: 30, axisLabel: { color: INK }, splitLine: { show: false } },
    yAxis: axes.map((name, at) => ({ type: "value", name, scale: true, axisLabel: { color: INK }, splitLine: at ? { show: false } : LINES })),
    series,
  };
}

element("h1", `${page.of}: ${page.site} follows the grid`);
element("p", `${page.signal}, from ${page.at}: ${number(page.offer_up_kw)} kW less and ${number(page.offer_down_kw)} kW more were offered. Score ${page.score.toFixed(4)} beside ${page.ceiling.toFixed(4)} of a perfect copy with the same lag (${page.noisy_ceiling.toFixed(4)} where the same meter reads it); available ${percent(page.availability)}; ${page.missed_deadlines} deadlines missed.`, "lead");
draw(340, overTime(["kW"], [
  line("asked for", page.curves.asked_kw),
  line("at the meter", page.curves.meter_kw),
  line("base point", page.curves.base_kw, { lineStyle: { width: 1, type: "dashed" } }),
], "kW"), "What was asked for and what the meter showed");
element("h2", "Who did it");
draw(300, overTime(["kW", "kWh"], [
  line("IT power", page.curves.it_kw),
  line("store gives", page.curves.store_kw),
  line("stored, kWh", page.curves.stored_kwh, { yAxisIndex: 1 }),
], ""), "IT power, store and energy in it");
element("h2", "How five-minute blocks scored");
draw(260, {
  color: PALETTE,
  tooltip: { ...TOOLTIP, trigger: "axis" },
  legend: { top: 4, textStyle: { color: INK } },
  grid: PLACE,
  xAxis: { type: "category", data: page.by_block.score.map((_, at) => at), name: "block", nameLocation: "middle", nameGap: 30, axisLabel: { color: INK } },
  yAxis: { type: "value", min: 0, max: 1, axisLabel: { color: INK }, splitLine: LINES },
  series: [
    { name: "score", type: "bar", data: page.by_block.score.map((value, at) => (page.by_block.quiet[at] ? { value, itemStyle: { opacity: 0.3 } } : value)) },
    { name: "ceiling by delay", type: "line", step: "middle", showSymbol: false, data: page.by_block.ceiling },
    { name: "the same, read by this meter", type: "line", step: "middle", showSymbol: false, lineStyle: { type: "dashed" }, data: page.by_block.noisy_ceiling },
  ],
}, "Score of each block beside its ceiling");
table(
  ["hour", "base kW", "less kW", "more kW", "cut kW", "gangs moved", "stored at its end, kWh"],
  page.by_hour.map((row) => [String(row.hour), ...["base_kw", "up_kw", "down_kw", "cut_kw", "gangs", "stored_last_kwh"].map((key) => number(key === "cut_kw" ? Math.max(row.cut_up_kw, row.cut_down_kw) : row[key]))]),
);
told(page.notes);

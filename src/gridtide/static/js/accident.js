/** An accident: frequency and what is away, who left, which lines are full, and what would have prevented it. */

import { draw, element, page, table, told } from "./sheet.js";
import { FAINT, INK, PALETTE, RED, TOOLTIP, number, percent, valueAxis } from "./theme.js";

const words = (heads, rows) => {
  table(heads, rows).className = "text";
};
const line = (name, data, colour, more = {}) => ({ name, type: "line", symbol: "none", data, lineStyle: { color: colour, width: 1.8, ...more }, itemStyle: { color: colour } });
const bound = (value) => ({ silent: true, symbol: "none", lineStyle: { color: RED, type: "dashed" }, data: value.map((one) => ({ yAxis: one, label: { formatter: `${one} Hz`, color: RED, position: "insideEndTop" } })) });

function courses(series, axis, digits, unit, limits) {
  if (limits) series[0].markLine = bound(limits);
  return {
    tooltip: { ...TOOLTIP, trigger: "axis", valueFormatter: (value) => (value === null || value === undefined ? "–" : `${number(value, digits)} ${unit}`) },
    legend: { type: "scroll", top: 0, textStyle: { color: INK } },
    grid: { left: 100, right: 40, top: 44, bottom: 46 },
    xAxis: { type: "value", name: "seconds", nameLocation: "middle", nameGap: 28, min: 0, max: "dataMax", axisLabel: { color: INK }, splitLine: { show: false } },
    yAxis: valueAxis(axis, { scale: true, axisLabel: { color: INK, formatter: (value) => number(value, digits) } }),
    series,
  };
}

const swing = page.frequency;
element("h1", `${page.of}: what happened, and what would have prevented it`);
element("p", page.passes ? "Every limit holds and no rule is broken." : `Broken: ${page.breaches.map((one) => one.says).join("; ")}.`, "lead");
const suffices = page.prevented.filter((one) => one.suffices);
if (suffices.length) element("p", `The ${suffices.every((one) => one.cost !== null) ? "cheapest" : "smallest"} change that prevents it is ${suffices[0].way}: ${suffices[0].says}.`, "lead");
element("p", `${number(page.system_kva)} kVA with ${page.inertia_s} s of inertia, ${number(page.load_kw)} kW of load at ${page.nominal_hz} Hz. Frequency changes by ${number(swing.first_hz_per_s, 4)} Hz/s at first, by ${number(swing.steepest_hz_per_s, 4)} over ${swing.window_s} s at most; lowest ${number(swing.lowest_hz, 3)} Hz at ${number(swing.lowest_at_s, 1)} s, highest ${number(swing.highest_hz, 3)} Hz at ${number(swing.highest_at_s, 1)} s.`);

element("h2", "Frequency");
draw(340, courses([line("as it happened", page.picture.frequency_hz, PALETTE[5], { width: 2.4 }), ...Object.entries(page.picture.prevented_hz).map(([name, data], index) => line(name, data, PALETTE[index % 5], { type: index > 3 ? "dashed" : "solid" }))], "Hz", 3, "Hz", [page.limits.lowest_hz, page.limits.highest_hz]), "Frequency of the grid as it happened and with each change that prevents it");

element("h2", "Load that is away, and what answers");
draw(340, courses([line("away (generation below 0)", page.picture.away_kw, PALETTE[5], { width: 2.4 }), ...Object.entries(page.picture.answered_kw).map(([name, data], index) => line(name, data, PALETTE[index % 5])), line("secondary control", page.picture.secondary_kw, FAINT, { type: "dashed" })], "kW", 0, "kW"), "Power that is away and power that answers, above 0 where more is fed in or less drawn");

if (page.left.length || page.events.length) {
  element("h2", "In the order of time");
  words(["s", "what", "kW", "why", "may it"], [
    ...page.events.map((one) => [number(one.at_s, 2), one.name, number(Math.abs(one.surplus_kw)), one.surplus_kw > 0 ? "too much power" : "power lacks", "–"]),
    ...page.left.map((one) => [number(one.at_s, 2), `${one.site} leaves`, number(one.kw), one.because, one.allowed ? "yes" : `no, by ${one.rule}`]),
  ].sort((one, other) => Number(one[0].replace(/,/g, "")) - Number(other[0].replace(/,/g, ""))));
}
if (page.prevented.length) {
  element("h2", "What would have prevented it");
  words(["change", "suffices", "the least of it", "kW it concerns", "cost", "still broken"], page.prevented.map((one) => [one.way, one.suffices ? "yes" : one.undoes.length ? `for ${one.undoes.join(", ")} alone` : "no", one.says, number(one.moved_kw), one.cost === null ? "–" : number(one.cost), one.leaves.map((breach) => breach.says).join("; ") || "–"]));
}
if (page.lines) {
  element("h2", "Lines, step by step");
  words(["step", "lost", "fullest afterwards", "carries, kW", "of its emergency rating", "cut off, kW"], page.lines.steps.map((step, index) => {
    const [full] = step.fullest;
    return [String(index), step.lost.join(", ") || "–", full ? full.branch : "–", full ? number(Math.abs(full.flow_kw)) : "–", full ? percent(full.loading) : "–", step.load_kw || step.cut_off.length ? number(step.load_kw) : "–"];
  }));
}
told([
  "One frequency for the whole grid; whatever answers does so by a droop and a lag of first order. Voltages are those of the table of sags.",
  `Ride-through by ${page.rule.name} (${page.rule.authority}, ${page.rule.status}; ${page.rule.source}; ${page.rule.mark}).`,
  "Each change is tried alone, the least amount found by bisection; changes are ranked by cost where all that suffice have one, else by the power they concern.",
  ...page.faults.map((one) => `${one.site} ${one.says}`),
]);

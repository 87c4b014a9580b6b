/** One call over many members: who is told how much and what is expected of them; of a drill, what came and who is told again. */

import { draw, element, page, table, told } from "./sheet.js";
import { FAINT, GRID, INK, PALETTE, RED, TOOLTIP, number, percent } from "./theme.js";

const MOST = 20;
const BANDS = 9;
const kw = (value) => (value === null || value === undefined ? "–" : `${number(value, 1)} kW`);
const reached = (value) => (value === null ? "never" : number(value, 0));
const byTold = (split) => split.members.filter((row) => row.told_kw > 0).sort((a, b) => b.told_kw - a.told_kw);

/** Who is told how much, the largest on top, beside what is expected of it. */
function bars(rows) {
  const shown = rows.slice(0, MOST).reverse();
  const bar = (name, key, colour) => ({ name, type: "bar", itemStyle: { color: colour }, data: shown.map((row) => row[key]) });
  return {
    tooltip: { ...TOOLTIP, trigger: "axis", axisPointer: { type: "shadow" }, valueFormatter: kw },
    legend: { top: 0, data: ["told", "expected"], textStyle: { color: INK } },
    grid: { left: 170, right: 40, top: 34, bottom: 44 },
    xAxis: { type: "value", name: "kW", nameLocation: "middle", nameGap: 28, axisLabel: { color: INK }, splitLine: { lineStyle: { color: GRID } } },
    yAxis: { type: "category", data: shown.map((row) => row.member), axisLabel: { color: INK, width: 150, overflow: "truncate" }, axisTick: { show: false } },
    series: [bar("expected", "expected_kw", FAINT), bar("told", "told_kw", PALETTE[0])],
  };
}

/** What came, minute by minute, member upon member, beside what was called for. */
function delivered() {
  const order = new Map(byTold(page).map((row, index) => [row.member, index]));
  const rank = (name) => order.get(name) ?? order.size;
  const known = Object.entries(page.delivered.by_member_kw).sort(([a], [b]) => rank(a) - rank(b));
  const { minutes: starts, step_min: step } = page.delivered;
  const end = starts[starts.length - 1] + step;
  const through = (values) => [...values.map((value, index) => [starts[index], value]), [end, values[values.length - 1]]];
  const layer = (name, values, colour) => ({
    name, type: "line", step: "end", stack: "kW", symbol: "none", lineStyle: { width: 0 }, itemStyle: { color: colour }, areaStyle: { color: colour, opacity: 0.75 },
    data: through(values),
  });
  const single = known.slice(0, known.length > BANDS ? BANDS - 1 : BANDS);
  const others = known.slice(single.length).map(([, values]) => values);
  const layers = single.map(([name, values], index) => layer(name, values, PALETTE[index % PALETTE.length]));
  if (others.length) layers.push(layer(`${others.length} others`, others[0].map((_, index) => others.reduce((sum, values) => sum + values[index], 0)), FAINT));
  const level = (name, value, colour, type) => ({
    name, type: "line", symbol: "none", lineStyle: { color: colour, type, width: 2 }, itemStyle: { color: colour }, data: [[starts[0], value], [end, value]],
  });
  return {
    tooltip: { ...TOOLTIP, trigger: "axis", valueFormatter: kw },
    legend: { top: 0, type: "scroll", textStyle: { color: INK } },
    grid: { left: 70, right: 40, top: 50, bottom: 44 },
    xAxis: { type: "value", min: starts[0], max: end, name: "minutes since the call", nameLocation: "middle", nameGap: 28, axisLabel: { color: INK }, splitLine: { show: false } },
    yAxis: { type: "value", name: "kW", axisLabel: { color: INK }, splitLine: { lineStyle: { color: GRID } } },
    series: [...layers, level("called for", page.call_kw, RED, "solid"), level("told", page.told_kw, INK, "dashed")],
  };
}

function splitTable(rows) {
  const starts = rows.some((row) => row.start_s !== null);
  table(
    ["member", "told kW", "expected kW", ...(starts ? ["starts after, s"] : [])],
    rows.slice(0, MOST).map((row) => [row.member, number(row.told_kw, 1), number(row.expected_kw, 1), ...(starts ? [number(row.start_s)] : [])]),
  ).className = "named";
  if (rows.length > MOST) element("p", `${MOST} of ${number(rows.length)} members, those told most; --json tells all.`, "caption");
}

function scoreTable(scores) {
  const shown = scores.length > MOST + 1 ? [...scores.slice(0, MOST), scores[scores.length - 1]] : scores;
  table(
    ["member", "told kW", "delivered kW", "share", "time in band", "reached, min"],
    shown.map((row) => [row.name, number(row.told_kw, 1), number(row.delivered_kw, 1), row.share === null ? "–" : percent(row.share), row.in_band === null ? "–" : percent(row.in_band, 0), reached(row.reached_min)]),
  ).className = "named";
  if (shown.length < scores.length) element("p", `${MOST} of ${number(scores.length - 1)} members and all together; --json tells all.`, "caption");
}

/** The split again, beside what each was told before. */
function again() {
  const before = new Map(page.members.map((row) => [row.member, row.told_kw]));
  const rows = byTold(page.split_again);
  const more = rows.filter((row) => row.told_kw > before.get(row.member) + 0.05);
  const lacking = page.split_again.lacking_kw;
  element("h2", "Told again");
  element("p", `${more.length ? `${more.length === 1 ? "One member is" : `${number(more.length)} members are`} told more` : "Nobody is told more"}; expected now: ${kw(page.split_again.expected_kw)} of ${kw(page.call_kw)}${lacking > 0 ? `, ${kw(lacking)} lack` : ""}.`);
  table(
    ["member", "told first, kW", "told again, kW", "more, kW", "expected kW"],
    rows.slice(0, MOST).map((row) => [row.member, number(before.get(row.member), 1), number(row.told_kw, 1), number(row.told_kw - before.get(row.member), 1), number(row.expected_kw, 1)]),
  ).className = "named";
  if (rows.length > MOST) element("p", `${MOST} of ${number(rows.length)} members, those told most; --json tells all.`, "caption");
}

const rows = byTold(page);
const all = page.drill ? page.drill[page.drill.length - 1] : null;
element("h1", page.drill ? `A drill: ${kw(page.call_kw)} called from ${number(page.members.length)} members` : `${kw(page.call_kw)} called from ${number(page.members.length)} members`);
element(
  "p",
  `Told ${kw(page.told_kw)}, expected ${kw(page.expected_kw)}, ${kw(page.sure_kw)} with a confidence of ${number(page.confidence, 2)}${page.lacking_kw > 0 ? `; ${kw(page.lacking_kw)} lack` : ""}. `
    + `Cost ${number(page.cost_per_h, 2)} an hour${page.bound_per_h === null ? "" : `, no split below ${number(page.bound_per_h, 2)}`}.${all && all.share !== null ? ` Delivered: ${kw(all.delivered_kw)} on the mean, ${percent(all.delivered_kw / page.call_kw)} of the call.` : ""}`,
  "lead",
);
if (page.drill) {
  element("h2", "What came");
  draw(380, delivered(), "Delivered power by minute and member, stacked, beside the call");
  element("h2", "Who delivered");
  scoreTable(page.drill);
  again();
}
element("h2", page.drill ? "As it was told first" : "Who is told how much");
if (rows.length) draw(90 + 34 * Math.min(rows.length, MOST), bars(rows), "Told and expected power by member");
splitTable(rows);
told(page.notes ?? []);

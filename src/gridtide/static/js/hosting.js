/** What every bus takes over a year, and what a load at one may ask of its connection. */

import { draw, element, page, table, told } from "./sheet.js";
import { FAINT, INK, PALETTE, RED, TOOLTIP, number, percent, safe, tone, valueAxis } from "./theme.js";

const [NOW, AFTER, QUICK, WAITS] = [PALETTE[4], PALETTE[0], PALETTE[2], PALETTE[1]];
const WORDS = { now: "as the grid stands", after: "after any outage (firm)", quick: "off after an outage", waits: "after any outage, work waits" };
const words = (heads, rows) => {
  table(heads, rows).className = "text";
};
const kw = (value) => (value === null ? "any load" : `${number(value)} kW`);
const mega = (value) => (value === null ? null : value / 1000);
const pair = (one) => (one.full === null ? "what units can give" : `${one.full} full${one.lost ? ` after ${one.lost}` : ""}`);
const legend = { top: 0, left: 92, textStyle: { color: INK } };
const axis = (name, more = {}) => ({ type: "value", name, nameLocation: "middle", nameGap: 30, nameTextStyle: { color: INK }, axisLabel: { color: INK }, splitLine: { show: false }, ...more });

function line(name, colour, points, more = {}) {
  return { name, type: "line", showSymbol: false, symbolSize: 7, data: points, lineStyle: { color: colour, width: 2 }, itemStyle: { color: colour }, ...more };
}

function bars() {
  const ranked = [...page.by_bus].sort((one, other) => (other.after_any_outage.median_kw ?? Infinity) - (one.after_any_outage.median_kw ?? Infinity));
  const one = (name, colour, pick) => ({ name, type: "bar", data: ranked.map((bus) => mega(pick(bus))), itemStyle: { color: colour }, barGap: "-100%" });
  draw(360, {
    legend,
    grid: { left: 92, right: 40, top: 58, bottom: 70 },
    tooltip: { ...TOOLTIP, trigger: "axis", formatter: ([{ dataIndex }]) => {
      const { bus, now, after_any_outage: after } = ranked[dataIndex];
      return safe(`bus ${bus}: after any outage ${kw(after.firm_kw)} in every hour, ${kw(after.in_99_of_100_hours_kw)} in 99 of 100, ${kw(after.median_kw)} in the middle one (${pair(after.binding[0])} in ${number(after.binding[0].hours)} hours); as the grid stands ${kw(now.median_kw)} in the middle one`);
    } },
    xAxis: { type: "category", name: "bus", nameLocation: "middle", nameGap: 46, nameTextStyle: { color: INK }, data: ranked.map(({ bus }) => bus), axisLabel: { color: INK, rotate: ranked.length > 24 ? 90 : 0, interval: 0, fontSize: ranked.length > 24 ? 10 : 12 } },
    yAxis: valueAxis("MW"),
    series: [
      one("as the grid stands, middle hour", tone("#c9d6e2", "#44525f"), ({ now }) => now.median_kw),
      one("after any outage, middle hour", NOW, ({ after_any_outage }) => after_any_outage.median_kw),
      one("after any outage, 99 of 100 hours", AFTER, ({ after_any_outage }) => Math.max(after_any_outage.in_99_of_100_hours_kw ?? 0, 0)),
    ],
  }, "Load each bus takes, the largest first");
}

function duration(one) {
  const line_of = (key) => one.duration.map((row) => [row.share * page.hours, mega(row[key])]);
  draw(320, {
    legend,
    grid: { left: 92, right: 40, top: 58, bottom: 54 },
    tooltip: { ...TOOLTIP, trigger: "axis", valueFormatter: (value) => `${number(value, 1)} MW` },
    xAxis: axis("hours of the year with at least this room", { min: 0, max: page.hours }),
    yAxis: valueAxis("MW of room", { min: 0 }),
    series: [line(WORDS.now, NOW, line_of("now_kw")), line(WORDS.after, AFTER, line_of("after_any_outage_kw")), line(WORDS.quick, QUICK, line_of("off_after_outage_kw"), { lineStyle: { color: QUICK, width: 2, type: "dashed" } })],
  }, "Room for load by hours of the year");
}

function curves(one, name, pick, axisOf, marks) {
  const points = (row_of) => one.curve.map((row) => [pick(row_of(row)), mega(row.size_kw)]);
  const series = [line(WORDS.now, NOW, points((row) => row.now)), line(WORDS.after, AFTER, points((row) => row.after_any_outage)), line(WORDS.quick, QUICK, points((row) => row.off_after_outage), { lineStyle: { color: QUICK, width: 2, type: "dashed" } })];
  if (one.work) series.push(line(WORDS.waits, WAITS, points((row) => row.work_waits)));
  const lines = marks.map((mark) => ({ xAxis: mark, label: { formatter: percent(mark / 100, 2), color: INK } }));
  if (one.asked) lines.push({ yAxis: mega(one.asked.size_kw), label: { formatter: "asked", color: RED, position: "insideEndTop" }, lineStyle: { color: RED } });
  series[1].markLine = { silent: true, symbol: "none", lineStyle: { color: FAINT, type: "dotted" }, data: lines };
  draw(340, { legend, grid: { left: 92, right: 60, top: 58, bottom: 54 }, tooltip: { ...TOOLTIP, trigger: "item", formatter: ({ seriesName, data }) => safe(`${seriesName}: ${number(data[1], 1)} MW at ${number(data[0], 2)} ${name}`) }, xAxis: axis(axisOf.name, axisOf), yAxis: valueAxis("MW connectable", { min: 0 }), series }, `Load against ${name}`);
}

function asked(one) {
  const { asked: of } = one;
  if (!of) return;
  element("h3", `${number(of.size_kw)} kW at bus ${one.bus}`);
  element("p", of.firm ? "It is firm: every hour has room for it after any outage." : `It is not firm: the worst hour lacks ${number(of.short_kw)} kW. Kept off before outages it would miss ${number(of.after_any_outage.hours)} hours, ${percent(of.after_any_outage.share, 2)} of its energy, at most ${number(of.after_any_outage.longest_h)} hours on end.`);
  if (of.ways.length) {
    words(["way to connect, the cheapest first", `${of.currency} a year`, "kWh not served", "built"], of.ways.map((way) => [way.way, way.cost_per_year === null ? "cannot be filled" : number(way.cost_per_year), number(way.unserved_kwh), Object.entries(way.built).map(([name, value]) => `${name.replace(/_([^_]*)$/, (_, unit) => ` ${unit.replace("kw", "kW")}`)} ${value === null ? "n/a" : number(value)}`).join(", ") || "–"]));
  }
  if (of.reinforced.length) element("h3", "What would make it firm");
  if (of.reinforced.length) words(["branch that must carry more for it to be firm", "kW more"], of.reinforced.map((row) => [row.branch, number(row.more_kw)]));
}

function connection(one) {
  const after = one.after_any_outage;
  element("h2", `Bus ${one.bus}, ${one.fed_by === "redispatch" ? "all units dispatched for the load" : `fed by ${one.fed_by}`}`);
  element("p", `Firm: ${kw(after.firm_kw)} (${pair(after)}, ${after.at}); ${kw(one.now.firm_kw)} as the grid stands; ${kw(one.off_after_outage.firm_kw)} if load comes off within ${number(one.off_after_outage.within_min)} min of an outage at ${number(one.off_after_outage.ramp_kw_per_min)} kW/min. What is kept off ahead is known ${number(one.notice_min.after_any_outage / 60)} h before.`, "lead");
  asked(one);
  element("h3", "Connectable against hours curtailed");
  curves(one, "hours", (row) => row.unmet_hours ?? row.hours, { name: "hours of the year with curtailment", min: 0, max: page.hours }, []);
  element("h3", "Connectable against energy curtailed");
  curves(one, "% of energy", (row) => 100 * row.share, { name: "% of the load's energy curtailed", min: 0, max: 2 }, [0.25, 0.5, 1]);
  const heads = ["energy curtailed", WORDS.now, WORDS.after, WORDS.quick];
  const rows = one.points.map((row) => [percent(row.share, 2), kw(row.now_kw), kw(row.after_any_outage_kw), kw(row.off_after_outage_kw)]);
  if (one.work) {
    heads.push(WORDS.waits);
    for (const [index, row] of one.points.entries()) rows[index].push(kw(row.work_waits_kw));
  }
  words(heads, rows);
  element("h3", "Room over the year");
  duration(one);
  element("h3", "What binds");
  words(["full after any outage", "hours"], after.binding.map((row) => [pair(row), number(row.hours)]));
  if (one.relieved.length) element("h3", "What reinforcing gives");
  if (one.relieved.length) words(["branches without a limit", "firm then", "gained", "what binds then"], one.relieved.map((row) => [row.branches.join(" and "), kw(row.firm_kw), kw(row.gained_kw), pair(row.then)]));
  if (one.work) element("p", `Work that waits: ${one.work.of} gives ${number(one.work.for_1_h_kw)} kW for an hour and ${number(one.work.for_4_h_kw)} kW for four${one.work.fleet_kw ? ` of the ${number(one.work.fleet_kw)} kW it draws` : ""}, and catches up by ${number(one.work.catch_up_kw)} kW.`);
}

const { dispatch } = page;
element("h1", `${page.of}: how much load fits, and where?`);
element("p", `${number(page.buses)} buses, ${number(page.branches)} branches, ${number(page.hours)} hours, ${number(page.outages)} outages in each. Cheapest first would overload a branch in ${number(dispatch.redispatched_hours)} hours, which are dispatched again; ${number(dispatch.turned_down_kwh / 1e6)} GWh of wind, sun and water are turned down.`, "lead");
for (const one of page.connections) connection(one);
element("h2", `Every bus, fed by ${page.fed_by}`);
bars();
told(page.notes);

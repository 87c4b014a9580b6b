/** Lays a backtest out: how much of the possible saving was taken, regret day by day, errors of forecasts. */

import { FAINT, INK, LEFT, PALETTE, THEME, TOOLTIP, money, number, percent, safe, valueAxis } from "./theme.js";

const page = JSON.parse(document.getElementById("payload").textContent);
const main = document.querySelector("main");
const charts = [];
const bands = page.bands_h.map(([first, last]) => `${first}–${last} h`);

function add(tag, text, className, parent = main) {
  const made = document.createElement(tag);
  if (text !== undefined) made.textContent = text;
  if (className) made.className = className;
  parent.append(made);
  return made;
}

function table(head, rows) {
  const made = add("table", undefined, undefined, add("div", undefined, "wide"));
  for (const [at, cells] of [head, ...rows].entries()) {
    const line = add("tr", undefined, undefined, made);
    cells.forEach((cell, column) => {
      const made = add(at === 0 || column === 0 ? "th" : "td", cell, undefined, line);
      if (column === 0) made.style.whiteSpace = "nowrap";
    });
  }
}

function draw(height, label, option) {
  const box = add("div", undefined, "chart");
  box.style.height = `${height}px`;
  box.tabIndex = 0;
  box.setAttribute("role", "img");
  box.setAttribute("aria-label", label);
  const chart = echarts.init(box, THEME, { renderer: "canvas" });
  chart.setOption({ animation: false, ...option });
  charts.push(chart);
}

/** Lines that the names of a legend take when they wrap at the width of the page. */
function lines(names) {
  const width = main.clientWidth - LEFT - 24;
  let [count, used] = [1, 0];
  for (const name of names) {
    const own = 52 + 6.6 * name.length;
    if (used > 0 && used + own > width) [count, used] = [count + 1, 0];
    used += own;
  }
  return count;
}

/** Bars side by side: a group a category, a colour a series [name, values]. */
function bars(height, label, unit, names, series, said) {
  const below = 24 * (lines(series.map(([name]) => name)) - 1);
  draw(height + below, label, {
    legend: { top: 0, left: LEFT, right: 24, textStyle: { color: INK } },
    grid: { left: LEFT, right: 24, top: 60 + below, bottom: 36 },
    tooltip: { ...TOOLTIP, trigger: "axis", axisPointer: { type: "shadow" }, valueFormatter: said },
    xAxis: { type: "category", data: names, axisLabel: { color: INK }, axisLine: { lineStyle: { color: FAINT }, onZero: true }, axisTick: { show: false } },
    yAxis: valueAxis(unit),
    series: series.map(([name, values], at) => ({ name, type: "bar", data: values, barMaxWidth: 44, itemStyle: { color: PALETTE[at % PALETTE.length] } })),
  });
}

const named = (row) => (row.forecaster ? `${row.policy}, ${row.forecaster}` : row.policy);
const keys = (name) => [...new Set(page.policies.flatMap((row) => Object.keys(row[name])))];
const judged = page.policies.filter((row) => row.policy !== page.reference && row.policy !== "perfect-foresight");
const dayNamed = (day) => new Intl.DateTimeFormat("en-GB", { timeZone: "UTC", weekday: "short", day: "numeric", month: "short" }).format(new Date(day.date));
const hoursOf = (day) => [...new Set(Object.values(day.hours).filter((hours) => hours > 0))].map((hours) => number(hours, Number.isInteger(hours) ? 0 : 2));
const dayTold = (day) => (day.whole && hoursOf(day).join() === "24" ? dayNamed(day) : `${dayNamed(day)}\n${hoursOf(day).join(", ")} h`);
const onDay = (instant) => new Date(instant).toLocaleString("en-GB", { timeZone: "UTC", weekday: "short", day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit" });
const slacks = keys("capture_by_slack");
const zones = keys("capture_by_zone");

add("h1", page.case);
add("p", `Backtest, ${onDay(page.start)} to ${onDay(page.end)} (UTC). Reference: ${page.reference}; yardstick: perfect foresight.`, "lead");

add("h2", "Policies");
table(
  ["", `total cost, ${page.currency}`, "capture", ...slacks.map((name) => `slack ${name}`), ...zones, "forecast capture", `P95 daily regret, ${page.currency}`, "promised", "kept", "missed"],
  page.policies.map((row) => [
    named(row), money(row.total_cost), percent(row.capture_ratio),
    ...slacks.map((name) => percent(row.capture_by_slack[name])), ...zones.map((name) => percent(row.capture_by_zone[name])), percent(row.forecast_capture_ratio),
    money(row.regret_p95), number(row.promised), number(row.kept), number(row.missed_deadlines),
  ]),
);
if (judged.length) {
  add("h3", "Share of the possible saving taken: in all, by slack of jobs, by kind of zone");
  const said = (value) => (value === null || value === undefined ? "n/a" : `${number(value, 1)} %`);
  const share = (value) => (value === null || value === undefined ? null : 100 * value);
  bars(320, "Capture ratio", "%", ["in all", ...slacks.map((name) => `slack ${name}`), ...zones],
    judged.map((row) => [named(row), [row.capture_ratio, ...slacks.map((name) => row.capture_by_slack[name]), ...zones.map((name) => row.capture_by_zone[name])].map(share)]),
    said);
  const informed = judged.filter((row) => row.forecaster !== "perfect-foresight");
  add("h3", "What forecasts left of it: share of the same policy's saving with every signal known");
  bars(280, "Forecast capture", "%", ["in all", ...slacks.map((name) => `slack ${name}`), ...zones],
    informed.map((row) => [named(row), [row.forecast_capture_ratio, ...slacks.map((name) => row.forecast_capture_by_slack[name]), ...zones.map((name) => row.forecast_capture_by_zone[name])].map(share)]),
    said);
}

add("h3", "Regret of each day against perfect foresight");
const part = page.days.filter((day) => !day.whole).length;
add("p", `From midnight to midnight of each site's own clock; hours are told where a day has not 24 at every site.${part ? ` ${part} of ${page.days.length} days are parts and do not count in P95.` : ""}`, "lead");
const others = page.policies.filter((row) => row.policy !== "perfect-foresight");
bars(320, "Daily regret", page.currency, page.days.map(dayTold), others.map((row) => [named(row), row.daily_regret]), (value) => `${money(value)} ${safe(page.currency)}`);

add("h2", "Forecasts");
add("p", `Mean absolute error and pinball loss by hours ahead, in the unit of the series; share of hours inside the stated ${percent(page.coverage_stated, 0)}.`, "lead");
const figure = (value) => (value === null || value === undefined ? "n/a" : value.toLocaleString("en-US", { maximumSignificantDigits: 4 }));
table(
  ["", "forecaster", ...bands.map((name) => `MAE ${name}`), ...bands.map((name) => `pinball ${name}`), "inside"],
  page.forecasts.map((row) => [`${row.kind} of ${row.zone}`, row.forecaster, ...row.mae.map(figure), ...(row.pinball ?? bands.map(() => null)).map(figure), percent(row.coverage)]),
);
for (const zone of [...new Set(page.forecasts.filter((row) => row.kind === "price_per_mwh").map((row) => row.zone))]) {
  const rows = page.forecasts.filter((row) => row.kind === "price_per_mwh" && row.zone === zone);
  if (rows.every((row) => row.mae.every((value) => value === null))) continue;
  add("h3", `Error of the price of ${zone}`);
  bars(260, `Error of the price of ${zone}`, rows[0].unit, bands, rows.map((row) => [row.forecaster, row.mae]), figure);
}

add("h2", "What the words mean");
const list = add("ul");
for (const line of [...page.notes, ...page.definitions]) add("li", line, undefined, list);
addEventListener("resize", () => charts.forEach((chart) => chart.resize()));

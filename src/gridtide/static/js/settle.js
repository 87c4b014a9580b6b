/** A settlement: what it comes to by kind, calls beside their baselines, and every line with its formula and inputs. */

import { draw, element, page, table, told } from "./sheet.js";
import { FAINT, GRID, INK, PALETTE, TOOLTIP, localTime, money, number, onClock, percent } from "./theme.js";

const PAID = PALETTE[0];
const EARNED = PALETTE[2];
const MOST_CALLS = 24;
const currency = page.currency;
const sum = (amount) => (amount < 0 ? `${money(-amount)} ${currency} earned` : `${money(amount)} ${currency} paid`);
const seconds = (instant) => Date.parse(instant) / 1000;
const clock = page.clock ?? "UTC";

/** What each kind of line comes to, the largest on top. */
function byKind(totals) {
  const kinds = Object.entries(totals).filter(([, amount]) => Math.abs(amount) >= 0.005).sort(([, a], [, b]) => Math.abs(a) - Math.abs(b));
  if (!kinds.length) return;
  const bars = (name, colour, mine) => ({
    name, type: "bar", stack: "amount", barMaxWidth: 20, itemStyle: { color: colour },
    label: { show: true, position: "right", color: INK, formatter: ({ value }) => (value === null ? "" : money(value)) },
    data: kinds.map(([, amount]) => (mine(amount) ? Math.abs(amount) : null)),
  });
  draw(90 + 34 * kinds.length, {
    legend: { top: 0, textStyle: { color: INK } },
    grid: { left: 210, right: 90, top: 30, bottom: 44 },
    xAxis: { type: "value", name: currency, nameLocation: "middle", nameGap: 28, axisLabel: { color: INK }, splitLine: { lineStyle: { color: GRID } } },
    yAxis: { type: "category", data: kinds.map(([kind]) => kind), axisLabel: { color: INK, width: 190, overflow: "truncate" }, axisTick: { show: false } },
    series: [bars("paid", PAID, (amount) => amount > 0), bars("earned", EARNED, (amount) => amount < 0)],
  }, "Amounts by kind of line");
}

/** The meter in the hours of a call beside what the site would have drawn; between them lies what is credited. */
function callChart(call) {
  const step = call.intervals.length > 1 ? seconds(call.intervals[1].start) - seconds(call.intervals[0].start) : seconds(call.end) - seconds(call.start);
  const rows = [...call.intervals.map((one) => [seconds(one.start), one]), [seconds(call.intervals[call.intervals.length - 1].start) + step, call.intervals[call.intervals.length - 1]]];
  const line = (name, key, colour, more) => ({ name, type: "line", step: "end", symbol: "none", lineStyle: { color: colour, width: 2 }, itemStyle: { color: colour }, data: rows.map(([at, one]) => [onClock(at, clock), one[key]]), ...more });
  const lower = (one) => Math.min(one.baseline_kw, one.metered_kw);
  const area = (name, values, colour) => ({ name, type: "line", step: "end", stack: "credited", symbol: "none", lineStyle: { width: 0 }, areaStyle: { color: colour, opacity: colour === "transparent" ? 0 : 0.25 }, itemStyle: { color: colour }, silent: true, data: values });
  const credited = (one) => (one.credited_kwh > 0 ? Math.abs(one.baseline_kw - one.metered_kw) : 0);
  draw(260, {
    useUTC: true,
    tooltip: { ...TOOLTIP, trigger: "axis", valueFormatter: (value) => `${number(value)} kW` },
    legend: { top: 0, data: ["baseline", "metered", "credited"], textStyle: { color: INK } },
    grid: { left: 80, right: 40, top: 40, bottom: 34 },
    xAxis: { type: "time", axisLabel: { color: INK } },
    yAxis: { type: "value", name: "kW", scale: true, axisLabel: { color: INK }, splitLine: { lineStyle: { color: GRID } } },
    series: [
      area("", rows.map(([at, one]) => [onClock(at, clock), lower(one)]), "transparent"),
      area("credited", rows.map(([at, one]) => [onClock(at, clock), credited(one)]), EARNED),
      line("baseline", "baseline_kw", FAINT, { lineStyle: { color: FAINT, width: 2, type: "dashed" } }),
      line("metered", "metered_kw", PAID),
    ],
  }, `Baseline and meter of the call from ${call.start}`);
}

function callOf(call) {
  element("h3", `${localTime(seconds(call.start), clock)} to ${localTime(seconds(call.end), clock)}, ${clock}`);
  const share = call.delivered_share === null ? "" : `, ${percent(call.delivered_share)} of ${number(call.committed_kw)} kW ${call.direction === "absorb" ? "more" : "less"}`;
  const flags = call.flags.length ? ` Marked: ${call.flags.join(", ")}.` : "";
  const accuracy = call.accuracy && call.accuracy.rrmse !== null ? ` The same baseline missed ${call.accuracy.days} like days before by ${percent(call.accuracy.rrmse)}.` : "";
  element("p", `${number(call.credited_kwh)} kWh credited${share}.${accuracy}${flags}`);
  callChart(call);
}

/** An input as a person writes it: figures with the digits that count. */
const input = (value) => (typeof value === "number" ? (Number.isInteger(value) ? number(value) : Math.abs(value) >= 100 ? number(value, 1) : Number(value.toPrecision(5)).toString()) : String(value));

function linesTable(lines) {
  table(
    ["for", "site", `amount, ${currency}`, "formula", "from", "version", "mark"],
    lines.map((one) => [one.what, one.site, number(one.amount, 2), one.formula, Object.entries(one.inputs).map(([name, value]) => `${name} ${input(value)}`).join(", "), one.version, one.mark]),
  ).className = "text";
}

element("h1", page.run ? `Run ${page.run}: what it comes to` : "What was delivered, and what is owed");
element(
  "p",
  page.run
    ? `${page.case}, ${page.policy}: ${sum(page.total)}. Reckoned again from the record: ${page.bit_equal ? "equal to the run to the last bit" : `different from the run in ${page.different.join(", ")}`}.`
    : `${page.meter ?? "Awards"}: ${sum(page.total)}.${page.programme ? ` Baseline: ${page.programme.title} (${page.programme.name}, ${page.programme.status}, edition ${page.programme.edition}).` : ""}`,
  "lead",
);
element("h2", "By kind");
byKind(page.totals);
if (page.calls.length) {
  element("h2", "Calls of the grid");
  for (const call of page.calls.slice(0, MOST_CALLS)) callOf(call);
  if (page.calls.length > MOST_CALLS) element("p", `${MOST_CALLS} of ${number(page.calls.length)} calls; --json tells all.`, "caption");
}
element("h2", "Line by line");
linesTable(page.lines);
if (page.services && page.services.lines.length) {
  element("h2", "Services beside the bill");
  element("p", `Altogether ${sum(page.services.total)}; they stand beside the total of the run, not in it.`);
  linesTable(page.services.lines);
}
told(page.notes);

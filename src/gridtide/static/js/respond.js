/** A call answered minute by minute: what each job drew, one on the other, beside the limit; and what each did. */

import { draw, element, page, table, told } from "./sheet.js";
import { FAINT, GRID, INK, PALETTE, RED, TOOLTIP, number, percent } from "./theme.js";

const start = Date.parse(page.course.start);
const shown = page.course.start.slice(-6);
const shift = /^[+-]/.test(shown) ? (Number(shown.slice(1, 3)) * 60 + Number(shown.slice(4))) * (shown[0] === "-" ? -60000 : 60000) : 0;
const at = (minute) => start + shift + minute * 60000;
const points = (values) => values.map((value, minute) => [at(minute), value]);

function course() {
  const other = { name: "whatever jobs do", values: page.course.meter_kw.map(() => page.other_kw), colour: FAINT };
  const jobs = Object.entries(page.course.jobs_kw).map(([name, values], index) => ({ name, values, colour: PALETTE[index % PALETTE.length] }));
  const stacked = [...(page.other_kw > 0 ? [other] : []), ...jobs].map(({ name, values, colour }) => ({
    name, type: "line", step: "end", stack: "kW", symbol: "none", lineStyle: { width: 0 }, itemStyle: { color: colour }, areaStyle: { color: colour, opacity: 0.75 }, data: points(values),
  }));
  const limit = { name: "limit", type: "line", step: "end", symbol: "none", lineStyle: { color: RED, width: 2 }, itemStyle: { color: RED }, connectNulls: false, data: points(page.course.limit_kw) };
  const base = { name: "baseline", type: "line", symbol: "none", lineStyle: { color: INK, type: "dashed", width: 1 }, itemStyle: { color: INK }, data: points(page.course.meter_kw.map(() => page.baseline_kw)) };
  return {
    useUTC: true,
    tooltip: { ...TOOLTIP, trigger: "axis", valueFormatter: (value) => (value === null || value === undefined ? "–" : `${number(value, 2)} kW`) },
    legend: { type: "scroll", orient: "vertical", right: 8, top: 20, textStyle: { color: INK } },
    grid: { left: 70, right: 230, top: 20, bottom: 44 },
    xAxis: { type: "time", axisLabel: { color: INK } },
    yAxis: { type: "value", name: "kW", axisLabel: { color: INK }, splitLine: { lineStyle: { color: GRID } } },
    series: [...stacked, base, limit],
  };
}

element("h1", `${page.cluster}: ${page.event}, simulated`);
element("p", `${page.from} to ${page.to}, told ${page.notice_min} minutes ahead. Asked: ${number(page.asked_kw, 2)} kW, ${percent(page.asked_share)} of the baseline. Drawn: ${percent(page.mean_share)} on average, ${percent(page.most_share)} at most; ${page.minutes_over} minutes over.`, "lead");
element("h2", "Power by job, and the limit");
draw(420, course(), "Power of each job by minute, stacked, beside limit and baseline");
element("h2", "What each job did");
table(
  ["job", "accelerators", "kW in the call", "parked", "does", "at least", "tier"],
  page.jobs.map((job) => [job.name, number(job.accelerators), number(job.mean_kw, 2), number(job.parked_accelerators, 1), percent(job.share), percent(job.at_least), job.kept ? "kept" : "broken"]),
).className = "named";
element("p", `Weighted work ${number(page.weighted_work, 4)}; nobody could do more than ${number(page.bound, 4)}. Deepest limit with every tier: ${page.deepest_kw === null ? "none" : `${number(page.deepest_kw, 2)} kW, ${percent(page.deepest_share)}`}.`);
element("p", `${number(page.avoided_kwh, 1)} kWh avoided. Steepest minute: ${percent(page.largest_fall_share)} of the baseline down (declared: ${percent(page.fall_share)}), ${percent(page.largest_rise_share)} up (declared: ${percent(page.rise_share)})${page.ramps_kept ? "" : " – steeper than declared"}.`);
told(page.notes);

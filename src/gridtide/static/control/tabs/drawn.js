/** Answers as panels, by their shape: values, tables, series on one axis of time, jobs as bars. */

import { made } from "../made.js";
import { BEHIND, PALETTE, inks } from "../sites.js";
import { clockOf, hourOf, instant, named, number, span, word } from "../words.js";

const UNITS = [["_kw", "kW"], ["_kwh", "kWh"], ["_c", "°C"], ["_per_mwh", "/MWh"], ["_per_kwh", "/kWh"], ["_g_per_kwh", "g/kWh"]];
let charts = [];

export function closeDrawn() {
  for (const [chart, watch] of charts) (watch.disconnect(), chart.dispose());
  charts = [];
}

/** Every part of an answer, in order. path: of the answer. */
export function drawAll(said, path) {
  const { left_out: left = {}, edges, ...parts } = said;
  const plain = Object.entries(parts).filter(([, value]) => typeof value !== "object" || value === null);
  const panels = Object.entries(parts).filter(([, value]) => value && typeof value === "object").flatMap(([key, value]) => {
    if (!Array.isArray(value)) return [panel(key, path, [facts(Object.entries(value), key)])];
    if (edges?.length && value[0]?.clock) return value.map((one) => panel(one.site, path, chart(one, edges, parts.currency)));
    const more = left[key] ? [made("p", { kind: "faint", text: `+ ${left[key]} ${named("left_out")}` })] : [];
    return [panel(key, path, [...(value[0]?.runs ? gantt(value, edges ?? [], said.at) : []), ...more, list(key, value.map((one) => (typeof one === "object" ? one : { said: one })))])];
  });
  return [plain.length && panel("now", path, [facts(plain)]), ...panels];
}

export function panel(title, path, children) {
  return made("section", { kind: children.length > 1 || children[0]?.rows ? "whole" : "", children: [made("h2", { text: named(title) }), ...children, made("a", { kind: "faint", href: "#sources", text: `${word("source")}: ${path.split("?")[0]}` })] });
}

/** A value as its key says what it is. */
export function shown(key, value) {
  if (value === null || value === undefined || value === "") return "–";
  if (typeof value === "boolean") return word(value ? "yes" : "no");
  if (Array.isArray(value)) return value.map((one) => shown("", one)).join(", ") || "–";
  if (typeof value === "object") return Object.entries(value).map(([name, one]) => `${named(name, 1)} ${shown(name, one)}`).join(" · ") || "–";
  if (typeof value === "string") return /^\d{4}-\d\d-\d\dT/.test(value) ? instant(value) : named(value, 1);
  if (/_s$/.test(key)) return span(value);
  if (/_share$/.test(key)) return `${number(100 * value, 1)} %`;
  return number(value, Number.isInteger(value) || Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 1 ? 2 : 4);
}

export function facts(pairs, of = "") {
  return made("dl", { children: pairs.flatMap(([key, value]) => [made("dt", { text: named(key) }), made("dd", { text: shown(of.endsWith("_s") ? of : key, value) })]) });
}

/** A table of rows; what is stale or over a limit is marked where a row says so. plain: texts are written already. */
export function list(title, rows, plain = false) {
  const keys = Object.keys(rows[0] ?? {}).filter((key) => !["runs", "clock", "stale", "over"].includes(key));
  const cell = (row, key) => made("td", row[key] instanceof Node ? { children: [row[key]] } : { text: plain ? row[key] : shown(key, row[key]), kind: row.over === key ? "bad" : row.stale ? "faint" : "" });
  return wide(title, keys.map(named), rows.length ? rows.map((row) => keys.map((key) => cell(row, key))) : [[made("td", { text: word("none") })]]);
}

function wide(title, heads, rows) {
  const row = (name, cells) => made("tr", { children: cells.map((one) => (one instanceof Node ? one : made(name, { text: one, ...(name === "th" ? { scope: "col" } : {}) }))) });
  const table = made("table", { kind: "text", children: [made("thead", { children: [row("th", heads)] }), made("tbody", { children: rows.map((cells) => row("td", cells)) })] });
  const box = made("div", { kind: "wide", tabIndex: 0, children: [table] });
  box.setAttribute("role", "group");
  box.setAttribute("aria-label", named(title));
  box.rows = rows.length;
  return box;
}

/** The series of a site, rows by unit: groups stacked, the rest as lines; and all of it as a table. */
function chart(site, edges, currency) {
  const times = edges.map((edge) => Date.parse(edge));
  const rows = [];
  const ink = inks();
  for (const [key, value] of Object.entries(site)) {
    const group = value && typeof value === "object" && !Array.isArray(value);
    if (!group && !Array.isArray(value)) continue;
    const unit = (UNITS.findLast(([end]) => key.endsWith(end))?.[1] ?? "").replace(/^\//, `${currency}/`);
    // a limit far above all else is in the table alone, so that the scale stays useful
    const beyond = key.endsWith("_max_kw") && Math.min(...value) > 2.2 * Math.max(...(site.import_kw ?? []), ...Object.values(site.by_class_kw ?? {}).flat());
    const series = (group ? Object.entries(value) : [[key, value]]).map(([name, data], place) => ({ name: named(name, 1), data, area: group, colour: BEHIND[name] ?? PALETTE[(group ? place : rows.length + place + 5) % PALETTE.length] }));
    if (!series.some((one) => one.data.some((x) => x !== null && (x !== 0 || !group)))) continue;
    const same = rows.find((row) => row.unit === unit && !group);
    if (same) same.series.push({ ...series[0], colour: [ink.ink, ink.faint, PALETTE[5]][same.series.filter((one) => !one.area).length % 3], dashed: true, beyond });
    else rows.push({ unit, series, tall: rows.length ? 4 : 12 });
  }
  const letters = parseFloat(getComputedStyle(document.documentElement).fontSize);
  const all = rows.flatMap((row) => row.series.map((one) => ({ ...one, unit: row.unit })));
  const box = made("div", { kind: "chart" });
  box.setAttribute("role", "img");
  box.setAttribute("aria-label", `${site.site}: ${all.map((one) => one.name).join(", ")}`);
  box.style.height = `${rows.reduce((sum, row) => sum + row.tall + 2, 1.5) * letters}px`;
  box.addEventListener("draw", () => {
    const drawn = window.echarts.init(box, null, { renderer: "canvas" });
    charts.push([drawn, new ResizeObserver(() => drawn.resize())]);
    charts.at(-1)[1].observe(box);
    drawn.setOption(option(times, site.clock, rows, letters, ink));
  });
  const legend = made("p", { kind: "legend", children: all.filter((one) => !one.beyond).map((one) => {
    const mark = made("i", { kind: one.area ? "" : one.dashed ? "dashed" : "line" });
    mark.style.setProperty("--mark", one.colour);
    return made("span", { children: [mark, one.name] });
  }) });
  const table = made("details", { children: [made("summary", { text: word("asTable") })] });
  table.addEventListener("toggle", () => {
    if (table.open && table.children.length === 1) table.append(wide(site.site, [word("when"), ...all.map((one) => `${one.name} ${one.unit}`)], times.slice(0, -1).map((at, step) => [clockOf(at, site.clock), ...all.map((one) => shown("", one.data[step]))])));
  });
  return [legend, box, table];
}

function option(times, clock, rows, letters, ink) {
  const [fontSize, last] = [0.77 * letters, rows.length - 1];
  let top = 1.4 * letters;
  const grid = rows.map((row) => ({ left: 5.4 * letters, right: 14, top: (top += (row.tall + 2) * letters) - (row.tall + 2) * letters, height: row.tall * letters }));
  const xAxis = rows.map((_, at) => ({ type: "time", gridIndex: at, min: times[0], max: times.at(-1), splitLine: { show: false }, axisLine: { onZero: false, lineStyle: { color: ink.faint } }, axisTick: { show: at === last }, axisLabel: { show: at === last, hideOverlap: true, color: ink.ink, fontSize, formatter: (value) => hourOf(value, clock) } }));
  const yAxis = rows.map((row, at) => ({ type: "value", gridIndex: at, name: row.unit, nameGap: 5, scale: !row.series.some((one) => one.area), splitNumber: row.tall > 5 ? 4 : 2, nameTextStyle: { color: ink.ink, fontSize, align: "right" }, axisLabel: { color: ink.ink, fontSize, formatter: (value) => shown("", value) }, splitLine: { lineStyle: { color: ink.line } } }));
  const series = rows.flatMap((row, at) => {
    const sums = times.map(() => 0);
    const stacked = row.series.filter((one) => one.area).map((one) => ({ ...one, data: one.data.map((value, step) => (value === null ? null : (sums[step] += value))) })).reverse();
    return [...stacked, ...row.series.filter((one) => !one.area && !one.beyond)].map((one, place) => ({
      type: "line", step: "end", symbol: "none", silent: true, xAxisIndex: at, yAxisIndex: at, z: one.area ? 2 + place / 100 : 8, itemStyle: { color: one.colour }, lineStyle: { color: one.colour, width: one.area ? 0 : 2, type: one.dashed ? "dashed" : "solid" },
      areaStyle: one.area ? { color: one.colour, opacity: 1, origin: "start" } : undefined, data: one.data.flatMap((value, step) => [[times[step], value], [times[step + 1], value]]),
    }));
  });
  const hint = ([{ axisValue }]) => {
    const step = Math.max(times.findIndex((at) => at > axisValue) - 1, 0);
    return [clockOf(times[step], clock), ...rows.flatMap((row) => row.series.map((one) => `${one.name}: ${shown("", one.data[step])} ${row.unit}`))].join("\n");
  };
  return { animation: false, useUTC: true, grid, xAxis, yAxis, series, axisPointer: { link: [{ xAxisIndex: "all" }] }, tooltip: { trigger: "axis", renderMode: "richText", confine: true, backgroundColor: ink.panel, borderColor: ink.faint, textStyle: { color: ink.ink, fontSize }, formatter: hint } };
}

/** Jobs as bars in time, on the axis of the charts: full where promised, open where not; a mark at the deadline. */
function gantt(jobs, edges, at) {
  const begin = Date.parse(edges[0] ?? at);
  const end = Math.max(Date.parse(edges.at(-1) ?? at), begin + 3_600_000);
  const place = (when) => Math.min(Math.max((100 * (Date.parse(when) - begin)) / (end - begin), 0), 100);
  const bar = (kind, from, to) => {
    const node = made("i", { kind });
    [node.style.left, node.style.width] = [`${place(from)}%`, to ? `${Math.max(place(to) - place(from), 0.2)}%` : ""];
    return node;
  };
  const rows = jobs.map((job) => made("li", { title: `${job.job} · ${named(job.status)} · ${shown("", job.deadline)}`, children: [made("span", { text: job.job }), made("b", { children: [...job.runs.map(([from, to]) => bar(job.promised ? "run" : "run open", from, to)), job.deadline && Date.parse(job.deadline) <= end ? bar("due", job.deadline) : null] })] }));
  const figure = made("ol", { kind: "gantt", children: rows });
  figure.ariaHidden = "true";
  return [made("p", { kind: "faint", text: named("gantt_key") }), figure];
}

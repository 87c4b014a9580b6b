/** Answers as panels, by their shape: values, tables, series on one axis of time, jobs as bars. */

import { BEHIND, PALETTE, chartIn, inTime, inks, legend, line, stacked, stepped, tallOf } from "../charts.js";
import { button, made, terms } from "../made.js";
import { clockOf, figure, instant, named, number, span, word } from "../words.js";

/** What stands behind a path that names it; behind others stand meters. */
const FROM = ["plan", "sources", "audit"];
const UNITS = [["_kw", "kW"], ["_kwh", "kWh"], ["_c", "°C"], ["_per_mwh", "/MWh"], ["_per_kwh", "/kWh"], ["_g_per_kwh", "g/kWh"]];

/** Draw what stands in a place anew; what was open stays open, and what had the focus has it. */
export function redraw(root, nodes) {
  const every = (selector) => [...root.querySelectorAll(selector)];
  const reach = "a, button, input, select, summary, [tabindex]";
  const [open, focused] = [every("details").map((one) => one.open), every(reach).indexOf(document.activeElement)];
  for (const box of every(".chart")) box.chart?.end();
  root.replaceChildren(...nodes.filter(Boolean));
  every("details").forEach((one, place) => (one.open = open[place] ?? false));
  every(reach)[focused]?.focus({ preventScroll: true });
  for (const box of every(".chart")) box.dispatchEvent(new Event("draw"));
}

/** Every part of an answer, in order. path: of the answer. */
export function drawAll(said, path) {
  const { left_out: left = {}, edges, ...parts } = said;
  const { at } = said;
  const plain = Object.entries(parts).filter(([, value]) => typeof value !== "object" || value === null);
  const panels = Object.entries(parts).filter(([, value]) => value && typeof value === "object").flatMap(([key, value]) => {
    if (!Array.isArray(value)) return [panel(key, path, [facts(Object.entries(value), key)], at)];
    if (edges?.length && value[0]?.clock) return value.map((one) => panel(one.site, path, chart(one, edges, parts.currency), at));
    const more = left[key] ? [made("p.faint", {}, `+ ${left[key]} ${named("left_out")}`)] : [];
    return [panel(key, path, [...(value[0]?.runs ? gantt(value, edges ?? [], at) : []), ...more, list(key, value.map((one) => (typeof one === "object" ? one : { said: one })))], at)];
  });
  return [plain.length && panel("now", path, [facts(plain)], at), ...panels];
}

/** A panel whose numbers lead to their source. path: asked for them; at: as of when they are */
export function panel(title, path, children, at) {
  const bare = path.split("?")[0];
  const source = button("plain source", `${word("source")}: ${bare}`);
  const data = { label: title, path: bare, from: FROM.find((one) => bare.includes(one)) ?? "meters", ...(at ? { at } : {}) };
  return made(children.length > 1 || children[0]?.rows ? "section.whole" : "section", { data }, made("h2", {}, named(title)), children, source);
}

/** A value as its key says what it is. */
export function shown(key, value) {
  if (value === null || value === undefined || value === "") return "–";
  if (typeof value === "boolean") return word(value ? "yes" : "no");
  if (Array.isArray(value)) return value.map((one) => shown("", one)).join(", ") || "–";
  if (typeof value === "object") return Object.entries(value).map(([name, one]) => `${named(name)} ${shown(name, one)}`).join(" · ") || "–";
  if (/^(site|job|class|who)$/.test(key)) return value;
  if (typeof value === "string") return /^\d{4}-\d\d-\d\dT/.test(value) ? instant(value) : named(value);
  if (/_s$/.test(key)) return span(value);
  if (/_(share|chance)$/.test(key)) return `${number(100 * value, 1)} %`;
  return figure(value);
}

export function facts(pairs, of = "") {
  return made("dl", {}, terms(pairs.map(([key, value]) => [named(key), value instanceof Node ? value : made("dd", { data: { key } }, shown(of.endsWith("_s") ? of : key, value))])));
}

/** A table of rows; what is stale or over a limit is marked where a row says so. */
export function list(title, rows) {
  const keys = Object.keys(rows[0] ?? {}).filter((key) => !["runs", "clock", "stale", "over"].includes(key));
  const cell = (row, key) => made("td", { data: { key }, className: row.over === key ? "bad" : row.stale ? "faint" : "" }, row[key] instanceof Node ? row[key] : shown(key, row[key]));
  return wide(title, keys.map((key) => named(key)), rows.length ? rows.map((row) => keys.map((key) => cell(row, key))) : [[made("td", {}, word("none"))]]);
}

function wide(title, heads, rows) {
  const head = made("tr", {}, heads.map((text) => made("th", { scope: "col" }, text)));
  const body = rows.map((cells) => made("tr", {}, cells.map((one) => (one instanceof Node ? one : made("td", {}, one)))));
  return made("div.wide", { tabIndex: 0, role: "group", ariaLabel: named(title), rows: heads.length && rows.length }, made("table", {}, made("thead", {}, head), made("tbody", {}, body)));
}

/** The series of a site, rows by unit: groups stacked, the rest as lines; and all of it as a table. */
export function chart(site, edges, currency = "") {
  const times = edges.map((edge) => Date.parse(edge));
  const rows = [];
  const ink = inks();
  for (const [key, value] of Object.entries(site)) {
    const group = value && typeof value === "object" && !Array.isArray(value);
    if (!group && !Array.isArray(value)) continue;
    const unit = (UNITS.findLast(([end]) => key.endsWith(end))?.[1] ?? "").replace(/^\//, `${currency}/`);
    // a limit far above all else is in the table alone, so that the scale stays useful
    const beyond = key.endsWith("_max_kw") && Math.min(...value) > 2.2 * Math.max(...(site.import_kw ?? []), ...Object.values(site.by_class_kw ?? {}).flat());
    const parts = (group ? Object.entries(value) : [[key, value]]).map(([name, data], place) => ({ name: named(name), data, area: group, colour: BEHIND[name] ?? PALETTE[(group ? place : rows.length + place + 5) % PALETTE.length] }));
    if (!parts.some((one) => one.data.some((x) => x !== null && (x !== 0 || !group)))) continue;
    const same = rows.find((row) => row.unit === unit && !group);
    if (same) same.parts.push({ ...parts[0], colour: [ink.ink, ink.faint, PALETTE[5]][same.parts.filter((one) => !one.area).length % 3], dashed: true, beyond });
    else rows.push({ unit, parts, tall: rows.length ? 4 : 12 });
  }
  for (const row of rows) {
    const [areas, lines] = [row.parts.filter((one) => one.area), row.parts.filter((one) => !one.area && !one.beyond)];
    const bars = times.slice(1).map((end, step) => [times[step], end, { rows: areas.map((one) => one.data[step]), lines: lines.map((one) => one.data[step]) }]);
    row.series = [...stacked(bars, areas.map((one) => one.colour)), ...lines.map((one, at) => line(one.colour, one.dashed ? "dashed" : "solid", 2, stepped(bars, (bar) => bar.lines[at])))];
    row.axis = { scale: !areas.length, splitNumber: row.tall > 5 ? 4 : 2 };
  }
  const all = rows.flatMap((row) => row.parts.map((one) => ({ ...one, unit: row.unit })));
  const hint = (moment) => {
    const step = Math.max(times.findIndex((at) => at > moment) - 1, 0);
    return [clockOf(times[step], site.clock), ...all.map((one) => `${one.name}: ${shown("", one.data[step])} ${one.unit}`)].join("\n");
  };
  const box = made("div.chart", { role: "img", ariaLabel: `${site.site}: ${all.map((one) => one.name).join(", ")}` });
  box.style.height = `${tallOf(rows)}px`;
  box.addEventListener("draw", () => {
    box.chart = chartIn(box);
    box.chart.setOption(inTime(rows, { from: times[0], until: times.at(-1), clock: site.clock, hint }));
  });
  const colours = all.filter((one) => !one.beyond).map((one) => [one.name, one.colour, one.area ? "" : one.dashed ? "dashed" : "line"]);
  const table = made("details", {}, made("summary", {}, word("asTable")));
  table.addEventListener("toggle", () => {
    if (table.open && table.children.length === 1) table.append(wide(site.site, [word("when"), ...all.map((one) => `${one.name} ${one.unit}`)], times.slice(0, -1).map((at, step) => [clockOf(at, site.clock), ...all.map((one) => shown("", one.data[step]))])));
  });
  return [made("p.legend", {}, legend(colours)), box, table];
}

/** Jobs as bars in time, on the axis of the charts: full where promised, open where not; a mark at the deadline. */
function gantt(jobs, edges, at) {
  const begin = Date.parse(edges[0] ?? at);
  const end = Math.max(Date.parse(edges.at(-1) ?? at), begin + 3_600_000);
  const place = (when) => Math.min(Math.max((100 * (Date.parse(when) - begin)) / (end - begin), 0), 100);
  const bar = (kind, from, to) => {
    const node = made("i", { className: kind });
    [node.style.left, node.style.width] = [`${place(from)}%`, to ? `${Math.max(place(to) - place(from), 0.2)}%` : ""];
    return node;
  };
  const rows = jobs.map((job) => made("li", { title: `${job.job} · ${named(job.status)} · ${shown("", job.deadline)}` }, made("span", {}, job.job), made("b", {}, job.runs.map(([from, to]) => bar(job.promised ? "run" : "run open", from, to)), job.deadline && Date.parse(job.deadline) <= end ? bar("due", job.deadline) : null)));
  return [made("p.faint", {}, named("gantt_key")), made("ol.gantt", { ariaHidden: "true" }, rows)];
}

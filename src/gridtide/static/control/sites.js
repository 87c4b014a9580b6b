/** Power by site: small multiples on one scale, six hours back and a day ahead, over ribbons of price, carbon and calls. */

import { isOver, showSource } from "./figures.js";
import { AHEAD, BACK, coming, heard, isStale, metered, present, total } from "./heard.js";
import { $, made } from "./made.js";
import { wholeOf } from "./many.js";
import { clockOf, hourOf, number, word } from "./words.js";

export const PALETTE = ["#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#8c7a00", "#5a5a9c", "#7f5539"];
export const BEHIND = { idle: "#aeb8c2", losses: "#76838f" };
const FONT = 15;
const charts = new Map();

/** What the charts are drawn with, as the style sheet has it: they grow with its letters. */
export function sizes() {
  const grown = parseFloat(getComputedStyle(document.documentElement).fontSize) / FONT;
  return Object.fromEntries(Object.entries({ left: 64, right: 126, tall: 190, supply: 44, gap: 26, head: 22, ribbon: 15, between: 7, letters: 11.5 }).map(([name, px]) => [name, px * grown]));
}

export function inks() {
  const style = getComputedStyle(document.documentElement);
  return Object.fromEntries(["ink", "faint", "line", "ground", "panel", "limit"].map((name) => [name, style.getPropertyValue(`--${name}`).trim()]));
}

/** The classes of work that are planned, in the order of the case; each has its colour at every site. */
function classNames() {
  const planned = heard.ahead?.sites[0]?.plan_by_class_kw;
  return Object.keys(planned ?? heard.frame?.values.sites?.[0]?.by_class_kw ?? {});
}

/** Bars of a site in time: metered, then planned. Each [start, end, {import, plan, limit, used, unused, price, …, rows}] */
function barsOf(name, classes) {
  const rows = (of, it, facility) => [...classes.map((key) => of[key] ?? null), it === null ? null : Math.max(it - classes.reduce((sum, key) => sum + (of[key] ?? 0), 0), 0), facility === null || it === null ? null : Math.max(facility - it, 0)];
  const back = metered(name).map(([start, end, one]) => [start, end, {
    rows: rows(one.by_class_kw ?? {}, one.it_kw ?? null, one.facility_kw ?? null), import: one.import_kw, plan: one.plan_import_kw, limit: one.import_max_kw,
    used: one.renewable_used_kw, unused: one.renewable_curtailed_kw, price: one.price_per_mwh, carbon: one.carbon_g_per_kwh, curtailed: one.curtailment_kw, metered: true,
  }]);
  const { site, steps } = coming(name);
  const at = (key, step) => site[key]?.[step] ?? null;
  const on = steps.map(([start, end, step]) => [start, end, {
    rows: rows(Object.fromEntries(classes.map((key) => [key, site.plan_by_class_kw?.[key]?.[step] ?? null])), at("plan_it_kw", step), at("plan_facility_kw", step)),
    import: null, plan: at("plan_import_kw", step), limit: at("import_max_kw", step),
    used: at("supply_kw", step) === null ? null : Math.max(at("supply_kw", step) - (at("plan_unused_supply_kw", step) ?? 0), 0), unused: at("plan_unused_supply_kw", step),
    price: at("price_per_mwh", step), carbon: at("carbon_g_per_kwh", step), curtailed: at("curtailment_kw", step), metered: false,
  }]);
  return [...back, ...on];
}

/** Values of bars as points of a line that steps, open where bars leave a gap. */
function stepped(bars, value) {
  const points = [];
  bars.forEach(([start, end, one], index) => {
    const found = value(one) ?? null;
    points.push([start, found]);
    const next = bars[index + 1];
    if (!next || next[0] > end + 1000 || (value(next[2]) ?? null) === null) points.push([end, found], [end, null]);
  });
  return points;
}

function highest(all) {
  let [load, limit] = [0, 0];
  for (const bars of all.values())
    for (const [, , one] of bars) {
      load = Math.max(load, one.import ?? 0, one.plan ?? 0, one.rows.reduce((sum, kw) => sum + (kw ?? 0), 0));
      limit = Math.max(limit, one.limit ?? 0);
    }
  const top = limit < 2.2 * load ? Math.max(limit, load) : load;
  return Math.max(top * 1.04, 1);
}

/** Draw every site. */
export function showSites() {
  const sites = wholeOf(heard.frame?.values.sites ?? []);
  const classes = classNames();
  const all = new Map(sites.map((site) => [site.site, barsOf(site.site, classes)]));
  const [top, ink, size] = [highest(all), inks(), sizes()];
  legend(classes, ink, [...all.values()].flat().some(([, , one]) => one.limit > top));
  showPlan();
  const prices = [...all.values()].flat().map(([, , one]) => one.price).filter((one) => typeof one === "number");
  const range = [Math.min(...prices), Math.max(...prices)];
  for (const site of sites) {
    const bars = all.get(site.site);
    const tile = charts.get(site.site) ?? opened(site.site);
    say(tile, site, bars);
    const ribbons = ribbonsOf(site.site, bars, range);
    const own = bars.some(([, , one]) => (one.used ?? 0) + (one.unused ?? 0) > 0);
    const tall = Math.round(size.head + size.tall + (own ? size.gap + size.supply : 0) + size.gap + ribbons.length * (size.ribbon + size.between));
    if (tile.tall !== tall) {
      tile.tall = tall;
      tile.box.style.height = `${tall}px`;
      tile.chart.resize();
    }
    const shape = `${tall} ${classes.length} ${ribbons.length}`;
    tile.chart.setOption(optionOf(site.site, bars, classes, ribbons, own, { top, ink, size }), { notMerge: tile.shape !== shape, lazyUpdate: true });
    tile.shape = shape;
  }
  for (const [name, tile] of charts)
    if (!all.has(name)) {
      tile.chart.dispose();
      tile.node.remove();
      charts.delete(name);
    }
}

function opened(name) {
  const parts = { title: made("h3", { text: name }), now: made("button", { type: "button", kind: "plain" }), said: made("p", { kind: "faint" }), box: made("div", { kind: "chart" }) };
  parts.box.setAttribute("role", "img");
  const node = made("article", { kind: "site", children: [made("div", { kind: "head", children: [parts.title, parts.now] }), parts.said, parts.box] });
  $("power").append(node);
  const tile = { ...parts, node, chart: window.echarts.init(parts.box, null, { renderer: "canvas" }), tall: 0, shape: "" };
  new ResizeObserver(() => tile.chart.resize()).observe(parts.box);
  charts.set(name, tile);
  return tile;
}

/** What a chart shows, in words: above it, and for those who do not see it. */
function say(tile, site, bars) {
  const over = isOver(site);
  const planned = Math.max(...bars.filter(([, , one]) => !one.metered).map(([, , one]) => one.plan ?? 0), 0);
  tile.now.textContent = `${number(site.import_kw)} kW ${word("ofLimit")} ${number(site.import_max_kw)} kW`;
  tile.now.className = `plain${over ? " bad" : ""}`;
  tile.now.onclick = () => showSource({ name: "fromGrid", value: number(total("import_kw")), unit: "kW", source: "meters", keys: ["import_kw", "import_max_kw", "plan_import_kw", "facility_kw", "it_kw"] });
  const { site: next } = coming(site.site);
  tile.said.textContent = [over ? word("over") : "", `${word("plannedMost")} ${number(planned)} kW`, next ? clockOf(present(), next.clock) : ""].filter(Boolean).join(" · ");
  tile.box.setAttribute("aria-label", `${site.site}: ${word("fromGrid")} ${tile.now.textContent}; ${tile.said.textContent}`);
  tile.node.classList.toggle("stale", isStale("meters") || site.import_kw === null);
}

/** Whose plan is drawn, and whether it holds. */
function showPlan() {
  const [ahead, decision] = [heard.ahead, heard.frame?.values.decision];
  const made = ahead?.made_at ? `${word("planOf")} ${clockOf(Date.parse(ahead.made_at), ahead.sites[0]?.clock ?? "UTC")} (${ahead.policy})` : word("noPlan");
  $("plan").textContent = `${made} · ${decision ? `${word("inForce")} ${decision}` : word("notTold")}`;
}

function legend(classes, ink, beyond) {
  const shown = JSON.stringify([classes, ink, beyond, word("plan")]);
  if ($("legend").dataset.shown === shown) return;
  $("legend").dataset.shown = shown;
  const swatches = [...classes.map((name, index) => [name, PALETTE[index % PALETTE.length], ""]), [word("idle"), BEHIND.idle, ""], [word("losses"), BEHIND.losses, ""], [word("metered"), ink.ink, "line"], [word("plannedLine"), ink.ink, "dashed"], [word(beyond ? "beyond" : "limit"), ink.faint, beyond ? "none" : "dotted"], [word("used"), "#009e73", ""], [word("curtailed"), "#009e73", "hatched"]];
  $("legend").replaceChildren(...swatches.map(([text, colour, kind]) => {
    const mark = made("i", { kind });
    mark.style.setProperty("--mark", colour);
    return made("span", { children: [mark, text] });
  }));
}

function optionOf(name, bars, classes, ribbons, own, { top, ink, size }) {
  const now = present();
  const { site } = coming(name);
  const clock = site?.clock ?? "UTC";
  const across = { left: size.left, right: size.right };
  const grids = [{ ...across, top: size.head, height: size.tall }];
  if (own) grids.push({ ...across, top: size.head + size.tall + size.gap, height: size.supply });
  const under = size.head + size.tall + (own ? size.gap + size.supply : 0) + size.gap;
  ribbons.forEach((_, index) => grids.push({ ...across, top: under + index * (size.ribbon + size.between), height: size.ribbon }));
  const time = grids.map((_, index) => ({
    type: "time", gridIndex: index, min: now - BACK, max: now + AHEAD, splitLine: { show: false }, axisLine: { lineStyle: { color: ink.faint } }, axisTick: { show: index === 0 }, minInterval: 3_600_000 * 3,
    axisLabel: { show: index === 0, hideOverlap: true, color: ink.ink, fontSize: size.letters, formatter: (value) => hourOf(value, clock) },
  }));
  const watts = { type: "value", axisLabel: { color: ink.ink, fontSize: size.letters, formatter: (value) => number(value) }, splitLine: { lineStyle: { color: ink.line } }, nameTextStyle: { color: ink.ink, align: "right", fontSize: size.letters }, nameGap: 8 };
  const heights = grids.map((_, index) => {
    if (index === 0) return { ...watts, gridIndex: 0, min: 0, max: top, name: "kW", splitNumber: 4, axisLabel: { ...watts.axisLabel, showMaxLabel: false } };
    if (own && index === 1) return { ...watts, gridIndex: 1, min: 0, splitNumber: 1, splitLine: { show: false } };
    const ribbon = ribbons[index - (own ? 2 : 1)];
    return { type: "category", gridIndex: index, data: [word(ribbon.name)], axisTick: { show: false }, axisLine: { show: false }, axisLabel: { color: ink.ink, fontSize: size.letters } };
  });
  return {
    animation: false, useUTC: true, textStyle: { fontFamily: "system-ui, 'Noto Sans', 'Noto Sans CJK SC', sans-serif" },
    tooltip: { trigger: "axis", renderMode: "richText", confine: true, backgroundColor: ink.panel, borderColor: ink.faint, textStyle: { color: ink.ink, fontSize: size.letters + 1 }, formatter: (items) => hint(items, bars, classes, clock) },
    axisPointer: { link: [{ xAxisIndex: "all" }] },
    grid: grids, xAxis: time, yAxis: heights,
    graphic: ribbons.map((ribbon, index) => ({ type: "text", id: `said ${index}`, right: 2, top: under + index * (size.ribbon + size.between) + 2, silent: true, style: { text: ribbon.said, fill: ink.ink, font: `${size.letters}px system-ui, sans-serif`, textAlign: "right" } })),
    series: [...powerOf(bars, classes, now, ink, size), ...(own ? supplyOf(bars) : []), ...ribbons.map((ribbon, index) => strip(ribbon, index + (own ? 2 : 1)))],
  };
}

const area = (color, data, grid, z) => ({ type: "line", step: "end", symbol: "none", silent: true, xAxisIndex: grid, yAxisIndex: grid, z, lineStyle: { width: 0 }, areaStyle: { color, opacity: 1, origin: "start" }, itemStyle: { color }, emphasis: { disabled: true }, data });
const line = (color, type, width, data) => ({ type: "line", step: "end", symbol: "none", silent: true, z: 8, lineStyle: { color, type, width }, itemStyle: { color }, emphasis: { disabled: true }, data });

/** Power stacked by class, drawn from the highest sum to the lowest, under what is metered, planned and allowed. */
function powerOf(bars, classes, now, ink, size) {
  const colours = [BEHIND.losses, BEHIND.idle, ...classes.map((_, index) => PALETTE[index % PALETTE.length])];
  const order = [classes.length + 1, classes.length, ...classes.keys()];
  const sum = (one, upTo) => (order.slice(0, upTo + 1).every((row) => one.rows[row] === null) ? null : order.slice(0, upTo + 1).reduce((all, row) => all + (one.rows[row] ?? 0), 0));
  const areas = order.map((_, place) => area(colours[place], stepped(bars, (one) => sum(one, place)), 0, 2)).reverse();
  const planned = line(ink.ink, "dashed", 1.6, stepped(bars, (one) => one.plan));
  planned.markArea = { silent: true, itemStyle: { color: ink.ground, opacity: 0.42 }, data: [[{ xAxis: now }, { xAxis: now + AHEAD }]] };
  planned.markLine = { silent: true, symbol: "none", lineStyle: { color: ink.ink, type: "solid", width: 1 }, label: { show: true, formatter: word("now"), color: ink.ink, fontSize: size.letters }, data: [{ xAxis: now }] };
  return [...areas, planned, line(ink.ink, "solid", 2, stepped(bars.filter(([, , one]) => one.metered), (one) => one.import)), line(ink.faint, "dotted", 2, stepped(bars, (one) => one.limit)), line(ink.limit, "solid", 3, stepped(bars, (one) => (breached(one) ? one.limit : null)))];
}

/** Whether more is drawn, or planned to be, than is allowed. */
function breached(one) {
  return (one.metered ? one.import : one.plan) > one.limit * (1 + 1e-6) + 1;
}

/** What own supply gave: used below, hatched what was not. */
function supplyOf(bars) {
  const both = (one) => ((one.used ?? null) === null ? null : one.used + (one.unused ?? 0));
  return [area(hatched("#009e73"), stepped(bars, both), 1, 2), area("#009e73", stepped(bars, (one) => one.used), 1, 3)];
}

const patterns = new Map();
function hatched(color) {
  if (patterns.has(color)) return patterns.get(color);
  const canvas = made("canvas", { width: 6, height: 6 });
  const pen = canvas.getContext("2d");
  pen.strokeStyle = color;
  pen.lineWidth = 1.5;
  pen.beginPath();
  pen.moveTo(0, 6);
  pen.lineTo(6, 0);
  pen.stroke();
  patterns.set(color, { image: canvas, repeat: "repeat" });
  return patterns.get(color);
}

/** The ribbons a site has something to say in. A price below 0 has a colour of its own. */
function ribbonsOf(name, bars, range) {
  const bounds = (key) => bars.map(([, , one]) => one[key]).filter((one) => typeof one === "number").reduce(([low, high], one) => [Math.min(low, one), Math.max(high, one)], [Infinity, -Infinity]);
  const found = [];
  const add = (key, unit, colour) => {
    const [low, high] = bounds(key);
    if (high === -Infinity || (key === "curtailed" && high === 0)) return;
    found.push({ name: key, said: `${low === high ? number(low) : `${number(low)} … ${number(high)}`} ${unit}`, data: bars.filter(([, , one]) => typeof one[key] === "number").map(([start, end, one]) => [start, end, one[key], 0]), colour: (value) => colour(value, low, high) });
  };
  add("price", `${heard.ahead?.currency ?? ""}/MWh`, (value) => (value < 0 ? "#e08214" : mix("#e9e4f2", "#54278f", share(value, Math.max(range[0], 0), range[1]))));
  add("carbon", "g/kWh", (value, low, high) => mix("#e3f1e3", "#33691e", share(value, low, high)));
  add("curtailed", "kW", (value, low, high) => mix("#e6f0f8", "#0072b2", share(value, 0, high)));
  const calls = (heard.ahead?.calls ?? []).filter((call) => call.site === name);
  if (calls.length) found.push({ name: "calls", said: "", named: true, data: calls.map((call) => [Date.parse(call.start), Math.min(Date.parse(call.end), present() + AHEAD), call.name || call.kind, 0]), colour: () => "#5a5a9c" });
  return found;
}

function share(value, low, high) {
  return high > low ? Math.min(1, Math.max(0, (value - low) / (high - low))) : 0.5;
}

function mix(from, to, part) {
  const [a, b] = [from, to].map((hex) => [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16)));
  return `rgb(${a.map((one, index) => Math.round(one + part * (b[index] - one))).join(",")})`;
}

function strip(ribbon, grid) {
  return {
    type: "custom", xAxisIndex: grid, yAxisIndex: grid, clip: true, silent: true, encode: { x: [0, 1], y: 3 }, data: ribbon.data,
    renderItem: (params, api) => {
      const box = params.coordSys;
      const start = Math.max(box.x, api.coord([api.value(0), 0])[0]);
      const stop = Math.min(box.x + box.width, api.coord([api.value(1), 0])[0]);
      if (stop < start) return null;
      const bar = { type: "rect", shape: { x: start, y: box.y, width: stop - start + 0.6, height: box.height }, style: { fill: ribbon.colour(api.value(2)) } };
      if (!ribbon.named) return bar;
      const text = { type: "text", style: { text: String(ribbon.data[params.dataIndex][2]), x: start + 4, y: box.y + 2, fill: "#fff", fontSize: 11, width: stop - start - 6, overflow: "truncate" } };
      return { type: "group", children: [bar, text] };
    },
  };
}

/** What stands at a moment, as plain text: the chart draws it itself, nothing of it is markup. */
function hint(items, bars, classes, clock) {
  const moment = items[0]?.axisValue ?? items[0]?.value?.[0];
  const found = bars.find(([start, end]) => start <= moment && moment < end);
  if (!found) return "";
  const [start, , one] = found;
  const rows = classes.map((name, index) => `${name}: ${number(one.rows[index])} kW`);
  rows.push(`${word("idle")}: ${number(one.rows[classes.length])} kW`, `${word("losses")}: ${number(one.rows[classes.length + 1])} kW`);
  if (one.metered) rows.push(`${word("fromGrid")}: ${number(one.import)} kW`);
  rows.push(`${word("plan")}: ${number(one.plan)} kW`, `${word("limit")}: ${number(one.limit)} kW`);
  if (typeof one.used === "number") rows.push(`${word("used")}: ${number(one.used)} kW, ${word("curtailed")} ${number(one.unused)} kW`);
  if (typeof one.price === "number") rows.push(`${word("price")}: ${number(one.price, 1)} ${heard.ahead?.currency ?? ""}/MWh`);
  if (typeof one.carbon === "number") rows.push(`${word("carbon")}: ${number(one.carbon)} g/kWh`);
  return `${clockOf(start, clock)} · ${word(one.metered ? "metered" : "plan")}\n${rows.join("\n")}`;
}

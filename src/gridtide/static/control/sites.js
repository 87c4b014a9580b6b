/** Power by site: small multiples on one scale, six hours back and a day ahead, over ribbons of price, carbon and calls. */

import { barsOf, breached, classNames, highest } from "./bars.js";
import { BEHIND, PALETTE, area, chartIn, em, inTime, inks, legend, letters, line, mix, stacked, stepped, tallOf } from "./charts.js";
import { isOver, showSource } from "./figures.js";
import { AHEAD, BACK, coming, heard, isStale, present, total } from "./heard.js";
import { $, button, fill, made, put } from "./made.js";
import { wholeOf } from "./many.js";
import { clockOf, number, word } from "./words.js";

const GREEN = "#009e73";
const RIBBON = { tall: 1, gap: 0.47 };
const charts = new Map();

/** Draw every site. */
export function showSites() {
  const sites = wholeOf(heard.values.sites ?? []);
  const classes = classNames();
  const all = new Map(sites.map((site) => [site.site, barsOf(site.site, classes)]));
  const every = [...all.values()].flat().map(([, , one]) => one);
  const top = highest([...all.values()].flat());
  showLegend(classes, every.some((one) => one.import_max_kw > top));
  showPlan();
  const prices = every.map((one) => one.price_per_mwh).filter((one) => typeof one === "number");
  for (const site of sites) {
    const bars = all.get(site.site);
    const tile = charts.get(site.site) ?? opened(site.site);
    say(tile, site, bars);
    const ribbons = ribbonsOf(site.site, bars, [Math.min(...prices), Math.max(...prices)]);
    const own = bars.some(([, , one]) => (one.renewable_used_kw ?? 0) + (one.renewable_curtailed_kw ?? 0) > 0);
    const above = [powerOf(bars, classes, top), ...(own ? [supplyOf(bars)] : [])];
    const rows = [...above, ...ribbons.map((ribbon) => ({ ...RIBBON, axis: { type: "category", data: [ribbon.name], axisTick: { show: false }, axisLine: { show: false } }, series: [strip(ribbon)] }))];
    const tall = `${tallOf(rows)}px`;
    if (tile.box.style.height !== tall) {
      tile.box.style.height = tall;
      tile.chart.resize();
    }
    const shape = `${tall} ${classes.length} ${ribbons.length}`;
    tile.chart.setOption(optionOf(site.site, bars, classes, ribbons, rows, tallOf(above)), { notMerge: tile.shape !== shape, lazyUpdate: true });
    tile.shape = shape;
  }
  for (const [name, tile] of charts)
    if (!all.has(name)) {
      tile.chart.end();
      tile.node.remove();
      charts.delete(name);
    }
}

function opened(name) {
  const parts = { now: button("plain"), said: made("p.faint"), box: made("div.chart", { role: "img" }) };
  const node = made("article.site", {}, made("div.head", {}, made("h3", {}, name), parts.now), parts.said, parts.box);
  $("power").append(node);
  const tile = { ...parts, node, chart: chartIn(parts.box), shape: "" };
  charts.set(name, tile);
  return tile;
}

/** What a chart shows, in words: above it, and for those who do not see it. */
function say(tile, site, bars) {
  const over = isOver(site);
  const planned = Math.max(...bars.filter(([, , one]) => !one.metered).map(([, , one]) => one.plan_import_kw ?? 0), 0);
  tile.now.textContent = `${number(site.import_kw)} kW ${word("ofLimit")} ${number(site.import_max_kw)} kW`;
  tile.now.className = `plain${over ? " bad" : ""}`;
  tile.now.onclick = () => showSource({ name: "fromGrid", title: `${site.site}: ${tile.now.textContent}`, source: "meters", keys: ["import_kw", "import_max_kw", "plan_import_kw", "facility_kw", "it_kw"] });
  const { site: next } = coming(site.site);
  tile.said.textContent = [over ? word("overLimit") : "", `${word("plannedMost")} ${number(planned)} kW`, next ? clockOf(present(), next.clock) : ""].filter(Boolean).join(" · ");
  tile.box.ariaLabel = `${site.site}: ${word("fromGrid")} ${tile.now.textContent}; ${tile.said.textContent}`;
  tile.node.classList.toggle("stale", isStale("meters") || site.import_kw === null);
}

/** Whose plan is drawn, and whether it holds. */
function showPlan() {
  const [ahead, decision] = [heard.ahead, heard.values.decision];
  const made = ahead?.made_at ? `${word("planOf")} ${clockOf(Date.parse(ahead.made_at), ahead.sites[0]?.clock ?? "UTC")} (${ahead.policy})` : word("noPlan");
  put("plan", `${made} · ${decision ? `${word("inForce")} ${decision}` : word("notTold")}`);
}

function showLegend(classes, beyond) {
  const { ink, faint } = inks();
  const shown = JSON.stringify([classes, ink, beyond, word("plan")]);
  if ($("legend").dataset.shown === shown) return;
  $("legend").dataset.shown = shown;
  fill("legend", ...legend([...classes.map((name, index) => [name, colourOf(index)]), [word("idle"), BEHIND.idle], [word("losses"), BEHIND.losses], [word("metered"), ink, "line"], [word("plannedLine"), ink, "dashed"], [word(beyond ? "beyond" : "limit"), faint, beyond ? "none" : "dotted"], [word("used"), GREEN], [word("curtailedNow"), GREEN, "hatched"]]));
}

const colourOf = (index) => PALETTE[index % PALETTE.length];

function optionOf(name, bars, classes, ribbons, rows, under) {
  const [now, clock, { color: fill, fontSize }] = [present(), coming(name).site?.clock ?? "UTC", letters()];
  const said = ribbons.map((ribbon, index) => ({ type: "text", id: `said ${index}`, right: 2, top: under + index * (RIBBON.tall + RIBBON.gap) * em() + 2, silent: true, style: { text: ribbon.said, fill, font: `${fontSize}px system-ui, sans-serif`, textAlign: "right" } }));
  return inTime(rows, { from: now - BACK, until: now + AHEAD, clock, right: 9.2, labelled: 0, hint: (at) => hint(at, bars, classes, clock), graphic: said });
}

/** Power stacked by class, under what is metered, planned and allowed. */
function powerOf(bars, classes, top) {
  const [now, { ink, ground, faint, limit }] = [present(), inks()];
  const planned = line(ink, "dashed", 1.6, stepped(bars, (one) => one.plan_import_kw));
  planned.markArea = { silent: true, itemStyle: { color: ground, opacity: 0.42 }, data: [[{ xAxis: now }, { xAxis: now + AHEAD }]] };
  planned.markLine = { silent: true, symbol: "none", lineStyle: { color: ink, type: "solid", width: 1 }, label: { ...letters(), show: true, formatter: word("now") }, data: [{ xAxis: now }] };
  const drawn = line(ink, "solid", 2, stepped(bars.filter(([, , one]) => one.metered), (one) => one.import_kw));
  const limits = [line(faint, "dotted", 2, stepped(bars, (one) => one.import_max_kw)), line(limit, "solid", 3, stepped(bars, (one) => (breached(one) ? one.import_max_kw : null)))];
  return { tall: 12.7, gap: 1.7, unit: "kW", axis: { min: 0, max: top, splitNumber: 4 }, labels: { showMaxLabel: false }, series: [...stacked(bars, [BEHIND.losses, BEHIND.idle, ...classes.map((_, index) => colourOf(index))]), planned, drawn, ...limits] };
}

/** What own supply gave: used below, hatched what was not. */
function supplyOf(bars) {
  const both = (one) => ((one.renewable_used_kw ?? null) === null ? null : one.renewable_used_kw + (one.renewable_curtailed_kw ?? 0));
  return { tall: 2.9, gap: 1.7, axis: { min: 0, splitNumber: 1, splitLine: { show: false } }, series: [area(hatched(GREEN), stepped(bars, both)), area(GREEN, stepped(bars, (one) => one.renewable_used_kw))] };
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
  const found = [];
  const add = (key, name, unit, colour) => {
    const data = bars.filter(([, , one]) => typeof one[key] === "number").map(([start, end, one]) => [start, end, one[key], 0]);
    const [low, high] = [Math.min, Math.max].map((most) => most(...data.map(([, , value]) => value)));
    if (!data.length || (key === "curtailment_kw" && high === 0)) return;
    found.push({ name, said: `${low === high ? "" : `${number(low)} … `}${number(high)} ${unit}`, data, colour: (value) => colour(value, low, high) });
  };
  add("price_per_mwh", word("price"), `${heard.ahead?.currency ?? ""}/MWh`, (value) => (value < 0 ? "#e08214" : mix("#e9e4f2", "#54278f", share(value, Math.max(range[0], 0), range[1]))));
  add("carbon_g_per_kwh", word("carbonNow"), "g/kWh", (value, low, high) => mix("#e3f1e3", "#33691e", share(value, low, high)));
  add("curtailment_kw", word("curtailedNow"), "kW", (value, low, high) => mix("#e6f0f8", "#0072b2", share(value, 0, high)));
  const calls = (heard.ahead?.calls ?? []).filter((call) => call.site === name);
  if (calls.length) found.push({ name: word("calls"), said: "", named: true, data: calls.map((call) => [Date.parse(call.start), Math.min(Date.parse(call.end), present() + AHEAD), call.name || call.kind, 0]), colour: () => "#5a5a9c" });
  return found;
}

function share(value, low, high) {
  return high > low ? Math.min(1, Math.max(0, (value - low) / (high - low))) : 0.5;
}

function strip(ribbon) {
  return {
    type: "custom", clip: true, silent: true, encode: { x: [0, 1], y: 3 }, data: ribbon.data,
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

/** What stands at a moment, as plain text. */
function hint(moment, bars, classes, clock) {
  const found = bars.find(([start, end]) => start <= moment && moment < end);
  if (!found) return "";
  const [start, , one] = found;
  const values = [
    ...classes.map((name, index) => [name, one.rows[index + 2]]), [word("idle"), one.rows[1]], [word("losses"), one.rows[0]], [word("fromGrid"), one.import_kw], [word("plan"), one.plan_import_kw], [word("limit"), one.import_max_kw],
    [word("used"), one.renewable_used_kw], [word("curtailedNow"), one.renewable_curtailed_kw], [word("price"), one.price_per_mwh, `${heard.ahead?.currency ?? ""}/MWh`], [word("carbonNow"), one.carbon_g_per_kwh, "g/kWh"],
  ];
  const rows = values.filter(([, value]) => typeof value === "number").map(([name, value, unit = "kW"]) => `${name}: ${number(value)} ${unit}`);
  return `${clockOf(start, clock)} · ${word(one.metered ? "metered" : "plan")}\n${rows.join("\n")}`;
}

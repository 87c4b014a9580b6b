/** Power of each site stacked by kind of work, over ribbons of price, carbon and curtailment. */

import { FAINT, GROUND, INK, LEFT, PALETTE, PRICE, RED, RIGHT, SECOND, TOOLTIP, edges, localTime, number, onClock, safe, stepAt, stepped, timeAxis, tone, valueAxis, zoom } from "./theme.js";

/** What is always on stands back behind what runs. */
export const BACKGROUND = { "parked machines": tone("#c3ccd5", "#43505c"), "cooling and losses": tone("#93a1af", "#6c7a88") };

const OWN = tone("#117733", "#4fb96f");
const SOLD = tone("#882255", "#e07fb0");

/** One colour for each kind of work, the same at every site. */
export function colourOf(page) {
  const names = [...new Set(page.sites.flatMap((site) => Object.keys(site.power_by_class_kw)))].filter((name) => !(name in BACKGROUND));
  return Object.fromEntries(names.map((name, index) => [name, PALETTE[index % PALETTE.length]]));
}

/**
 * @param {object} site one site of the payload
 * @param {object} page the payload
 * @param {[number, number]} range of prices over all sites, so that ribbons compare
 */
export function powerBySite(site, page, range) {
  const classes = Object.entries(site.power_by_class_kw);
  const colours = colourOf(page);
  const reference = page.policies[0].policy;
  const drawn = page.shown;
  const stack = heaped(classes.map(([, values]) => values)).map((values, index) => {
    const name = classes[index][0];
    const color = BACKGROUND[name] ?? colours[name];
    return { name, type: "line", step: "end", symbol: "none", emphasis: { disabled: true }, silent: true, lineStyle: { width: 0 }, areaStyle: { opacity: 1, color, origin: "start" }, itemStyle: { color }, data: stepped(page, site.clock, values) };
  });
  const lines = [line(`from the grid, ${drawn}`, site.import_kw, INK, "solid", 1.6)];
  if (drawn !== reference) lines.unshift(line(`from the grid, ${reference}`, site.reference_import_kw, SECOND, "dotted", 1.6));
  if (site.import_highest_kw) lines.push(line("highest inside each mean", site.import_highest_kw, INK, "solid", 0.5));
  if (site.supply_kw) lines.push(line("own supply used", site.supply_kw, OWN, "dashed", 1.4));
  if (site.export_kw) lines.push(line("sold to the grid", site.export_kw, SOLD, "dashed", 1.4));
  limitLine(lines[0], site);
  calls(lines[0], site);
  const ribbons = ribbonsOf(site, page, range);
  const top = 30;
  const tall = 230;
  const grids = [{ left: LEFT, right: RIGHT, top, height: tall }];
  ribbons.forEach((_, index) => grids.push({ left: LEFT, right: RIGHT, top: top + tall + 34 + 22 * index, height: 16 }));
  const xs = grids.map((_, index) => ({ ...timeAxis(site.clock, page, index === 0), gridIndex: index }));
  const ys = grids.map((_, index) => (index === 0 ? valueAxis("kW") : { type: "category", data: [ribbons[index - 1].name], gridIndex: index, axisTick: { show: false }, axisLine: { show: false }, axisLabel: { color: INK } }));
  return {
    height: top + tall + 34 + 22 * ribbons.length + 30,
    zooms: true,
    legend: [...stack.map((one) => [one.name, one.itemStyle.color, "area"]), ...lines.map((one) => [one.name, one.itemStyle.color, one.lineStyle.width < 1 ? "thin" : one.lineStyle.type])],
    option: {
      animation: false,
      useUTC: true,
      legend: { show: false },
      tooltip: { ...TOOLTIP, trigger: "axis", axisPointer: { type: "line" }, formatter: (items) => hint(items, site, page) },
      axisPointer: { link: [{ xAxisIndex: "all" }] },
      dataZoom: zoom(page, grids.map((_, index) => index)),
      graphic: ribbons.map((ribbon, index) => ({ type: "text", right: 8, top: top + tall + 36 + 22 * index, silent: true, style: { text: ribbon.words, fill: INK, font: "11px system-ui, sans-serif", textAlign: "right" } })),
      grid: grids,
      xAxis: xs,
      yAxis: ys,
      series: [...[...stack].reverse(), ...lines, ...ribbons.map((ribbon, index) => strip(ribbon, index + 1, page, site.clock))],
    },
  };

  function line(name, values, color, type, width) {
    return { name, type: "line", step: "end", symbol: "none", emphasis: { disabled: true }, lineStyle: { width, color, type }, itemStyle: { color }, data: stepped(page, site.clock, values) };
  }
}

/** Each row with all before it on top of each other: drawn from the highest to the lowest they look stacked. */
export function heaped(rows) {
  const sum = rows.length ? rows[0].map(() => 0) : [];
  return rows.map((values) => values.map((value, index) => Number((sum[index] += value ?? 0).toPrecision(6))));
}

/** The connection's limit, drawn when it is near or broken. */
function limitLine(series, site) {
  const peak = Math.max(site.peak_kw, site.reference_peak_kw);
  const breached = site.peak_kw > site.import_max_kw * (1 + 1e-9) + 1e-6;
  if (!breached && site.import_max_kw >= 1.6 * peak) return;
  const color = breached ? RED : SECOND;
  series.markLine = {
    silent: true,
    symbol: "none",
    lineStyle: { color, type: "dashed" },
    label: { formatter: `import limit ${number(site.import_max_kw)} kW`, position: "insideStartTop", color: breached ? RED : INK, fontSize: 11 },
    data: [{ yAxis: site.import_max_kw }],
  };
}

/** How each stretch of a call is shaded; less asked for is red, more is green, what was declined or only warned of is grey. */
const SHADES = { prepare: 0.05, ramp: 0.2, hold: 0.14, recover: 0.08 };
const ASKS = { absorb: tone("0, 120, 60", "80, 210, 140"), other: tone("176, 0, 32", "255, 110, 125"), none: tone("90, 104, 120", "160, 175, 190") };

/** Calls of the grid: shaded by stretch and numbered, as the list under the chart names them. */
function calls(series, site) {
  if (!site.calls.length) return;
  series.markArea = {
    silent: true,
    label: { position: "insideTop", color: INK, fontSize: 11 },
    data: site.calls.flatMap((call, index) => call.phases.map(([what, start, end]) => stretch(call, index, what, onClock(start, site.clock), onClock(end, site.clock)))),
  };
}

function stretch(call, index, what, start, end) {
  const ink = call.declined || call.kind === "alert" ? ASKS.none : (ASKS[call.kind] ?? ASKS.other);
  const color = `rgba(${ink}, ${SHADES[what]})`;
  return [{ name: what === "hold" ? String(index + 1) : "", xAxis: start, itemStyle: { color } }, { xAxis: end }];
}

/** The calls of a site in words, each by its number; none without any. */
export function callsInWords(site) {
  return site.calls.map((call, index) => `${index + 1} ${call.name}: ${call.says}.`);
}

/** Which stretch of which calls a moment of the page lies in. */
function calledAt(site, second) {
  return site.calls.flatMap((call, index) => call.phases.filter(([, start, end]) => start <= second && second < end).map(([what]) => `call ${index + 1}, ${safe(call.name)}: <b>${call.declined ? "declined" : what}</b>`));
}

/** The ribbons a site has something to say in. A price below 0 has a colour of its own. */
function ribbonsOf(site, page, range) {
  const found = [];
  if (site.price_per_mwh) {
    const [low, high] = [Math.min(...known(site.price_per_mwh)), Math.max(...known(site.price_per_mwh))];
    const colour = (value) => (value < 0 ? mix(tone("#fdd9b5", "#4a3018"), tone("#b35806", "#ff9d4d"), range[0] < 0 ? value / range[0] : 1) : mix(tone("#f2f0f7", "#2a2540"), PRICE, share(value, Math.max(0, range[0]), range[1])));
    found.push({ name: "price", values: site.price_per_mwh, unit: `${page.currency}/MWh`, colour, words: `${span(low, high)} ${page.currency}/MWh` });
  }
  for (const [name, values, unit, from, to] of [
    ["carbon", site.carbon_average_g_per_kwh, "g/kWh", tone("#eef7ee", "#1d2c1f"), tone("#33691e", "#9bd070")],
    ["curtailed", site.curtailment_kw, "kW", GROUND, PALETTE[0]],
  ]) {
    if (!values || !known(values).length) continue;
    const [low, high] = [Math.min(...known(values)), Math.max(...known(values))];
    if (name === "curtailed" && high === 0) continue;
    const floor = name === "curtailed" ? 0 : low;
    found.push({ name, values, unit, colour: (value) => mix(from, to, share(value, floor, high)), words: `${span(low, high)} ${unit}` });
  }
  return found;
}

function span(low, high) {
  return number(low) === number(high) ? number(low) : `${number(low)} … ${number(high)}`;
}

export function known(values) {
  return values.filter((value) => value !== null);
}

function share(value, low, high) {
  return high > low ? Math.min(1, Math.max(0, (value - low) / (high - low))) : 0.5;
}

function mix(from, to, part) {
  const [a, b] = [from, to].map((hex) => [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16)));
  const bounded = Math.min(1, Math.max(0, part));
  return `rgb(${a.map((one, index) => Math.round(one + bounded * (b[index] - one))).join(",")})`;
}

function strip(ribbon, grid, page, clock) {
  const all = edges(page, clock);
  return {
    name: ribbon.name,
    type: "custom",
    xAxisIndex: grid,
    yAxisIndex: grid,
    clip: true,
    encode: { x: [0, 1], y: 3 },
    data: ribbon.values.map((value, index) => [all[index], all[index + 1], value, 0]).filter((row) => row[2] !== null),
    renderItem: (params, api) => {
      const box = params.coordSys;
      const start = Math.max(box.x, api.coord([api.value(0), 0])[0]);
      const stop = Math.min(box.x + box.width, api.coord([api.value(1), 0])[0]);
      if (stop < start) return null;
      return { type: "rect", shape: { x: start, y: box.y, width: stop - start + 0.6, height: box.height }, style: { fill: ribbon.colour(api.value(2)) } };
    },
  };
}

function hint(items, site, page) {
  if (!items.length) return "";
  const step = stepAt(page, site.clock, items[0].axisValue ?? items[0].value[0]);
  const rows = Object.entries(site.power_by_class_kw).map(([name, values]) => `${safe(name)}: <b>${number(values[step])}</b> kW`);
  rows.push(`from the grid: <b>${number(site.import_kw[step])}</b> kW (${safe(page.policies[0].policy)}: ${number(site.reference_import_kw[step])})`);
  if (site.supply_kw) rows.push(`own supply used: <b>${number(site.supply_kw[step])}</b> kW`);
  if (site.battery) rows.push(`battery: charged with <b>${number(site.battery.charge_kw[step])}</b>, gave <b>${number(site.battery.discharge_kw[step])}</b> kW`);
  if (site.price_per_mwh) rows.push(`${safe(site.price_words)}: <b>${number(site.price_per_mwh[step], 1)}</b> ${safe(page.currency)}/MWh`);
  if (site.carbon_average_g_per_kwh) rows.push(`average carbon: <b>${number(site.carbon_average_g_per_kwh[step])}</b> g/kWh`);
  if (site.curtailment_kw) rows.push(`curtailed in its zone: <b>${number(site.curtailment_kw[step])}</b> kW`);
  rows.push(...calledAt(site, page.starts[step]));
  return `${localTime(page.starts[step], site.clock)}<br>${rows.join("<br>")}`;
}

/** Power of each site stacked by class, over ribbons of price, carbon and curtailment. */

import { FAINT, INK, PALETTE, RED, localTime, number, onClock, stepped, timeAxis, valueAxis } from "./theme.js";

/** What is always on stands back behind what runs. */
const BACKGROUND = { "parked machines": "#c3ccd5", building: "#93a1af" };

/** One colour for each kind of work, the same at every site. */
function colourOf(page) {
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
  const stack = classes.map(([name, values]) => ({
    name,
    type: "line",
    step: "end",
    stack: "it",
    symbol: "none",
    lineStyle: { width: 0 },
    areaStyle: { opacity: 0.85 },
    itemStyle: { color: BACKGROUND[name] ?? colours[name] },
    data: stepped(page, site.clock, values),
  }));
  const reference = line("run-at-once, import", stepped(page, site.clock, site.reference_import_kw), FAINT, "dotted");
  const imported = line("import", stepped(page, site.clock, site.import_kw), INK, "solid");
  const peak = Math.max(...site.import_kw, ...site.reference_import_kw);
  const breached = peak > site.import_max_kw + 1e-6;
  if (breached || site.import_max_kw < 1.6 * peak) {
    imported.markLine = {
      silent: true,
      symbol: "none",
      lineStyle: { color: breached ? RED : FAINT, type: "dashed" },
      label: { formatter: `import limit ${number(site.import_max_kw)} kW`, position: "insideEndTop", color: breached ? RED : INK },
      data: [{ yAxis: site.import_max_kw }],
    };
  }
  const ribbons = [
    ["price", site.price_per_mwh, `${page.currency}/MWh`, ["#f2f0f7", "#54278f"], range],
    ["carbon", site.carbon_average_g_per_kwh, "g/kWh", ["#eef7ee", "#33691e"], null],
    ["curtailed", site.curtailment_kw, "kW", ["#ffffff", "#0072b2"], null],
  ].filter(([, values]) => values && values.some((value) => value !== null && value !== 0));
  const grids = [{ left: 84, right: 24, top: 58, height: 220 }];
  ribbons.forEach((_, index) => grids.push({ left: 84, right: 24, top: 312 + 22 * index, height: 16 }));
  const xs = grids.map((_, index) => ({ ...timeAxis(site.clock, page, index === 0), gridIndex: index, axisTick: { show: index === 0 } }));
  const ys = grids.map((_, index) => (index === 0 ? valueAxis("kW") : { type: "category", data: [ribbons[index - 1][0]], gridIndex: index, axisTick: { show: false }, axisLine: { show: false }, axisLabel: { color: INK } }));
  const strips = ribbons.map((ribbon, index) => strip(ribbon, index + 1, page, site.clock));
  return {
    height: 330 + 22 * ribbons.length + 10,
    option: {
      animation: false,
      useUTC: true,
      aria: { enabled: true },
      legend: { top: 4, left: 84, right: 24, type: "scroll", textStyle: { color: INK }, data: [...classes.map(([name]) => name), "import", "run-at-once, import"] },
      tooltip: { trigger: "axis", valueFormatter: (value) => `${number(value)} kW`, axisPointer: { type: "line" }, formatter: (items) => hint(items, site, page) },
      axisPointer: { link: [{ xAxisIndex: "all" }] },
      grid: grids,
      xAxis: xs,
      yAxis: ys,
      series: [...stack, reference, imported, ...strips],
    },
  };
}

function line(name, data, color, type) {
  return { name, type: "line", step: "end", symbol: "none", lineStyle: { width: 1.6, color, type }, itemStyle: { color }, data };
}

function strip([name, values, unit, colours, range], grid, page, clock) {
  const known = values.filter((value) => value !== null);
  const low = range ? range[0] : Math.min(...known);
  const high = range ? range[1] : Math.max(...known);
  const [from, to] = colours.map(rgb);
  return {
    name,
    type: "custom",
    xAxisIndex: grid,
    yAxisIndex: grid,
    tooltip: { valueFormatter: (value) => `${number(value)} ${unit}` },
    encode: { x: [0, 1], y: 3 },
    data: values.map((value, index) => [onClock(page.starts[index], clock), onClock(page.starts[index + 1] ?? page.end, clock), value, 0]),
    renderItem: (params, api) => {
      const start = api.coord([api.value(0), 0]);
      const stop = api.coord([api.value(1), 0]);
      const share = high > low ? Math.min(1, Math.max(0, (api.value(2) - low) / (high - low))) : 0;
      const mix = from.map((part, index) => Math.round(part + share * (to[index] - part)));
      return { type: "rect", shape: { x: start[0], y: params.coordSys.y, width: stop[0] - start[0] + 0.6, height: params.coordSys.height }, style: { fill: `rgb(${mix.join(",")})` } };
    },
  };
}

function rgb(hex) {
  return [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
}

function hint(items, site, page) {
  const at = items[0].value[0];
  let step = page.starts.findIndex((start, index) => at >= onClock(start, site.clock) && at < onClock(page.starts[index + 1] ?? page.end, site.clock));
  if (step < 0) step = page.starts.length - 1;
  const rows = Object.entries(site.power_by_class_kw).map(([name, values]) => `${name}: <b>${number(values[step])}</b> kW`);
  rows.push(`import: <b>${number(site.import_kw[step])}</b> kW (run-at-once ${number(site.reference_import_kw[step])})`);
  rows.push(`price: <b>${number(site.price_per_mwh[step], 1)}</b> ${page.currency}/MWh`);
  if (site.carbon_average_g_per_kwh) rows.push(`carbon: <b>${number(site.carbon_average_g_per_kwh[step])}</b> g/kWh`);
  if (site.curtailment_kw) rows.push(`curtailed: <b>${number(site.curtailment_kw[step])}</b> kW`);
  return `${localTime(page.starts[step], site.clock)}<br>${rows.join("<br>")}`;
}

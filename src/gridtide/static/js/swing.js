/** Power and its spectrum beside the rules of grids, before and after what would pass; loads in sags. */

import { draw, element, page, table, told } from "./sheet.js";
import { GRID, INK, PALETTE, RED, TOOLTIP, number, percent, safe, valueAxis } from "./theme.js";

const words = (heads, rows) => {
  const made = table(heads, rows);
  made.className = "text";
  return made;
};
/** How outcomes are coloured; what is not among them stays as it is. */
const JUDGED = { pass: "good", fail: "bad", "cannot be judged": "unsure" };
const judged = (made) => {
  for (const cell of made.querySelectorAll("td")) if (cell.textContent in JUDGED) cell.classList.add(JUDGED[cell.textContent]);
};
const amount = (value, digits = 0) => (value === null || value === undefined ? "–" : number(value, digits));
const size = (value) => (value === null || value === undefined ? "–" : Math.abs(value) >= 100 ? number(value) : Number(value.toPrecision(4)).toString());
const COLOURS = { "as it is": PALETTE[0], store: PALETTE[2], "told store": PALETTE[6], smoothing: PALETTE[4], floor: PALETTE[1], schedule: PALETTE[3] };

function band(name, points, colour) {
  const low = points.map(([at, least]) => [at, least]);
  const high = points.map(([at, , most]) => [at, most]);
  const fine = points.every(([, least, most]) => most - least < 1e-9);
  const line = { type: "line", showSymbol: false, lineStyle: { color: colour, width: 1 }, itemStyle: { color: colour }, color: colour };
  if (fine) return [{ ...line, name, data: low, lineStyle: { color: colour, width: 1.6 } }];
  const ring = [...low, ...[...high].reverse()];
  return [
    { type: "custom", name, color: colour, itemStyle: { color: colour }, data: [[points[0][0], 0]], encode: { x: 0, y: 1 }, clip: true,
      renderItem: (_, api) => ({ type: "polygon", shape: { points: ring.map((point) => api.coord(point)) }, style: { fill: colour, opacity: 0.62, stroke: colour, lineWidth: 0.7 } }) },
  ];
}

function power(page) {
  const names = Object.keys(page.picture.envelopes);
  const all = names.flatMap((name) => page.picture.envelopes[name]);
  const least = Math.min(...all.map((point) => point[1]));
  const most = Math.max(...all.map((point) => point[2]));
  const room = 0.06 * (most - least || 1);
  const worst = page.rules.filter((one) => one.applies && one.outcome === "fail" && one.from_s !== null);
  const start = page.start_s;
  return {
    legend: { top: 0, left: 84, itemWidth: 18, textStyle: { color: INK } },
    tooltip: { ...TOOLTIP, trigger: "item" },
    grid: { left: 92, right: 40, top: 52, bottom: 54 },
    xAxis: { type: "value", name: "s", nameLocation: "middle", nameGap: 28, min: 0, max: page.lasts_s, axisLabel: { color: INK }, splitLine: { show: false } },
    yAxis: valueAxis("kW", { min: least - room, max: most + room, axisLabel: { color: INK, formatter: (value) => number(value), showMinLabel: false, showMaxLabel: false } }),
    series: [
      ...names.flatMap((name) => band(name, page.picture.envelopes[name], COLOURS[name] ?? PALETTE[5])),
      { type: "line", data: [], z: -1, markArea: { silent: true, itemStyle: { color: RED, opacity: 0.16 }, data: worst.map((one) => [{ xAxis: one.from_s - start }, { xAxis: one.to_s - start }]) } },
    ],
  };
}

function lines(page) {
  const points = page.picture.spectrum_hz.map((hz, index) => [hz, page.picture.spectrum_kw[index]]).filter(([, kw]) => kw > 0);
  const top = Math.max(...points.map(([, kw]) => kw));
  const limits = page.rules.filter((one) => one.band_hz && one.unit === "kW");
  return {
    tooltip: { ...TOOLTIP, trigger: "axis", formatter: ([one]) => `${Number(one.data[0].toPrecision(3))} Hz<br>${size(one.data[1])} kW` },
    grid: { left: 92, right: 40, top: 30, bottom: 54 },
    xAxis: { type: "log", name: "Hz", nameLocation: "middle", nameGap: 28, min: points[0][0], max: points.at(-1)[0], axisLabel: { color: INK }, splitLine: { lineStyle: { color: GRID } } },
    yAxis: { ...valueAxis("kW of a line"), type: "log", min: top / 1e5, axisLabel: { color: INK, formatter: (value) => Number(value.toPrecision(2)).toLocaleString("en-US") } },
    series: [
      { type: "line", showSymbol: false, data: points, lineStyle: { color: PALETTE[0], width: 1.4 }, markLine: { symbol: "none", label: { color: INK, formatter: ({ name }) => name }, lineStyle: { color: RED, type: "dashed" }, data: page.modes.map((one) => ({ name: safe(one.mode), xAxis: one.mode_hz })) } },
      ...limits.map((one) => ({ type: "line", silent: true, data: one.band_hz.map((hz) => [hz, one.limit / 2]), showSymbol: false, lineStyle: { color: one.outcome === "fail" ? RED : PALETTE[2], width: 1.6, type: "dotted" }, endLabel: { show: true, formatter: safe(one.rule), color: INK, fontSize: 11, offset: [-100, -8] } })),
    ],
  };
}

function spectrum(page) {
  element("h2", "Spectrum");
  draw(300, lines(page), "Amplitude of the lines of the spectrum");
  element("p", "Amplitude of lines 1/80 Hz apart (Welch; wider apart in a shorter record). Dotted: half of a limit that is peak to peak in a band, which one line alone may reach. Dashed: declared modes of the grid.", "lead");
}

function waveform(page, level) {
  const failing = page.rules.filter((one) => one.applies && one.outcome === "fail").length;
  const unknown = page.rules.filter((one) => one.applies && one.outcome === "cannot be judged").length;
  element(level, level === "h1" ? `${page.of}: does it hurt the grid?` : page.of);
  element("p", `${page.passes ? "It keeps every rule that was asked." : `${failing} of ${page.rules.length} rules fail, ${unknown} cannot be judged.`} ${number(page.samples)} samples over ${size(page.lasts_s)} s, ${number(page.peak_kw)} kW at most.`, "lead");
  if (page.picture) {
    draw(360, power(page), "Power over time, before and after what would pass");
    element("p", "Bands from the lowest to the highest power of short spans; red where a rule that fails is worst.", "lead");
    if (page.picture.spectrum_kw.some((kw) => kw > 0)) spectrum(page);
  }
  element("h2", "Rules");
  judged(words(
    ["rule", "it says", "found", "limit", "unit", "outcome", "status", "read at"],
    page.rules.map((one) => [one.rule, one.text, one.value === null ? one.why : `${one.at_least ? "at least " : ""}${size(one.value)}`, size(one.limit), one.unit, one.applies ? one.outcome : "does not apply", `${one.status} (${one.status_date})`, `${one.source}, ${one.primary ? "primary" : "secondary"}, ${one.mark}`]),
  ));
  if (page.modes.length) {
    element("h2", "Modes of the grid");
    judged(words(
      ["mode", "Hz", "driven, mHz", "limit, mHz", "most from, Hz", "outcome"],
      page.modes.map((one) => [one.mode, size(one.mode_hz), size(1000 * one.oscillation_hz), size(1000 * one.limit_hz), size(one.main_hz), one.outcome]),
    ));
  }
  if (page.sitting?.length) {
    element("h2", "Iterations on a mode of the grid");
    words(
      ["job", "period, s", "mode", "times its frequency", "driven, mHz", "limit, mHz", "would pass, each alone"],
      page.sitting.map((one) => [one.job, size(one.period_s), one.mode, String(one.harmonic), size(1000 * one.oscillation_hz), size(1000 * one.limit_hz), one.remedies.map((remedy) => remedy.says).join("; ")]),
    );
  }
  if (page.mends.length) {
    element("h2", "What would pass");
    element("p", "Each was applied to the record and judged again by every rule above that applies.", "lead");
    words(["change", "how"], page.mends.map((one) => [one.kind, one.says]));
  }
  if (page.least_store && !page.least_store.why) {
    const least = page.least_store;
    element("p", `The least store of any control, by a period of ${size(least.period_s)} s: ${size(least.energy_kwh)} kWh and ${number(least.power_kw)} kW for ${least.rules.join(", ")}; none below ${size(least.bound_kwh)} kWh.`, "lead");
  }
  const assumed = page.rules.filter((one) => one.assumed).map((one) => `${one.rule}: assumed ${one.assumed}`);
  told([...page.notes, ...page.mends_that_fail, ...assumed]);
}

function sags() {
  element("h1", `${page.of}: who stays?`);
  element("p", `${number(page.lost_kw)} kW lost, ${number(page.fastest_loss_kw_per_min)} kW of it in the worst minute. Judged by ${page.rule} (${page.status}).`, "lead");
  draw(
    300,
    {
      grid: { left: 92, right: 40, top: 30, bottom: 54 },
      tooltip: { ...TOOLTIP, formatter: ({ data }) => `sag ${data[2]}: ${data[1]} pu for ${data[0]} s` },
      xAxis: { type: "log", name: "s", nameLocation: "middle", nameGap: 28, min: 0.01, max: 10, axisLabel: { color: INK } },
      yAxis: valueAxis("pu", { min: 0, max: 1.3 }),
      series: [{ type: "scatter", symbolSize: 11, itemStyle: { color: PALETTE[0] }, data: page.sags.map((one, index) => [one.duration_s, one.v_pu, index + 1]) },
        ...page.bands.map(([low, high, stay]) => ({ type: "line", silent: true, showSymbol: false, data: [[0.01, low], [0.01, high], [stay ?? 10, high], [stay ?? 10, low], [0.01, low]], lineStyle: { color: PALETTE[2], width: 0.6 }, areaStyle: undefined, markArea: { silent: true, itemStyle: { color: PALETTE[2], opacity: 0.16 }, data: [[{ coord: [0.01, low] }, { coord: [stay ?? 10, high] }]] } })),
      ],
    },
    "Sags by depth and length",
  );
  element("p", "Dots: each sag. Green: where a load must stay.", "lead");
  const loads = words(
    ["load", "kW", "kW lost", "at sag", "outcome", "because", "settings at fault", "would have stayed with"],
    page.loads.map((one) => [one.load, amount(one.load_kw), amount(one.lost_kw), one.sag ? String(one.sag) : "–", one.allowed && !one.faults.length ? "pass" : "fail", one.because || "–", one.faults.join("; ") || "–", one.mends.join("; ") || "–"]),
  );
  judged(loads);
  told(page.assumed ? [`assumed: ${page.assumed}`] : []);
}

if (page.sags) sags();
else if (page.sites) {
  element("h1", `${page.of}: does it hurt the grid?`);
  element("p", `${page.policy}, from ${page.from} for ${size(page.lasts_s)} s.`, "lead");
  for (const one of page.sites) waveform(one, "h2");
  told(page.notes);
} else waveform(page, "h1");

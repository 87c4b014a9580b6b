/** A network after the loss of each branch: loadings and voltages ranked, what is cut off, what a bus takes. */

import { draw, element, page, table, told } from "./sheet.js";
import { INK, PALETTE, RED, TOOLTIP, number, percent, safe, valueAxis } from "./theme.js";

const SHOWN = 12;
const words = (heads, rows) => {
  table(heads, rows).className = "text";
};

function ranked(points, name, colour, limit, label) {
  return {
    grid: { left: 92, right: 40, top: 30, bottom: 54 },
    tooltip: { ...TOOLTIP, formatter: ({ data }) => safe(data[2]) },
    xAxis: { type: "value", name: "outages, the worst first", nameLocation: "middle", nameGap: 28, min: 0, max: points.length, axisLabel: { color: INK }, splitLine: { show: false } },
    yAxis: valueAxis(name, { scale: true, axisLabel: { color: INK, formatter: label } }),
    series: [{ type: "line", showSymbol: points.length < 60, symbolSize: 7, data: points, lineStyle: { color: colour, width: 1.6 }, itemStyle: { color: colour },
      markLine: limit === null ? undefined : { silent: true, symbol: "none", label: { show: false }, lineStyle: { color: RED, type: "dashed" }, data: [{ yAxis: limit }] } }],
  };
}

const room = (one) => (one.hosted_kw === null ? "any load" : `${number(one.hosted_kw)} kW, ${one.full} full${one.lost ? ` when ${one.lost} is lost` : ""}`);
const buses = (names) => (names.length > 6 ? `${number(names.length)} buses` : `bus ${names.join(", ")}`);

function collapse(grid) {
  if (!grid.solves_at) return "It has no solution as it stands, and none without any load: look at its machines and impedances.";
  return `It has no solution as it stands: voltages collapse under this load. It has one up to ${percent(grid.solves_at)} of it, which is ${number((1 - grid.solves_at) * grid.load_kw)} kW less.`;
}

function standing(grid) {
  const { now, outages } = grid;
  element("p", `${number(grid.buses)} buses, ${number(grid.branches)} branches, ${number(grid.load_kw)} kW of load, ${number(now.lost_kw)} kW lost. As it stands ${now.fullest ? `the fullest branch is ${now.fullest} at ${percent(now.loading)}` : "no branch has a rating"}, voltages lie from ${now.lowest_pu.toFixed(4)} pu (bus ${now.lowest_bus}) to ${now.highest_pu.toFixed(4)} (bus ${now.highest_bus}).`, "lead");
  element("p", `Of ${number(grid.branches)} outages ${number(outages.counted.solved)} are solved, ${number(outages.counted.islanding)} cut buses off, ${number(outages.counted.diverging)} find no solution.`, "lead");
}

function losses(grid) {
  const { outages } = grid;
  if (grid.hosting.length) {
    element("h2", "Room for load");
    words(["bus", "as it stands", "after any outage"], grid.hosting.map((one) => [one.bus, room(one.now), room(one.after_any_outage)]));
  }
  if (outages.by_loading.some((one) => one.loading > 0)) {
    element("h2", "Fullest branch after each outage");
    draw(300, ranked(outages.by_loading.map((one, index) => [index + 0.5, one.loading, `${one.lost} lost: ${one.branch} at ${percent(one.loading)}`]), "of its emergency rating", PALETTE[0], 1, (value) => percent(value)), "Loading of the fullest branch after each outage, ranked");
    words(["lost", "fullest", "loading"], outages.by_loading.slice(0, SHOWN).map((one) => [one.lost, one.branch, percent(one.loading)]));
  }
  if (outages.by_voltage.length) {
    element("h2", "Lowest voltage after each outage");
    draw(300, ranked(outages.by_voltage.map((one, index) => [index + 0.5, one.lowest_pu, `${one.lost} lost: bus ${one.bus} at ${one.lowest_pu.toFixed(4)} pu`]), "pu", PALETTE[2], null, (value) => value.toFixed(2)), "Lowest voltage after each outage, ranked");
    words(["lost", "bus", "pu"], outages.by_voltage.slice(0, SHOWN).map((one) => [one.lost, one.bus, one.lowest_pu.toFixed(4)]));
  }
  if (outages.islanding.length) {
    element("h2", "Cut off");
    const worst = [...outages.islanding].sort((one, other) => other.load_kw - one.load_kw).slice(0, SHOWN);
    words(["lost", "buses", "load, kW"], worst.map((one) => [one.lost, buses(one.cut_off), number(one.load_kw)]));
  }
}

function strength({ buses: ranked_buses, voltage_factor, assumed, assumed_pu, left_out, unrated_transformers }) {
  element("h2", "Short-circuit power, the weakest buses first");
  const weakest = ranked_buses.slice(0, 2 * SHOWN);
  draw(300, {
    grid: { left: 92, right: 40, top: 30, bottom: 54 },
    tooltip: { ...TOOLTIP, formatter: ({ name, value }) => safe(`bus ${name}: ${number(value)} kVA`) },
    xAxis: { type: "category", name: "bus", nameLocation: "middle", nameGap: 34, data: weakest.map((one) => one.bus), axisLabel: { color: INK } },
    yAxis: valueAxis("kVA", { axisLabel: { color: INK } }),
    series: [{ type: "bar", barMaxWidth: 28, data: weakest.map((one) => one.power_kva), itemStyle: { color: PALETTE[4] } }],
  }, "Initial symmetrical short-circuit power of the weakest buses");
  words(["bus", "kVA", "kA"], weakest.slice(0, SHOWN).map((one) => [one.bus, number(one.power_kva), one.current_ka === null ? "-" : one.current_ka.toFixed(2)]));
  return [
    `Short-circuit power is that of IEC 60909-0 with a voltage factor of ${voltage_factor}; loads, charging and converters feed nothing.`,
    ...(assumed ? [`${number(assumed)} machines tell no subtransient reactance and are taken at ${assumed_pu} pu on their rating`] : []),
    ...(left_out ? [`${number(left_out)} machines without a rating feed no short circuit`] : []),
    ...(unrated_transformers ? [`${number(unrated_transformers)} transformers have no rating: their impedance is not corrected`] : []),
  ];
}

/** What was read otherwise than it stands, a sentence each. */
const origin = (grid) => [
  ...grid.fused.map((group) => `${buses(group)}: one bus, tied without impedance`),
  ...(grid.unrated.length ? [`${number(grid.unrated.length)} of ${number(grid.branches)} branches have no rating and are never full: ${grid.unrated.slice(0, SHOWN).join(", ")}${grid.unrated.length > SHOWN ? " …" : ""}`] : []),
  ...grid.direct.map((one) => `direct current ${one.line}: ${number(one.drawn_kw)} kW in, ${number(one.fed_kw)} kW out`),
  ...grid.notes.slice(0, SHOWN),
  ...(grid.notes.length > SHOWN ? [`${number(grid.notes.length - SHOWN)} more rows of this kind`] : []),
];

function sheet(grid) {
  if (!grid.solved) {
    element("p", collapse(grid), "lead");
  } else {
    standing(grid);
    losses(grid);
  }
  return grid.short_circuit ? strength(grid.short_circuit) : [];
}

element("h1", `${page.of}: what does an outage do?`);
for (const one of page.unfed) element("p", `Not fed: ${buses(one.buses)} with ${number(one.load_kw)} kW of load: ${one.why}.`, "lead");
const rests = sheet(page);
for (const part of page.parts) {
  element("h1", `A part of its own, fed at bus ${part.fed_by}`);
  rests.push(...sheet(part), ...origin(part));
}
told([
  "Machines hold their voltage whatever reactive power that takes; ratings are of apparent power; room for load is without losses.",
  ...rests,
  ...origin(page),
  ...(page.solved ? page.outages.diverging.slice(0, SHOWN).map((name) => `${name}: no solution is found when it is lost`) : []),
  ...(page.solved ? page.now.outside.slice(0, SHOWN).map((one) => `bus ${one.bus} is outside its limits as it stands: ${one.voltage_pu.toFixed(4)} pu`) : []),
]);

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

element("h1", `${page.of}: what does an outage do?`);
if (!page.solved) {
  element("p", "The network has no solution as it stands: voltages collapse under this load.", "lead");
} else {
  const { now, outages } = page;
  element("p", `${number(page.buses)} buses, ${number(page.branches)} branches, ${number(page.load_kw)} kW of load, ${number(now.lost_kw)} kW lost. As it stands ${now.fullest ? `the fullest branch is ${now.fullest} at ${percent(now.loading)}` : "no branch has a rating"}, voltages lie from ${now.lowest_pu.toFixed(4)} pu (bus ${now.lowest_bus}) to ${now.highest_pu.toFixed(4)} (bus ${now.highest_bus}).`, "lead");
  element("p", `Of ${number(page.branches)} outages ${number(outages.counted.solved)} are solved, ${number(outages.counted.islanding)} cut buses off, ${number(outages.counted.diverging)} find no solution.`, "lead");
  if (page.hosting.length) {
    element("h2", "Room for load");
    words(["bus", "as it stands", "after any outage"], page.hosting.map((one) => [one.bus, room(one.now), room(one.after_any_outage)]));
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
    words(["lost", "buses", "load, kW"], worst.map((one) => [one.lost, one.cut_off.length > 6 ? `${number(one.cut_off.length)} buses` : `bus ${one.cut_off.join(", ")}`, number(one.load_kw)]));
  }
  told([
    "Machines hold their voltage whatever reactive power that takes; ratings are of apparent power; room for load is without losses.",
    ...outages.diverging.slice(0, SHOWN).map((name) => `${name}: no solution is found when it is lost`),
    ...now.outside.slice(0, SHOWN).map((one) => `bus ${one.bus} is outside its limits as it stands: ${one.voltage_pu.toFixed(4)} pu`),
  ]);
}

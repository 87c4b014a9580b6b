/** How much new load fits if a little of its energy may be left out: the curve, the events, and whose work it is. */

import { draw, element, page, table, told } from "./sheet.js";
import { INK, PALETTE, RED, TOOLTIP, number, percent, safe, valueAxis } from "./theme.js";

const most = page.points[page.points.length - 1];
element("h1", `${page.of}: how much new load fits?`);
element("p", `${number(most.load_kw)} kW, ${percent(most.of_peak)} of the peak, if ${percent(most.share, 2)} of its energy may be left out: ${number(most.hours)} hours a year in ${number(most.events)} events of ${number(most.mean_h, 1)} h, and half of it or more runs in ${percent(most.half_kept_share, 0)} of them.${page.wanted_kw === null ? "" : page.passes ? ` The ${number(page.wanted_kw)} kW that are wanted fit.` : ` The ${number(page.wanted_kw)} kW that are wanted do not fit: ${number(page.lacks_kw)} kW too many.`}`, "lead");
element("p", `Firm up to the peak of the ${page.firm}: ${page.peaks_kw.map((one) => `${one.season} ${number(one.peak_kw)} kW`).join(", ")}; ${number(page.hours)} hours, load factor ${percent(page.load_factor, 0)}.`);

element("h2", "The curve");
draw(340, {
  tooltip: { ...TOOLTIP, formatter: ({ data }) => safe(`${percent(data[0] / 100, 2)} left out: ${number(data[1])} kW`) },
  grid: { left: 110, right: 60, top: 34, bottom: 54 },
  xAxis: { type: "value", name: "share of its energy that is left out, %", nameLocation: "middle", nameGap: 30, min: 0, axisLabel: { color: INK } },
  yAxis: valueAxis("new load, kW", { axisLabel: { color: INK } }),
  series: [
    { type: "line", symbol: "none", data: page.curve.map((one) => [100 * one.share, one.load_kw]), lineStyle: { color: PALETTE[0], width: 2 }, itemStyle: { color: PALETTE[0] }, markLine: page.wanted_kw === null ? undefined : { silent: true, symbol: "none", lineStyle: { color: RED, type: "dashed" }, data: [{ yAxis: page.wanted_kw }] } },
    { type: "scatter", symbolSize: 10, data: page.points.map((one) => [100 * one.share, one.load_kw]), itemStyle: { color: PALETTE[5] } },
  ],
}, "New load that fits against the share of its energy that may be left out");
table(["left out", "new load, kW", "hours", "events", "mean, h", "longest, h", "deepest, kW", "half or more runs"], page.points.map((one) => [percent(one.share, 2), number(one.load_kw), number(one.hours), number(one.events), number(one.mean_h, 1), number(one.longest_h), number(one.deepest_kw), percent(one.half_kept_share, 0)]));

if (most.who) {
  element("h2", "Whose work is left out, and at what price");
  for (const point of page.points) {
    element("p", `${percent(point.share, 2)}: ${number(point.load_kw)} kW, ${number(point.who.fleets, 1)} fleets of the curve.`);
    table(["work", "kWh left out", `${page.currency} per kWh`, "at most", "hours", "at most, kW"], [...point.who.works.map((one) => [one.class, number(one.energy_kwh), number(one.price_per_kwh, 3), number(one.dearest_per_kwh, 3), number(one.hours), number(one.most_kw)]), ["covered by no work of the curve", number(point.who.unmet_kwh), "–", "–", number(point.who.unmet_hours), "–"]]).className = "text";
  }
}
told(["The new load is constant, and left out wherever demand and it pass the firm limit; network limits are not looked at.", ...page.notes]);

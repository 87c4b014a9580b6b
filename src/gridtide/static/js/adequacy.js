/** Whether generation that fails covers a load: shortfalls by part of the year, drawn years, and what resources add. */

import { draw, element, page, table, told } from "./sheet.js";
import { INK, PALETTE, TOOLTIP, number, percent, valueAxis } from "./theme.js";

const about = (value, digits = 0) => `${number(value.mean, digits)} ± ${value.within === null ? "unknown" : number(value.within, digits)}`;
const months = ["1st", "2nd", "3rd", ...Array.from({ length: 9 }, (_, index) => `${index + 4}th`)];

function bars(names, values, name, colour, digits) {
  return {
    tooltip: { ...TOOLTIP, trigger: "axis", valueFormatter: (value) => number(value, digits) },
    grid: { left: 110, right: 40, top: 34, bottom: 46 },
    xAxis: { type: "category", data: names, axisLabel: { color: INK } },
    yAxis: valueAxis(name, { axisLabel: { color: INK } }),
    series: [{ type: "bar", barMaxWidth: 64, data: values, itemStyle: { color: colour } }],
  };
}

const { drawn, flexible, carries } = page;
const best = drawn.flexible ?? drawn.stores;
const lole = best ? best.lole_h.mean : page.lole_h;
element("h1", `${page.of}: is there enough?`);
element("p", `A loss of load of ${number(page.target_lole_h, 2)} h a year is ${page.passes ? "kept" : "not kept"}: ${number(lole, 2)} h are expected with everything that is there. Without stores and calls the target is kept up to a peak of ${number(carries.peak_kw)} kW, ${percent(carries.load_scale)} of the load.`, "lead");
if (flexible) element("p", `${flexible.name}: ${number(flexible.kw)} kW that can be called ${flexible.calls} times a year for ${flexible.call_h} h is worth ${about(flexible.elcc_kw)} kW that never fails, ${percent(flexible.elcc_share, 0)} of it.`, "lead");
element("p", `${number(page.units)} units of ${number(page.capacity_kw)} kW that fail at random, ${number(page.hours)} hours, ${number(page.peak_kw)} kW at the peak. By convolution, without stores and calls: ${number(page.lole_h, 3)} h${page.lole_days === null ? "" : ` or ${number(page.lole_days, 3)} days`} a year, ${number(page.eens_kwh)} kWh not served.`);

element("h2", "When power lacks");
draw(300, bars(months, page.by_month.map((one) => one.eens_kwh), "kWh not served", PALETTE[5], 0), "Expected energy that is not served, by twelfths of the year");
table(["hour of the year", "load, kW", "probability of shortfall", "expected shortfall, kW"], page.worst_hours.map((one) => [number(one.hour), number(one.load_kw), percent(one.lolp, 2), number(one.unserved_kw)]));

element("h2", "Drawn years");
const kinds = [["without stores and calls", drawn.plain], ["with stores", drawn.stores], ["with stores and calls", drawn.flexible]].filter(([, one]) => one);
table(["", "kWh not served a year", "hours of shortfall", "calls a year", "kWh called a year"], kinds.map(([name, one]) => [name, about(one.eens_kwh), about(one.lole_h, 2), number(one.calls, 2), number(one.called_kwh)])).className = "text";
element("p", `${number(page.years)} years, seed ${page.seed}, at 95 %. Without stores and calls they ${page.agrees ? "agree" : "do not agree"} with convolution.`);

const worth = [...page.elcc.map((one) => [one.name, one.elcc_kw, one.max_kw]), ...page.store_elcc.map((one) => [one.name, one.elcc_kw.mean, one.power_kw]), ...(flexible ? [[flexible.name, flexible.elcc_kw.mean, flexible.kw]] : [])];
if (worth.length) {
  element("h2", "What each adds: capacity that never fails in its place");
  draw(280, bars(worth.map(([name]) => name), worth.map(([, kw]) => kw), "kW (ELCC)", PALETTE[0], 0), "Effective load carrying capability of each resource");
  table(["", "ELCC, kW", "of, kW", "share"], worth.map(([name, kw, most]) => [name, number(kw), number(most), percent(kw / most)])).className = "text";
}
told([
  `Table of lost capacity: ${number(page.table.levels)} levels of ${number(page.table.step_kw)} kW${page.table.exact ? ", exact" : "; losses between two levels are split, which keeps their mean"}.`,
  "Variable units are load below 0, hour by hour; stores cover what lacks at once and fill whenever there is room; load is called last.",
  ...page.notes,
]);

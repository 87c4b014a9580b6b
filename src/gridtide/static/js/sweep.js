/** One study under many settings: each column drawn over the first axis, a line for each setting of the others, a band over seeds and years. */

import { draw, element, page, table, told } from "./sheet.js";
import { INK, PALETTE, TOOLTIP, number, safe, valueAxis } from "./theme.js";

const names = page.over.map((axis) => axis.name);
const drawn = names.filter((name) => !page.spread.includes(name));
const across = drawn[0] ?? names[0];
const apart = drawn.slice(1).filter((name) => page.over.find((axis) => axis.name === name).values.length > 1);
const values = page.over.find((axis) => axis.name === across).values;
const LINES = 8;
const digits = (value) => (value === null ? "" : Math.abs(value) >= 1000 ? number(value) : Number(value.toPrecision(4)).toString());
const breakable = (name) => name.replace(/([.\]])/g, "$1\u200b").replace(/-/g, "\u2011");
const isText = values.some((value) => typeof value === "string");
const spelt = (changes) => Object.entries(changes).map(([name, value]) => `${name} ${value}`).join(", ");

/** The values of a column by the setting of the axes that stand apart, then by that of the axis across. */
function grouped(column) {
  const found = new Map();
  page.rows.forEach((row, at) => {
    const value = column.values[at];
    if (value === null) return;
    const name = apart.map((axis) => `${axis} ${row[axis]}`).join(", ");
    if (!found.has(name)) found.set(name, values.map(() => []));
    found.get(name)[values.indexOf(row[across])].push(value);
  });
  return [...found].slice(0, LINES);
}

const mean = (several) => several.reduce((sum, one) => sum + one, 0) / several.length;

/** Where the axis across is of names, nothing lies between them: all values as small points, their mean as a large one. */
function points(column) {
  return grouped(column).flatMap(([name, cells], at) => {
    const itemStyle = { color: PALETTE[at % PALETTE.length] };
    const all = cells.flatMap((cell, place) => cell.map((value) => [place, value]));
    const middle = cells.flatMap((cell, place) => (cell.length ? [[place, mean(cell)]] : []));
    return [{ name: name || column.name, type: "scatter", data: middle, symbolSize: 12, itemStyle }, { name: "", type: "scatter", data: all, symbolSize: 5, itemStyle: { ...itemStyle, opacity: 0.6 }, silent: true }];
  });
}

function lines(column) {
  return grouped(column).flatMap(([name, cells], at) => {
    const colour = PALETTE[at % PALETTE.length];
    const middle = cells.map((cell) => (cell.length ? mean(cell) : null));
    const low = cells.map((cell) => (cell.length ? Math.min(...cell) : null));
    const high = cells.map((cell) => (cell.length ? Math.max(...cell) : null));
    const line = { name: name || column.name, type: "line", data: middle, symbolSize: 7, lineStyle: { color: colour, width: 1.8 }, itemStyle: { color: colour } };
    if (!cells.some((cell) => cell.length > 1)) return [line];
    const hidden = { type: "line", symbol: "none", silent: true, lineStyle: { opacity: 0 }, stack: `band ${at}`, tooltip: { show: false } };
    return [line,
      { ...hidden, name: "", data: low },
      { ...hidden, name: "", data: high.map((value, place) => (value === null ? null : value - low[place])), areaStyle: { color: colour, opacity: 0.18 } }];
  });
}

function chart(column) {
  const series = isText ? points(column) : lines(column);
  const named = series.map((one) => one.name).filter((name) => name);
  return {
    grid: { left: 92, right: 30, top: named.length > 1 ? 44 : 24, bottom: 54 },
    legend: named.length > 1 ? { top: 4, textStyle: { color: INK }, data: named } : undefined,
    tooltip: { ...TOOLTIP, trigger: "axis", formatter: (shown) => [safe(`${across} ${shown[0].axisValueLabel}`), ...shown.filter((one) => named.includes(one.seriesName) && one.value !== null).map((one) => safe(`${one.seriesName}: ${digits(Array.isArray(one.value) ? one.value[1] : one.value)}`))].join("<br>") },
    xAxis: { type: "category", data: values.map(String), name: across, nameLocation: "middle", nameGap: 32, axisLabel: { color: INK }, nameTextStyle: { color: INK } },
    yAxis: valueAxis("", { scale: true, axisLabel: { color: INK, formatter: digits } }),
    series,
  };
}

element("h1", `${page.study} of ${page.file}, ${number(page.tasks)} times`);
element("p", `Over ${page.over.map((axis) => `${axis.name} (${axis.values.length === 1 ? axis.values[0] : `${axis.values[0]} to ${axis.values.at(-1)}, ${axis.values.length} values`})`).join(", ")}. ${number(page.answered)} answered${page.at_fault ? `, ${number(page.at_fault)} at fault` : ""}.${page.spread.length && drawn.length ? ` ${isText ? "Large points are means" : "Lines are means"} over ${page.spread.join(" and ")}${isText ? ", small ones single answers." : ", bands reach from the lowest to the highest."}` : ""}`, "lead");
page.columns.forEach((column) => {
  element("h2", column.name);
  if (column.lowest === null) {
    element("p", "No task answered this.");
    return;
  }
  element("p", `${digits(column.lowest)} to ${digits(column.highest)}, lowest at ${spelt(column.lowest_at)}.`);
  draw(260, chart(column), `${column.name} over ${across}`);
});
if (page.rows.length <= 60) {
  element("h2", "All answers");
  table([...names.map(breakable), ...page.columns.map((column) => breakable(column.name))], page.rows.map((row, at) => [...names.map((name) => String(row[name])), ...page.columns.map((column) => digits(column.values[at]))]));
}
told([...page.faults.map((one) => `${spelt(one.changes)}: ${one.fault}`), `All columns of all answers: ${page.table}.`]);

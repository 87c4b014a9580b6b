/** What charts are drawn with: inks, letters, hints, legends, and rows of lines and areas over one axis of time. */

import { made } from "./made.js";
import { figure, hourOf } from "./words.js";

export const PALETTE = ["#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#8c7a00", "#5a5a9c", "#7f5539"];
export const BEHIND = { idle: "#aeb8c2", losses: "#76838f" };
const HEAD = 1.5;

/** The height of a letter as the style sheet has it, px: charts grow with it. */
export const em = () => parseFloat(getComputedStyle(document.documentElement).fontSize);

export function inks() {
  const style = getComputedStyle(document.documentElement);
  return Object.fromEntries(["ink", "faint", "line", "ground", "panel", "limit"].map((name) => [name, style.getPropertyValue(`--${name}`).trim()]));
}

export const letters = () => ({ color: inks().ink, fontSize: 0.77 * em() });

/** A hint that the chart draws itself: nothing of it is markup. */
export function hints(formatter, trigger = "axis") {
  const { panel, faint } = inks();
  return { trigger, renderMode: "richText", confine: true, backgroundColor: panel, borderColor: faint, textStyle: letters(), formatter };
}

/** A chart in a box, as large as the box is; `end` takes it away. */
export function chartIn(box) {
  const chart = window.echarts.init(box, null, { renderer: "canvas" });
  const watch = new ResizeObserver(() => chart.resize());
  watch.observe(box);
  chart.end = () => (watch.disconnect(), chart.dispose());
  return chart;
}

/** A colour between two, `part` of the way. */
export function mix(from, to, part) {
  const [a, b] = [from, to].map((hex) => [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16)));
  return `rgb(${a.map((one, index) => Math.round(one + part * (b[index] - one))).join(",")})`;
}

/** What colours stand for: each text, colour, kind of line (none for an area). */
export function legend(swatches) {
  return swatches.map(([text, colour, kind]) => {
    const mark = made("i", { className: kind ?? "" });
    mark.style.setProperty("--mark", colour);
    return made("span", {}, mark, text);
  });
}

/** Values of bars [start, end, one] as points of a line that steps, open where bars leave a gap. */
export function stepped(bars, value) {
  const points = [];
  bars.forEach(([start, end, one], index) => {
    const found = value(one) ?? null;
    points.push([start, found]);
    const next = bars[index + 1];
    if (!next || next[0] > end + 1000 || (value(next[2]) ?? null) === null) points.push([end, found], [end, null]);
  });
  return points;
}

export const line = (color, type, width, data) => ({ type: "line", step: "end", symbol: "none", silent: true, z: 8, lineStyle: { color, type, width }, itemStyle: { color }, emphasis: { disabled: true }, data });
export const area = (color, data) => ({ ...line(color, "solid", 0, data), z: 2, areaStyle: { color, opacity: 1, origin: "start" } });

/** `rows` of bars on top of each other, the highest sum first, as it is drawn. */
export function stacked(bars, colours) {
  const sum = (known) => (known.length ? known.reduce((all, kw) => all + kw, 0) : null);
  return colours.map((colour, place) => area(colour, stepped(bars, ({ rows }) => sum(rows.slice(0, place + 1).filter((kw) => kw !== null))))).reverse();
}

/** How high rows are together, px. */
export const tallOf = (rows) => Math.round(em() * rows.reduce((sum, { tall, gap = 2 }) => sum + tall + gap, HEAD));

/** Rows over one axis of time, heights in letters. labelled: the row that says the hours; hint: what stands at an instant */
export function inTime(rows, { from, until, clock, right = 1, labelled = rows.length - 1, hint, ...more }) {
  const [{ faint, line: rule }, size, text] = [inks(), em(), letters()];
  let top = HEAD;
  const grid = rows.map(({ tall, gap = 2 }) => {
    const place = { left: 5 * size, right: right * size, top: top * size, height: tall * size };
    top += tall + gap;
    return place;
  });
  return {
    animation: false, useUTC: true, grid,
    xAxis: rows.map((_, gridIndex) => ({ type: "time", gridIndex, min: from, max: until, splitLine: { show: false }, axisLine: { onZero: false, lineStyle: { color: faint } }, axisTick: { show: gridIndex === labelled }, axisLabel: { ...text, show: gridIndex === labelled, hideOverlap: true, formatter: (value) => hourOf(value, clock) } })),
    yAxis: rows.map(({ unit, axis, labels }, gridIndex) => ({ type: "value", gridIndex, name: unit, nameGap: 7, nameTextStyle: { ...text, align: "right" }, splitLine: { lineStyle: { color: rule } }, ...axis, axisLabel: { ...text, formatter: axis?.data ? undefined : (value) => figure(value, 0), ...labels } })),
    series: rows.flatMap(({ series }, at) => series.map((one) => ({ ...one, xAxisIndex: at, yAxisIndex: at }))),
    axisPointer: { link: [{ xAxisIndex: "all" }] }, tooltip: hints((items) => hint(items[0]?.axisValue ?? items[0]?.value?.[0])), ...more,
  };
}

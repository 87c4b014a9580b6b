/** Flexibility now: what could be drawn less and more, by accepted delay, for how long, from which price on. */

import { ask } from "./asking.js";
import { heard } from "./heard.js";
import { $, made } from "./made.js";
import { inks, sizes } from "./sites.js";
import { list } from "./tabs/drawn.js";
import { instant, number, span, word } from "./words.js";

const FLEET = "fleet";
let found = null;
let chart = null;
let asking = false;

export function prepareFlexibility() {
  $("flex-place").onchange = $("flex-for").onchange = showFlexibility;
}

/** The curve of the newest decision; the room makes it once a decision. */
export async function lookFlexibility() {
  if (asking) return;
  asking = true;
  const { status, said } = await ask("/api/flexibility").catch(() => ({ status: 0 })).finally(() => (asking = false));
  if (status !== 200) return;
  found = said;
  fill("flex-place", [FLEET, ...new Set(found.rows.map((row) => row.place).filter((place) => place !== FLEET))]);
  fill("flex-for", found.durations_s.map(String), "900");
  showFlexibility();
}

function fill(id, values, first = values[0]) {
  const had = $(id).value || first;
  if (JSON.stringify([...$(id).options].map((one) => one.value)) === JSON.stringify(values)) return;
  $(id).replaceChildren(...values.map((value) => made("option", { value })));
  $(id).value = had;
}

export function showFlexibility() {
  if (!found) return;
  for (const one of $("flex-place").options) one.textContent = one.value === FLEET ? word("wholeFleet") : one.value;
  for (const one of $("flex-for").options) one.textContent = span(Number(one.value));
  const rows = found.rows.filter((row) => row.place === $("flex-place").value && String(row.duration_s) === $("flex-for").value);
  $("flex-at").textContent = `${word("as_of")} ${instant(found.at)} · ${word("flexAbout")}`;
  $("flex-rows").replaceChildren(list("flexibility", rows.map(({ class: work, source, direction, kw, price_per_kwh, delay }) => ({ what: work, source: word(`from_${source}`), kw: `${direction === "down" ? "▼" : "▲"} ${number(kw)} kW`, price_per_kwh, delay: `+${number(100 * delay)} %` }))));
  draw(rows);
}

/** Of each delay the steps that can be had with it, the cheapest nearest to zero; more is up, less is down. */
function blocks(rows) {
  return found.delays.flatMap((delay, place) => ["up", "down"].flatMap((way) => {
    let from = 0;
    return rows.filter((row) => row.direction === way && row.delay <= delay).sort((one, other) => one.price_per_kwh - other.price_per_kwh).map((row) => {
      const to = from + (way === "up" ? row.kw : -row.kw);
      const block = { value: [place, from, to, row.price_per_kwh], name: row.class };
      from = to;
      return block;
    });
  }));
}

function draw(rows) {
  const [{ ink, line, panel, ground }, { letters }] = [inks(), sizes()];
  chart ??= window.echarts.init($("flex-map"), null, { renderer: "canvas" });
  const data = blocks(rows);
  const prices = rows.map((row) => row.price_per_kwh);
  const [low, high] = [Math.min(...prices), Math.max(...prices)];
  const sums = data.map((one) => one.value[2]);
  $("flex-map").setAttribute("aria-label", `${word("flexibility")}: ▲ ${number(Math.max(0, ...sums))} kW, ▼ ${number(-Math.min(0, ...sums))} kW`);
  const axis = { axisLabel: { color: ink, fontSize: letters }, nameTextStyle: { color: ink, fontSize: letters } };
  chart.setOption({
    animation: false, grid: { left: 6, right: 12, top: 26, bottom: 6, containLabel: true },
    xAxis: { ...axis, type: "category", data: found.delays.map((delay) => `+${number(100 * delay)} %`), axisLine: { onZero: false } },
    yAxis: { ...axis, type: "value", name: "kW", splitNumber: 4, splitLine: { lineStyle: { color: line } }, axisLabel: { ...axis.axisLabel, formatter: (value) => number(value) } },
    tooltip: { renderMode: "richText", confine: true, backgroundColor: panel, textStyle: { color: ink, fontSize: letters + 1 }, formatter: ({ data: one }) => `${one.name}\n${number(Math.abs(one.value[2] - one.value[1]))} kW\n${number(one.value[3], 3)} ${heard.ahead?.currency ?? ""}/kWh` },
    series: [{
      type: "custom", data, encode: { x: 0, y: [1, 2] },
      renderItem: (_, api) => {
        const [[x, top], [, under]] = [api.coord([api.value(0), Math.max(api.value(1), api.value(2))]), api.coord([api.value(0), Math.min(api.value(1), api.value(2))])];
        const wide = api.size([1, 0])[0] * 0.6;
        return { type: "rect", shape: { x: x - wide / 2, y: top, width: wide, height: Math.max(under - top, 1) }, style: { fill: shade(high > low ? (api.value(3) - low) / (high - low) : 0), stroke: ground, lineWidth: 1 } };
      },
    }],
  }, { notMerge: true });
  chart.resize();
}

/** From cheap, light, to dear, dark. */
function shade(part) {
  return `rgb(${[[158, 202, 225], [8, 48, 107]].reduce((from, to) => from.map((one, place) => Math.round(one + part * (to[place] - one)))).join(",")})`;
}

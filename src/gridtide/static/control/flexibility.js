/** Flexibility now: what could be drawn less and more, by accepted delay, for how long, from which price on. */

import { learn } from "./asking.js";
import { chartIn, hints, inks, letters, mix } from "./charts.js";
import { heard } from "./heard.js";
import { $, fill, options, put } from "./made.js";
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
  const said = await learn("/api/flexibility");
  asking = false;
  if (!said) return;
  found = said;
  showFlexibility();
}

export function showFlexibility() {
  if (!found) return;
  const places = new Set(found.rows.map((row) => row.place).filter((place) => place !== FLEET));
  options("flex-place", [[FLEET, word("wholeFleet")], ...places]);
  options("flex-for", found.durations_s.map((one) => [String(one), span(one)]));
  const rows = found.rows.filter((row) => row.place === $("flex-place").value && String(row.duration_s) === $("flex-for").value);
  put("flex-at", `${word("as_of")} ${instant(found.at)} · ${word("flexAbout")}`);
  fill("flex-rows", list("flexibility", rows.map(({ class: work, source, direction, kw, price_per_kwh, delay }) => ({ what: work, source: word(`from_${source}`), kw: `${direction === "down" ? "▼" : "▲"} ${number(kw)} kW`, price_per_kwh, delay: `+${number(100 * delay)} %` }))));
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
  const [{ line, ground }, axisLabel] = [inks(), letters()];
  chart ??= chartIn($("flex-map"));
  const data = blocks(rows);
  const prices = rows.map((row) => row.price_per_kwh);
  const [low, high] = [Math.min(...prices), Math.max(...prices)];
  const sums = data.map((one) => one.value[2]);
  $("flex-map").ariaLabel = `${word("flexibility")}: ▲ ${number(Math.max(0, ...sums))} kW, ▼ ${number(-Math.min(0, ...sums))} kW`;
  chart.setOption({
    animation: false, grid: { left: 6, right: 12, top: 26, bottom: 6, containLabel: true },
    xAxis: { axisLabel, type: "category", data: found.delays.map((delay) => `+${number(100 * delay)} %`), axisLine: { onZero: false } },
    yAxis: { axisLabel: { ...axisLabel, formatter: (value) => number(value) }, nameTextStyle: axisLabel, type: "value", name: "kW", splitNumber: 4, splitLine: { lineStyle: { color: line } } },
    tooltip: hints(({ data: one }) => `${one.name}\n${number(Math.abs(one.value[2] - one.value[1]))} kW\n${number(one.value[3], 3)} ${heard.ahead?.currency ?? ""}/kWh`, "item"),
    series: [{
      type: "custom", data, encode: { x: 0, y: [1, 2] },
      renderItem: (_, api) => {
        const [[x, one], [, other]] = [1, 2].map((end) => api.coord([api.value(0), api.value(end)]));
        const width = api.size([1, 0])[0] * 0.6;
        return { type: "rect", shape: { x: x - width / 2, y: Math.min(one, other), width, height: Math.max(Math.abs(one - other), 1) }, style: { fill: mix("#9ecae1", "#08306b", high > low ? (api.value(3) - low) / (high - low) : 0), stroke: ground, lineWidth: 1 } };
      },
    }],
  }, { notMerge: true });
  chart.resize();
}

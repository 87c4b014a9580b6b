/** Supply curves of flexibility: a block a step, as wide as its kW and as high as its price, and kW by duration. */

import { chart, element, fill, page, table, told } from "./sheet.js";
import { INK, PALETTE, TOOLTIP, number, safe, tone } from "./theme.js";

const SOURCES = ["time", "speed", "packing", "relocation", "storage", "cooling"];
const SPANS = { 1: "1 s", 60: "1 min", 900: "15 min", 3600: "1 h", 14400: "4 h" };
const said = (seconds) => SPANS[seconds] ?? `${seconds} s`;
const cost = (price) => (Math.abs(price) >= 100 ? number(price) : price.toFixed(3));
const rounded = (kw) => number(kw, Math.abs(kw) < 10 ? 1 : 0);
const unique = (values) => [...new Set(values)];
const UNTOLERATED = { symbol: "rect", dashArrayX: [1, 0], dashArrayY: [2, 4], rotation: Math.PI / 4, color: tone("rgba(255,255,255,0.75)", "rgba(17,24,31,0.75)") };
const colour = (source) => PALETTE[SOURCES.indexOf(source) % PALETTE.length];

function chooser(label, values, words, chosen) {
  const box = document.createElement("label");
  box.textContent = `${label} `;
  box.style.marginRight = "18px";
  const select = document.createElement("select");
  for (const value of values) {
    const option = document.createElement("option");
    option.value = value;
    option.textContent = words(value);
    option.selected = value === chosen;
    select.append(option);
  }
  select.addEventListener("change", draw);
  box.append(select);
  return { box, select };
}

function blocks(rows, way) {
  let before = 0;
  return rows
    .filter((row) => row.direction === way)
    .map((row) => {
      const kw = row[`${way}_kw`];
      before += kw;
      return { value: [before - kw, before, row.price_per_kwh], row };
    });
}

/** Where the axis of prices begins: at 0, below it as far as steps reach that are wide enough to be seen. */
function lowest(data, highest) {
  const whole = data.length ? data[data.length - 1].value[1] : 0;
  const seen = data.filter(({ value }) => value[1] - value[0] > 0.003 * whole).map(({ value }) => value[2]);
  const least = Math.min(0, ...seen);
  return least < 0 ? least - 0.05 * (highest - least) : 0;
}

/** The price from which half of the kW of these steps is had. */
function halfway(rows, way) {
  const steps = blocks(rows, way);
  const whole = steps.length ? steps[steps.length - 1].value[1] : 0;
  const half = steps.find(({ value }) => value[1] >= whole / 2);
  return half ? cost(half.value[2]) : "–";
}

function inShort(rows) {
  const total = (members, key) => members.reduce((sum, row) => sum + row[key], 0);
  return durations.map((span) => {
    const now = rows.filter((row) => row.duration_s === span);
    return [said(span).replace(" ", "\u00a0"), ...["down", "up"].flatMap((way) => {
      const members = now.filter((row) => row.direction === way);
      const beyond = total(members.filter((row) => !row.tolerated), `${way}_kw`);
      const kw = [number(total(members, `${way}_kw`)), ...(way === "down" && asksMore ? [number(beyond)] : [])];
      return [...kw, halfway(now, way), number(total(members, "rebound_kwh")), rounded(total(members, "ramp_kw_per_s"))];
    })];
  });
}

const asksMore = page.rows.some((row) => !row.tolerated);
const heads = (less, beyond, back) => [`${less}, kW`, ...beyond, `half of it from, ${page.currency}/kWh`, `${back}, kWh`, "kW/s"];
const HEADS = ["for", ...heads("draw less", asksMore ? ["of it beyond tolerance"] : [], "comes back"), ...heads("draw more", [], "saved later")];

function curve(rows, way) {
  const data = blocks(rows, way);
  return {
    title: { text: `${way === "down" ? "draw less" : "draw more"}${data.length ? "" : ": nothing at this instant"}`, textStyle: { color: INK, fontSize: 14 }, left: 150 },
    tooltip: {
      ...TOOLTIP,
      formatter: ({ data: { row } }) =>
        `${safe(row.class)} of ${safe(row.of_site)}, ${safe(row.source)}<br>${number(row.up_kw + row.down_kw, 1)} kW from ${cost(row.price_per_kwh)} ${safe(page.currency)}/kWh<br>comes back ${number(row.rebound_kwh, 1)} kWh; delivered ${(100 * row.delivered).toFixed(1)} %${row.tolerated ? "" : "<br>if users waited longer than the case says"}`,
    },
    grid: { left: 70, right: 20, top: 34, bottom: 46 },
    xAxis: { type: "value", name: "kW at the meter", nameLocation: "middle", nameGap: 28, axisLabel: { color: INK, hideOverlap: true } },
    yAxis: { type: "value", name: `${page.currency}/kWh`, axisLabel: { color: INK, showMinLabel: lowest(data, 0) === 0 }, min: (seen) => lowest(data, seen.max) },
    series: [
      {
        type: "custom",
        clip: true,
        encode: { x: [0, 1], y: 2 },
        data,
        renderItem: (parameters, api) => {
          const { row } = data[parameters.dataIndex];
          const [left, top] = api.coord([api.value(0), Math.max(api.value(2), 0)]);
          const [right, bottom] = api.coord([api.value(1), Math.min(api.value(2), 0)]);
          return {
            type: "rect",
            shape: { x: left, y: top, width: Math.max(right - left - 1, 1), height: Math.max(bottom - top, 2) },
            style: { fill: colour(row.source), decal: row.tolerated ? undefined : UNTOLERATED },
          };
        },
      },
    ],

  };
}

function lasting(rows) {
  const durations = unique(page.rows.map((row) => row.duration_s)).sort((one, other) => one - other);
  const sums = (source, way) =>
    durations.map((duration) => (way === "up" ? 1 : -1) * rows.filter((row) => row.duration_s === duration && row.source === source && row.direction === way).reduce((sum, row) => sum + row[`${way}_kw`], 0));
  const present = SOURCES.filter((source) => rows.some((row) => row.source === source));
  return {
    tooltip: { ...TOOLTIP, trigger: "axis", valueFormatter: (value) => `${number(value, 0)} kW` },
    legend: { data: present, bottom: 0, textStyle: { color: INK } },
    grid: { left: 70, right: 20, top: 20, bottom: 60 },
    xAxis: { type: "category", data: durations.map(said), axisLabel: { color: INK } },
    yAxis: { type: "value", name: "kW, up and down", axisLabel: { color: INK } },
    series: present.flatMap((source) => ["up", "down"].map((way) => ({ name: source, type: "bar", stack: "kW", itemStyle: { color: colour(source) }, data: sums(source, way) }))),
  };
}

function draw() {
  const borne = page.rows.filter((row) => row.site === place.select.value && row.delay === Number(delay.select.value));
  const now = borne.filter((row) => row.duration_s === Number(duration.select.value));
  fill(short, HEADS, inShort(borne));
  for (const [made, option] of [[down, curve(now, "down")], [up, curve(now, "up")], [long, lasting(borne)]]) {
    made.setOption({ animation: false, ...option }, true);
  }
}

const places = unique(page.rows.map((row) => row.site)).sort((one, other) => (one === "fleet") - (other === "fleet"));
const durations = unique(page.rows.map((row) => row.duration_s));
element("h1", `${page.of}: how far it bends`);
element("p", `Asked at ${page.at}, ${page.policy}, ${page.mix}. Every block is a step of the supply curve: as wide as its kW at the meter, as high as the price from which it pays; each was delivered in the twin.`, "lead");
const place = chooser("site", places, (name) => name, "fleet");
const duration = chooser("for", durations, said, durations.includes(900) ? 900 : durations[0]);
const delay = chooser("delay", unique(page.rows.map((row) => row.delay)), (share) => `+${100 * share} %`, 0.5);
element("p").append(place.box, duration.box, delay.box);
const short = table([], []);
const legend = element("p", "", "lead");
for (const source of SOURCES.filter((one) => page.rows.some((row) => row.source === one))) {
  const mark = document.createElement("span");
  mark.style.cssText = `display: inline-block; width: 12px; height: 12px; margin: 0 6px 0 0; background: ${colour(source)}`;
  const name = document.createElement("span");
  name.textContent = source;
  name.style.marginRight = "18px";
  legend.append(mark, name);
}
legend.append(asksMore ? "hatched: if users waited longer than the case says" : "");
const down = chart(300, "Supply curve of drawing less");
const up = chart(300, "Supply curve of drawing more");
element("h2", "How long it lasts");
const long = chart(320, "kW by duration and source");
draw();
told(page.notes);

/** Supply curves of flexibility: a block a step, as wide as its kW and as high as its price, and kW by duration. */

import { chart, element, page, told } from "./sheet.js";
import { INK, PALETTE, TOOLTIP, number, safe } from "./theme.js";

const SOURCES = ["time", "speed", "packing", "relocation", "storage", "cooling"];
const SPANS = { 1: "1 s", 60: "1 min", 900: "15 min", 3600: "1 h", 14400: "4 h" };
const said = (seconds) => SPANS[seconds] ?? `${seconds} s`;
const unique = (values) => [...new Set(values)];
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

function curve(rows, way) {
  const data = blocks(rows, way);
  return {
    title: { text: `${way === "down" ? "draw less" : "draw more"}${data.length ? "" : ": nothing at this instant"}`, textStyle: { color: INK, fontSize: 14 }, left: 150 },
    tooltip: {
      ...TOOLTIP,
      formatter: ({ data: { row } }) =>
        `${safe(row.class)} of ${safe(row.of_site)}, ${safe(row.source)}<br>${number(row.up_kw + row.down_kw, 1)} kW from ${row.price_per_kwh.toFixed(3)} ${safe(page.currency)}/kWh<br>comes back ${number(row.rebound_kwh, 1)} kWh; delivered ${(100 * row.delivered).toFixed(1)} %`,
    },
    grid: { left: 70, right: 20, top: 34, bottom: 46 },
    xAxis: { type: "value", name: "kW at the meter", nameLocation: "middle", nameGap: 28, axisLabel: { color: INK, hideOverlap: true } },
    yAxis: { type: "value", name: `${page.currency}/kWh`, axisLabel: { color: INK } },
    series: [
      {
        type: "custom",
        encode: { x: [0, 1], y: 2 },
        data,
        renderItem: (parameters, api) => {
          const [left, top] = api.coord([api.value(0), Math.max(api.value(2), 0)]);
          const [right, bottom] = api.coord([api.value(1), Math.min(api.value(2), 0)]);
          return {
            type: "rect",
            shape: { x: left, y: top, width: Math.max(right - left - 1, 1), height: Math.max(bottom - top, 2) },
            style: { fill: colour(data[parameters.dataIndex].row.source) },
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
const down = chart(300, "Supply curve of drawing less");
const up = chart(300, "Supply curve of drawing more");
element("h2", "How long it lasts");
const long = chart(320, "kW by duration and source");
draw();
told(page.notes);

/** Operation modes of a network: the worst loss in each, what the fleet's moves add, what would help, and the report in sentences. */

import { draw, element, folded, page, table, told } from "./sheet.js";
import { INK, PALETTE, RED, TOOLTIP, number, percent, safe, valueAxis } from "./theme.js";

const RESPONSES = ["nothing", "by price", "within the room"];
const COLOURS = { "nothing": PALETTE[0], "by price": PALETTE[1], "within the room": PALETTE[2] };
const words = (heads, rows) => {
  table(heads, rows).className = "text";
};
const titles = [...new Set(page.modes.map((one) => one.mode))];
const responses = RESPONSES.filter((name) => page.modes.some((one) => one.response === name));
const moving = responses.slice(1);
const found = (title, response) => page.modes.find((one) => one.mode === title && one.response === response);

function bars(shown, name, value, label, limit, said) {
  return {
    grid: { left: 350, right: 40, top: 34, bottom: 46 },
    legend: { top: 0, textStyle: { color: INK }, data: shown.map((one) => `fleet: ${one}`) },
    tooltip: { ...TOOLTIP, formatter: ({ data }) => safe(data.said) },
    xAxis: valueAxis(name, { nameLocation: "middle", nameGap: 28, axisLabel: { color: INK, formatter: label } }),
    yAxis: { type: "category", inverse: true, data: titles, axisLabel: { color: INK, fontSize: 11, width: 336, overflow: "truncate" }, axisTick: { show: false } },
    series: shown.map((response, index) => ({
      type: "bar", name: `fleet: ${response}`, itemStyle: { color: COLOURS[response] }, barGap: "0%", barCategoryGap: "25%",
      data: titles.map((title) => { const one = found(title, response); return { value: value(one), said: said(one) }; }),
      markLine: index || limit === null ? undefined : { silent: true, symbol: "none", label: { show: false }, lineStyle: { color: RED, type: "dashed" }, data: [{ xAxis: limit }] },
    })),
  };
}

const worstOf = (one) => (one.worst === null ? "no loss overloads a branch" : `${one.worst.lost} lost: ${one.worst.branch} at ${percent(one.worst.loading)}, ${number(one.worst.over_kw)} kW over`);

function helped() {
  const kinds = [["over before", PALETTE[3], (one) => one.all_over_kw], ["left by moving compute", PALETTE[1], (one) => (one.compute ? one.compute.left_kw : null)],
    ["left by moving units", PALETTE[0], (one) => one.generation.left_kw], ["left by both", PALETTE[2], (one) => one.together.left_kw]]
    .filter(([, , value]) => page.worst.some((one) => value(one) !== null));
  return {
    grid: { left: 180, right: 40, top: 34, bottom: 46 },
    legend: { top: 0, textStyle: { color: INK }, data: kinds.map(([name]) => name) },
    tooltip: { ...TOOLTIP, formatter: ({ data, seriesName }) => safe(`${data.lost} lost, ${seriesName}: ${number(data.value)} kW`) },
    xAxis: valueAxis("kW over emergency ratings, all branches", { nameLocation: "middle", nameGap: 28 }),
    yAxis: { type: "category", inverse: true, data: page.worst.map((one) => one.lost), axisLabel: { color: INK }, axisTick: { show: false } },
    series: kinds.map(([name, colour, value]) => ({ type: "bar", name, itemStyle: { color: colour }, barGap: "0%", data: page.worst.map((one) => ({ value: value(one), lost: one.lost })) })),
  };
}

element("h1", `Operation modes of ${page.of}`);
for (const sentence of page.summary) element("p", sentence, "lead");
const high = (rows) => 90 + rows * 15;
element("h2", "The worst loss in each mode");
draw(high(titles.length * responses.length), bars(responses, "branch loading after the worst loss, share of its emergency rating", (one) => one.highest_loading, (value) => percent(value), 1, (one) => `${one.mode}, fleet ${one.response}: ${worstOf(one)}`), "Highest branch loading after a loss, by mode and response of the fleet");
if (moving.length) {
  element("h2", "What the fleet's moves add");
  draw(high(titles.length * moving.length), bars(moving, "kW further over a rating than without the move, worst hour of the day", (one) => one.new_over_kw, (value) => number(value), null, (one) => `${one.mode}, fleet ${one.response}: ${number(one.new_over_kw)} kW in ${one.new_over_hours} hours; the day costs ${number(one.fleet_cost_per_day)} ${page.currency}`), "New overload by the fleet's moves, by mode");
}
if (page.worst.length) {
  element("h2", `What helps within ${number(page.minutes)} minutes`);
  draw(90 + page.worst.length * 52, helped(), "Overload after each of the worst losses and what measures leave of it");
  for (const one of page.worst) element("p", one.text.join(" "));
}
if (page.islanding.length) {
  element("h2", "Cut off");
  words(["lost", "load, kW", "mode"], page.islanding.map((one) => [one.lost, number(one.load_kw), one.mode]));
}
element("h2", "Mode by mode");
words(["#", "mode", "hour", "fleet", "load, kW", "sun and wind, kW", `cost, ${page.currency}/h`, `ahead of losses, ${page.currency}/h`, "prices at buses, per MWh", "losses that overload"],
  page.modes.map((one) => [String(one.number), one.mode, one.at, one.response, number(one.load_kw), number(one.weather_kw), number(one.cost_per_h), number(one.secured_cost_per_h), `${one.lowest_price_per_mwh.toFixed(2)} to ${one.highest_price_per_mwh.toFixed(2)}`, String(one.overloading)]));
element("h3", "In sentences");
for (const one of page.modes) folded(`${one.number} ${one.mode}, fleet: ${one.response}`, one.text.join(" "));
told(page.notes);

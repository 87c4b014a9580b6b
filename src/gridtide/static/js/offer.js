/** Bids: what is taken at which price, hour by hour, and what capacity is given from which price on. */

import { draw, element, page, table, told } from "./sheet.js";
import { INK, TOOLTIP, money, number } from "./theme.js";

const LINES = { lineStyle: { color: "#e6ebf0" } };
const SHADES = ["#08306b", "#0072b2", "#56b4e9", "#a6d5f0", "#e6c65c", "#e69f00", "#d55e00"];

/** Parts of one bid, the dearest first: each with its kW and the price at which it begins to be taken or given. */
function parts(bid, energy) {
  if (!energy) {
    return bid.steps.map((step, at) => ({ kw: step.quantity_kw - (at ? bid.steps[at - 1].quantity_kw : 0), price: step.from_price_per_mw_h }));
  }
  const steps = [...bid.steps].reverse();
  return steps.map((step, at) => ({ kw: step.quantity_kw - (at ? steps[at - 1].quantity_kw : 0), price: step.up_to_price_per_mwh }));
}

function scale(bids, energy) {
  const prices = bids.flatMap((bid) => parts(bid, energy).map((part) => part.price)).filter((price) => price !== null);
  const [least, most] = [Math.min(...prices), Math.max(...prices)];
  const at = (price) => Math.min(SHADES.length - 1, Math.floor((SHADES.length - 1) * ((price - least) / Math.max(most - least, 1e-9))));
  return { shade: (price) => (price === null ? INK : SHADES[at(price)]), least, most };
}

function stacked(bids, energy, unit) {
  const { shade } = scale(bids, energy);
  const depth = Math.max(...bids.map((bid) => bid.steps.length));
  const said = (part) => (part.price === null ? "at any price" : `${energy ? "up to" : "from"} ${money(part.price)} ${unit}`);
  return {
    tooltip: {
      ...TOOLTIP,
      trigger: "axis",
      axisPointer: { type: "shadow" },
      formatter: ([{ dataIndex }]) => {
        const bid = bids[dataIndex];
        return [`${bid.start.slice(0, 16).replace("T", " ")} UTC`, ...parts(bid, energy).map((part) => `${number(part.kw)} kW ${said(part)}`)].join("<br>");
      },
    },
    grid: { left: 84, right: 40, top: 30, bottom: 48 },
    xAxis: { type: "category", data: bids.map((bid) => bid.start.slice(5, 16).replace("T", " ")), axisLabel: { color: INK }, name: "begin, UTC", nameLocation: "middle", nameGap: 30 },
    yAxis: { type: "value", name: "kW", axisLabel: { color: INK }, splitLine: LINES },
    series: Array.from({ length: depth }, (_, at) => ({
      type: "bar",
      stack: "bid",
      barCategoryGap: "8%",
      data: bids.map((bid) => {
        const part = parts(bid, energy)[at];
        return part ? { value: part.kw, itemStyle: { color: shade(part.price), borderColor: "#fff", borderWidth: 0.5 } } : 0;
      }),
    })),
  };
}

/** What the colours stand for, in words beside their swatches. */
function legend(bids, energy, unit) {
  const { least, most } = scale(bids, energy);
  const box = element("p", undefined, "note");
  const swatch = (colour, words) => {
    const mark = document.createElement("span");
    mark.style.cssText = `display:inline-block;width:12px;height:12px;background:${colour};margin:0 5px -1px 12px`;
    box.append(mark, document.createTextNode(words));
  };
  if (energy) swatch(INK, "at any price");
  const steps = most > least ? SHADES.length - 1 : 0;
  for (let at = 0; at <= steps; at += 1) {
    const price = least + ((most - least) * at) / Math.max(steps, 1);
    if (Number.isFinite(price)) swatch(SHADES[at], `${at === 0 || at === steps ? `${energy ? "up to" : "from"} ` : ""}${money(price)}${at === steps ? ` ${unit}` : ""}`);
  }
}

function section(title, bids, energy, unit) {
  element("h2", title);
  legend(bids, energy, unit);
  draw(360, stacked(bids, energy, unit), title);
}

const groups = (bids, key) => [...new Set(bids.map(key))].map((name) => [name, bids.filter((bid) => key(bid) === name)]);

element("h1", `${page.of}: bids`);
element("p", `As of ${page.at}. Quantities of energy fall as the price of their own hour rises; each hangs on that price alone.`, "lead");
for (const [name, bids] of groups(page.energy, (bid) => `${bid.site}, energy of ${bid.zone}`)) section(name, bids, true, `${page.currency}/MWh`);
for (const [name, bids] of groups(page.capacity, (bid) => `${bid.site}, ${bid.product}`)) section(name, bids, false, `${page.currency}/MW h`);
if (!page.energy.length && !page.capacity.length) element("p", "Nothing to bid: no site buys at a market's price and none offers capacity.");
else {
  element("h2", "In figures");
  table(
    ["site", "of", "begin, UTC", "kW at the highest price", "kW at the lowest price"],
    [...page.energy.map((bid) => [bid.site, bid.zone, bid.start.slice(0, 16), number(bid.steps[bid.steps.length - 1].quantity_kw), number(bid.steps[0].quantity_kw)]),
      ...page.capacity.map((bid) => [bid.site, bid.product, bid.start.slice(0, 16), number(bid.steps[bid.steps.length - 1].quantity_kw), number(bid.steps[0].quantity_kw)])],
  );
}
told([...(page.courses > 1 ? [`${page.courses} courses of what is not published yet, drawn by ${page.forecaster}`] : []), ...page.notes]);

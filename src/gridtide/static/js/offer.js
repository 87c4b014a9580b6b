/** Bids: what is taken at which price, hour by hour, and what capacity is given from which price on. */

import { draw, element, page, table, told } from "./sheet.js";
import { DARK, GRID, GROUND, INK, TOOLTIP, money, number } from "./theme.js";

const LINES = { lineStyle: { color: GRID } };
const SHADES = DARK ? ["#a3dafd", "#56b4e9", "#2f7fbd", "#29506f", "#6b5a1e", "#c98a1e", "#ff8a3d"] : ["#08306b", "#0072b2", "#56b4e9", "#a6d5f0", "#e6c65c", "#e69f00", "#d55e00"];

const utc = (bid) => bid.start.slice(0, 16).replace("T", " ");
const local = (bid) => bid.start_local.slice(0, 16).replace("T", " ");

/** Every quantity of a bid with its price, the dearest first. */
function ladder(bid, energy) {
  const words = (price) => (price === null || price === undefined ? "at any price" : `${energy ? "up to" : "from"} ${money(price)}`);
  const steps = bid.steps.map((step) => `${number(step.quantity_kw)} ${words(energy ? step.up_to_price_per_mwh : step.from_price_per_mw_h)}`);
  return (energy ? steps.reverse() : steps).join(" · ");
}

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
        return [`${local(bid)}, ${utc(bid)} UTC`, ...parts(bid, energy).map((part) => `${number(part.kw)} kW ${said(part)}`)].join("<br>");
      },
    },
    grid: { left: 84, right: 40, top: 30, bottom: 48 },
    xAxis: { type: "category", data: bids.map((bid) => local(bid).slice(5)), axisLabel: { color: INK }, name: `begin, clock of ${bids[0].site}`, nameLocation: "middle", nameGap: 30 },
    yAxis: { type: "value", name: "kW", axisLabel: { color: INK }, splitLine: LINES },
    series: Array.from({ length: depth }, (_, at) => ({
      type: "bar",
      stack: "bid",
      barCategoryGap: "8%",
      data: bids.map((bid) => {
        const part = parts(bid, energy)[at];
        return part ? { value: part.kw, itemStyle: { color: shade(part.price), borderColor: GROUND, borderWidth: 0.5 } } : 0;
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
  const row = (bid, of, energy) => [bid.site, of, `${local(bid)} ${bid.start_local.slice(-6)}`, utc(bid), ladder(bid, energy)];
  table(
    ["site", "of", "begin, clock of the site", "begin, UTC", `every step: kW and its price, ${page.currency}`],
    [...page.energy.map((bid) => row(bid, bid.zone, true)), ...page.capacity.map((bid) => row(bid, bid.product, false))],
  );
}
told([...(page.courses > 1 ? [`${page.courses} courses of what is not published yet, drawn by ${page.forecaster}`] : []), ...page.notes]);

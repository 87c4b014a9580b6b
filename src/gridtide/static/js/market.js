/** Fleets in a market: from which share a price over-reacts, what to do, value by share, prices, the peak fleets make. */

import { draw, element, page, table, told } from "./sheet.js";
import { FAINT, INK, PALETTE, RED, TOOLTIP, number, percent, valueAxis } from "./theme.js";

const NAMES = { none: "nobody moves", price: "published price", capacity: "price and capacity credit", bids: "price-quantity bids", rounds: "price in rounds", planner: "one planner" };
const COLOURS = { none: FAINT, price: PALETTE[5], capacity: PALETTE[1], bids: PALETTE[0], rounds: PALETTE[2], planner: INK };
const DASHES = { none: "solid", price: "solid", capacity: "dashed", bids: "solid", rounds: "dotted", planner: "dashed" };
const money = page.currency;
const { shares } = page;
const rules = ["none", ...page.rules.filter((rule) => rule !== "none")];
const moving = rules.filter((rule) => rule !== "none");
const row = (one, rule) => one.rules.find((found) => found.rule === rule);
const upTo = (share) => (share === null ? `not up to ${percent(shares.at(-1).share, 0)}` : `from ${percent(share)} of the load`);
const words = (heads, rows) => {
  table(heads, rows).className = "text";
};

function lines(names, points, x, y, more = {}) {
  return {
    grid: { left: 76, right: 200, top: 34, bottom: 52 },
    tooltip: { ...TOOLTIP, trigger: "axis", valueFormatter: (value) => number(value, 2) },
    legend: { orient: "vertical", right: 4, top: 34, textStyle: { color: INK }, itemWidth: 26 },
    xAxis: { type: "value", name: x, nameLocation: "middle", nameGap: 28, min: 0, axisLabel: { color: INK }, splitLine: { show: false }, ...more.x },
    yAxis: valueAxis(y, more.y),
    series: names.map((rule) => ({ name: NAMES[rule], type: "line", data: points(rule), symbolSize: more.symbols ?? 7, showSymbol: more.symbols !== 0, step: more.step,
      lineStyle: { color: COLOURS[rule], width: 2, type: DASHES[rule] }, itemStyle: { color: COLOURS[rule] }, markLine: more.mark && rule === names[0] ? more.mark : undefined })),
  };
}

const zero = { silent: true, symbol: "none", label: { show: false }, lineStyle: { color: RED, type: "dashed" }, data: [{ yAxis: 0 }] };
const byShare = (rule, value) => shares.map((one) => [100 * one.share, value(row(one, rule), one)]);
const percents = { axisLabel: { color: INK, formatter: "{value} %" } };

element("h1", `${page.of}: what do fleets do to a market?`);
const over = page.over_reaction;
if (over) {
  element("p", `The published price alone over-reacts ${upTo(over.spread_turned_from)}: work then meets dearer hours, once all have moved, than those it left.`, "headline");
  element("p", `Half of the spread it promised is gone ${upTo(over.half_of_spread_from)}; a tenth of what ${NAMES[over.beside]} would save is lost ${upTo(over.a_tenth_lost_from)}; its saving stops growing ${upTo(over.most_saved_at)}; it costs more than nobody moving ${upTo(over.worse_than_none_from)}.`, "lead");
}
const full = page.saturation;
if (full.needed_kw > 0) element("p", `Upward reserve: ${number(full.needed_kw)} kW are needed; fleets could hold all of it ready ${full.from_share === null ? "at no share" : `from ${percent(full.from_share)} of the load`}, and more offers find no buyer.`, "lead");

element("h2", "What to do");
words(["fleets hold", "the simplest rule that is enough", "it keeps", "the published price keeps", `best saving, ${money} a year`], page.advice.map((one) => [
  percent(one.share), one.enough === null ? "none of these rules" : NAMES[one.enough], percent(one.part, 0), percent(one.price_part, 0), number(one.best_saved_per_year),
]));
element("p", "Enough is nine tenths of the best saving. In order of what they ask: a published price, a credit in announced hours, prices in rounds, bids that state all work.", "caption");

element("h2", "What a flexible kilowatt is worth");
draw(340, lines(moving, (rule) => byShare(rule, (one) => one.saved_per_flexible_kw_year), "share of the load that fleets hold, %", `${money} per flexible kW and year`, { x: percents, mark: zero }), "Value of a flexible kilowatt by share of the load and rule");

element("h2", "Spread of prices that is left after moving");
draw(320, lines(moving, (rule) => byShare(rule, (one) => one.feedback.got_per_mwh), "share of the load that fleets hold, %", `${money}/MWh between hours left and hours met`, { x: percents, mark: zero }), "Spread of prices left after moving, by share and rule");
element("p", "Below 0, work went to hours that are dearer than those it left: the price was followed too far.", "caption");

const { duration, stretch, share } = page.pictures;
element("h2", `Prices by duration, fleets at ${percent(share, 0)}`);
draw(340, lines(rules, (rule) => duration.price_per_mwh[rule].map((price, at) => [duration.hours_per_year[at], price]), "hours a year with at least this price", `${money}/MWh`, { symbols: 0, x: { max: Math.ceil(page.hours * page.year_hours_per_hour) } }), "Price duration curve by rule");

const hours = (values) => values.map((value, at) => [at, value]);
const days = { interval: 24, minInterval: 12, max: stretch.load_kw.none.length - 1, axisLabel: { color: INK, formatter: (value) => `day ${stretch.first_day + Math.floor(value / 24)}${value % 24 ? ` ${value % 24}:00` : ""}` } };
element("h2", `Moving together, fleets at ${percent(share, 0)}`);
element("p", "What all fleets draw, hour by hour, in the stretch with the highest net load.", "caption");
draw(340, lines(rules, (rule) => hours(stretch.fleet_kw[rule]), "", "kW, all fleets", { symbols: 0, step: "end", x: days }), "Power of all fleets hour by hour by rule");
element("p", "And the load of the whole system with them.", "caption");
draw(320, lines(rules, (rule) => hours(stretch.load_kw[rule]), "", "kW, system", { symbols: 0, step: "end", x: days, y: { scale: true } }), "Load of the system hour by hour by rule");

if (page.reserves.length) {
  const dearest = (one) => Math.max(...one.reserves.map((product) => product.price_per_mw_h));
  element("h2", "Reserve");
  draw(300, lines(rules, (rule) => byShare(rule, dearest), "share of the load that fleets hold, %", `${money} per MW and hour, dearest product`, { x: percents }), "Price of reserve by share and rule");
  element("p", `Fleets stand ready at ${number(page.offer_price_per_mw_h, 2)}: the price falls to that where they hold all that is needed.`, "caption");
}

for (const one of [...shares].reverse()) {
  element("h2", `Fleets hold ${percent(one.share)}: ${number(one.fleet_kw)} kW, ${number(one.flexible_kw)} of them may wait`);
  table(["rule", `saves, ${money}/a`, "price", "highest", `fleets pay, ${money}/a`, "t CO₂/a", "curtailed, MWh/a", "net peak, kW", "made by fleets, kW", "largest step, kW", "broken promises"], rules.map((rule) => {
    const found = row(one, rule);
    return [NAMES[rule], number(found.saved_per_year), number(found.mean_price_per_mwh, 2), number(found.highest_price_per_mwh, 1), number(found.bill_per_year), number(found.emissions_kg / 1000), number(found.curtailed_kwh / 1000), number(found.rebound.net_peak_kw), number(found.rebound.made_kw), number(found.rebound.fleet_step_kw), number(found.broken_promises)];
  }));
}

for (const one of shares.filter((found) => found.capacity)) {
  element("h2", `Capacity, fleets at ${percent(one.share)}`);
  element("p", `Fleets hold ${one.capacity.calls.map((call) => `${number(call.held_kw)} kW through ${call.hours} h`).join(", ")} around the highest net load, no work late. Per kW as capacity that never fails: ${one.capacity.classes.map((found) => `${found.name} ${percent(found.credited_share)}`).join(", ")}.`, "caption");
  table(["rule", "metered, kW", "credited, kW", `price, ${money} per kW and year`, `paid, ${money}/a`], moving.map((rule) => {
    const { credit } = row(one, rule);
    return [NAMES[rule], number(credit.metered_kw), number(credit.perfect_kw), number(credit.price_per_kw_year, 2), number(credit.paid_per_year)];
  }));
}

const tried = row(shares.at(-1), "rounds")?.rounds ?? [];
told([
  `${number(page.days.length)} days (${number(page.hours)} hours) stand for a year, each hour for ${number(page.year_hours_per_hour, 1)}; each stretch of days is lived as if it came again and again.`,
  `${number(page.fleets.number)} fleets of equal size take the place of a share of all load; ${percent(page.fleets.flexible, 0)} of their energy may wait ${page.fleets.slacks_h.join(", ")} hours, at ${number(page.fleets.most_over_mean, 1)} times its mean power at most.`,
  `Units run in parts in ${number(page.classes.length)} classes (a relaxation): whole ones cost at most ${percent(page.relaxation.gap, 2)} more than the least there can be, at ${percent(page.relaxation.at_share)} and nobody moving.`,
  `A year's capacity costs ${number(page.terms.capacity_cost_per_kw_year)} ${money} per kW of the highest load less sun, wind and water, with ${percent(page.terms.reserve_margin, 0)} on top. No network, no forecast error but the fleets' own.`,
  ...tried.map((one, at) => `prices in rounds, stretch ${at + 1}: ${one.close ? "closed" : "not closed"} after ${number(one.costs.length - 1)} rounds, ${percent(one.gap, 2)} above its bound; undamped, costs went ${one.undamped_costs.map((cost) => number(cost)).join(", ")}`),
  ...page.notes,
]);

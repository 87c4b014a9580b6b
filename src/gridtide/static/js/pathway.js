/** What computing draws until 2060: courses, fan, anchors, what matters, statements, limits, what pays to move. */

import { draw, element, page, table, told } from "./sheet.js";
import { FAINT, GRID, INK, PALETTE, TOOLTIP, number, percent, safe, valueAxis } from "./theme.js";

const words = (heads, rows) => {
  table(heads, rows).className = "text";
};
const span = (pair, say) => (say(pair[0]) === say(pair[1]) ? say(pair[0]) : `${say(pair[0])} to ${say(pair[1])}`);
const years = page.years;
const names = page.about.map((one) => one.name);
const region = page.regions.includes("World") ? "World" : page.regions[0];
const rows = new Map();
for (const one of page.scenarios) rows.set(`${one.name}|${one.region}|${one.year}`, one);
const at = (name, place, year) => rows.get(`${name}|${place}|${year}`);
const fan = page.fan.regions.filter((one) => one.region === region);
const yearAxis = { type: "value", min: years[0], max: years.at(-1), interval: 6, axisLabel: { color: INK, formatter: (value) => String(value) }, splitLine: { show: false } };
const DASHES = ["solid", "solid", "solid", "solid", "dashed", "dashed", "dashed", "dotted"];

function line(name, index, values, more = {}) {
  const color = PALETTE[index % PALETTE.length];
  return { name, type: "line", showSymbol: false, data: values, lineStyle: { color, width: 2, type: DASHES[index % DASHES.length] }, itemStyle: { color }, ...more };
}

function legend(shown) {
  return { bottom: 0, data: shown, textStyle: { color: INK }, itemWidth: 22 };
}

/** A band between two quantiles: what lies below it is stacked and not seen. */
function band(low, high, opacity, name) {
  const base = fan.map((one) => [one.year, one[low]]);
  const wide = fan.map((one) => [one.year, one[high] - one[low]]);
  const plain = { type: "line", stack: name, showSymbol: false, silent: true, lineStyle: { opacity: 0 }, tooltip: { show: false } };
  return [
    { ...plain, name: `${name} `, data: base },
    { ...plain, name, data: wide, areaStyle: { color: PALETTE[0], opacity }, itemStyle: { color: PALETTE[0], opacity: opacity + 0.15 } },
  ];
}

const tip = (params) => {
  const seen = params.filter((one) => !one.seriesName.endsWith(" ") && !one.seriesName.includes("% of"));
  return seen.length ? `${seen[0].value[0]}<br>${seen.map((one) => `${one.marker}${safe(one.seriesName)}: ${number(one.value[1])} TWh`).join("<br>")}` : "";
};

const base = at(names[0], region, 2030);
element("h1", "How much electricity will computing draw?");
element("p", `${region}: ${number(base.electricity_twh)} TWh in 2030, ${number(at(names[0], region, 2050).electricity_twh)} in 2050 by the ${names[0]} course; nine tenths of the fan lie between ${number(fan[2050 - years[0]].p05_twh)} and ${number(fan[2050 - years[0]].p95_twh)} TWh in 2050.`, "headline");
element("p", `${page.of}; anchors of ${page.edition}; ${number(page.fan.draws)} courses drawn with seed ${page.fan.seed}. Scenarios are no forecasts: assumptions and their marks stand below.`, "lead");

element("h2", `Courses, ${region}`);
draw(380, {
  grid: { left: 70, right: 30, top: 34, bottom: 74 },
  tooltip: { ...TOOLTIP, trigger: "axis", formatter: tip },
  legend: legend(names),
  xAxis: yearAxis,
  yAxis: valueAxis("TWh a year"),
  series: names.map((name, index) => line(name, index, years.map((year) => [year, at(name, region, year).electricity_twh]))),
}, `Electricity of data centres by scenario, ${region}`);
words(["course", "2030, TWh", "2035", "2040", "2050", "2060", "in one line", "known"], page.about.map((one) => [one.name, ...[2030, 2035, 2040, 2050, 2060].map((year) => number(at(one.name, region, year).electricity_twh)), one.about, one.mark]));

element("h2", `Fan, ${region}`);
draw(360, {
  grid: { left: 70, right: 30, top: 34, bottom: 60 },
  tooltip: { ...TOOLTIP, trigger: "axis", formatter: tip },
  legend: legend(["90 % of courses", "50 % of courses", "middle", names[0]]),
  xAxis: yearAxis,
  yAxis: valueAxis("TWh a year"),
  series: [
    ...band("p05_twh", "p95_twh", 0.16, "90 % of courses"),
    ...band("p25_twh", "p75_twh", 0.26, "50 % of courses"),
    line("middle", 0, fan.map((one) => [one.year, one.p50_twh])),
    line(names[0], 1, years.map((year) => [year, at(names[0], region, year).electricity_twh]), { lineStyle: { color: PALETTE[1], width: 2, type: "dashed" } }),
  ],
}, `Fan of courses, ${region}`);

element("h2", "Which assumption matters most");
element("p", "Rank correlation with what the world draws: how far both rise together, −1 to 1.", "caption");
const when = [...new Set(page.fan.matters.map((one) => one.year))];
const priors = page.fan.priors.map((one) => one.name);
const rho = (year, prior) => page.fan.matters.find((one) => one.year === year && one.prior === prior).rank_correlation;
const strongest = [...priors].sort((one, other) => Math.max(...when.map((year) => Math.abs(rho(year, one)))) - Math.max(...when.map((year) => Math.abs(rho(year, other)))));
draw(60 + 34 * strongest.length, {
  grid: { left: 270, right: 30, top: 10, bottom: 64 },
  tooltip: { ...TOOLTIP, trigger: "axis", axisPointer: { type: "shadow" }, valueFormatter: (value) => number(value, 2) },
  legend: legend(when.map(String)),
  xAxis: { type: "value", min: -1, max: 1, axisLabel: { color: INK }, splitLine: { lineStyle: { color: GRID } } },
  yAxis: { type: "category", data: strongest, axisLabel: { color: INK, fontSize: 13 }, axisLine: { lineStyle: { color: FAINT } } },
  series: when.map((year, index) => ({ name: String(year), type: "bar", data: strongest.map((prior) => rho(year, prior)), itemStyle: { color: PALETTE[index] } })),
}, "Rank correlation of assumptions with demand");
words(["assumption", "least", "likeliest", "most", "known", "source"], page.fan.priors.map((one) => [one.name, String(one.low), String(one.mode), String(one.high), one.mark, one.source]));

element("h2", "Published anchors");
words(["anchor", "course", "published, TWh", "found, TWh", "off", "known"], page.calibration.map((one) => [one.anchor, one.scenario, span([one.low_twh, one.high_twh], (value) => number(value)), number(one.found_twh, 1), percent(one.residual), `${one.fitted ? "fitted, " : ""}${one.mark}`]));

if (page.claims.length) {
  element("h2", "Statements in public, and what they require");
  words(["statement", "TWh", "growth a year", "GW a year", "million accelerators in its year", "of the fan below"], page.claims.map((one) => [one.name, span(one.required_twh, (value) => number(value)), span(one.growth_per_year, (value) => percent(value)), span(one.gw_per_year, (value) => number(value)), span(one.accelerators_per_year, (value) => number(value / 1e6)), span(one.percentile, (value) => percent(value))]));
}

element("h2", "What holds demand back first");
const held = page.limits.filter((one) => one.grid_from || one.chips_from);
if (held.length) words(["course", "region", "grid from", "chips from"], held.map((one) => [one.name, one.region, String(one.grid_from ?? "–"), String(one.chips_from ?? "–")]));
else element("p", "Neither grid nor chips, in any course.", "lead");
words(["of the fan", "grid first", "chips first", "nothing"], page.fan.first_held.map((one) => [one.region, percent(one.grid), percent(one.chips), percent(one.nothing)]));

element("h2", `What a token costs, ${page.currency} of ${page.cost_year}`);
const tokens = page.tokens.filter((one) => one.name === names[0]);
const shares = names.map((name) => page.tokens.filter((one) => one.name === name).map((one) => [one.year, one.electricity_share_of_cost]));
const apart = names.filter((_, index) => shares.findIndex((one) => String(one) === String(shares[index])) === index);
const share = apart.map((name) => line(name, names.indexOf(name), shares[names.indexOf(name)]));
draw(280, {
  grid: { left: 70, right: 30, top: 34, bottom: 66 },
  tooltip: { ...TOOLTIP, trigger: "axis", valueFormatter: (value) => percent(value) },
  legend: legend(apart),
  xAxis: yearAxis,
  yAxis: valueAxis("electricity's share of the cost of a token", { nameTextStyle: { color: INK, align: "left" }, axisLabel: { color: INK, formatter: (value) => percent(value, 0) } }),
  series: share,
}, "Electricity's share of the cost of a token");
words(["year", "J a token", "a million tokens", "of it electricity"], tokens.filter((one) => one.year % 5 === 0 || one.year === years[0]).map((one) => [String(one.year), one.joules_per_token.toPrecision(3), one.cost_per_million_tokens.toPrecision(3), percent(one.electricity_share_of_cost)]));

element("h2", "From which year on moving work with the grid pays");
const alike = page.coordination.filter((one) => one.name === names[0] && one.region === page.coordination[0].region);
words(["work", "can move", "costs per MWh in 2030", "spares", "pays from"], alike.map((one) => [one.class, percent(one.flexible_share, 0), number(one.cost_per_mwh_2030), number(one.spared_per_mwh_2030), String(one.pays_from ?? "–")]));
const sooner = page.coordination.filter((one) => one.pays_when_called_from !== one.pays_from);
element("p", sooner.length ? "Where a grid is full, room made in the hours it is called is worth more than energy:" : "No grid is full in any course, so that only the energy spared counts.", "lead");
if (sooner.length) words(["course", "region", "work", "pays by energy alone from", "with the room it makes from"], sooner.map((one) => [one.name, one.region, one.class, String(one.pays_from ?? "–"), String(one.pays_when_called_from ?? "–")]));

function system(found) {
  element("h2", `What work that moves is worth to a carbon-neutral power system in ${found.year}`);
  element("p", `Least-cost supply without and with it, ${found.currency} of ${found.cost_year}; ${found.typical_days ? `${found.typical_days} typical days` : "every hour"}; ${found.hours.join("; ")}. Heat pumps are ${percent(found.heat_share, 0)}, vehicles ${percent(found.vehicle_share, 0)} of what others draw; what is emitted all the same is removed for ${number(found.removal_per_t)} a ton.`, "lead");
  const off = found.days_error;
  if (off) element("p", `Beside every hour of the year (${off.case}) the typical days are ${percent(off.cost)} off in cost, and ${off.per_kw_year === null ? "n/a" : percent(off.per_kw_year)} in what a kW that moves spares.`, "caption");
  else if (found.typical_days) element("p", "How far the typical days are from every hour of the year was not looked at: --check does.", "caption");
  const both = (one, say) => span([say(one.without), say(one.with)], (value) => value);
  words(["course", "region", "computing", "moves", "cost per MWh", "a year per kW that moves", "battery, GWh", "hydrogen, GWh", "curtailed"], found.cases.map((one) => [
    one.name, one.region, percent(one.computing_share), percent(one.flexible_share), both(one, (supply) => number(supply.cost_per_mwh, 2)), number(one.saved_per_flexible_kw_year),
    both(one, (supply) => number(supply.stored_kwh.battery / 1e6)), both(one, (supply) => number(supply.stored_kwh.hydrogen / 1e6)), both(one, (supply) => percent(supply.curtailed_share, 2))]));
  const made = found.technologies.map((one) => one.name).filter((name) => found.cases.some((one) => Math.max(one.with.twh[name], one.without.twh[name]) >= 0.5));
  element("p", "What plants make and stores give with it, TWh a year.", "caption");
  words(["course", "region", ...made], found.cases.map((one) => [one.name, one.region, ...made.map((name) => number(one.with.twh[name]))]));
  const cases = [...found.cases].reverse();
  element("p", "What work that moves changes of it, TWh a year.", "caption");
  draw(100 + 26 * cases.length, {
    grid: { left: 220, right: 50, top: 10, bottom: 70 },
    tooltip: { ...TOOLTIP, trigger: "axis", axisPointer: { type: "shadow" }, valueFormatter: (value) => `${number(value, 1)} TWh` },
    legend: legend(made),
    xAxis: { type: "value", name: "TWh", nameLocation: "end", axisLabel: { color: INK, formatter: (value) => number(value) }, splitLine: { lineStyle: { color: GRID } } },
    yAxis: { type: "category", data: cases.map((one) => `${one.name}, ${one.region}`), axisLabel: { color: INK, fontSize: 12 }, axisLine: { lineStyle: { color: FAINT }, onZero: false } },
    series: made.map((name, index) => ({ name, type: "bar", stack: "changed", data: cases.map((one) => one.with.twh[name] - one.without.twh[name]), itemStyle: { color: PALETTE[index % PALETTE.length] } })),
  }, "What work that moves changes of the supply of the power system");
}

if (page.system) system(page.system);

told([
  ...page.about.map((one) => `${one.name} (${one.mark}): ${one.source}`),
  ...page.classes.map((one) => `${one.name} (${one.mark}): ${percent(one.share, 0)} of ${one.kind}, ${percent(one.flexible_share, 0)} of it can wait or slow down; ${one.source}`),
]);

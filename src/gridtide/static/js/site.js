/** Where the next data centre should stand: the decision first, then cost, carbon and latency, and what turns it. */

import { draw, element, page, table, told } from "./sheet.js";
import { FAINT, GRID, INK, PALETTE, RED, SITES, TOOLTIP, money, number, percent, safe, tone } from "./theme.js";

const LINES = [
  ["energy", "energy"], ["grid_fees", "grid fees"], ["demand_charge", "demand charge"], ["carbon", "carbon"], ["certificates", "certificates"], ["water", "water"],
  ["data", "moving data"], ["building", "building and land"], ["connection", "connection"], ["own_supply", "own supply"], ["operations", "operations"], ["heat", "heat sold"],
];
const COLOURS = [...PALETTE, ...SITES];
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const millions = (value) => number(value / 1e6, Math.abs(value) < 1e7 ? 2 : 1);
const mean = (rows, of) => rows.reduce((sum, row) => sum + of(row), 0) / rows.length;
const all = page.candidates;
const ranked = [...all].sort((one, other) => Number(other.possible) - Number(one.possible) || one.cost_per_year - other.cost_per_year);
const best = all.find((one) => one.name === page.best);

const words = (heads, rows) => {
  table(heads, rows).className = "text";
};

function stackedBars(names, lines, rows, read) {
  const shown = lines.filter(([key]) => rows.some((one) => Math.abs(read(one, key)) > 1e-9));
  return {
    tooltip: { ...TOOLTIP, trigger: "axis", axisPointer: { type: "shadow" }, valueFormatter: (value) => `${millions(value)} million` },
    legend: { top: 0, textStyle: { color: INK } },
    grid: { left: 150, right: 40, top: 66, bottom: 46 },
    xAxis: { type: "value", name: `million ${page.currency} of ${page.cost_year} a year`, nameLocation: "middle", nameGap: 28, axisLabel: { color: INK, formatter: (value) => number(value / 1e6, Math.abs(value) % 1e6 ? 1 : 0) }, splitLine: { lineStyle: { color: GRID } } },
    yAxis: { type: "category", inverse: true, data: names, axisLabel: { color: INK, width: 140, overflow: "truncate" } },
    series: shown.map(([key, name]) => ({ name, type: "bar", stack: "cost", itemStyle: { color: COLOURS[lines.findIndex(([other]) => other === key)] }, data: rows.map((one) => read(one, key)) })),
  };
}

function costs() {
  const names = ranked.map((one) => (one.possible ? one.name : `${one.name} (impossible)`));
  return stackedBars(names, LINES, ranked, (one, key) => one.lines[key]);
}

function front() {
  const spans = [(one) => one.cost_per_year, (one) => one.counted_t_per_year].map((read) => [read, Math.max(...all.map(read)) - Math.min(...all.map(read))]);
  const close = (one, other) => spans.every(([read, span]) => Math.abs(read(one) - read(other)) <= 0.08 * span);
  const below = (one) => all.slice(0, all.indexOf(one)).some((other) => close(one, other));
  const point = (one) => ({ name: one.name, value: [one.cost_per_year / 1e6, one.counted_t_per_year / 1e3, one.latency_ms], symbol: one.possible ? "circle" : "diamond", symbolSize: one.name === page.best ? 22 : 15,
    itemStyle: { opacity: one.possible ? 1 : 0.5, borderColor: one.on_front ? INK : FAINT, borderWidth: one.on_front ? 2 : 0 }, label: { show: true, position: below(one) ? "bottom" : "top", color: INK, formatter: one.name } });
  const far = Math.max(...all.map((one) => one.latency_ms), 1);
  return {
    tooltip: { ...TOOLTIP, formatter: ({ data }) => `${safe(data.name)}<br>${number(data.value[0], 1)} million ${safe(page.currency)} a year<br>${number(data.value[1], 1)} kt CO2e a year<br>${number(data.value[2], 1)} ms` },
    visualMap: { dimension: 2, min: 0, max: far, right: 8, top: "middle", text: [`${number(far)} ms`, "0 ms"], inRange: { color: [PALETTE[2], PALETTE[1], tone("#882255", "#e07fb0")] }, calculable: false, textStyle: { color: INK } },
    grid: { left: 84, right: 130, top: 30, bottom: 50 },
    xAxis: { type: "value", scale: true, name: `cost, million ${page.currency} a year`, nameLocation: "middle", nameGap: 30, axisLabel: { color: INK }, splitLine: { lineStyle: { color: GRID } } },
    yAxis: { type: "value", scale: true, name: "kt CO2e a year", nameTextStyle: { color: INK }, axisLabel: { color: INK }, splitLine: { lineStyle: { color: GRID } } },
    series: [{ type: "scatter", data: all.map(point), labelLayout: { moveOverlap: "shiftY" } }],
  };
}

function seasons() {
  return {
    color: COLOURS,
    tooltip: { ...TOOLTIP, trigger: "axis", valueFormatter: (value) => number(value, 3) },
    legend: { type: "scroll", top: 0, textStyle: { color: INK } },
    grid: { left: 84, right: 40, top: 44, bottom: 34 },
    xAxis: { type: "category", data: MONTHS, axisLabel: { color: INK } },
    yAxis: { type: "value", scale: true, name: "PUE, pumps of sold heat included", nameTextStyle: { color: INK }, axisLabel: { color: INK, formatter: (value) => number(value, 2) }, splitLine: { lineStyle: { color: GRID } } },
    series: all.map((one) => ({ name: one.name, type: "line", symbolSize: 6, data: MONTHS.map((_, month) => mean(one.years, (year) => year.pue_by_month[month])) })),
  };
}

function turns() {
  const rows = page.robust.filter((one) => one.below || one.above);
  const dots = rows.flatMap((one, index) => [one.below, one.above].filter(Boolean).map((turn) => ({ value: [turn.factor, index], turn, what: one, label: { position: turn.factor < 1 ? "left" : "right" } })));
  return {
    tooltip: { ...TOOLTIP, formatter: ({ data }) => `${safe(data.what.what)} times ${number(data.turn.factor, 3)}${data.turn.at === null ? "" : ` (${money(data.turn.at)} ${safe(data.what.unit)})`}<br>then ${safe(data.turn.winner ?? "no candidate")}` },
    grid: { left: 230, right: 120, top: 12, bottom: 48 },
    xAxis: { type: "value", min: 0, max: 4, name: "times what is declared", nameLocation: "middle", nameGap: 28, axisLabel: { color: INK }, splitLine: { lineStyle: { color: GRID } } },
    yAxis: { type: "category", inverse: true, data: rows.map((one) => one.what), axisLabel: { color: INK, width: 215, overflow: "truncate" } },
    series: [{ type: "scatter", symbolSize: 13, itemStyle: { color: PALETTE[0] }, data: dots, label: { show: true, position: "right", color: INK, formatter: ({ data }) => data.turn.winner ?? "none" },
      markLine: { silent: true, symbol: "none", label: { show: false }, lineStyle: { color: RED, type: "dashed" }, data: [{ xAxis: 1 }] } }],
  };
}

function divisions(split) {
  const places = [...new Set(split.placed.map((one) => one.place))];
  const power = (name, place) => split.placed.filter((one) => one.class === name && one.place === place).reduce((sum, one) => sum + one.it_kw, 0);
  return {
    color: PALETTE,
    tooltip: { ...TOOLTIP, trigger: "axis", axisPointer: { type: "shadow" }, valueFormatter: (value) => `${number(value)} kW` },
    legend: { top: 0, textStyle: { color: INK } },
    grid: { left: 150, right: 40, top: 34, bottom: 46 },
    xAxis: { type: "value", name: "mean IT power, kW", nameLocation: "middle", nameGap: 28, axisLabel: { color: INK, formatter: (value) => number(value) }, splitLine: { lineStyle: { color: GRID } } },
    yAxis: { type: "category", inverse: true, data: places, axisLabel: { color: INK } },
    series: page.classes.map((name) => ({ name, type: "bar", stack: "it", data: places.map((place) => power(name, place)) })),
  };
}

function limits(split) {
  const rows = split.by_latency.map((row) => (row.possible ? row : { ...row, cost_per_year: null, away_share: null }));
  return {
    color: [PALETTE[0], PALETTE[1]],
    tooltip: { ...TOOLTIP, trigger: "axis" },
    legend: { top: 0, textStyle: { color: INK } },
    grid: { left: 96, right: 96, top: 44, bottom: 46 },
    xAxis: { type: "category", data: rows.map((row) => number(row.rtt_max_ms)), name: "limit of the round trip, ms", nameLocation: "middle", nameGap: 28, axisLabel: { color: INK } },
    yAxis: [
      { type: "value", scale: true, name: `million ${page.currency} a year`, nameTextStyle: { color: INK }, axisLabel: { color: INK }, splitLine: { lineStyle: { color: GRID } } },
      { type: "value", min: 0, max: 100, name: "% away", nameTextStyle: { color: INK }, axisLabel: { color: INK }, splitLine: { show: false } },
    ],
    series: [
      { name: `cost, million ${page.currency} a year`, type: "line", symbolSize: 8, data: rows.map((row) => row.cost_per_year === null ? null : row.cost_per_year / 1e6), tooltip: { valueFormatter: (value) => number(value, 1) } },
      { name: `IT power away from ${split.home}, %`, type: "line", symbolSize: 8, yAxisIndex: 1, lineStyle: { type: "dashed" }, data: rows.map((row) => row.away_share === null ? null : 100 * row.away_share), tooltip: { valueFormatter: (value) => number(value, 1) } },
    ],
  };
}

const WITH_BACKBONE = [...LINES, ["backbone", "backbone"]];

function sizes(edge) {
  const read = (one, key) => (key === "backbone" ? one.backbone : one.lines[key]);
  return stackedBars(edge.ways.map((one) => one.name), WITH_BACKBONE, edge.ways, read);
}

const broken = (one) => (one.value === null ? `${one.constraint}, ${one.subject}` : `${one.constraint}, ${one.subject}: ${money(one.value)} ${one.unit}, limit ${money(one.limit)}, ${money(one.over)} too much`);

element("h1", `${page.of}: where?`);
if (best) {
  const next = ranked.find((one) => one.possible && one.name !== page.best);
  const close = next ? ` ${next.name} costs ${millions(next.cost_per_year - best.cost_per_year)} million more.` : "";
  element("p", `${best.name}: ${millions(best.cost_per_year)} million ${page.currency} of ${page.cost_year} a year for ${number(page.it_kw)} kW of IT, ${number(best.counted_t_per_year)} t CO2e, ${number(best.latency_ms, 1)} ms to the mean user.${close}`, "lead");
} else element("p", "No candidate keeps every limit.", "lead");
const impossible = all.filter((one) => !one.possible);
if (impossible.length) {
  element("h2", "What cannot be");
  words(["candidate", "limit that it breaks"], impossible.flatMap((one) => one.breaches.map((breach) => [one.name, broken(breach)])));
}
element("h2", "What it costs");
draw(132 + 44 * ranked.length, costs(), "Yearly cost of each candidate by line, the cheapest first");
element("h2", "Cost, carbon and latency");
draw(400, front(), "Cost against carbon of each candidate, coloured by latency; ringed ones are beaten by no other");
if (page.robust.length) {
  element("h2", "What turns the choice");
  if (page.robust.some((one) => one.below || one.above)) draw(70 + 34 * page.robust.filter((one) => one.below || one.above).length, turns(), "Factor of each assumption at which another candidate wins");
  const stands = page.robust.filter((one) => !one.below && !one.above).map((one) => one.what);
  if (stands.length) element("p", `From 0 to 4 times nothing turns it: ${stands.join(", ")}.`);
}
element("h2", "Climate");
draw(300, seasons(), "Mean PUE of each month at each candidate");
element("h2", "Grid, water, heat");
table(
  ["candidate", "price, per MWh", "below 0, h", "as moved", "g/kWh", "t CO2e", "PUE", "l/kWh", "sun", "wind", "heat, MWh"],
  ranked.map((one) => {
    const of = (read) => mean(one.years, read);
    const share = (read) => (one.years.some((year) => read(year) === null) ? "–" : percent(of(read)));
    return [one.name, number(of((year) => year.price.mean_per_mwh), 1), number(of((year) => year.price.negative_h)), number(of((year) => year.price.paid_moved_per_mwh), 1), number(of((year) => year.carbon_average_g_per_kwh)), number(one.counted_t_per_year),
      number(of((year) => year.pue), 3), number(of((year) => year.wue_l_per_kwh), 2), share((year) => year.solar_capacity_factor), share((year) => year.wind_capacity_factor), number(of((year) => year.heat.reduce((sum, sold) => sum + sold.delivered_kwh, 0)) / 1e3)];
  }),
);
const taken = ranked.filter((one) => one.curtailment);
if (taken.length) {
  element("h2", "Renewables that are turned down");
  words(["candidate", "period", "turned down, MWh", "taken up evenly, MWh", "with work moved, MWh"], taken.map(({ name, curtailment: told }) => [name, told.period, number(told.curtailed_kwh / 1e3), number(told.even_kwh / 1e3), number(told.moved_kwh / 1e3)]));
}
const moves = ranked.flatMap((one) => one.moves.map((move) => [one.name, move.of, move.way, millions(move.cost), number(move.daily_h, 2), number(move.first_h, 1), number(move.failures_per_year, 1), number(move.exposure), move.break_even_read_gb_per_day === null ? "–" : number(move.break_even_read_gb_per_day)]));
if (moves.length) {
  element("h2", "Moving the data");
  words(["candidate", "work", "way", `million ${page.currency} a year`, "h a day", "first copy, h", "failures a year", "exposure", "a copy pays from, GB read a day"], moves);
}
if (page.split) {
  const { split } = page;
  const [alone, divided] = [split.at_home.cost_per_year, split.cost_per_year];
  element("h2", "The work divided over places");
  if (split.possible) element("p", `${millions(divided)} million ${page.currency} a year and ${number(split.counted_t_per_year)} t CO2e, ${percent(split.away_share)} of IT power away from ${split.home}; all of it there costs ${millions(alone)} million${split.at_home.possible ? "" : " and cannot be"}.`);
  draw(90 + 46 * new Set(split.placed.map((one) => one.place)).size, divisions(split), "IT power of each class of work at each place of the cheapest split");
  if (split.unplaced.length) words(["finds no place", "IT power, kW", "share", "why"], split.unplaced.map((one) => [one.of, number(one.it_kw), percent(one.share), one.why]));
  if (split.breaches.length) words(["limit", "value", "at most", "over", ""], split.breaches.map((one) => [one.constraint, number(one.value), number(one.limit), number(one.over), one.unit]));
  if (split.by_latency.length) {
    element("h3", "By the limit of the round trip");
    draw(280, limits(split), "Cost of the cheapest split and share away from home by the limit of the round trip");
    const gaps = split.by_latency.filter((row) => row.unplaced.length);
    if (gaps.length) words(["limit, ms", "finds no place", "why"], gaps.flatMap((row) => row.unplaced.map((one) => [number(row.rtt_max_ms), one.of, one.why])));
  }
}
if (page.edge) {
  const { edge } = page;
  const cheapest = edge.ways.find((one) => one.name === edge.cheapest);
  element("h2", "One large site or many small ones");
  element("p", `${edge.class}, ${number(edge.requests_per_s)} requests a second in the busiest hour: ${cheapest.name} costs least, ${millions(cheapest.cost_per_year)} million ${page.currency} a year.`);
  draw(120 + 46 * edge.ways.length, sizes(edge), "Yearly cost of one large site and of small ones by line");
  words(["way", "sites", "servers", "more than one pool", "PUE", "mean, ms", "farthest, ms", "t CO2e"], edge.ways.map((one) => [one.name, number(one.sites), number(one.servers), percent(one.pooling_loss), number(one.pue, 3), number(one.latency_ms, 1), number(one.farthest_ms, 1), number(one.counted_t_per_year)]));
}
told(page.notes);

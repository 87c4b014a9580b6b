/** Where energy goes, as flows from left to right, and the ladder of energy per token. */

import { draw, element, page, table, told } from "./sheet.js";
import { GRID, INK, PALETTE, TOOLTIP, number, percent, safe, tone } from "./theme.js";

const LOST = tone("#b9b0a2", "#8a8276");
const USEFUL = new Set(["sites", "IT", "machines that answer", "machines on jobs", "working accelerators", "computation"]);
const MOVING = new Set(["reading memory", "wires on the chip", "links between accelerators"]);

function colour(name, origins) {
  if (origins.has(name)) return PALETTE[4];
  if (name === "computation") return PALETTE[2];
  if (MOVING.has(name)) return PALETTE[1];
  return USEFUL.has(name) ? PALETTE[0] : LOST;
}

function flows() {
  const targets = new Set(page.flows.map((flow) => flow.to));
  const origins = new Set(page.flows.map((flow) => flow.from).filter((name) => !targets.has(name)));
  const entered = page.flows.filter((flow) => origins.has(flow.from)).reduce((sum, flow) => sum + flow.kwh, 0);
  const size = new Map();
  for (const { from, to, kwh } of page.flows) {
    if (origins.has(from)) size.set(from, (size.get(from) ?? 0) + kwh);
    size.set(to, (size.get(to) ?? 0) + kwh);
  }
  const data = [...size.keys()].map((name) => ({ name, itemStyle: { color: colour(name, origins) } }));
  const marks = new Map();
  const links = new Map();
  for (const { from, to, kwh, mark } of page.flows) {
    const key = `${from}|${to}`;
    links.set(key, { source: from, target: to, value: (links.get(key)?.value ?? 0) + kwh });
    marks.set(key, mark);
  }
  const said = (kwh) => `${number(kwh, kwh < 100 ? 3 : 0)} kWh, ${percent(kwh / entered, kwh / entered < 0.01 ? 2 : 1)}`;
  return {
    tooltip: {
      ...TOOLTIP,
      formatter: ({ dataType, data: one, name }) =>
        dataType === "edge"
          ? `${safe(one.source)} → ${safe(one.target)}<br>${said(one.value)}<br>${safe(marks.get(`${one.source}|${one.target}`))}`
          : `${safe(name)}<br>${said(size.get(name))}`,
    },
    series: [
      {
        type: "sankey",
        left: 12,
        right: 250,
        top: 12,
        bottom: 12,
        nodeGap: 11,
        nodeWidth: 14,
        nodeAlign: "left",
        layoutIterations: 64,
        draggable: false,
        emphasis: { focus: "adjacency" },
        lineStyle: { color: "source", opacity: 0.32, curveness: 0.5 },
        label: { color: INK, fontSize: 12.5, formatter: ({ name }) => `${name}  ${percent(size.get(name) / entered, 1)}` },
        data,
        links: [...links.values()],
      },
    ],
  };
}

function ladder() {
  const steps = page.ladder;
  return {
    tooltip: { ...TOOLTIP, formatter: ({ dataIndex }) => `${safe(steps[dataIndex].rung)}<br>${steps[dataIndex].joules_per_token.toPrecision(3)} J, ${safe(steps[dataIndex].mark)}<br>${safe(steps[dataIndex].source)}` },
    grid: { left: 200, right: 90, top: 12, bottom: 44 },
    xAxis: { type: "log", name: "J of the accelerators for a generated token", nameLocation: "middle", nameGap: 28, axisLabel: { color: INK, hideOverlap: true, formatter: (value) => value.toExponential(0) }, splitLine: { lineStyle: { color: GRID } } },
    yAxis: { type: "category", inverse: true, data: steps.map((step) => step.rung), axisLabel: { color: INK } },
    series: [
      {
        type: "scatter",
        symbolSize: 13,
        itemStyle: { color: PALETTE[0] },
        data: steps.map((step) => step.joules_per_token),
        encode: { x: 0, y: 1 },
        label: { show: true, position: "right", color: INK, formatter: ({ dataIndex }) => `${steps[dataIndex].joules_per_token.toPrecision(2)} J` },
      },
    ].map((one) => ({ ...one, data: steps.map((step, index) => [step.joules_per_token, index]) })),
  };
}

element("h1", `${page.of}: where the energy goes`);
element("p", `${page.policy}, ${number(page.hours, page.hours < 10 ? 1 : 0)} hours. Blue leads to work, orange moves data, green computes, grey is everything else. Flows beyond the IT meter are modelled or assumed.`, "lead");
draw(640, flows(), "Flows of energy from the grid to the chip");
if (page.ladder.length) {
  element("h2", "The ladder");
  element("p", "From now to the limits of physics, each step a factor; what stands beside each is told on hovering.", "lead");
  draw(280, ladder(), "Energy per token from now to the limit of Landauer");
}

const amount = (value, digits = 0) => (value === null || value === undefined ? "–" : number(value, digits));
const size = (kwh) => amount(kwh, kwh !== null && Math.abs(kwh) < 100 ? 2 : 0);

const words = (heads, rows) => {
  table(heads, rows).className = "text";
};

if (page.services.length) {
  element("h2", "Answers and tokens");
  words(
    ["service", "answers", "kWh for a thousand answers at the meter", "J a token at the meter", "at IT", "at the accelerators"],
    page.services.map((one) => [one.service, amount(one.answers), ...["kwh_per_thousand_answers", "joules_per_token", "joules_per_token_it", "joules_per_token_accelerators"].map((key) => (one[key] === null ? "–" : one[key].toPrecision(3)))]),
  );
}
if (page.measures.length) {
  const again = page.measures.some((one) => one.again_kwh !== null && one.again_kwh !== undefined);
  const all = page.together && page.measures.length > 1 ? [...page.measures, page.together] : page.measures;
  element("h2", "What would draw less");
  element("p", `The meters of the same course reckoned again with one thing changed${again ? ", and, where a measure changes the plan, by a course of its own" : ""}.${page.avoidable_share === null ? "" : ` All together avoid ${percent(page.avoidable_share, 1)} of what came from the grid.`}`, "lead");
  words(
    ["measure", "kWh", page.currency ?? "money", "a kWh", ...(again ? ["kWh, run again", `${page.currency}, run again`] : []), "it assumes"],
    all.map((one) => [one.measure, size(one.kwh), amount(one.money), one.money_per_kwh === null ? "–" : one.money_per_kwh.toFixed(3), ...(again ? [size(one.again_kwh), amount(one.again_money)] : []), one.assumes]),
  );
}
if (page.claims.length) {
  element("h2", "Claims, worked out");
  words(
    ["claim", "figures"],
    page.claims.map((one) => [one.claim, Object.entries(one.figures).map(([name, value]) => `${name.replaceAll("_", " ")} ${Math.abs(value) >= 1e4 ? number(value) : value.toPrecision(4)}`).join("; ")]),
  );
}
told(page.notes);

/** From the reference's cost to the policy's, part by part; perfect foresight and the lower bound beside it. */

import { COST, FAINT, GROUND, INK, LEFT, PALETTE, TOOLTIP, money, safe, valueAxis } from "./theme.js";

const COLOUR = { cost: COST, saved: PALETTE[2], added: PALETTE[5], bound: GROUND };

/** Bars as [from, to, kind, text, name]. @param {object} page the payload */
function steps(page) {
  const reference = page.policies[0];
  const policy = page.policies.find((row) => row.policy === page.shown);
  const perfect = page.policies.find((row) => row.policy === "perfect-foresight");
  const changes = Object.keys(reference.cost_parts).map((name) => [name, policy.cost_parts[name] - reference.cost_parts[name]]);
  const least = 2e-3 * Math.max(Math.abs(reference.total_cost), Math.abs(policy.total_cost));
  const told = changes.filter(([, change]) => Math.abs(change) > least);
  const rest = changes.filter((part) => !told.includes(part)).reduce((sum, [, change]) => sum + change, 0);
  if (Math.abs(rest) > 0.01 * least) told.push(["all other", rest]);
  const bars = [[0, reference.total_cost, "cost", money(reference.total_cost), reference.policy]];
  let level = reference.total_cost;
  for (const [name, change] of told) {
    bars.push([level, level + change, change < 0 ? "saved" : "added", `${change < 0 ? "−" : "+"}${money(Math.abs(change))}`, name]);
    level += change;
  }
  bars.push([0, policy.total_cost, "cost", money(policy.total_cost), policy.policy]);
  if (perfect && perfect !== policy) bars.push([0, perfect.total_cost, "cost", money(perfect.total_cost), perfect.policy]);
  if (page.bound_total_cost !== null) bars.push([0, page.bound_total_cost, "bound", money(page.bound_total_cost), "lower bound"]);
  return bars;
}

/** @param {object} page the payload */
export function waterfall(page) {
  const bars = steps(page);
  return {
    height: 330,
    option: {
      animation: false,
      grid: { left: LEFT, right: 40, top: 44, bottom: 52 },
      tooltip: { ...TOOLTIP, trigger: "item", formatter: (item) => `${safe(bars[item.value[0]][4])}: <b>${bars[item.value[0]][3]}</b> ${safe(page.currency)}` },
      xAxis: { type: "category", data: bars.map((bar) => bar[4]), axisLabel: { color: INK, interval: 0, lineHeight: 15, formatter: (name) => name.replace(/[ -](?=[^ -]*$)/, (mark) => `${mark.trim()}\n`) }, axisTick: { show: false }, axisLine: { lineStyle: { color: FAINT } } },
      yAxis: valueAxis(page.currency, { boundaryGap: [bars.some((bar) => Math.min(bar[0], bar[1]) < 0) ? "12%" : 0, "5%"] }),
      series: [
        {
          type: "custom",
          encode: { x: 0, y: [1, 2] },
          data: bars.map((bar, index) => [index, bar[0], bar[1]]),
          renderItem: (params, api) => draw(bars[api.value(0)], api),
        },
      ],
    },
  };
}

function draw([from, to, kind, text], api) {
  const index = api.value(0);
  const [x, a] = api.coord([index, from]);
  const b = api.coord([index, to])[1];
  const wide = Math.min(64, api.size([1, 0])[0] * 0.62);
  const [top, tall] = [Math.min(a, b), Math.max(1, Math.abs(a - b))];
  const below = to < 0 && from <= 0 && kind !== "saved";
  const dashed = kind === "bound" ? { stroke: COLOUR.cost, lineDash: [4, 3], lineWidth: 1.5 } : {};
  return {
    type: "group",
    children: [
      { type: "rect", shape: { x: x - wide / 2, y: top, width: wide, height: tall }, style: { fill: COLOUR[kind], ...dashed } },
      { type: "text", style: { text, x, y: below ? top + tall + 4 : top - 4, align: "center", verticalAlign: below ? "top" : "bottom", fill: INK, font: "12px system-ui, sans-serif" } },
    ],
  };
}

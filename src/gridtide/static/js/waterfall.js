/** From the reference's cost to the policy's, part by part; perfect foresight and the lower bound beside it. */

import { FAINT, INK, number, valueAxis } from "./theme.js";

/** @param {object} page the payload */
export function waterfall(page) {
  const [reference, policy] = [page.policies[0], page.policies.find((row) => row.policy === "coordinated") ?? page.policies.at(-1)];
  const perfect = page.policies.find((row) => row.policy === "perfect-foresight");
  const parts = Object.keys(reference.cost_parts).map((name) => [name, policy.cost_parts[name] - reference.cost_parts[name]]);
  const moved = parts.filter(([, change]) => Math.abs(change) > 1e-3 * Math.abs(reference.total_cost));
  const rest = parts.filter((part) => !moved.includes(part)).reduce((sum, [, change]) => sum + change, 0);
  if (Math.abs(rest) > 1e-9) moved.push(["all other", rest]);
  const names = [reference.policy, ...moved.map(([name]) => name), policy.policy];
  const hidden = [0];
  const down = ["-"];
  const up = ["-"];
  const whole = [reference.total_cost];
  let level = reference.total_cost;
  for (const [, change] of moved) {
    hidden.push(Math.min(level, level + change));
    down.push(change < 0 ? -change : "-");
    up.push(change >= 0 ? change : "-");
    whole.push("-");
    level += change;
  }
  hidden.push(0);
  down.push("-");
  up.push("-");
  whole.push(policy.total_cost);
  if (perfect && perfect !== policy) {
    names.push(perfect.policy);
    hidden.push(0);
    down.push("-");
    up.push("-");
    whole.push(perfect.total_cost);
  }
  if (page.bound_total_cost !== null) {
    names.push("lower bound");
    for (const series of [hidden, down, up]) series.push(series === hidden ? 0 : "-");
    whole.push({ value: page.bound_total_cost, itemStyle: { color: "#fff", borderColor: "#456580", borderType: "dashed", borderWidth: 1.5 } });
  }
  const label = { show: true, position: "top", color: INK, formatter: (item) => (item.value === "-" ? "" : number(item.value)) };
  const bar = (name, data, color, more = {}) => ({ name, type: "bar", stack: "sum", barWidth: "58%", data, itemStyle: { color }, label, ...more });
  return {
    height: 320,
    option: {
      animation: false,
      aria: { enabled: true },
      grid: { left: 84, right: 24, top: 40, bottom: 60 },
      tooltip: { trigger: "axis", formatter: (items) => items.filter((item) => item.seriesName !== "base" && item.value !== "-").map((item) => `${item.name}: ${item.seriesName === "saved" ? "−" : ""}${number(item.value)} ${page.currency}`).join("<br>") },
      xAxis: { type: "category", data: names, axisLabel: { color: INK, interval: 0, rotate: names.length > 7 ? 20 : 0 }, axisLine: { lineStyle: { color: FAINT } } },
      yAxis: valueAxis(page.currency),
      series: [
        bar("base", hidden, "transparent", { label: { show: false }, tooltip: { show: false }, silent: true }),
        bar("cost", whole, "#456580"),
        bar("saved", down, "#009e73", { label: { ...label, formatter: (item) => (item.value === "-" ? "" : `−${number(item.value)}`) } }),
        bar("added", up, "#d55e00", { label: { ...label, formatter: (item) => (item.value === "-" ? "" : `+${number(item.value)}`) } }),
      ],
    },
  };
}

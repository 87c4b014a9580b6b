/** Tomorrow's load of every site: what is declared, and the band learned from the days before. */

import { draw, element, page, table, told } from "./sheet.js";
import { GRID, INK, PALETTE, TOOLTIP, number } from "./theme.js";

const TIME = new Intl.DateTimeFormat("en-GB", { timeZone: page.clock, hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const DAY = new Intl.DateTimeFormat("sv-SE", { timeZone: page.clock, dateStyle: "short", timeStyle: "short" });

function load(site) {
  const at = site.points.map((point) => TIME.format(new Date(point.start)));
  const line = (name, values, more) => ({ name, type: "line", step: "end", showSymbol: false, data: values, ...more });
  const low = site.points.map((point) => point.p10_kw);
  const width = site.points.map((point) => point.p90_kw - point.p10_kw);
  return {
    tooltip: { ...TOOLTIP, trigger: "axis", formatter: ([{ dataIndex }]) => {
      const point = site.points[dataIndex];
      return `${DAY.format(new Date(point.start))} ${page.clock}<br>P90 ${number(point.p90_kw)} kW<br><b>declared ${number(point.p50_kw)} kW</b><br>P10 ${number(point.p10_kw)} kW`;
    } },
    grid: { left: 84, right: 40, top: 30, bottom: 48 },
    xAxis: { type: "category", data: at, name: page.clock, nameLocation: "middle", nameGap: 30, axisLabel: { color: INK } },
    yAxis: { type: "value", name: "kW", min: 0, axisLabel: { color: INK }, splitLine: { lineStyle: { color: GRID } } },
    series: [
      line("P10", low, { stack: "band", lineStyle: { opacity: 0 } }),
      line("P10 to P90", width, { stack: "band", lineStyle: { opacity: 0 }, areaStyle: { color: PALETTE[4], opacity: 0.35 } }),
      line("declared", site.points.map((point) => point.p50_kw), { lineStyle: { color: PALETTE[0], width: 2 } }),
    ],
  };
}

element("h1", `${page.of}: the load of ${page.day}`);
element("p", `Declared at ${DAY.format(new Date(page.at))} ${page.clock} by ${page.policy}. The line is what is declared (P50); the band holds what the days before say of how far it is left (P10 to P90, ${page.days_learned_from} days).`, "lead");
table(
  ["site", "energy, kWh", "highest, kW", "lowest, kW", "steepest, kW/min"],
  page.sites.map((site) => [site.site, number(site.energy_kwh), number(site.max_kw), number(site.min_kw), number(site.ramp_max_kw_per_min)]),
);
for (const site of page.sites) {
  element("h2", site.site);
  draw(320, load(site), `Declared load of ${site.site}`);
}
told(page.notes);

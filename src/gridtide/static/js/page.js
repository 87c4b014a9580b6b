/** Lays the report out from the payload embedded in the page. */

import { battery } from "./battery.js";
import { forecast } from "./forecast.js";
import { gantt } from "./gantt.js";
import { powerBySite } from "./power_by_site.js";
import { decisionTable, element, noteList, policyTable, tiles } from "./tables.js";
import { localTime } from "./theme.js";
import { waterfall } from "./waterfall.js";

const page = JSON.parse(document.getElementById("payload").textContent);
const main = document.querySelector("main");
const charts = [];

function section(title, lead) {
  const made = element("section");
  made.append(element("h2", title));
  if (lead) made.append(element("p", lead, "lead"));
  main.append(made);
  return made;
}

function draw(parent, { height, option }, label) {
  const box = element("div", undefined, "chart");
  box.style.height = `${height}px`;
  box.tabIndex = 0;
  box.setAttribute("role", "img");
  box.setAttribute("aria-label", label);
  parent.append(box);
  const chart = echarts.init(box, null, { renderer: "canvas" });
  chart.setOption(option);
  charts.push(chart);
}

document.title = `gridtide: ${page.case}`;
const header = element("header");
header.append(element("h1", page.case), element("p", `${localTime(page.starts[0], page.clock)} to ${localTime(page.end, page.clock)} (${page.clock}). ${page.headline}`, "lead"));
main.append(header, tiles(page));

section("Policies side by side", "The same truth, the same jobs, settled by the same rules.").append(policyTable(page));
draw(section("Where the saving comes from", "From the reference to the coordinated policy, part by part; beside it perfect foresight, and what no policy can fall below."), waterfall(page), "Cost by part, reference to coordinated");
const prices = page.sites.flatMap((site) => site.price_per_mwh);
const range = [Math.min(...prices), Math.max(...prices)];
const power = section("Power by site", "IT power of jobs and services; the line is what the site drew from the grid. Under it price, average carbon and curtailed renewables: darker is more.");
for (const site of page.sites) {
  power.append(element("h3", `${site.name} (${site.zone})`));
  draw(power, powerBySite(site, page, range), `Power of ${site.name}`);
}
const jobs = section("Jobs and their deadlines", page.jobs.length ? `The ${page.jobs.length} largest by energy. Grey: from release to deadline.` : "This case has no jobs.");
if (page.jobs.length) draw(jobs, gantt(page), "Jobs over time");
const stores = page.sites.filter((site) => site.battery);
const store = section("Batteries", stores.length ? undefined : "No site of this case has one.");
for (const site of stores) {
  store.append(element("h3", site.name));
  draw(store, battery(site, page), `Battery of ${site.name}`);
}
const expected = section("Forecast against truth", `What the forecaster “${page.forecaster}” said a day before, and what came.`);
for (const series of page.forecasts) draw(expected, forecast(series, page), series.title);
const why = section("The most telling decisions", page.decisions.length ? undefined : "No job was moved in time or place.");
if (page.decisions.length) why.append(decisionTable(page));
section("What to know when reading this").append(noteList(page.notes));
section("Where the figures come from").append(noteList(page.sources));

window.addEventListener("resize", () => charts.forEach((chart) => chart.resize()));
window.__gridtide_ready = charts.length;

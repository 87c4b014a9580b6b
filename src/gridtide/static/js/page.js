/** Lays the report out from the payload embedded in the page: what was found, then why, then what it rests on. */

import { away } from "./away.js";
import { battery } from "./battery.js";
import { coldStore, hall } from "./cold.js";
import { forecast } from "./forecast.js";
import { gantt } from "./gantt.js";
import { margins } from "./margins.js";
import { meanDay } from "./mean_day.js";
import { callsInWords, known, powerBySite } from "./power_by_site.js";
import { classTable, dataSetTable, decisionTable, element, energyTable, noteList, policyTable, routeTable, tiles } from "./tables.js";
import { DARK, THEME, edges, localTime, number } from "./theme.js";
import { waterfall } from "./waterfall.js";

const page = JSON.parse(document.getElementById("payload").textContent);
const main = document.querySelector("main");
const charts = [];
const zooming = [];
const contents = element("nav");
const reference = page.policies[0].policy;

function section(title, lead, short = title) {
  const made = element("section");
  made.id = short.toLowerCase().replace(/[^a-z]+/g, "-");
  const link = element("a", short);
  link.href = `#${made.id}`;
  contents.append(link);
  made.append(element("h2", title));
  if (lead) made.append(element("p", lead, "lead"));
  main.append(made);
  return made;
}

function draw(parent, { height, option, zooms, legend }, label) {
  const key = element("div", undefined, "key");
  if (legend) parent.append(key);
  const box = element("div", undefined, "chart");
  box.style.height = `${height}px`;
  box.tabIndex = 0;
  box.setAttribute("role", "img");
  box.setAttribute("aria-label", label);
  const frame = element("div", undefined, "wide");
  frame.append(box);
  parent.append(frame);
  const chart = echarts.init(box, THEME, { renderer: "canvas" });
  chart.setOption(option);
  charts.push(chart);
  for (const [name, color, kind] of legend ?? []) key.append(entry(chart, name, color, kind));
  if (zooms) follow(chart);
}

/** One entry of a legend beside a chart; a click hides or shows a line. */
function entry(chart, name, color, kind) {
  const button = element(kind === "area" ? "span" : "button");
  const sign = element("i", undefined, kind);
  sign.style.color = color;
  button.append(sign, document.createTextNode(name));
  if (kind === "area") return button;
  button.type = "button";
  button.setAttribute("aria-pressed", "true");
  button.onclick = () => {
    chart.dispatchAction({ type: "legendToggleSelect", name });
    button.setAttribute("aria-pressed", button.getAttribute("aria-pressed") === "true" ? "false" : "true");
  };
  return button;
}

/** Charts over time show the same stretch: when one is zoomed, the others follow. */
function follow(chart) {
  zooming.push(chart);
  chart.on("datazoom", (event) => {
    if (follow.busy) return;
    follow.busy = true;
    const { start, end } = event.batch ? event.batch[0] : event;
    for (const other of zooming) if (other !== chart) other.dispatchAction({ type: "dataZoom", start, end });
    follow.busy = false;
  });
}

document.title = `gridtide: ${page.case}`;
const header = element("header");
header.append(element("h1", page.case));
header.append(element("p", `${localTime(page.starts[0], page.clock)} to ${localTime(page.end, page.clock)}, ${new Date(edges(page, page.clock)[0]).getUTCFullYear()} (${page.clock})`, "when"));
header.append(element("p", page.headline, "headline"));
main.append(header, tiles(page));
const carbon = element("p", page.carbon_notes.join(" "), "carbon");
main.append(carbon, element("p", page.about, "about"), contents);

section("What these figures rest on", page.notes.length ? "Assumptions of the case and what was found in its data." : "The case states no assumptions.", "Assumptions").append(noteList([...page.notes, ...(page.thinning ? [page.thinning] : [])], 12));

section("Policies side by side", "The same truth, the same jobs, settled by the same rules.", "Policies").append(policyTable(page));

if (page.shown !== reference) {
  draw(section("Where the saving comes from", `From ${reference} to ${page.shown}, part by part; beside it what perfect foresight reached and what nothing can fall below.`, "Savings"), waterfall(page), `Cost by part, ${reference} to ${page.shown}`);
}

const range = pricesOf(page);
const power = section("Power by site", `IT power of jobs and services, stacked, with parked machines, cooling and losses; lines are what the site drew from the grid. Under it price, average carbon and curtailed renewables of its zone: ${DARK ? "brighter" : "darker"} is more, orange is a price below zero. Drag the slider under a chart to look closer; all charts over time follow.${page.opening === null ? "" : " They open on the first four weeks."}`, "Power");
for (const site of page.sites) {
  power.append(element("h3", `${site.name} (zone ${site.zone}, ${site.price_words}; time in ${site.clock})`));
  const peak = site.peak_kw === site.reference_peak_kw || page.shown === reference ? "" : `, ${number(site.reference_peak_kw)} kW in ${reference}`;
  power.append(element("p", `Highest import ${number(site.peak_kw)} kW${peak}; the connection carries ${number(site.import_max_kw)} kW.`, "caption"));
  draw(power, powerBySite(site, page, range), `Power of ${site.name}`);
  if (site.calls.length) power.append(element("p", `Calls of the grid, shaded from their issue on: prepare, ramp (darkest), hold (numbered), recover; red asks for less, green for more, grey was declined or asks for nothing. ${callsInWords(site).join(" ")}`, "caption chartcaption"));
}
if (page.sites[0].mean_day) {
  const days = section("The mean day of each site", "Power by kind of work at each hour of the site's clock, the mean of all days of the period, over the mean price of that hour.", "Mean day");
  for (const site of page.sites) {
    days.append(element("h3", `${site.name} (time in ${site.clock})`));
    draw(days, meanDay(site, page), `Mean day of ${site.name}`);
  }
}

const routes = section("Where requests went, and why", page.services ? `Requests of each service and origin over the whole period under ${page.shown}: metered shares, hours with any, and answer times; prices of 1,000 requests as the plans saw them. Answer times at home are those of ${reference}.` : "This case has no services.", "Routed flows");
if (page.services) {
  routes.append(routeTable(page));
  routes.append(element("p", `Share of each service's requests answered away from home, over time (${page.clock}).`, "caption chartcaption"));
  draw(routes, away(page), "Share of requests answered away from home");
}

const jobs = section("Jobs and their deadlines", page.jobs.all ? undefined : "This case has no jobs.", "Jobs");
if (page.jobs.all) {
  const dated = page.margins.rows[reference].reduce((sum, count) => sum + count, 0);
  jobs.append(element("p", `All ${number(dated)} jobs whose deadline lies in the period, by the time left between their end and their deadline.`, "lead"));
  draw(jobs, margins(page), "Jobs by time left before their deadline");
  if (page.at_risk.count) jobs.append(risk(page.at_risk));
  jobs.append(element("p", `By class${page.shown === reference ? "" : `; in grey ${reference}`}. Late: due in the period and not ended in time, promised or not.`, "lead"), classTable(page));
  jobs.append(element("p", `${page.jobs.rule} Grey bars: from release to deadline; the upright line is the deadline, red and thick where it was missed. Times in ${page.clock}.`, "lead"));
  draw(jobs, gantt(page), "Jobs over time");
}

const why = section("The most telling decisions", page.decisions.length ? `${page.decision_rule} Money is what the plan expected then, its peak and its limits priced in; gridtide explain RUN JOB tells the rest.` : "No decision was expected to save anything against running at once at home.", "Decisions");
if (page.decisions.length) why.append(decisionTable(page));

const stores = page.sites.filter((site) => site.battery);
const store = section("Batteries", stores.length ? undefined : "No site of this case has one.");
for (const site of stores) {
  store.append(element("h3", `${site.name} (time in ${site.clock})`));
  draw(store, battery(site, page), `Battery of ${site.name}`);
}

const cooled = page.sites.filter((site) => site.cold_store || site.hall);
if (cooled.length) {
  const cold = section("Cooling ahead", "Heat carried out before machines give it off, or left for later, and what it came to: cold kept in stores of chilled water, and the air of halls between the temperatures they may have.");
  for (const site of cooled) {
    for (const [part, chart, name] of [[site.cold_store, coldStore, "store of cold"], [site.hall, hall, "hall"]]) {
      if (!part) continue;
      cold.append(element("h3", `${site.name}, ${name} (time in ${site.clock})`));
      draw(cold, chart(site, page), `${name} of ${site.name}`);
    }
  }
}

const expected = section("Forecast against truth", page.forecasts.length ? `What the forecaster “${page.forecaster}” expected a day before each day began, prices already published taken as they were, and what came.` : "No site of this case follows a market price.", "Forecasts");
for (const series of page.forecasts) {
  expected.append(element("h3", `${series.title}${series.mean_error === null ? "" : `, off by ${number(series.mean_error, 1)} ${series.unit} on average`} (time in ${series.clock})`));
  draw(expected, forecast(series, page), series.title);
}

section("Energy by site and kind of work", `At the racks, then parked machines, cooling and losses, and what the meter saw${page.shown === reference ? "." : `; in grey ${reference}.`}`, "Energy").append(energyTable(page));
if (page.jobs.all) section("Moves and exposure by data set", "A data set is what the jobs of one class, home and sensitivity carry when they move between sites. Exposure counts every transfer, repeated ones too, times the sensitivity.", "Exposure").append(dataSetTable(page));
section("Where the figures come from", "Every series with its source. The folder of this page holds the case, all results as Parquet tables, summary.json and the chain of decisions.", "Sources").append(noteList(page.sources, 24));

function risk(found) {
  const box = element("div", undefined, "risk");
  box.append(element("p", `${number(found.count)} jobs could not be promised their deadline and were told so on arrival; ${number(found.in_time)} of them were in time all the same.`));
  if (found.first.length) {
    const list = element("ul");
    for (const one of found.first) list.append(element("li", `${one.name}: ${one.answer}`));
    const more = element("details");
    more.append(element("summary", `What the first ${found.first.length} were told`), list);
    box.append(more);
  }
  return box;
}

/** Lowest and highest price of all sites without the outermost hundredth, so that one spike does not whiten the rest. */
function pricesOf(all) {
  const prices = all.sites.flatMap((site) => (site.price_per_mwh ? known(site.price_per_mwh) : [])).sort((a, b) => a - b);
  if (!prices.length) return [0, 1];
  return [prices[Math.floor(0.01 * (prices.length - 1))], prices[Math.ceil(0.99 * (prices.length - 1))]];
}

window.addEventListener("resize", () => charts.forEach((chart) => chart.resize()));
window.__gridtide_ready = charts.length;

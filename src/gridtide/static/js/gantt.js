/** A sample of jobs: window from release to deadline, runs coloured by site. */

import { FAINT, GRID, INK, RED, RIGHT, SITES, TOOLTIP, edges, localTime, number, onClock, safe, timeAxis, tone, zoom } from "./theme.js";

const LABELS = 168;
const WINDOW = tone("#d5dde5", "#33414d");

/** @param {object} page the payload */
export function gantt(page) {
  const { sites, clock } = page;
  const jobs = page.jobs.rows;
  const used = sites.filter((site) => jobs.some((job) => job.runs.some((run) => run[2] === site.name)));
  const colour = Object.fromEntries(sites.map((site, index) => [site.name, SITES[index % SITES.length]]));
  const last = edges(page, clock).at(-1);
  const windows = jobs.map((job, row) => [onClock(job.release, clock), Math.min(last, onClock(job.until, clock)), row]);
  const dues = jobs.flatMap((job, row) => (job.deadline !== null && job.deadline <= page.end ? [[onClock(job.deadline, clock), onClock(job.deadline, clock), row, job.met ? 0 : 1]] : []));
  const runs = jobs.flatMap((job, row) => job.runs.map(([start, end, site]) => [onClock(start, clock), onClock(end, clock), row, site]));
  const encode = { x: [0, 1], y: 2 };
  const series = [
    { name: "from release to deadline", type: "custom", clip: true, itemStyle: { color: WINDOW }, renderItem: bar(0.3, () => WINDOW), encode, data: windows },
    ...used.map((site) => ({
      name: `runs at ${site.name}`,
      type: "custom",
      clip: true,
      itemStyle: { color: colour[site.name] },
      renderItem: bar(0.66, () => colour[site.name]),
      encode,
      data: runs.filter((run) => run[3] === site.name).map((run) => run.slice(0, 3)),
    })),
    { name: "deadline", type: "custom", clip: true, itemStyle: { color: INK }, renderItem: mark, encode, data: dues },
  ];
  return {
    height: 104 + 17 * jobs.length,
    zooms: true,
    option: {
      animation: false,
      useUTC: true,
      legend: { top: 0, left: LABELS, right: 24, type: "scroll", itemWidth: 16, itemHeight: 10, textStyle: { color: INK } },
      grid: { left: LABELS, right: 40, top: 34, bottom: 56 },
      tooltip: { ...TOOLTIP, trigger: "item", formatter: (item) => tip(jobs[item.value[2]], page) },
      dataZoom: zoom(page, [0]).map((one) => ({ ...one, left: LABELS, right: 40 })),
      xAxis: { ...timeAxis(clock, page), splitLine: { show: true, lineStyle: { color: GRID } } },
      yAxis: { type: "category", data: jobs.map((job) => job.name), inverse: true, axisLabel: { color: INK, fontSize: 11, width: LABELS - 16, overflow: "truncate", interval: 0 }, axisTick: { show: false }, axisLine: { lineStyle: { color: FAINT } } },
      series,
    },
  };
}

function bar(height, fill) {
  return (params, api) => {
    const box = params.coordSys;
    const start = Math.max(box.x, api.coord([api.value(0), api.value(2)])[0]);
    const [end, middle] = api.coord([api.value(1), api.value(2)]);
    const stop = Math.min(box.x + box.width, end);
    if (stop < start) return null;
    const tall = api.size([0, 1])[1] * height;
    return { type: "rect", shape: { x: start, y: middle - tall / 2, width: Math.max(1.5, stop - start), height: tall }, style: { fill: fill() } };
  };
}

/** A deadline is a thin upright line, red and thick when it was not kept. */
function mark(params, api) {
  const [x, middle] = api.coord([api.value(0), api.value(2)]);
  const tall = api.size([0, 1])[1] * 0.8;
  const late = api.value(3) === 1;
  return { type: "rect", shape: { x: x - (late ? 2 : 0.75), y: middle - tall / 2, width: late ? 4 : 1.5, height: tall }, style: { fill: late ? RED : INK } };
}

function tip(job, page) {
  const clock = page.clock;
  const shown = job.runs.slice(0, 8).map(([start, end, site]) => `${localTime(start, clock)} – ${localTime(end, clock)} at ${safe(site)}`);
  if (job.runs.length > 8) shown.push(`and ${job.runs.length - 8} more`);
  const kept = job.promised ? (job.met ? "promised and kept" : job.ended ? "promised and missed" : "promised, not ended") : job.met ? "at risk, and in time all the same" : "at risk, not in time";
  const due = job.deadline === null ? "no deadline" : `due ${localTime(job.deadline, clock)}: ${kept}`;
  const moved = job.moves ? `, moved ${job.moves === 1 ? "once" : `${job.moves} times`}` : "";
  return `<b>${safe(job.name)}</b> (${safe(job.class)}, home ${safe(job.home)}), ${number(job.accelerators)} accelerators, ${number(job.energy_kwh)} kWh${moved}<br>released ${localTime(job.release, clock)}<br>${shown.join("<br>") || "never ran"}<br>${due}`;
}

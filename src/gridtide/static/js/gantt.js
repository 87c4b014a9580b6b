/** The largest jobs: window from release to deadline, runs coloured by site. */

import { FAINT, INK, PALETTE, RED, localTime, number, onClock, timeAxis } from "./theme.js";

/** @param {object} page the payload */
export function gantt(page) {
  const { jobs, sites, clock } = page;
  const colour = Object.fromEntries(sites.map((site, index) => [site.name, PALETTE[index % PALETTE.length]]));
  const names = jobs.map((job) => job.name);
  const windows = jobs.map((job, row) => [onClock(job.release, clock), onClock(job.deadline, clock), row, job.met ? 0 : 1]);
  const runs = jobs.flatMap((job, row) => job.runs.map(([start, end, site]) => [onClock(start, clock), onClock(end, clock), row, site]));
  const bar = (height, style) => (params, api) => {
    const start = api.coord([api.value(0), api.value(2)]);
    const end = api.coord([api.value(1), api.value(2)]);
    const tall = api.size([0, 1])[1] * height;
    const shape = { x: start[0], y: start[1] - tall / 2, width: Math.max(1, end[0] - start[0]), height: tall };
    return { type: "rect", shape, style: style(params, api) };
  };
  const whiskers = {
    name: "release to deadline",
    type: "custom",
    itemStyle: { color: "#d5dde5" },
    renderItem: bar(0.24, (params, api) => ({ fill: api.value(3) ? RED : "#d5dde5" })),
    encode: { x: [0, 1], y: 2 },
    data: windows,
  };
  const bySite = sites.map((site) => ({
    name: site.name,
    type: "custom",
    itemStyle: { color: colour[site.name] },
    renderItem: bar(0.62, () => ({ fill: colour[site.name] })),
    encode: { x: [0, 1], y: 2 },
    data: runs.filter((run) => run[3] === site.name).map((run) => run.slice(0, 3)),
  }));
  return {
    height: 90 + 17 * jobs.length,
    option: {
      animation: false,
      useUTC: true,
      aria: { enabled: true },
      legend: { top: 0, left: 150, textStyle: { color: INK }, data: ["release to deadline", ...sites.map((site) => site.name)] },
      grid: { left: 150, right: 24, top: 34, bottom: 34 },
      tooltip: { trigger: "item", formatter: (item) => tip(jobs[item.value[2]], clock) },
      xAxis: timeAxis(clock, page),
      yAxis: { type: "category", data: names, inverse: true, axisLabel: { color: INK, fontSize: 10 }, axisTick: { show: false }, axisLine: { lineStyle: { color: FAINT } } },
      series: [whiskers, ...bySite],
    },
  };
}

function tip(job, clock) {
  const runs = job.runs.map(([start, end, site]) => `${localTime(start, clock)} – ${localTime(end, clock)} at ${site}`);
  const kept = job.promised ? (job.met ? "promised and kept" : "promised and missed") : "not promised";
  return `<b>${job.name}</b> (${job.class}), ${number(job.accelerators)} accelerators, ${number(job.energy_kwh)} kWh<br>${runs.join("<br>")}<br>due ${localTime(job.deadline, clock)}: ${kept}`;
}

/** What the page heard: the newest frame, the hours before it, the day ahead. Time is the server's, never the browser's. */

const HOUR = 3_600_000;
export const BACK = 6 * HOUR;
export const AHEAD = 24 * HOUR;
const FRAMES_MOST = 1_500;
const METERS_STALE_S = 1_800;
const ISSUE_STALE_S = 36 * 3_600;

export const heard = { frame: null, values: {}, past: [], ahead: null, state: null, whole: null, proposals: [], entries: [], last: "", connected: false };

/** Take in a frame; of many sites it holds columns in the order of `/api/sites`. @param {{number: number, at: string, values: object}} frame */
export function takeFrame(frame) {
  const at = Date.parse(frame.values.at ?? frame.at);
  if (frame.values.columns) frame.values.sites = joined(frame.values);
  heard.frame = frame;
  heard.values = frame.values;
  if (heard.past.length && at <= heard.past.at(-1).at) heard.past = heard.past.filter((one) => one.at < at);
  const { columns, sites = [] } = frame.values;
  heard.past.push({ at, columns, sites: columns ? {} : Object.fromEntries(sites.map((site) => [site.site, site])) });
  while (heard.past.length > FRAMES_MOST || heard.past[0].at < at - BACK - HOUR) heard.past.shift();
}

/** Take in every site whole, as it was in a frame. @param {{at: string, items: object[]}} whole */
export function takeWhole(whole) {
  heard.whole = whole;
  const { values } = heard;
  if (!values.columns) return;
  values.sites = joined(values);
  for (const one of heard.past) if (one.at === Date.parse(whole.at)) one.sites = Object.fromEntries(whole.items.map((site) => [site.site, site]));
}

/** Each site as it was whole last, with what the frame says of it now. */
function joined({ columns, fleet }) {
  const items = heard.whole?.items.length === fleet.sites ? heard.whole.items : [];
  return items.map((site, place) => ({ ...site, ...row(columns, place) }));
}

function row(columns, place) {
  return Object.fromEntries(Object.entries(columns).map(([key, list]) => [key, list[place]]));
}

/** The instant of the newest frame, ms. */
export function present() {
  return heard.past.at(-1)?.at ?? 0;
}

/** How long a frame usually stands for, ms: the shortest of the last few. */
export function usual() {
  const last = heard.past.slice(-6);
  const gaps = last.slice(1).map((one, index) => one.at - last[index].at);
  return gaps.length ? Math.min(...gaps) : HOUR / 4;
}

/** Metered values of a site as [start, end, values], oldest first. @param {string} name */
export function metered(name) {
  const step = usual();
  const place = heard.whole?.items.findIndex((site) => site.site === name) ?? -1;
  return heard.past.flatMap((one, index) => {
    if (one.columns && place >= 0) one.sites[name] ??= row(one.columns, place);
    const values = one.sites[name];
    if (!values) return [];
    const before = heard.past[index - 1]?.at ?? one.at - step;
    return [[one.at - before > 2.5 * step ? one.at - step : before, one.at, values]];
  });
}

/** The day ahead of a site as [start, end, index into its lists]; the first step from now on. @param {string} name */
export function coming(name) {
  const site = heard.ahead?.sites.find((one) => one.site === name);
  if (!site) return { site: null, steps: [] };
  const edges = heard.ahead.edges.map((edge) => Date.parse(edge));
  const now = present();
  const steps = edges.slice(1).map((end, index) => [Math.max(edges[index], now), end, index]).filter(([start, end]) => end > start);
  return { site, steps };
}

/** Age of what a value comes from, s; null where nobody knows. @param {string} source a key of `ages_s`, or the plan */
export function age(source) {
  if (source === "plan") return (present() - Date.parse(heard.ahead?.made_at ?? "")) / 1000;
  return heard.values.ages_s?.[source] ?? null;
}

/** The key of `ages_s` that carbon comes from. */
export function carbonSource() {
  return Object.keys(heard.values.ages_s ?? {}).find((key) => key.startsWith("carbon_")) ?? "carbon";
}

/** Whether a source is older than it may be; meters of no known age are, a tariff that was never issued is not. @param {string} source */
export function isStale(source) {
  const old = age(source);
  return source === "meters" ? old === null || old > METERS_STALE_S : old !== null && old > ISSUE_STALE_S;
}

/** What the room says of all sites together; null where it is unknown. @param {string} key */
export function total(key) {
  return heard.values.fleet?.[key] ?? null;
}

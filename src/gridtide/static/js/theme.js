/** Colours that colour-blind readers can tell apart, and how numbers and times are written. */

const asked = matchMedia("(prefers-color-scheme: dark)");

/** Whether the reader's system asks for a dark page. Charts are drawn once: where it changes its mind, the page is read anew. */
export const DARK = asked.matches;
document.documentElement.dataset.drawn = DARK ? "dark" : "light";
asked.addEventListener("change", () => {
  if (!matchMedia("print").matches) location.reload();
});

/** One of two colours: on white, and in the dark. @param {string} light @param {string} dark */
export function tone(light, dark) {
  return DARK ? dark : light;
}

/** Kinds of work (Okabe and Ito), then sites (Tol, muted): no site looks like a kind of work. */
export const PALETTE = DARK ? ["#3a95dc", "#f0b030", "#2fc49a", "#e39ac2", "#a3dafd", "#ff8a3d", "#c9b52e", "#9a9ae6", "#c58b66"] : ["#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#8c7a00", "#5a5a9c", "#7f5539"];
export const SITES = DARK ? ["#8f8ae8", "#e6bd55", "#45a862", "#e08593", "#58c0ae", "#c75d93", "#84b4e6", "#b8b84a", "#c56fc5"] : ["#332288", "#ddaa33", "#117733", "#cc6677", "#44aa99", "#882255", "#6699cc", "#999933", "#aa4499"];
export const RED = tone("#b00020", "#ff8a93");
export const INK = tone("#1b2733", "#e7edf3");
export const FAINT = tone("#8794a1", "#7d8b98");
/** A second line beside that of INK, what things cost, and the price of a ribbon or a line. */
export const SECOND = tone("#5d6b78", "#9fb0c0");
export const COST = tone("#456580", "#7fa3c2");
export const PRICE = tone("#54278f", "#b9a3f0");
export const GROUND = tone("#ffffff", "#11181f");
export const PANEL = tone("#ffffff", "#1a242e");
export const GRID = tone("#e6ebf0", "#2b3743");
export const LEFT = 84;
export const RIGHT = 132;

/** @param {number|null} value @param {number} [digits] */
export function number(value, digits = 0) {
  if (value === null || value === undefined || !Number.isFinite(value)) return "n/a";
  const said = value.toLocaleString("en-US", { maximumFractionDigits: digits, minimumFractionDigits: digits });
  return /^-0(\.0*)?$/.test(said) ? said.slice(1) : said;
}

/** Money with as many digits as it takes to be told apart. @param {number|null} value */
export function money(value) {
  const size = Math.abs(value ?? 0);
  if (size >= 100 || (size === 0 && value === 0)) return number(value);
  return size >= 1 ? number(value, 2) : value === null || value === undefined ? "n/a" : Number(value.toPrecision(3)).toString();
}

/** @param {number|null} share */
export function percent(share, digits = 1) {
  return share === null || share === undefined || !Number.isFinite(share) ? "n/a" : `${number(100 * share, digits)} %`;
}

/** @param {number} seconds @param {string} clock IANA zone */
export function localTime(seconds, clock) {
  const options = { timeZone: clock, weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
  return new Intl.DateTimeFormat("en-GB", options).format(new Date(seconds * 1000));
}

const CLOCKS = new Map();
const STARTS = new Map();

/** Milliseconds that read as the local time of an instant when shown as UTC; charts tick at local hours. */
export function onClock(seconds, clock) {
  if (!CLOCKS.has(clock)) {
    const options = { timeZone: clock, hourCycle: "h23", year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric", second: "numeric" };
    CLOCKS.set(clock, new Intl.DateTimeFormat("en-US", options));
  }
  const part = Object.fromEntries(CLOCKS.get(clock).formatToParts(new Date(seconds * 1000)).map(({ type, value }) => [type, Number(value)]));
  return Date.UTC(part.year, part.month - 1, part.day, part.hour, part.minute, part.second);
}

/** Edges of the page's steps on a clock, reckoned once; in autumn an hour is drawn over itself, never backward. */
export function edges(page, clock) {
  if (!STARTS.has(clock)) {
    let latest = -Infinity;
    STARTS.set(clock, [...page.starts, page.end].map((second) => (latest = Math.max(latest, onClock(second, clock)))));
  }
  return STARTS.get(clock);
}

/** The step of the page that holds a moment of a clock. */
export function stepAt(page, clock, moment) {
  const all = edges(page, clock);
  let [low, high] = [0, all.length - 2];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (all[middle] <= moment) low = middle;
    else high = middle - 1;
  }
  return low;
}

const DAY = new Intl.DateTimeFormat("en-GB", { timeZone: "UTC", weekday: "short", day: "numeric", month: "short" });
const DATE = new Intl.DateTimeFormat("en-GB", { timeZone: "UTC", day: "numeric", month: "short" });
const YEAR = new Intl.DateTimeFormat("en-GB", { timeZone: "UTC", month: "short", year: "numeric" });
const HOUR = new Intl.DateTimeFormat("en-GB", { timeZone: "UTC", hour: "2-digit", minute: "2-digit", hourCycle: "h23" });

/** Midnight says the day, every other tick the hour; over weeks the day alone, at the first of a month the year. */
function tick(value, days) {
  const moment = new Date(value);
  const said = HOUR.format(moment);
  if (said !== "00:00") return said;
  if (days <= 31) return DAY.format(moment);
  return days > 180 && moment.getUTCDate() === 1 ? YEAR.format(moment) : DATE.format(moment);
}

/** @param {string} clock @param {object} page @param {boolean} [labelled] */
export function timeAxis(clock, page, labelled = true) {
  const all = edges(page, clock);
  const days = (all.at(-1) - all[0]) / 86_400_000;
  return {
    type: "time",
    min: all[0],
    max: all.at(-1),
    axisLabel: { show: labelled, hideOverlap: true, color: INK, formatter: (value) => tick(value, days) },
    axisTick: { show: labelled },
    axisLine: { lineStyle: { color: FAINT } },
    splitLine: { show: false },
  };
}

/** @param {string} name @param {object} [more] */
export function valueAxis(name, more = {}) {
  return {
    type: "value",
    name,
    nameLocation: "end",
    nameTextStyle: more.nameLocation ? { color: INK } : { color: INK, align: "left", padding: [0, 0, 0, -40] },
    axisLabel: { color: INK, formatter: (value) => (Math.abs(value) < 10 && value % 1 ? number(value, 1) : number(value)) },
    splitLine: { lineStyle: { color: GRID } },
    ...more,
  };
}

/** Dragging inside a chart and, where asked for, a slider under it; what one chart shows, the others follow. */
export function zoom(page, axes, slides = true, bottom = 6) {
  const end = page.opening === null ? 100 : (100 * (page.opening - page.starts[0])) / (page.end - page.starts[0]);
  const slider =
    { type: "slider", start: 0, end, xAxisIndex: axes, height: 16, bottom, left: LEFT, right: RIGHT, showDetail: false, brushSelect: false, borderColor: GRID, fillerColor: tone("rgba(69,101,128,0.14)", "rgba(127,163,194,0.22)"), handleSize: "90%", showDataShadow: false };
  const inside =
    { type: "inside", start: 0, end, xAxisIndex: axes, zoomOnMouseWheel: "ctrl", moveOnMouseWheel: false, moveOnMouseMove: true };
  return slides ? [slider, inside] : [inside];
}

/** Values over the steps of the page as [milliseconds on a clock, value], the last step closed. */
export function stepped(page, clock, values) {
  const all = edges(page, clock);
  const points = values.map((value, index) => [all[index], value]);
  if (values.length) points.push([all.at(-1), values.at(-1)]);
  return points;
}

export const TOOLTIP = { confine: true, backgroundColor: PANEL, borderColor: FAINT, textStyle: { color: INK, fontSize: 13 }, extraCssText: "max-width: 460px; white-space: normal;" };

/** What a chart has where its option says nothing: inks that can be read on the ground of the page. */
const AXIS = { axisLine: { lineStyle: { color: FAINT } }, axisTick: { lineStyle: { color: FAINT } }, axisLabel: { color: INK, hideOverlap: true }, nameTextStyle: { color: INK }, splitLine: { lineStyle: { color: GRID } } };
export const THEME = {
  darkMode: DARK,
  color: PALETTE,
  textStyle: { color: INK },
  title: { textStyle: { color: INK } },
  legend: { textStyle: { color: INK }, inactiveColor: FAINT, pageIconColor: INK, pageIconInactiveColor: FAINT, pageTextStyle: { color: INK } },
  categoryAxis: AXIS,
  valueAxis: AXIS,
  timeAxis: AXIS,
  logAxis: AXIS,
  line: { symbol: "circle" },
};

/** Text as it may stand inside a tooltip. */
export function safe(text) {
  return String(text).replace(/[&<>"]/g, (mark) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[mark]);
}

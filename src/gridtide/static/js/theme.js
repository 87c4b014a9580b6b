/** Colours that colour-blind readers can tell apart, and how numbers and times are written. */

export const PALETTE = ["#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#8c7a00", "#5a5a9c", "#999999"];
export const RED = "#b00020";
export const INK = "#1b2733";
export const FAINT = "#8794a1";

/** @param {number} value @param {number} [digits] */
export function number(value, digits = 0) {
  if (value === null || value === undefined || Number.isNaN(value)) return "n/a";
  return value.toLocaleString("en-US", { maximumFractionDigits: digits, minimumFractionDigits: digits });
}

/** @param {number|null} share */
export function percent(share) {
  return share === null || share === undefined ? "n/a" : `${(100 * share).toFixed(1)} %`;
}

/** @param {number} seconds @param {string} clock IANA zone */
export function localTime(seconds, clock) {
  const options = { timeZone: clock, weekday: "short", day: "2-digit", month: "short", hour: "2-digit", minute: "2-digit", hour12: false };
  return new Intl.DateTimeFormat("en-GB", options).format(new Date(seconds * 1000));
}

const CLOCKS = new Map();

/** Milliseconds that read as the local time of an instant when shown as UTC; charts tick at local hours. */
export function onClock(seconds, clock) {
  if (!CLOCKS.has(clock)) {
    const options = { timeZone: clock, hourCycle: "h23", year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric", second: "numeric" };
    CLOCKS.set(clock, new Intl.DateTimeFormat("en-US", options));
  }
  const part = Object.fromEntries(CLOCKS.get(clock).formatToParts(new Date(seconds * 1000)).map(({ type, value }) => [type, Number(value)]));
  return Date.UTC(part.year, part.month - 1, part.day, part.hour, part.minute, part.second);
}

/** @param {string} clock @param {object} page @param {boolean} [withHour] */
export function timeAxis(clock, page, withHour = true) {
  const day = new Intl.DateTimeFormat("en-GB", { timeZone: "UTC", weekday: "short", day: "2-digit" });
  const hour = new Intl.DateTimeFormat("en-GB", { timeZone: "UTC", hour: "2-digit", minute: "2-digit", hour12: false });
  return {
    type: "time",
    min: onClock(page.starts[0], clock),
    max: onClock(page.end, clock),
    axisLabel: {
      show: withHour,
      hideOverlap: true,
      color: INK,
      formatter: (value) => {
        const clockText = hour.format(new Date(value));
        return clockText === "00:00" ? day.format(new Date(value)) : clockText;
      },
    },
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
    nameTextStyle: { color: INK, align: "left", padding: [0, 0, 0, -40] },
    axisLabel: { color: INK, formatter: (value) => number(value) },
    splitLine: { lineStyle: { color: "#e6ebf0" } },
    ...more,
  };
}

/** Values over the steps of the page as [milliseconds on a clock, value], the last step closed. */
export function stepped(page, clock, values) {
  const points = values.map((value, index) => [onClock(page.starts[index], clock), value]);
  if (values.length) points.push([onClock(page.end, clock), values[values.length - 1]]);
  return points;
}

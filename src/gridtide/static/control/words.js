/** The words of the page: before the room has said what it calls things, and after. */

const WORDS = {
  en: {
    room: "▸ Control room", skip: "To the decisions", language: "中文", token: "Token (made by `gridtide serve --new-token`)",
    enter: "Enter", opening: "The control room is opening …", unknownToken: "This token is not known, or not any more.",
  },
  zh: {
    room: "▸ 控制室", skip: "转到待批决定", language: "English", token: "令牌（由 `gridtide serve --new-token` 生成）",
    enter: "进入", opening: "控制室正在启动……", unknownToken: "令牌未知或已失效。",
  },
};

let language = localStorage.getItem("language") ?? (navigator.language.startsWith("zh") ? "zh" : "en");

let said = {};
/** Take in what the room calls things, by language. @param {object} names */
export function hearNames(names) {
  said = names;
  document.body.classList.add("named");
  speak();
}

/** @param {string} key */
export function word(key) {
  return WORDS[language][key] ?? said[language]?.[key] ?? key;
}

/** What a key of an answer, or a value that is one of few, is called; names of a case stay, also behind a dot. @param {string} key */
export const named = (key) => said[language]?.[key] ?? key.replace(/^\w+(?=\.)/, (kind) => said[language]?.[kind] ?? kind);

/** Put every word of the page in its place. */
export function speak() {
  document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
  for (const node of document.querySelectorAll("[data-word]")) node.textContent = word(node.dataset.word);
  for (const node of document.querySelectorAll("[data-label]")) node.ariaLabel = word(node.dataset.label);
}

/** Change to the other language. */
export function speakOther() {
  language = language === "zh" ? "en" : "zh";
  localStorage.setItem("language", language);
  speak();
}

/** A number as both languages write it; a dash for what is unknown. @param {unknown} value */
export function number(value, digits = 0, least = digits) {
  if (typeof value !== "number" || !Number.isFinite(value)) return "–";
  return value.toLocaleString("en-US", { signDisplay: "negative", minimumFractionDigits: least, maximumFractionDigits: digits });
}

/** A number with as many digits as its size asks for, `least` of them also where they are 0. @param {number} value */
export function figure(value, least) {
  const size = Math.abs(value);
  return number(value, Number.isInteger(value) || size >= 100 ? 0 : size >= 1 ? 2 : 4, least);
}

/** @param {unknown} seconds */
export function span(seconds) {
  if (typeof seconds !== "number" || !Number.isFinite(seconds)) return "–";
  const size = Math.abs(seconds);
  if (size < 120) return `${Math.round(seconds)} s`;
  return size < 7200 ? `${Math.round(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`;
}

/** An instant of the server, to the minute or second, in UTC. @param {string|undefined} text */
export function instant(text, seconds = false) {
  const moment = new Date(text ?? NaN);
  return Number.isNaN(moment.getTime()) ? "–" : `${moment.toISOString().slice(0, seconds ? 19 : 16).replace("T", " ")}Z`;
}

/** Money with as many digits as it takes. @param {number|null} value */
export function money(value) {
  return number(value, Math.abs(value) < 100 ? 2 : 0);
}

const formats = new Map();
function formatted(value, clock, parts) {
  const key = `${language} ${clock} ${Object.keys(parts)}`;
  if (!formats.has(key)) formats.set(key, new Intl.DateTimeFormat(language === "zh" ? "zh-CN" : "en-GB", { timeZone: clock, hourCycle: "h23", ...parts }));
  return formats.get(key).format(value);
}

/** The hour of an instant on the clock of a site; the day where it begins. @param {number} value @param {string} clock */
export function hourOf(value, clock) {
  const said = formatted(value, clock, { hour: "2-digit", minute: "2-digit" });
  return said === "00:00" ? formatted(value, clock, { day: "numeric", month: "short" }) : said;
}

/** An instant on the clock of a site, with the name of it. @param {number} value @param {string} clock */
export function clockOf(value, clock) {
  const day = formatted(value, clock, { day: "numeric", month: "short" });
  return `${day} ${formatted(value, clock, { hour: "2-digit", minute: "2-digit" })} ${clock.split("/").at(-1).replaceAll("_", " ")}`;
}

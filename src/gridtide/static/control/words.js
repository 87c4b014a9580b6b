/** The words of the page, in English and Chinese; what values are called and how they are made, the room says itself. */

const WORDS = {
  en: {
    tabs: "Tabs", room: "▸ Control room", skip: "To the decisions", mode: "Mode", isFrozen: "FROZEN: nothing new is told", mode_observe: "observe",
    mode_advise: "advise", mode_act: "act", mode_emergency: "emergency", freeze: "Freeze", release: "Release", thaw: "Thaw", other: "中文",
    shade: "Dark / light", close: "Close", token: "Token (made by `gridtide serve --new-token`)", enter: "Enter",
    opening: "The control room is opening …", live: "live", lost: "no connection; what is shown is old",
    staleLine: "nothing new for a while; what is shown is old", simulated: "simulated", carbon: "Carbon", over: "ABOVE THE LIMIT", 
    limit: "limit", now: "now", idle: "services, idle machines", losses: "cooling, losses", used: "own supply used",
    curtailed: "curtailed", reason: "Reason, as the audit keeps it", leave: "Leave it", because: "Because", asks: "Asks", 
    deadline: "Deadline", number: "No.", what: "What", who: "Who",
    decision: "decision", unknownToken: "This token is not known, or not any more.",
    failed: "That did not reach the control room; try again.",
  },
  zh: {
    tabs: "标签页", room: "▸ 控制室", skip: "转到待批决定", mode: "模式", isFrozen: "已冻结：不再下达新指令", mode_observe: "观察", mode_advise: "建议", mode_act: "执行",
    mode_emergency: "应急", freeze: "冻结", release: "释放", thaw: "解冻", other: "English", shade: "深色 / 浅色", close: "关闭",
    token: "令牌（由 `gridtide serve --new-token` 生成）", enter: "进入", opening: "控制室正在启动……", live: "实时", lost: "连接中断；显示的是旧数据",
    staleLine: "一段时间没有新数据；显示的是旧数据", simulated: "仿真", carbon: "碳强度", over: "超过上限", limit: "上限", now: "现在",
    idle: "在线服务与空闲机器", losses: "制冷与损耗", used: "已用自有发电", curtailed: "弃电", reason: "理由（将写入审计）", leave: "放弃", because: "原因", asks: "需要",
    deadline: "截止", number: "序号", what: "事项", who: "人员", 
    decision: "决定", unknownToken: "令牌未知或已失效。", failed: "未能送达控制室；请重试。",
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

/** What a key of an answer, or a value that is one of few, is called; `only` those: names of a case stay. @param {string} key */
export function named(key, only) {
  const name = said[language]?.[key];
  if (name !== undefined || (only && !said.zh?.[key]) || !/^[a-z]+(_[a-z0-9]+)*$/.test(key)) return name ?? key;
  return key.replace(/_per_/g, "/").replace(/_(s|share)$/, "").replaceAll("_", " ").replace(/\b([km])w(h?)\b/g, (_, size, hour) => `${size === "m" ? "M" : "k"}W${hour}`);
}

/** Put every word of the page in its place. */
export function speak() {
  document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
  for (const node of document.querySelectorAll("[data-word]")) node.textContent = word(node.dataset.word);
  for (const node of document.querySelectorAll("[data-label]")) node.setAttribute("aria-label", word(node.dataset.label));
}

/** Change to the other language. */
export function speakOther() {
  language = language === "zh" ? "en" : "zh";
  localStorage.setItem("language", language);
  speak();
}

/** A number as both languages write it; a dash for what is unknown. @param {unknown} value */
export function number(value, digits = 0) {
  if (typeof value !== "number" || !Number.isFinite(value)) return "–";
  return value.toLocaleString("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits });
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
  return number(value, typeof value === "number" && Math.abs(value) < 100 ? 2 : 0);
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

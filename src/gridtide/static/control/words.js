/** The words of the page, in English and Chinese; what values are called and how they are made, the room says itself. */

const WORDS = {
  en: {
    tabs: "Tabs", room: "▸ Control room", skip: "To the decisions", mode: "Mode", isFrozen: "FROZEN: nothing new is told",
    mode_observe: "observe", mode_advise: "advise", mode_act: "act", mode_emergency: "emergency",
    freeze: "Freeze", release: "Release", thaw: "Thaw", other: "中文", shade: "Dark / light", close: "Close",
    token: "Token (made by `gridtide serve --new-token`)", enter: "Enter", opening: "The control room is opening …",
    live: "live", lost: "no connection; what is shown is old", staleLine: "nothing new for a while; what is shown is old", simulated: "simulated",
    figures: "Figures", load: "Load", fromGrid: "From the grid", couldLess: "Could draw less", couldMore: "Could draw more",
    price: "Price", carbon: "Carbon", renewable: "Own renewables", costPerHour: "Cost per hour", atRisk: "At risk",
    ofLimit: "of", over: "ABOVE THE LIMIT", atOnce: "at once", meanByImport: "mean, by import", fromGridOnly: "drawn from the grid", unknownValue: "unknown",
    source: "Source", age: "Age", formula: "How it is made", measuredAt: "Of the instant", frame: "Frame", meters: "meters", stale: "stale",
    powerBySite: "Power by site", planOf: "Plan of", inForce: "in force: decision", notTold: "no decision is in force: nothing of the plan was told", noPlan: "no plan yet", find: "Filter", order: "Sort by", byTight: "nearest to its limit", byMost: "most from the grid", byAstray: "furthest from plan", byName: "as in the case", beyond: "limit: beyond the scale", asTable: "As a table", plannedMost: "most planned", plan: "plan", limit: "limit", metered: "from the grid, metered", plannedLine: "from the grid, planned", now: "now",
    idle: "services, idle machines", losses: "cooling, losses", used: "own supply used", curtailed: "curtailed", calls: "calls",
    risks: "Deadlines at risk", ages: "How old what we know is", proposals: "Decisions awaiting approval", audit: "Audit",
    reason: "Reason, as the audit keeps it", leave: "Leave it", keys: "j k move · a approve · r reject · e explain · w what-if · f freeze · u release · / filter · 1 … 6 tabs · l language · d dark",
    approve: "Approve", reject: "Reject", explain: "Explain", hide: "Hide why", because: "Because", against: "Against",
    undo: "Undo until", expires: "Expires", asks: "Asks", digest: "Digest", jobs: "jobs", moves: "Moves", in: "in", past: "past",
    noProposals: "Nothing waits.", none: "none", site: "Site",
    job: "Job", deadline: "Deadline", slack: "Slack", promised: "Promised", yes: "yes", no: "no", number: "No.", when: "When", what: "What", who: "Who",
    hash: "Hash", decision: "decision",
    unknownToken: "This token is not known, or not any more.",
    failed: "That did not reach the control room; try again.",
  },
  zh: {
    tabs: "标签页", room: "▸ 控制室", skip: "转到待批决定", mode: "模式", isFrozen: "已冻结：不再下达新指令",
    mode_observe: "观察", mode_advise: "建议", mode_act: "执行", mode_emergency: "应急",
    freeze: "冻结", release: "释放", thaw: "解冻", other: "English", shade: "深色 / 浅色", close: "关闭",
    token: "令牌（由 `gridtide serve --new-token` 生成）", enter: "进入", opening: "控制室正在启动……",
    live: "实时", lost: "连接中断；显示的是旧数据", staleLine: "一段时间没有新数据；显示的是旧数据", simulated: "仿真",
    figures: "指标", load: "负荷", fromGrid: "购电", couldLess: "可减少", couldMore: "可增加",
    price: "电价", carbon: "碳强度", renewable: "自有可再生", costPerHour: "每小时费用", atRisk: "有风险",
    ofLimit: "上限", over: "超过上限", atOnce: "可立即调用", meanByImport: "按购电量加权", fromGridOnly: "仅购电部分", unknownValue: "未知",
    source: "来源", age: "时效", formula: "计算方法", measuredAt: "所属时刻", frame: "帧", meters: "电表", stale: "已过期",
    powerBySite: "各站点功率", planOf: "计划制定于", inForce: "现行决定", notTold: "没有现行决定：计划尚未下达", noPlan: "尚无计划", find: "筛选", order: "排序", byTight: "最接近上限", byMost: "购电最多", byAstray: "偏离计划最大", byName: "按案例顺序", beyond: "上限：超出坐标范围", asTable: "以表格显示", plannedMost: "计划最高", plan: "计划", limit: "上限", metered: "购电（计量）", plannedLine: "购电（计划）", now: "现在",
    idle: "在线服务与空闲机器", losses: "制冷与损耗", used: "已用自有发电", curtailed: "弃电", calls: "电网调用",
    risks: "有风险的截止时间", ages: "数据时效", proposals: "待批准的决定", audit: "审计",
    reason: "理由（将写入审计）", leave: "放弃", keys: "j k 移动 · a 批准 · r 驳回 · e 解释 · w 假设 · f 冻结 · u 释放 · / 筛选 · 1 … 6 标签页 · l 语言 · d 深色",
    approve: "批准", reject: "驳回", explain: "解释", hide: "收起", because: "原因", against: "反对理由",
    undo: "可撤销至", expires: "失效", asks: "需要", digest: "摘要", jobs: "作业", moves: "移动", in: "还有", past: "已过",
    noProposals: "没有待批的决定。", none: "无", site: "站点",
    job: "作业", deadline: "截止", slack: "余量", promised: "已承诺", yes: "是", no: "否", number: "序号", when: "时间", what: "事项", who: "人员",
    hash: "哈希", decision: "决定",
    unknownToken: "令牌未知或已失效。",
    failed: "未能送达控制室；请重试。",
  },
};

let language = localStorage.getItem("language") ?? (navigator.language.startsWith("zh") ? "zh" : "en");

let said = {};
/** Take in what the room calls things, by language. @param {object} names */
export function hearNames(names) {
  said = names;
  speak();
}

/** @param {string} key */
export function word(key) {
  return WORDS[language][key] ?? said[language]?.[key] ?? key;
}

/** What a key of an answer, or a value that is one of few, is called; English reads it as it stands. @param {string} key */
export function named(key) {
  const name = said[language]?.[key];
  if (name !== undefined || !/^[a-z]+(_[a-z0-9]+)*$/.test(key)) return name ?? key;
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

/** Every word of the page, in English and Chinese. */

const WORDS = {
  en: {
    room: "▸ Control room", skip: "To the decisions", mode: "Mode", isFrozen: "FROZEN: nothing new is told",
    freeze: "Freeze", release: "Release", thaw: "Thaw", other: "中文", shade: "Dark / light",
    token: "Token (made by `gridtide serve --new-token`)", enter: "Enter", opening: "The control room is opening …",
    sites: "Power by site", atRisk: "Deadlines at risk", ages: "How old what we know is",
    proposals: "Decisions awaiting approval", audit: "Audit", reason: "Reason, as the audit keeps it", leave: "Leave it",
    keys: "j k move · a approve · r reject · e explain · f freeze · u release · l language · d dark",
    live: "live", lost: "no connection; what is shown is old", stale: "nothing new for a while; what is shown is old",
    approve: "Approve", reject: "Reject", explain: "Explain", hide: "Hide why", because: "Because", against: "Against",
    undo: "undo until", expires: "expires", asks: "asks", digest: "digest", jobs: "jobs", noProposals: "Nothing waits.",
    noRisk: "None.", site: "Site", facility: "Facility kW", it: "IT kW", import: "Import kW", plan: "Plan kW",
    limit: "Limit kW", price: "Price /MWh", carbon: "g CO₂/kWh", used: "Renew. kW", curtailed: "Curtailed kW",
    less: "Less kW", more: "More kW", job: "Job", deadline: "Deadline", slack: "Slack", promised: "Promised",
    yes: "yes", no: "no", source: "Source", age: "Age", number: "No.", when: "When", what: "What", who: "Who",
    hash: "Hash", freezeAbout: "No new acts from now on, until two people thaw.",
    releaseAbout: "Undo every restraint, staggered within the ramp limit; then nothing new until two people thaw.",
    thawAbout: "Acts again. Takes two approvers.", unknown: "This token is not known, or not any more.",
    failed: "That did not reach the control room; try again.",
  },
  zh: {
    room: "▸ 控制室", skip: "转到待批决定", mode: "模式", isFrozen: "已冻结：不再下达新指令",
    freeze: "冻结", release: "释放", thaw: "解冻", other: "English", shade: "深色 / 浅色",
    token: "令牌（由 `gridtide serve --new-token` 生成）", enter: "进入", opening: "控制室正在启动……",
    sites: "各站点功率", atRisk: "有风险的截止时间", ages: "数据时效",
    proposals: "待批准的决定", audit: "审计", reason: "理由（将写入审计）", leave: "放弃",
    keys: "j k 移动 · a 批准 · r 驳回 · e 解释 · f 冻结 · u 释放 · l 语言 · d 深色",
    live: "实时", lost: "连接中断；显示的是旧数据", stale: "一段时间没有新数据；显示的是旧数据",
    approve: "批准", reject: "驳回", explain: "解释", hide: "收起", because: "原因", against: "反对理由",
    undo: "可撤销至", expires: "失效", asks: "需要", digest: "摘要", jobs: "作业", noProposals: "没有待批的决定。",
    noRisk: "无。", site: "站点", facility: "设施 kW", it: "IT kW", import: "购电 kW", plan: "计划 kW",
    limit: "上限 kW", price: "电价 /MWh", carbon: "克 CO₂/kWh", used: "可再生 kW", curtailed: "弃电 kW",
    less: "可减 kW", more: "可增 kW", job: "作业", deadline: "截止", slack: "余量", promised: "已承诺",
    yes: "是", no: "否", source: "来源", age: "时效", number: "序号", when: "时间", what: "事项", who: "人员",
    hash: "哈希", freezeAbout: "从现在起不再下达新指令，直到两人解冻。",
    releaseAbout: "在爬坡限值内分批解除所有约束；之后不再下达新指令，直到两人解冻。",
    thawAbout: "恢复下达指令。需要两名批准人。", unknown: "令牌未知或已失效。",
    failed: "未能送达控制室；请重试。",
  },
};

let language = localStorage.getItem("language") ?? (navigator.language.startsWith("zh") ? "zh" : "en");

/** @param {string} key */
export function word(key) {
  return WORDS[language][key] ?? key;
}

/** Put every word of the page in its place. */
export function speak() {
  document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
  for (const node of document.querySelectorAll("[data-word]")) node.textContent = word(node.dataset.word);
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

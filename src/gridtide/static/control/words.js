/** Every word of the page, in English and Chinese. */

const WORDS = {
  en: {
    room: "▸ Control room", skip: "To the decisions", mode: "Mode", isFrozen: "FROZEN: nothing new is told",
    mode_observe: "observe", mode_advise: "advise", mode_act: "act", mode_emergency: "emergency",
    freeze: "Freeze", release: "Release", thaw: "Thaw", other: "中文", shade: "Dark / light", close: "Close",
    token: "Token (made by `gridtide serve --new-token`)", enter: "Enter", opening: "The control room is opening …",
    live: "live", lost: "no connection; what is shown is old", staleLine: "nothing new for a while; what is shown is old", simulated: "simulated",
    figures: "Figures", load: "Load", fromGrid: "From the grid", couldLess: "Could draw less", couldMore: "Could draw more",
    price: "Price", carbon: "Carbon", renewable: "Own renewables", costPerHour: "Cost per hour", atRisk: "At risk",
    ofLimit: "of", over: "ABOVE THE LIMIT", atOnce: "at once", meanByImport: "mean, by import", fromGridOnly: "drawn from the grid", unknownValue: "unknown",
    loadFormula: "What the meters of all sites said of the last step, IT and cooling and losses, added up.",
    fromGridFormula: "Import at the meters, added up, beside what the connections and the calls of the grid allow.",
    couldLessFormula: "Power of running work that may be interrupted and moved, and what stores could give at once.",
    couldMoreFormula: "What stores could take at once.",
    priceFormula: "The price of each zone at this instant, weighted by what each site draws.",
    carbonFormula: "The carbon intensity of each zone at this instant, weighted by what each site draws.",
    renewableFormula: "Own supply that was used, as a share of the load; curtailed is what own supply could have given besides.",
    costPerHourFormula: "Import of each site times the price of its zone, divided by 1000. Not what the tariff bills: that is settled afterwards.",
    atRiskFormula: "Jobs that are not promised, or whose last slot ends less than 15 min before the deadline.",
    source: "Source", age: "Age", formula: "How it is made", measuredAt: "Of the instant", frame: "Frame", meters: "meters", stale: "stale",
    powerBySite: "Power by site", planOf: "Plan of", inForce: "in force: decision", notTold: "no decision is in force: nothing of the plan was told", noPlan: "no plan yet", find: "Filter", order: "Sort by", byTight: "nearest to its limit", byMost: "most from the grid", byAstray: "furthest from plan", byName: "as in the case", beyond: "limit: beyond the scale", asTable: "As a table", plannedMost: "most planned", plan: "plan", limit: "limit", metered: "from the grid, metered", plannedLine: "from the grid, planned", now: "now",
    idle: "services, idle machines", losses: "cooling, losses", used: "own supply used", curtailed: "curtailed", calls: "calls",
    risks: "Deadlines at risk", ages: "How old what we know is", proposals: "Decisions awaiting approval", audit: "Audit",
    reason: "Reason, as the audit keeps it", leave: "Leave it", keys: "j k move · a approve · r reject · e explain · w what-if · f freeze · u release · / filter · l language · d dark",
    approve: "Approve", reject: "Reject", explain: "Explain", hide: "Hide why", because: "Because", against: "Against",
    undo: "Undo until", expires: "Expires", asks: "Asks", digest: "Digest", jobs: "jobs", moves: "Moves", in: "in", past: "past",
    flexibility: "Flexibility now", where: "Where", forHowLong: "For", delay: "Accepted delay", flexAbout: "by accepted delay of answers and ends of jobs; darker is dearer; expected under the plan",
    from_speed: "speed", from_packing: "packing", from_relocation: "relocation", from_time: "time", from_storage: "store", from_cooling: "cooling",
    whatIf: "What if", wholeFleet: "the whole fleet", byHowMuch: "By how much", solve: "Solve", solving: "solving …", otherWay: "the other way", changesCost: "Changes the cost by", provedBetween: "Proved to lie between", noPlanHolds: "no plan holds",
    whatIfAbout: "The plan is made again with one thing changed, and proved. Nothing is told.",
    if_price: "price of power", if_import: "import limit", if_carbon: "weight of carbon", if_demand: "demand charge", if_site: "site out of service", if_deadline: "its deadline", if_work: "its work",
    noProposals: "Nothing waits.", none: "none", site: "Site", facility: "Facility kW", it: "IT kW", import: "Import kW", planKw: "Plan kW", limitKw: "Limit kW",
    priceHead: "Price /MWh", carbonHead: "g CO₂/kWh", usedKw: "Renew. kW", curtailedKw: "Curtailed kW", less: "Less kW", more: "More kW", soc: "Store kWh",
    job: "Job", deadline: "Deadline", slack: "Slack", promised: "Promised", yes: "yes", no: "no", number: "No.", when: "When", what: "What", who: "Who",
    hash: "Hash", decision: "decision", freezeAbout: "No new acts from now on, until two people thaw. What was told holds until it ends by itself.",
    releaseAbout: "Undo every restraint, staggered within the ramp limit; then nothing new until two people thaw.",
    thawAbout: "Acts again. Takes two approvers.", unknownToken: "This token is not known, or not any more.",
    failed: "That did not reach the control room; try again.",
    as_of: "As of", policy: "Policy", stage: "Stage", situation: "Situation", dispatch: "Dispatch", rung: "Rung", refused: "Refused by the guard", answers: "Answers to work that came",
    doubts: "Doubtful values", owner: "Answerable", solver: "Solver", plan_cost: "Cost of the plan", lower_bound: "No plan costs less than", ruling: "Who says",
  },
  zh: {
    room: "▸ 控制室", skip: "转到待批决定", mode: "模式", isFrozen: "已冻结：不再下达新指令",
    mode_observe: "观察", mode_advise: "建议", mode_act: "执行", mode_emergency: "应急",
    freeze: "冻结", release: "释放", thaw: "解冻", other: "English", shade: "深色 / 浅色", close: "关闭",
    token: "令牌（由 `gridtide serve --new-token` 生成）", enter: "进入", opening: "控制室正在启动……",
    live: "实时", lost: "连接中断；显示的是旧数据", staleLine: "一段时间没有新数据；显示的是旧数据", simulated: "仿真",
    figures: "指标", load: "负荷", fromGrid: "购电", couldLess: "可减少", couldMore: "可增加",
    price: "电价", carbon: "碳强度", renewable: "自有可再生", costPerHour: "每小时费用", atRisk: "有风险",
    ofLimit: "上限", over: "超过上限", atOnce: "可立即调用", meanByImport: "按购电量加权", fromGridOnly: "仅购电部分", unknownValue: "未知",
    loadFormula: "各站点电表上一时段读数之和：IT、制冷与损耗。",
    fromGridFormula: "各站点电表购电功率之和，与并网容量及电网调用允许值对照。",
    couldLessFormula: "可中断且可移动的运行中作业的功率，加上储能可立即放出的功率。",
    couldMoreFormula: "储能可立即吸收的功率。",
    priceFormula: "各价区此刻电价，按各站点购电功率加权。",
    carbonFormula: "各区此刻碳强度，按各站点购电功率加权。",
    renewableFormula: "已使用的自有发电占负荷的比例；弃电为自有发电本可提供而未用的部分。",
    costPerHourFormula: "各站点购电功率乘以其电价，除以 1000。并非账单金额，账单事后结算。",
    atRiskFormula: "未承诺的作业，或最后时段结束距截止不足 15 分钟的作业。",
    source: "来源", age: "时效", formula: "计算方法", measuredAt: "所属时刻", frame: "帧", meters: "电表", stale: "已过期",
    powerBySite: "各站点功率", planOf: "计划制定于", inForce: "现行决定", notTold: "没有现行决定：计划尚未下达", noPlan: "尚无计划", find: "筛选", order: "排序", byTight: "最接近上限", byMost: "购电最多", byAstray: "偏离计划最大", byName: "按案例顺序", beyond: "上限：超出坐标范围", asTable: "以表格显示", plannedMost: "计划最高", plan: "计划", limit: "上限", metered: "购电（计量）", plannedLine: "购电（计划）", now: "现在",
    idle: "在线服务与空闲机器", losses: "制冷与损耗", used: "已用自有发电", curtailed: "弃电", calls: "电网调用",
    risks: "有风险的截止时间", ages: "数据时效", proposals: "待批准的决定", audit: "审计",
    reason: "理由（将写入审计）", leave: "放弃", keys: "j k 移动 · a 批准 · r 驳回 · e 解释 · w 假设 · f 冻结 · u 释放 · / 筛选 · l 语言 · d 深色",
    approve: "批准", reject: "驳回", explain: "解释", hide: "收起", because: "原因", against: "反对理由",
    undo: "可撤销至", expires: "失效", asks: "需要", digest: "摘要", jobs: "作业", moves: "移动", in: "还有", past: "已过",
    flexibility: "当前灵活性", where: "范围", forHowLong: "持续", delay: "可接受延迟", flexAbout: "按应答与作业完成的可接受延迟；颜色越深越贵；按计划预期",
    from_speed: "降速", from_packing: "合并", from_relocation: "转移", from_time: "推迟", from_storage: "储能", from_cooling: "制冷",
    whatIf: "假设分析", wholeFleet: "整个机群", byHowMuch: "变化量", solve: "求解", solving: "正在求解……", otherWay: "反方向", changesCost: "成本变化", provedBetween: "证明区间", noPlanHolds: "没有可行计划",
    whatIfAbout: "改变一个条件，重新制定并证明计划。不会下达任何指令。",
    if_price: "电价", if_import: "购电上限", if_carbon: "碳权重", if_demand: "需量电费", if_site: "站点停用", if_deadline: "作业截止时间", if_work: "作业工作量",
    noProposals: "没有待批的决定。", none: "无", site: "站点", facility: "设施 kW", it: "IT kW", import: "购电 kW", planKw: "计划 kW", limitKw: "上限 kW",
    priceHead: "电价 /MWh", carbonHead: "克 CO₂/kWh", usedKw: "可再生 kW", curtailedKw: "弃电 kW", less: "可减 kW", more: "可增 kW", soc: "储能 kWh",
    job: "作业", deadline: "截止", slack: "余量", promised: "已承诺", yes: "是", no: "否", number: "序号", when: "时间", what: "事项", who: "人员",
    hash: "哈希", decision: "决定", freezeAbout: "从现在起不再下达新指令，直到两人解冻。已下达的指令持续到其自行结束。",
    releaseAbout: "在爬坡限值内分批解除所有约束；之后不再下达新指令，直到两人解冻。",
    thawAbout: "恢复下达指令。需要两名批准人。", unknownToken: "令牌未知或已失效。",
    failed: "未能送达控制室；请重试。",
    as_of: "截至", policy: "策略", stage: "阶段", situation: "态势", dispatch: "调度", rung: "层级", refused: "被守卫拒绝", answers: "对新作业的答复",
    doubts: "存疑数值", owner: "责任方", solver: "求解器", plan_cost: "计划成本", lower_bound: "任何计划不低于", ruling: "由谁决定",
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

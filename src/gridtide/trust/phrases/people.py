"""What is said of rulings, envelopes and edits: who must be asked, and what does not fit."""

from collections.abc import Mapping

_RULINGS = {
    "frozen: nothing new is told": "已冻结：不下达新指令",
    "observe: nothing is told": "观察模式：不下达任何指令",
    "the guard found no dispatch that keeps everything: a person must look": "守卫找不到能遵守一切的调度：须由人查看",
    "nothing is changed": "没有变化",
    "until {at}": "至 {at}",
    "advise: a person approves each": "建议模式：每项由人批准",
    "inside the envelope": "在授权包络之内",
    "waits for a person": "等待人员",
    "nobody settled it in time; what was told before goes on": "无人及时处理；继续执行先前指令",
    "the newer decision {decision} stands in its place": "由更新的决定 {decision} 取代",
    "no envelope speaks of {what}": "没有包络涉及{what}",
    "{share} of the fleet's power, {most} may be moved": "占机群功率 {share}，至多可移动 {most}",
    "{kw} kW at {site}, {most_n} kW may be moved there": "{site} {kw} kW，该处至多可移动 {most_n} kW",
    "held for {hours_n} h, {most_n} h may be": "持续 {hours_n} h，至多 {most_n} h",
    "{jobs_n} jobs today, {most_n} may be touched": "今日 {jobs_n} 个作业，至多可动 {most_n} 个",
    "{hour_n} at {site} lies outside the hours that were signed": "{site} 的 {hour_n} 不在签署的时段之内",
    "cooling ahead or late": "提前或推迟制冷",
    "what plants make": "电源出力",
    "capacity offered to the grid": "向电网报出的容量",
    "nodes that rest": "休眠节点",
    "policy standing orders": "策略：维持现令",
    "policy act {digest}": "策略：执行 {digest}",
    "policy emergency": "策略：应急",
    "{decision} as {digest}": "{decision}（摘要 {digest}）",
    "it is dated before the proposal was made, {at}": "其日期早于提案时间 {at}",
    "it does not wait any more; read again what waits": "它已不再等待；请重新查看待批决定",
    "a {role} keeps nothing by reading": "{role} 角色的阅读不保留决定",
    "it stays for {seconds_n} s": "保留 {seconds_n} s",
    "{count_n} read already": "已有 {count_n} 人在阅读",
    "a person edited it": "由人修改",
    "{mode} is no mode; take one of {modes}": "{mode} 不是模式；请选 {modes}",
}
_MOVES = {
    "Move up to {powers} ({share_n} of the fleet)": "最多移动 {powers}（占机群 {share_n}）",
    "move up to {powers} ({share_n} of the fleet)": "最多移动 {powers}（占机群 {share_n}）",
    "Change {what}": "变更{what}",
    "change {what}": "变更{what}",
    "Give {count_n} jobs other slots": "为 {count_n} 个作业改换时段",
    "Give {count_n} job other slots": "为 {count_n} 个作业改换时段",
}
_ENVELOPES = {
    "envelope {name}": "包络 {name}",
    "a number": "数字",
    "a whole number": "整数",
    "1 to keep a mandatory limit at its time, 0 to ask a person first": "1 为到时执行强制限额，0 为先询问人员",
    "is no bound that is known": "不是已知的界限",
    "one of {names}": "{names} 之一",
    "Name one of these.": "请从中选择。",
    "between {least_n} and {most_n}": "介于 {least_n} 与 {most_n} 之间",
    "a quarter of an hour": "整刻钟",
    "named twice": "重复列出",
    "one bound a site": "每个站点一个界限",
    "Change it and ask again; nothing was changed.": "请修改后重试；没有作出任何变更。",
    "at most {share} of the fleet's power, {sites}, {jobs_n} jobs a day, held for {hours_n} h, between {from_n} "
    "and {until_n}; mandatory limits of the grid {mandatory}": (
        "至多占机群功率 {share}，{sites}，每日 {jobs_n} 个作业，持续 {hours_n} h，{from_n} 至 {until_n}；电网强制"
        "限额{mandatory}"
    ),
    "nothing at any site": "任何站点均不可动",
    "at their time": "到时执行",
    "wait for a person": "等待人员",
    "{kw_n} kW at {site}": "{site} {kw_n} kW",
}
_EDITS = {
    "Write it as 2026-11-23T02:00:00+08:00.": "请写成 2026-11-23T02:00:00+08:00。",
    "an instant with its offset from UTC": "带 UTC 偏移的时刻",
    "Name a job, a site or a power; approve or reject it as it is otherwise.": (
        "请指明作业、站点或功率；否则请按原样批准或驳回。"
    ),
    "changes nothing": "没有改动",
    "at least one change": "至少一处改动",
    "{kw_n} kW of a site that is left alone": "{kw_n} kW，而该站点不作改动",
    "0 to {most_n} kW": "0 至 {most_n} kW",
    "Say a power; both ways count alike.": "请填写功率；两个方向同等计算。",
    "{kw_n} kW, more than the {most_n} kW it may have at most": "{kw_n} kW，高于其上限 {most_n} kW",
    "one change of each thing": "每项只改一处",
    "Keep one of them.": "请保留其一。",
    "a job {name}": "作业 {name}",
    "begin {name}": "开始 {name}",
    "is to hold its meter as the grid was promised": "须按对电网的承诺保持其电表读数",
    "a site that owes nothing, or one that is left alone": "没有义务的站点，或不作改动的站点",
    "is of work that is never moved": "属于从不移动的作业",
    "work that may wait": "可等待的作业",
    "runs, and has no checkpoint to stop at": "正在运行，且没有可停的检查点",
    "work that may be stopped": "可停止的作业",
    "is given no place by this decision": "本决定没有为其安排位置",
    "a job that has one": "已有位置的作业",
    "from {at} on": "自 {at} 起",
    "done by {at}, the last step": "于最后时段 {at} 前完成",
    "{at}, which ends {end}": "{at}，结束于 {end}",
    "at its promise, {deadline}: begin by {latest}": "承诺时间为 {deadline}：最迟于 {latest} 开始",
    "is no job that is open": "不是未完成的作业",
    "a job of this decision": "本决定中的作业",
    "is left as it is already": "已维持原样",
    "a job that this decision changes": "本决定改动的作业",
    "is no site": "不是站点",
    "has no store of its own": "没有自己的储能",
    "a site with a store that no river fills": "具有储能（非水库）的站点",
    "Change that and ask again; nothing was changed.": "请修改后重试；没有作出任何变更。",
    "The guard refuses it: change less, or another thing, and ask again; nothing was changed.": (
        "守卫拒绝：请少改一些或改其他项后重试；没有作出任何变更。"
    ),
    "something that the decision does otherwise": "与本决定不同的改动",
    "Approve or reject the decision as it is.": "请按原样批准或驳回。",
}
PHRASES: Mapping[str, str] = {
    **_RULINGS,
    **_MOVES,
    **_ENVELOPES,
    **_EDITS,
}
"""By the English form."""

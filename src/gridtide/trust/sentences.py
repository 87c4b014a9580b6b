"""What the room says of decisions, answers and alarms, in English and Chinese: one table, figures in braces.

Chinese may leave a figure of the English out, and uses no other. A door renders either by the key.
"""

from collections.abc import Mapping
from typing import NamedTuple


class Sentence(NamedTuple):
    """One sentence in both languages."""

    english: str
    chinese: str


_DECISIONS = {
    "leave_all": Sentence("Leave everything as it is told", "一切维持已下达的指令"),
    "other_slots": Sentence("Give {count} job{plural} other slots", "为 {count} 个作业改换时段"),
    "move_power": Sentence(
        "{verb} up to {powers} ({share} of the fleet)",
        "最多移动 {powers}（占机群 {share}）",
    ),
    "power_at": Sentence("{kw} kW at {site}", "{site} {kw} kW"),
    "change_beyond": Sentence("{verb} {what}", "变更 {what}"),
    "jobs_by_reason": Sentence("jobs: {reasons}", "作业：{reasons}"),
    "reason_at_once": Sentence("{count} at once", "{count} 个立即运行"),
    "reason_protected": Sentence("{count} protected", "{count} 个受保护"),
    "reason_no_slack": Sentence("{count} without slack", "{count} 个没有余量"),
    "reason_kept": Sentence("{count} as an earlier plan placed them", "{count} 个沿用先前计划"),
    "reason_cheaper_later": Sentence("{count} cheaper later", "{count} 个稍后更便宜"),
    "reason_cheaper_elsewhere": Sentence("{count} cheaper elsewhere", "{count} 个他处更便宜"),
    "reason_cheaper_later_and_elsewhere": Sentence(
        "{count} cheaper later and elsewhere", "{count} 个稍后且他处更便宜"
    ),
    "reason_no_room_earlier": Sentence("{count} without room earlier", "{count} 个更早没有空位"),
    "reason_whole_is_cheaper": Sentence(
        "{count} so that the whole costs less", "{count} 个为使总成本更低"
    ),
    "reason_rule": Sentence("{count} by the policy's rule", "{count} 个按策略规则"),
    "reason_crowded": Sentence("{count} where there is less crowding", "{count} 个移到较空处"),
    "reason_in_turn": Sentence(
        "{count} one after the other, for the grid", "{count} 个为电网依次启停"
    ),
    "saving": Sentence(
        "{money} {currency} less is expected than by running at once at home",
        "预计比在本地立即运行节省 {money} {currency}",
    ),
    "stores_move": Sentence(
        "stores take in {taken} kWh and give {given} kWh within {hours} h",
        "储能在 {hours} h 内充入 {taken} kWh、放出 {given} kWh",
    ),
    "in_all_less": Sentence(
        "all of it costs {money} {currency} less than going on as it is, for energy and wear",
        "合计比照旧运行节省电能与损耗费用 {money} {currency}",
    ),
    "in_all_more": Sentence(
        "all of it costs {money} {currency} more than going on as it is, for energy and wear",
        "合计比照旧运行多花电能与损耗费用 {money} {currency}",
    ),
    "carbon_less": Sentence(
        "{kg} kg of CO2 less by the grid's average", "按电网平均强度减排 {kg} kg CO2"
    ),
    "carbon_more": Sentence(
        "{kg} kg of CO2 more by the grid's average", "按电网平均强度增排 {kg} kg CO2"
    ),
    "supply_more": Sentence(
        "{kwh} kWh of own supply are used that would be curtailed",
        "多消纳原本会弃掉的自有电源 {kwh} kWh",
    ),
    "supply_less": Sentence("{kwh} kWh more of own supply are curtailed", "自有电源多弃 {kwh} kWh"),
    "stores_rest_on_prices": Sentence(
        "what stores save rests on prices as of {issue}; it is gone where the hours in which they"
        " give are worth {share} less than expected",
        "储能的节省取决于 {issue} 发布的价格；若放电时段的价值比预计低 {share}，节省即消失",
    ),
    "by_prices": Sentence(
        "stores and requests follow the plan's prices", "储能与请求跟随计划中的价格"
    ),
    "nothing_cheaper": Sentence("nothing cheaper was found", "没有找到更便宜的做法"),
    "least_slack": Sentence(
        "{job} would have {slack} left at its deadline, {deadline} ({clock}), the least of all",
        "{job} 距截止时间 {deadline} 只剩 {slack}，余量最小",
    ),
    "rests_on_prices": Sentence(
        "the saving rests on prices as of {issue}; it is gone where the chosen hours cost"
        " {share} more than expected ({money} {currency})",
        "节省取决于 {issue} 发布的价格；若所选时段比预计贵 {share}（{money} {currency}），节省即消失",
    ),
    "jobs_stop": Sentence(
        "{count} running jobs would stop and start again",
        "{count} 个运行中的作业将停止后再启动",
    ),
    "guard_refused": Sentence(
        "the guard refused what was proposed first: {why}", "守卫拒绝了最初的提案：{why}"
    ),
    "doubtful": Sentence("some of what was seen is doubtful: {doubt}", "部分观测数据存疑：{doubt}"),
    "nothing_against": Sentence(
        "nothing that was looked for: deadlines, prices, work that stops, doubts",
        "所查各项均无异议：截止时间、价格、停止的作业、存疑数据",
    ),
    "edited_because": Sentence(
        "edited by {by} ({reason}): {edit}; {before}", "由 {by} 修改（{reason}）：{edit}；{before}"
    ),
    "edit_left": Sentence("{job} stays as it is told", "{job} 维持已下达的指令"),
    "edit_left_alone": Sentence("{site} is left alone", "{site} 不作改动"),
    "edit_begins": Sentence("{job} begins at {at}", "{job} 于 {at} 开始"),
    "edit_store_most": Sentence("the store of {site} at most {kw} kW", "{site} 储能至多 {kw} kW"),
    "edit_store_least": Sentence(
        "the store of {site} at least {kw} kW where it moves", "{site} 储能动作时至少 {kw} kW"
    ),
    "edit_moved_most": Sentence("{site} moves at most {kw} kW", "{site} 至多移动 {kw} kW"),
    "peak_let_go": Sentence(
        "{sites}: the store holds no peak any more, so a higher one may be billed",
        "{sites}：储能不再压制峰值，可能按更高峰值计费",
    ),
}
_ANSWERS = {
    "approved_by": Sentence("approved by {by}: {reason}", "{by} 已批准：{reason}"),
    "rejected_by": Sentence("rejected by {by}: {reason}", "{by} 已驳回：{reason}"),
    "advises_approval": Sentence("{by} advises to approve it: {reason}", "{by} 建议批准：{reason}"),
    "advises_rejection": Sentence("{by} advises to reject it: {reason}", "{by} 建议驳回：{reason}"),
    "advises_edit": Sentence(
        "{by} advises to edit it: {edit}: {reason}", "{by} 建议修改：{edit}：{reason}"
    ),
    "advised_enough": Sentence("{count} have advised already", "已有 {count} 人给出建议"),
    "edit_stands": Sentence(
        "decision {decision} stands in its place and waits for approval",
        "由决定 {decision} 取代，等待批准",
    ),
    "role_lacks": Sentence(
        "{by} is a {role}; it takes {asks}", "{by} 的角色是 {role}；需要 {asks}"
    ),
    "taken_before": Sentence(
        "this very answer was taken before; it is not taken twice", "这一答复已被采用，不会重复采用"
    ),
    "settled_already": Sentence(
        "it is {stage} already, by {by}", "它已是“{stage}”状态，由 {by} 作出"
    ),
    "misread": Sentence(
        "it names another proposal than the one that waits; read that and answer again",
        "答复所指并非正在等待的提案；请重新阅读后再答复",
    ),
    "no_reason": Sentence("it gives no reason; say why in a few words", "没有给出理由；请简要说明"),
    "frozen_first": Sentence(
        "frozen: nothing new is told; two people must thaw first",
        "已冻结：不下达新指令；须先由两人解冻",
    ),
    "observing_first": Sentence(
        "observe: nothing is told; two people must raise the mode",
        "观察模式：不下达任何指令；须由两人提升模式",
    ),
    "no_such_decision": Sentence("there is no such decision", "没有这一决定"),
    "decided_already": Sentence("it is {stage} already", "它已是“{stage}”状态"),
    "read_again": Sentence("read again what waits", "请重新查看待批决定"),
    "written_later": Sentence(
        "written down as soon as the store takes it: {missing}", "存储可写后即记入：{missing}"
    ),
    "so_already": Sentence("so already", "原本如此"),
    "holds_now": Sentence("holds now", "现已生效"),
    "all_let_go": Sentence(
        "every restraint is let go, and nothing new is told until two people thaw",
        "所有约束均已解除；在两人解冻之前不下达新指令",
    ),
    "two_agreed": Sentence(
        "holds now, asked by {first} and {second}", "现已生效，由 {first} 与 {second} 提出"
    ),
    "asked_already": Sentence(
        "{by} asked already; the second must be somebody else", "{by} 已提出；第二人须为他人"
    ),
    "waits_for_second": Sentence(
        "waits for a second approver until {until} UTC", "等待第二名批准人，至 {until} UTC"
    ),
    "asked_in_vain": Sentence(
        "what {by} asked is refused: {why}; this request {then}",
        "{by} 的请求被拒绝：{why}；本次请求{then}",
    ),
    "asked_expired": Sentence(
        "it was asked at {at} UTC and has expired", "请求于 {at} UTC 提出，已失效"
    ),
    "asked_of_another": Sentence(
        "what it was asked of has changed since", "请求所针对的状态已改变"
    ),
    "laid_aside": Sentence("; laid aside: {requests}", "；搁置：{requests}"),
    "request_by": Sentence("{what} asked by {by}", "{by} 提出的 {what}"),
    "one_operator": Sentence("an operator", "操作员"),
    "one_approver": Sentence("an approver", "批准人"),
    "one_admin": Sentence("an admin", "管理员"),
    "two_approvers": Sentence("two approvers", "两名批准人"),
}
_ALARMS = {
    "not_moved": Sentence(
        "told but not moved: {verdict}; look at {look_at}",
        "已下达但功率未动：{verdict}；请查看 {look_at}",
    ),
    "meter_changed": Sentence(
        "{meter} changed by {change} kW, {asked} kW were asked of {subject}",
        "{meter} 变化 {change} kW，要求 {subject} 变化 {asked} kW",
    ),
    "point_reads": Sentence(
        "{meter} reads {kw} kW; work there draws {told} kW with {subject} as told, {full} kW at full speed",
        "{meter} 读数 {kw} kW；{subject} 按下达应使那里的作业用电 {told} kW，全速为 {full} kW",
    ),
    "store_took": Sentence(
        "meters of {site} leave it {taken} kW, told were {told} kW",
        "按 {site} 电表，储能得到 {taken} kW，下达 {told} kW",
    ),
    "nodes_off": Sentence(
        "{off} accelerators of {place} are said to be off, IT reads {kw} kW, the others draw {most} kW at most",
        "{place} 自报 {off} 个加速卡已关机，IT 读数 {kw} kW，其余至多 {most} kW",
    ),
    "store_says": Sentence("{verdict}, it says {own} kW", "{verdict}，储能自报 {own} kW"),
    "heat_carried": Sentence(
        "{subject} says it carries out {own} kW of heat beyond its machines', told were {told} kW",
        "{subject} 自报在机器发热之外多排热 {own} kW，下达 {told} kW",
    ),
    "building_changed": Sentence(
        "{site} draws {change} kW more than a step before, that asks for {least} to {most} kW",
        "{site} 用电比上一步变化 {change} kW，按自报应为 {least} 至 {most} kW",
    ),
    "meters_against": Sentence(
        "{verdict}; at the meters, {meters}", "{verdict}；电表显示 {meters}"
    ),
    "plant_made": Sentence(
        "meters read {given} kW from {subject}, told were {told} kW",
        "电表显示 {subject} 发电 {given} kW，下达 {told} kW",
    ),
    "plant_says": Sentence("{verdict}, the plant says {own} kW", "{verdict}，机组自报 {own} kW"),
    "import_reads": Sentence(
        "{site} import reads {kw} kW, to be held below {most} kW",
        "{site} 购电读数 {kw} kW，应保持在 {most} kW 以下",
    ),
    "answered_share": Sentence(
        "{place} answered {share} of what came, told were {told}",
        "{place} 应答了 {share} 的请求，下达为 {told}",
    ),
    "answers_in_the_dark": Sentence(
        "{place} is said to answer {rate} requests a second at {kw} kW",
        "据称 {place} 以 {kw} kW 每秒应答 {rate} 个请求",
    ),
}
SENTENCES: Mapping[str, Sentence] = {**_DECISIONS, **_ANSWERS, **_ALARMS}
"""By key."""

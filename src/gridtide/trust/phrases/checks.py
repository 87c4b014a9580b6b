"""What the guard refuses of a dispatch, and what is said of calls of the grid and of rebound."""

from collections.abc import Mapping

_LIMITS = {
    "accelerators in use {value_n}": "占用加速卡 {value_n}",
    "accelerators {value_n}": "加速卡 {value_n}",
    "operating point {value_n}": "运行点 {value_n}",
    "it_power_kw {value_n}": "IT 功率 {value_n} kW",
    "import_kw {value_n}": "购电 {value_n} kW",
    "slots in order {value_n} after {before_n}": "时段次序：{value_n} 在 {before_n} 之后",
    "each later than the one before": "须逐个递增",
    "end {value_n}": "结束 {value_n}",
    "start {value_n}": "开始 {value_n}",
    "reserved time {value_n}": "预留时间 {value_n} s",
    "interruptions {value_n}": "中断 {value_n} 次",
    "moves of protected work {value_n}": "移动受保护作业 {value_n} 次",
    "place {value_n}": "位置 {value_n}",
    "place [{places}]": "位置 [{places}]",
    "answer time without queueing {value_n} s": "不计排队的应答时间 {value_n} s",
    "slower answer time without queueing {value_n} s": "较慢运行点不计排队的应答时间 {value_n} s",
    "{value_n} s and resident weights": "{value_n} s，且须驻留权重",
    "share of requests {least} to {most} in all": "请求占比合计 {least} 至 {most}",
    "{least} to {most} in all": "合计 {least} 至 {most}",
    "none below 0, at most 1 in all": "均不低于 0，合计至多 1",
    "share of slower answers {least}, {over} more in all than is sent there": (
        "较慢应答占比 {least}，合计比送达请求多 {over}"
    ),
    "{least}, {over} more in all than is sent there": "{least}，合计比送达请求多 {over}",
    "none below 0, at most what is sent there": "均不低于 0，至多为送达的请求",
    "battery charge_kw {value}": "储能充电 {value} kW",
    "battery discharge_kw {value}": "储能放电 {value} kW",
    "charge_kw {value_n}": "充电 {value_n} kW",
    "0, or at least {least_n}": "0，或至少 {least_n}",
    "0, full speed": "0，全速",
    "hall, kW of heat {value}": "机房热量 {value} kW",
    "cold store, kW of heat {value}": "蓄冷热量 {value} kW",
    "made_kw in an outage {value}": "停运期间发电 {value}",
    "made_kw {value}": "发电 {value}",
    "least made_kw {value}": "最低发电 {value}",
    "change of made_kw {value}": "发电变化 {value}",
    "{rate_n} kW a minute": "每分钟 {rate_n} kW",
    "plants told {value_n}": "下达的电源数 {value_n}",
    "the fleet": "机群",
    "offered_kw {value_n}": "报出容量 {value_n} kW",
    "offered_kw below 0 {value}": "报出容量低于 0：{value}",
    "battery discharge when called, kW {value}": "被调用时储能放电 {value} kW",
    "battery charge when called, kW {value}": "被调用时储能充电 {value} kW",
    "offered beyond what work can draw less, kW {value}": "报价超出作业可少用的功率 {value} kW",
    "offered beyond what work can draw more, kW {value}": "报价超出作业可多用的功率 {value} kW",
    "simultaneous response cap {value}": "同时响应上限 {value}",
    "{service} from {origin} at place {place_n}": "{service}（来自 {origin}，位置 {place_n}）",
    "{who} at {when_n} s": "{who}（{when_n} s）",
    "place {place_n} at {when_n} s": "位置 {place_n}（{when_n} s）",
}
_AT_ONCE = {
    "{rate_n} kW per minute into {when} UTC": "每分钟 {rate_n} kW，至 {when} UTC",
    "{rate_n} kW per minute": "每分钟 {rate_n} kW",
    "{what} {rate_n} kW per minute at {when_n} UTC": "{when_n} UTC {what}每分钟 {rate_n} kW",
    "{what} at once at {when_n} UTC, {kw_n} kW": "{when_n} UTC 立即{what}，{kw_n} kW",
    "in its turn, for which it has the time": "依次进行，时间足够",
}
_CALLS = {
    "met from both sides, behind limits and promises": "双向满足，次于限额与承诺",
    "taken back by who issued it": "已由发布方撤回",
    "declined: this policy weighs no calls": "已拒绝：此策略不权衡电网调用",
    "{reason}; {share} % if work comes as expected": "{reason}；若作业如预期到来则为 {share} %",
    "the opposite call at that time has the lower number of priority": "同一时段相反的调用优先级更高",
    "more is saved by the opposite call at that time": "同一时段相反的调用节省更多",
    "no plan holds without it": "不作此应答则没有可行计划",
    "it pays {paid} per MWh, its first MWh costs {cost} or more": "每 MWh 支付 {paid}，其首个 MWh 成本 {cost} 以上",
    "taken {part}: it pays {paid} per MWh, its last MWh costs {cost}": (
        "承担{part}：每 MWh 支付 {paid}，其最后一个 MWh 成本 {cost}"
    ),
    "by {share} %": " {share} %",
    "promises go before it": "承诺优先于它",
    "{kw_n} kW of that is promised": "其中 {kw_n} kW 已承诺",
    "after {call} draws": "{call} 之后用电",
    "{kw_n} kW at {when} UTC, {reason}": "{when} UTC {kw_n} kW，{reason}",
    "{first} and {second} have one priority and ask for {kw} and {other} kW at once: the lower holds": (
        "{first} 与 {second} 优先级相同，同时要求 {kw} 与 {other} kW：取较低者"
    ),
    "{call} asks for {kw} kW while {limit} leaves {most}: the limit holds": (
        "{call} 要求 {kw} kW，而 {limit} 只允许 {most}：以限额为准"
    ),
}
PHRASES: Mapping[str, str] = {
    "{subject}: {what}, allowed {allowed}": "{subject}：{what}，允许 {allowed}",
    "allowed {allowed}": "允许 {allowed}",
    **_LIMITS,
    **_AT_ONCE,
    **_CALLS,
}
"""By the English form."""

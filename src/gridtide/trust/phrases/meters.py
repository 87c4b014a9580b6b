"""What is doubted: values of signals, and readings of meters that no honest meter can give."""

from collections.abc import Mapping

_SIGNALS = {
    "{kind} of {zone}: {count_n} values from {since} UTC {reason}": (
        "{zone} 的 {kind}：自 {since} UTC 起 {count_n} 个数值{reason}"
    ),
    "outside {low} to {high}": "超出 {low} 至 {high}",
    "outside {low} to {high}, {reason}": "超出 {low} 至 {high}（{reason}）",
    "change by more than {most} per hour": "每小时变化超过 {most}",
    "issued {at} UTC, more than {oldest} ago": "发布于 {at} UTC，距今超过 {oldest}",
    "differ from what {sources} says": "与 {sources} 所述不符",
    "differ from what {sources} say": "与 {sources} 所述不符",
    "leap by more than {most} and back, which no second source shows": (
        "单点跳变超过 {most} 又返回，而没有第二来源佐证"
    ),
    "stand still, where the line never did for more than {hours_n} h in {days_n} days": (
        "停滞不变，而该序列 {days_n} 天内从未超过 {hours_n} h"
    ),
    "measured by its devices": "由其设备计量",
    "lie beyond {least} to {most}, {times} times as far as any two days of {days} went, and no other issue says the "
    "like": (
        "超出 {least} 至 {most}，即 {days} 天内任意两天最大偏离的 {times} 倍，且没有其他发布佐证"
    ),
    "the limits of {market}": "{market} 的限值",
}
_METERS = {
    "{what} reads {kw} kW, below 0": "{what}读数 {kw} kW，低于 0",
    "{what} reads {kw} kW, more than the {most} kW that {reason}": "{what}读数 {kw} kW，高于{reason} {most} kW",
    "its nodes can draw": "其节点可取用的",
    "its connection carries": "其并网容量",
    "IT reads {it} kW inside a facility of {facility} kW": "设施读数 {facility} kW，其中 IT 却读数 {it} kW",
    "grid and own supply less the facility leave {left} kW, {ways} can take or give {least} to {most} kW: one of "
    "these meters is wrong": (
        "电网与自有电源减去设施剩余 {left} kW，而{ways}可吸收或给出 {least} 至 {most} kW：其中有电表读数错误"
    ),
    "its store": "其储能",
    "its store and {others}": "其储能与{others}",
    "generators and {others}": "发电机与{others}",
    "plant and {others}": "电源与{others}",
    "holds {low} to {high} kWh": "可存 {low} 至 {high} kWh",
    "can hold {low} to {high} kWh {past} s after {before}": "{past} s 前为 {before}，现可存 {low} 至 {high} kWh",
    "store says {kwh} kWh, it holds {low} to {high} kWh": "储能自报 {kwh} kWh，而其可存 {low} 至 {high} kWh",
    "store says {kwh} kWh, it can hold {low} to {high} kWh {past} s after {before}": (
        "储能自报 {kwh} kWh，而 {past} s 前为 {before}，现可存 {low} 至 {high} kWh"
    ),
    "{said}; instead counts {instead}": "{said}；代之以 {instead}",
    "{of} {kw_n} kW by {by}": "{of} {kw_n} kW（依据{by}）",
    "{low} to {high} kWh, by its own power since it was believed at {at} UTC, and no more of it is used": (
        "{low} 至 {high} kWh（按其自身功率自 {at} UTC 最后可信时起推算），且不超出此范围使用"
    ),
    "the plan in force": "现行计划",
    "its power model": "其功率模型",
    "the forecast of its own supply": "其自有电源预测",
    "building, own supply and store": "楼宇、自有电源与储能",
}
_FOLLOWED = {
    "no meter reads {of}": "没有电表计量 {of}",
    "{name} does not say what it carries out": "{name} 未上报其排热",
    "no meter says what {name} gives, or it does not say itself": "没有电表说明 {name} 的出力，或其自身未上报",
    "no meter reads {site} import": "没有电表计量 {site} 购电",
    "not every meter of {site} reads": "{site} 并非所有电表都有读数",
    "nothing was asked, or no router says": "没有请求，或没有路由器上报",
    "{said}, by whole replicas": "{said}（按整副本计）",
    "cannot be told": "无法判断",
    "its scheduler and at the machines": "其调度器与机器",
    "its controller and at the meters of the site": "其控制器与站点电表",
    "told but not moved: aimed at {kw} kW less, measured are {given} kW less, since {at} UTC": (
        "已下达但功率未动：目标少用 {kw} kW，实测少用 {given} kW，自 {at} UTC 起"
    ),
}
PHRASES: Mapping[str, str] = {
    **_SIGNALS,
    **_METERS,
    **_FOLLOWED,
}
"""By the English form."""

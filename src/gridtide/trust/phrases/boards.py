"""What is said of boards at operating points, of boards and meters behind a set-point, and of what stores may hold."""

from collections.abc import Mapping

_POINTS = {
    "nodes that its scheduler does not name": "其调度器没有列出的节点",
    "job {job} runs on {nodes}, whose boards no device of this room has": (
        "作业 {job} 在 {nodes} 上运行，本控制室没有设备管理其板卡"
    ),
    "job {job} gets {point} once it runs": "作业 {job} 运行后采用 {point}",
    "the boards of job {job} stand at {point}": "作业 {job} 的板卡处于 {point}",
    "job {other} runs on the same boards, faster than at {point}": "作业 {other} 在同一板卡上运行，快于 {point}",
    "job {job} runs at {point}": "作业 {job} 以 {point} 运行",
    "it has no limit": "它没有时限",
    "{name} ends job {job} at its limit, whatever its speed": "无论速度如何，{name} 都会在时限结束作业 {job}",
    "it may run so long already": "它已可运行这么久",
    "the boards of job {job} are free": "作业 {job} 的板卡已解除约束",
    "not written down: {fault}": "未能记录：{fault}",
    "{said}; name its boards by node in `boards`": "{said}；请在 `boards` 中按节点列出其板卡",
    "{count_n} boards are free": "{count_n} 块板卡已解除约束",
    "not given back: {said}": "未归还：{said}",
    "what was told before ends by itself": "先前下达的将自行结束",
    "{unit} at {point}: {said}": "{unit} 采用 {point}：{said}",
    "job {job} was given {limit_n} s; Slurm does not have it so": "已给作业 {job} {limit_n} s；Slurm 中并非如此",
    "job {job} may run {limit_n} s since its start": "作业 {job} 自开始起可运行 {limit_n} s",
    "job {job} may run so long already": "作业 {job} 已可运行这么久",
}
_LINES = {
    "nothing runs on its boards": "其板卡上没有作业运行",
    "the way to its boards is too slow": "到其板卡的通路太慢",
    "{units} did not follow a cap": "{units} 没有跟随功率上限",
    "a service answers on these boards": "这些板卡上有服务在应答",
    "{job} may not be slowed": "{job} 不得降速",
    "its jobs run at several points": "其作业处于多个运行点",
    "the meter shows what cannot be; what is moved says itself how far": "电表读数不可能；由被调节者自报幅度",
    "the meter stands still: {kw} kW {times_n} times in a row while the site was moved; what is moved says "
    "itself how far": "站点被调节时电表停滞：连续 {times_n} 次为 {kw} kW；由被调节者自报幅度",
    "what {name} was told took {seconds_n} s to come back, more than a cycle of {cycle_n} s; nothing is told to "
    "it": "{name} 的指令用了 {seconds_n} s 才返回，超过周期 {cycle_n} s；不再向其下达",
    "{units}: told a cap, and draws more; left alone": "{units}：已下达上限但用电更多；不再动用",
    "{units} does not say what all its boards draw; none is told": "{units} 未报告其全部板卡用电；不向任何板卡下达",
}
_CONTENTS = {
    "{low_n} to {high_n} kWh, by its own power since it was believed at {at} UTC": (
        "{low_n} 至 {high_n} kWh，按自 {at} UTC 可信以来自身功率推算"
    ),
    "{site} store {contents}": "{site} 储能 {contents}",
    "{contents}, and no more of it is used": "{contents}，且不再多用",
    "nothing is decided until both agree: set right the one that is wrong": "两者一致之前不作决策：请校正有误的一方",
    "it does not say when it answered": "它没有说明应答时刻",
}
PHRASES: Mapping[str, str] = {
    **_POINTS,
    **_LINES,
    **_CONTENTS,
}
"""By the English form."""

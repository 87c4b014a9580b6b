"""How plans were proved, and how work that came was answered."""

from collections.abc import Mapping

_PROOFS = {
    "weak duality on the chords of the power curve; plan by {solver}": "功率曲线弦上的弱对偶；计划由 {solver} 得出",
    "weak duality on the chords of the power curve": "功率曲线弦上的弱对偶",
    "weak duality in {steps_n} steps; plan of {coarse_n} steps by {solver}": (
        "{steps_n} 个时段上的弱对偶；{coarse_n} 个时段的计划由 {solver} 得出"
    ),
    "HiGHS {version_n} simplex": "HiGHS {version_n} 单纯形法",
    "HiGHS {version_n} {method}": "HiGHS {version_n} {method}",
    "interior point": "内点法",
    "{solver} without presolve, with which it ended {status}": "{solver}（不做预求解，否则以 {status} 结束）",
    "with {rows_n} rows over many steps": "含 {rows_n} 行跨多时段约束",
    "as the {name} says that no plan holds: {status}": "因{name}称没有可行计划：{status}",
    "it found no plan whose rows hold": "没有找到满足各行的计划",
    "after {rounds_n} rounds cost and bound are {apart} apart": "{rounds_n} 轮后成本与下界相差 {apart}",
    "within {apart} of the bound": "距下界 {apart} 以内",
    "dual decomposition, {rounds_n} rounds, {steps_n} first-order steps, one program a site": (
        "对偶分解，{rounds_n} 轮，{steps_n} 个一阶步，每站点一个规划"
    ),
    "it ended after {rounds_n} rounds: {ended}": "{rounds_n} 轮后结束：{ended}",
    "a row is missed by {share} of its size": "有一行偏差为其大小的 {share}",
    "structured interior point, {rounds_n} rounds, {inner_n} of conjugate gradients": (
        "结构化内点法，{rounds_n} 轮，共轭梯度 {inner_n} 轮"
    ),
    "structured interior point, {rounds_n} rounds": "结构化内点法，{rounds_n} 轮",
    "infeasible: a lower bound lies above what anything can cost": "不可行：下界高于任何可能成本",
    "as {steps_n} steps are too few for another method": "因 {steps_n} 个时段太少，不宜用其他方法",
    "as the {name} refused: {reason}": "因{name}拒绝：{reason}",
    "simplex from a vertex near by": "自邻近顶点出发的单纯形法",
    "planned in the loop's own steps, as coarse ones hold no plan: {lacking}": (
        "按循环自身时段计划，因粗时段没有可行计划：{lacking}"
    ),
    "planned in {coarse_n} steps of up to {longest_n} min for {fine_n} of {shortest_n} min": (
        "以 {coarse_n} 个时段（最长 {longest_n} min）计划 {fine_n} 个 {shortest_n} min 时段"
    ),
    "in {over_n} steps a site would need more than it may import, before they are planned finely": (
        "细化前有 {over_n} 个时段某站点需求超过购电上限"
    ),
    "the plan found again misses a row by {share} of its size": "重新求得的计划有一行偏差为其大小的 {share}",
    "no plan costs less than {bound}, {cost} is stated": "任何计划成本不低于 {bound}，而所述为 {cost}",
    "a plan costs {cost}, as a bound {bound} is stated": "有计划成本为 {cost}，而所述下界为 {bound}",
}
_ADMISSION = {
    "room beside all promised work": "在已承诺作业之外有空位",
    "room after packing by deadline, where work without a promise gives way": (
        "按截止时间重排后有空位，无承诺作业让位"
    ),
    "room after packing by deadline": "按截止时间重排后有空位",
    "room that others left": "其他作业腾出的空位",
    "without a promise, it gives way to work that can keep its deadline": "没有承诺，让位于能按时完成的作业",
    "a limit was cut after its promise": "承诺之后限额被削减",
    "it did less than the slots it was told hold": "完成量少于所分时段应完成的量",
    "a limit was cut": "限额被削减",
    "{job}: promised, {reason}": "{job}：已承诺，{reason}",
    "{job}: at risk, {reason}": "{job}：有风险，{reason}",
    "{said}; {at_n} UTC could be promised": "{said}；可承诺 {at_n} UTC",
    "{count} at once, but no allowed place ever has that many free (at most {most_n})": (
        "须同时 {count}，但允许的位置从无如此多空闲（至多 {most_n}）"
    ),
    "{hours_n} h on {count} do not fit before {deadline} beside what is promised (slots of {minutes_n} min)": (
        "在已承诺作业之外，{deadline} 前放不下 {count} 上的 {hours_n} h（时段 {minutes_n} min）"
    ),
    "{count_n} accelerators": "{count_n} 块加速卡",
    "1 accelerator": "1 块加速卡",
    "{cause}: stopped without a checkpoint, asks again at the next step": (
        "{cause}：未存检查点即停止，下一时段重新申请"
    ),
    "it cannot pause and goes on to its end beyond its deadline": "无法暂停，将越过截止时间运行至结束",
    "{cause}; {said}": "{cause}；{said}",
}
PHRASES: Mapping[str, str] = {
    **_PROOFS,
    **_ADMISSION,
}
"""By the English form."""

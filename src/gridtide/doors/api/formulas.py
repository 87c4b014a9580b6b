"""How is a number of the page made? By the key of the number, of its panel, or the path it came by: one sentence each.

A number that is clicked says it in the language of the page; what has none of its own has that of its panel or path.
"""

from collections.abc import Mapping
from typing import NamedTuple


class Formula(NamedTuple):
    """One sentence in both languages."""

    english: str
    chinese: str


_PLAN = {
    "/api/plan": Formula(
        "The newest plan: what it would draw, make and store in each step, and what one more kWh of IT would cost.",
        "最新计划：每个时段的用电、发电与储能，以及多用 1 kWh IT 的代价。",
    ),
    "certificate": Formula(
        "Cost is that of the plan over its horizon; no plan at all can cost less than the lower bound, by duality.",
        "成本为计划期内的计划成本；由对偶性，任何计划都不可能低于下界。",
    ),
    "gap_share": Formula(
        "(Cost - lower bound) / cost of running all work at once at home.",
        "（成本 - 下界）÷ 全部作业在本地立即运行的成本。",
    ),
    "gap_of_saving_share": Formula(
        "(Cost - lower bound) / (run-at-once cost - lower bound): of what could still be saved.",
        "（成本 - 下界）÷（立即运行成本 - 下界）：尚可节省部分中的占比。",
    ),
    "run_at_once_cost": Formula(
        "The same work at once where its data are, at the same prices.",
        "同样的作业在数据所在处立即运行、按同样价格的成本。",
    ),
    "jobs": Formula(
        "Jobs as the orders in force place them, or as proposed where none are; slack is from the end of the last slot"
        " to the deadline.",
        "作业按现行指令安排，没有时按提案；余量为最后时段结束至截止时间。",
    ),
    "promise_price_per_h": Formula(
        "What the plan would save if one accelerator-hour of this promise were not due: its shadow price.",
        "若此承诺少一个卡时，计划可节省的金额，即其影子价格。",
    ),
    "it_price_per_kwh": Formula(
        "What one more kWh of IT there would cost: energy, carbon, cooling, peak, wear, regulation and limits.",
        "在该处多用 1 kWh IT 使计划增加的成本：电能、碳、冷却、峰值、损耗、调频与限额之和。",
    ),
}
_MARKETS = {
    "/api/markets": Formula(
        "Meters of this room, settled by the contract of each site at the prices that were published.",
        "本控制室电表读数，按各站点合同与已发布价格结算。",
    ),
    "import_kwh": Formula(
        "Metered import in kW times the hours of each step, added up.",
        "各时段计量购电 kW × 小时之和。",
    ),
    "energy_cost": Formula(
        "Metered import of each step times its price per MWh, divided by 1000, as the contract says.",
        "各时段计量购电 × 电价（每 MWh）÷ 1000，按合同计。",
    ),
    "peak_kw": Formula("The highest metered import of the month.", "本月最高计量购电功率。"),
    "demand_charge": Formula(
        "The peak of the month so far times the charge per kW and month.",
        "本月至今峰值 × 每 kW·月的需量电价。",
    ),
    "beyond_position_kwh": Formula(
        "|Metered - position| of each step beyond the share that is free.",
        "各时段 |计量 - 头寸| 超出免费比例的部分。",
    ),
    "deviation_charge": Formula(
        "Energy beyond the free share times the price of deviations.",
        "超出免费比例的电量 × 偏差价格。",
    ),
    "would_earn": Formula(
        "Offered kW times hours times the price of capacity, if it is taken.",
        "若被采纳：报出 kW × 小时 × 容量价。",
    ),
}
_MODEL = {
    "/api/power-model": Formula(
        "Meters of the last day beside what the model of each building gives for the IT power that was metered.",
        "最近一日的电表读数，与各楼宇模型按计量 IT 功率所得之值对照。",
    ),
    "model_bias_kw": Formula("The mean of metered less modelled power.", "计量减模型之均值。"),
    "model_error_kw": Formula("The mean of |metered - modelled| power.", "|计量 - 模型| 之均值。"),
    "plan_bias_kw": Formula("The mean of metered less planned power.", "计量减计划之均值。"),
    "plan_error_kw": Formula("The mean of |metered - planned| power.", "|计量 - 计划| 之均值。"),
    "pue": Formula("Metered facility power / metered IT power.", "计量设施功率 ÷ 计量 IT 功率。"),
    "pue_modelled": Formula(
        "Facility power by the model / metered IT power.", "模型设施功率 ÷ 计量 IT 功率。"
    ),
}
_TRUST = {
    "/api/sources": Formula(
        "What the newest turn saw: each series by its newest issue as of now, and what was doubted of it.",
        "最新一轮所见：各序列截至当前的最新发布，以及其中存疑的数值。",
    ),
    "age_s": Formula(
        "The server's clock less the instant of the newest issue.", "服务器时钟减去最新发布时刻。"
    ),
    "expected_share": Formula(
        "Steps of the horizon that a forecast stands for, as nobody has published them, as a share of all.",
        "计划期中因无人发布而由预测替代的时段占比。",
    ),
    "doubted": Formula(
        "Values that were taken out: outside what can be, too old, or against other sources.",
        "被剔除的数值：超出可能范围、过旧或与其他来源不符。",
    ),
    "autonomy": Formula(
        "As people signed it; the chain holds who, when and why.",
        "按人员签署；审计链记有何人、何时、为何。",
    ),
    "/api/audit/records": Formula(
        "Records of the chain, each with the SHA-256 over its text and the hash before it.",
        "链上记录，各含其文字与前一哈希的 SHA-256。",
    ),
    "one_record": Formula(
        "One record as it was written: its text, the SHA-256 over it and the hash before.",
        "一条记录的原文、其 SHA-256 与前一哈希。",
    ),
    "/api/audit/verification": Formula(
        "The hash of each record is computed anew and compared with what stands.",
        "重新计算每条记录的哈希并与所存对照。",
    ),
}
_FIRST = {
    "whatIf": Formula(
        "The plan of the decision solved again with one thing changed; by duality the change lies between both bounds.",
        "改变一个条件后重新求解该决定的计划；由对偶性，变化位于两个界之间。",
    ),
    "score": Formula(
        "(accuracy + delay + precision) / 3 over the last hour, as PJM scores regulation.",
        "最近一小时（精度 + 延迟 + 准度）÷ 3，按 PJM 调频评分。",
    ),
    "kw": Formula(
        "What can be drawn less or more at the meter for that long, by this class and this way.",
        "该类别以该方式在所选时长内、于电表处可少用或多用的功率。",
    ),
    "price_per_kwh": Formula(
        "From this price on it pays: what the delay, the restart or the wear costs per kWh.",
        "自此价格起划算：延迟、重启或损耗折合每 kWh 的成本。",
    ),
}
FORMULAS: Mapping[str, Formula] = {**_PLAN, **_MARKETS, **_MODEL, **_TRUST, **_FIRST}
"""By key of a number or panel, or by path."""

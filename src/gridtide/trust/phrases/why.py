"""Why a job runs where and when it does, and why requests go where they go."""

from collections.abc import Mapping

_CHOSEN = {
    "{job} runs at {place} from {when}, {because}": "{job} 自 {when} 起在 {place} 运行，{because}",
    "{place} instead of its home {home}": "{place}（而非其所属站点 {home}）",
    "{when} at operating point {point}": "{when}（运行点 {point}）",
    "{when}, {count_n} accelerators instead of {gang_n}": "{when}（{count_n} 块加速卡，而非 {gang_n} 块）",
    "{moment} ({clock})": "{moment}（{clock}）",
    "{job} holds no slots, {because}": "{job} 没有时段，{because}",
    "{because}: {cost_n} {currency} expected instead of {more_n} at once at home": (
        "{because}：预计 {cost_n} {currency}，而在本地立即运行为 {more_n}"
    ),
    "{cost} {currency} at once at home": "{cost} {currency}（本地立即运行）",
    "at once where its data are": "在数据所在处立即运行",
}
_BECAUSE = {
    "because no allowed place has its accelerators free before the deadline": (
        "因为截止时间之前没有允许的位置有足够空闲加速卡"
    ),
    "for there was no room to choose from": "因为没有空位可选",
    "because neither later slots nor other places are cheaper": "因为更晚时段与其他位置都不更便宜",
    "because unlabelled or protected work is never moved": "因为未标注或受保护的作业从不移动",
    "because later slots there are cheaper than earlier ones": "因为该处更晚时段比更早时段便宜",
    "because {place} is cheaper than {home} at that time": "因为该时段 {place} 比 {home} 便宜",
    "because {place} at that later time is cheaper than {home} at once": "因为较晚在 {place} 比立即在 {home} 便宜",
    "because its deadline leaves no other slots": "因为截止时间没有留下其他时段",
    "because earlier slots are taken by work promised before": "因为更早时段已被先前承诺的作业占用",
    "as decided before: nothing better has come up since": "沿用先前决定：此后没有更好的选择",
    "because with all waiting work placed so the fleet is expected to cost less than where prices alone would "
    "put each job": "因为如此安排全部等待作业，预计机群总成本低于仅按价格逐个安排",
    "because room is short where it may run: other work waits there without a promise, or as much again would "
    "not fit, so all of it runs as early as it fits": (
        "因为可运行处空位紧张：另有作业无承诺地等待，或再来同样多便放不下，故全部尽早运行"
    ),
    "because other work starts first: no more of the fleet may move at once than its cap on simultaneous "
    "response and the ramp rule of its site allow": (
        "因为其他作业先启动：机群同时变化不得超过同时响应上限与站点爬坡规则"
    ),
    "because the rule of the policy says so": "因为策略规则如此规定",
    "because a person who may approve gave it this begin": "因为有批准权的人员指定了这一开始时刻",
    "because the policy's proposal was refused and these slots keep its promise": (
        "因为策略提案被拒绝，而这些时段可守住其承诺"
    ),
}
_LIMITS = {
    "Its deadline kept it from cheaper slots": "截止时间使其无法用更便宜的时段",
    "Accelerators taken by other work kept it from cheaper slots": "其他作业占用加速卡，使其无法用更便宜的时段",
    "It may run at one place only": "它只能在一处运行",
    "Elsewhere is cheaper, but moving its data there would cost more than that saves": (
        "他处更便宜，但迁移数据的成本高于节省"
    ),
    "The cap on simultaneous response, or the ramp rule of its site, kept it from earlier slots": (
        "同时响应上限或站点爬坡规则使其无法用更早的时段"
    ),
    "The cap on simultaneous response of {most_n} kW per minute kept it from earlier slots; one more would have "
    "saved the plan {money} {currency} then": (
        "每分钟 {most_n} kW 的同时响应上限使其无法用更早的时段；每放宽 1 kW 可为计划节省 {money} {currency}"
    ),
    "Its deadline cannot be kept any more": "其截止时间已无法守住",
    "{said} (slack on arrival {slack_n})": "{said}（到达时余量 {slack_n}）",
    "slack on arrival {slack_n}": "到达时余量 {slack_n}",
    "Slack on arrival {slack_n}": "到达时余量 {slack_n}",
    "Its site is to meet a set-point of the grid from both sides: {said}": "其站点须双向满足电网设定值：{said}",
    "Fewer accelerators each do more of its work, which takes longer, and there is time": (
        "较少的加速卡各承担更多工作，用时更长，而时间足够"
    ),
    "More accelerators end its work sooner, though each does less of it, inside cheaper hours": (
        "较多的加速卡虽各承担较少，却能在便宜时段内更早完成"
    ),
    "At {point} its work takes longer than at full speed and less power, and there is time": (
        "在 {point} 下比全速更慢但更省电，而时间足够"
    ),
    "The best of the other places, {place}, would cost {cost_n} {currency}": (
        "其他位置中最好的 {place} 需 {cost_n} {currency}"
    ),
}
_BASIS = {
    "Price: {said}": "电价：{said}",
    "{source}, which the market does not change": "{source}（市场不改变）",
    "{source}, published {when}, {age_n} before the decision": "{source}，发布于 {when}，决策前 {age_n}",
    "a forecast from {source}, newest issue {when}, {age_n} before the decision": (
        "由 {source} 预测，最新发布 {when}，决策前 {age_n}"
    ),
    "Carbon counts {price_n} {currency}/t: an average of {there_n} g/kWh came there then, {home_n} at home at "
    "once": "碳按 {price_n} {currency}/t 计：届时该处平均 {there_n} g/kWh，本地立即运行为 {home_n}",
}
_FLOWS = {
    "{share_n} of {service} from {origin} is answered at {place} instead of {home}: {because}; the first token "
    "comes after {late_n} ms instead of {late_home_n} ms, {most_n} ms are allowed": (
        "来自 {origin} 的 {service} 有 {share_n} 在 {place} 应答，而非 {home}：{because}；首个词元 {late_n} ms 到"
        "达，而非 {late_home_n} ms，允许 {most_n} ms"
    ),
    "{place}, {share_n} of it slower,": "{place}（其中 {share_n} 较慢）",
    "home cannot answer them": "所属站点无法应答",
    "1,000 requests cost {cost_n} {currency} there and {home_n} at home": (
        "1,000 次请求在该处成本 {cost_n} {currency}，在所属站点 {home_n}"
    ),
    "{said}, where free machines or the peak leave no room for them": "{said}，而后者的空闲机器或峰值没有余地",
}
PHRASES: Mapping[str, str] = {
    **_CHOSEN,
    **_BECAUSE,
    **_LIMITS,
    **_BASIS,
    **_FLOWS,
}
"""By the English form."""

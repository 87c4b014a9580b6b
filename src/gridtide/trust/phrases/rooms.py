"""What a room says of itself and of what it hears: alarms, sources that are silent, makers of decisions on trial."""

from collections.abc import Mapping

_ROOM = {
    "{fault} (since {since} UTC)": "{fault}（自 {since} UTC 起）",
    "planner {said}; another makes the plan": "规划进程 {said}；由另一进程制定计划",
    "{process_n} ended with {code}": "{process_n} 以 {code} 结束",
    "planner is closed": "规划进程已关闭",
    "{name} does not answer: {reason}": "{name} 无应答：{reason}",
    "nothing can be written down: {reason}": "无法写入任何记录：{reason}",
    "no decision: {reason}": "未作决策：{reason}",
    "no turn was taken yet": "尚未进行任何一轮决策",
    "the control room is {standing}": "控制室处于 {standing}",
    "its loop ended: {fault}": "其循环已结束：{fault}",
    "the wall's was set by {seconds} s and is not followed: set it right, or restart the service": (
        "系统时钟被调整 {seconds} s，未予跟随：请校正时钟，或重启服务"
    ),
    "{name} tells of {at}, {ahead} s from now by the clock here: nothing is decided by a clock that is behind; "
    "set it right, and restart the service": (
        "{name} 所述时刻为 {at}，比本机时钟早 {ahead} s：时钟落后时不作决策；请校正时钟并重启服务"
    ),
    "the first plan did not come within {seconds_n} s": "首个计划未在 {seconds_n} s 内得出",
    "no plan came through {turns_n} turns; the newest was asked for at {since}": (
        "{turns_n} 轮没有计划得出；最近一次请求于 {since}"
    ),
    "{name}: {since}: {reason}": "{name}：{since}：{reason}",
    "not heard yet": "尚未收到数据",
    "silent since {at}": "自 {at} 起无数据",
    "broke: {fault}: {said}": "故障：{fault}：{said}",
    "{name} broke: {fault}: {said}": "{name} 故障：{fault}：{said}",
    "readings are not kept: {reason}": "读数未保存：{reason}",
    "readings are kept again; {count_n} were left out": "读数恢复保存；其间缺失 {count_n} 条",
    "no device of this fleet is told about {what}": "本机群没有设备可接受关于 {what} 的指令",
    "a fault of the line": "通道故障",
    "{store} has not said for {seconds_n} s what it holds; nothing is told to it": (
        "{store} 已 {seconds_n} s 未报告电量；不向其下达指令"
    ),
    "{store} moves around {kw} kW until {until}": "{store} 围绕 {kw} kW 动作，至 {until}",
}
_LEFT_ALONE = {
    "job {job}, comment, {key}": "作业 {job} 备注 {key}",
    "an instant with offset, as 2026-11-23T09:00+08:00": "带偏移的时刻，如 2026-11-23T09:00+08:00",
    "checkpoint, sigstop or never": "checkpoint、sigstop 或 never",
    "an absolute path": "绝对路径",
    "done or rename": "done 或 rename",
    "each key once": "每个键一次",
    "scontrol update JobId={job} Comment=… with it mended; until then the job is not moved": (
        "请以 scontrol update JobId={job} Comment=… 修正；在此之前不移动该作业"
    ),
    "a key that nothing reads": "无人读取的键",
    "site, class, deadline, pause, checkpoint or whole": "site、class、deadline、pause、checkpoint 或 whole",
    "it is kept as it is; leave it, or mend its name": "保持原样；可留着，或修正其名",
    "job {job} of Slurm": "Slurm 作业 {job}",
    "a record as Slurm 22.05 and later write it": "Slurm 22.05 及更新版本的记录",
    "the job is left out; compare `squeue --json` with docs/slurm.md": (
        "略去该作业；请将 `squeue --json` 与 docs/slurm.md 对照"
    ),
    "job_state {raw} is no state": "job_state {raw} 不是状态",
    "Mend the annotation; until then it counts as not said.": "请修正注解；在此之前视为未声明。",
    "an RFC 3339 instant with its zone": "带时区的 RFC 3339 时刻",
    "checkpoint, sigstop or never; it counts as never": "checkpoint、sigstop 或 never；视为 never",
    "is no name": "不是名称",
    "lower-case letters, digits, '-' and '.'": "小写字母、数字、'-' 与 '.'",
    "It is left alone; look at who made it.": "不予处理；请查其创建者。",
    "one line of at most {most_n} letters": "一行，至多 {most_n} 个字符",
    "it says {said}; declare one of {names}": "其声明为{said}；请声明 {names} 之一",
    "no class": "没有类别",
    "the class {name}": "类别 {name}",
    "none: the case has no class": "无：案例没有类别",
    "it stands at {place}; the case has {places}": "它位于 {place}；案例有 {places}",
    "no place": "无位置",
    "it asks for {count_n} accelerators; {place} decides on 1 to {most_n}": (
        "它申请 {count_n} 块加速卡；{place} 可决定 1 至 {most_n} 块"
    ),
    "it states no run limit; promises rest on one, submit it with a time limit": (
        "它没有声明运行时限；承诺以此为据，请带时限提交"
    ),
    "{names} and {count_n} more": "{names} 等另 {count_n} 个",
    "jobs of {name} run at {place}, {point}; not at {other}": "{name} 的作业在 {place} {point} 运行；不在 {other}",
    "jobs of {name} run at {place}, {point}": "{name} 的作业在 {place} {point} 运行",
}
_WITHIN_LIMITS = {
    "{label}: {site} may draw {kw_n} kW at most, {start_n} to {end_n} UTC; {said}": (
        "{label}：{site} 至多可用 {kw_n} kW，{start_n} 至 {end_n} UTC；{said}"
    ),
    "{label}: {site} may feed in {kw_n} kW at most, {start_n} to {end_n} UTC; {said}": (
        "{label}：{site} 至多可上网 {kw_n} kW，{start_n} 至 {end_n} UTC；{said}"
    ),
    "kept by the standing rule, whoever is asked about the rest": "按常设规则执行，其余仍须询问人员",
    "it waits for a person, as the envelope says": "按包络规定等待人员",
    "frozen: nothing is told until two people thaw, or somebody keeps it by hand": (
        "已冻结：两人解冻前不下达指令，或由人手动执行"
    ),
    "observe: nothing is told; somebody must keep it by hand": "观察模式：不下达指令；须由人手动执行",
    "the guard lets nothing through that keeps it: {reason}; a person must look": (
        "守卫未放行任何可满足它的调度：{reason}；须由人查看"
    ),
    "a limit is over: what it held is let go": "限额已结束：解除其约束",
}
_MAKERS = {
    "taken back to shadow on {at} UTC, {house} decides: {said}; an approver signs again with --after-flag {flag}": (
        "于 {at} UTC 退回影子模式，由 {house} 决策：{said}；须批准人以 --after-flag {flag} 重新签署"
    ),
    "what it decided would cost {share} of a usual day more than the house": (
        "其决策比自有策略多耗一个平常日成本的 {share}"
    ),
    "what it began today costs {share} of a usual day more than the house": (
        "其今日所启动的比自有策略多耗一个平常日成本的 {share}"
    ),
    "the guard refused its decision: {breach}": "守卫拒绝了其决策：{breach}",
    "it had no answer: {fault}": "它没有答复：{fault}",
    "was off by {share} of what its meter read on {day}": "{day} 与其电表读数相差 {share}",
    "its learned building {flag}: people are asked for each decision until an approver signs again with "
    "--after-flag {id}": "其学习楼宇模型{flag}：每项决定须询问人员，直到批准人以 --after-flag {id} 重新签署",
    "its learned building was right for {clean_n} of {days_n} whole days: people are asked for each decision": (
        "其学习楼宇模型在 {days_n} 个整日中有 {clean_n} 日正确：每项决定须询问人员"
    ),
}
PHRASES: Mapping[str, str] = {
    **_ROOM,
    **_LEFT_ALONE,
    **_WITHIN_LIMITS,
    **_MAKERS,
}
"""By the English form."""

"""What became of acts, as devices and the room say: told, held, refused, expired, not moved; and why one is silent."""

from collections.abc import Mapping

_TOLD = {
    "on its way to {device}": "正在送往 {device}",
    "{device} is not told any more: the room is closed": "{device} 不再接受指令：控制室已关闭",
    "expired at {at}, while {device} was busy": "已于 {at} 失效，当时 {device} 正忙",
    "expired at {at}, while nobody could say who leads": "已于 {at} 失效，当时无法确认由谁主导",
    "another came while {device} was busy": "{device} 正忙时又来了另一条指令",
    "{device}: no word of what came of {subject}, told at {at}; look at {look_at}, whose answer is waited for": (
        "{device}：{subject} 于 {at} 下达，结果未知；请查看 {look_at}，正等待其答复"
    ),
    "{device}: no word of what came of {subject}, told at {at}; look at the device, nothing more is told to it "
    "until then": "{device}：{subject} 于 {at} 下达，结果未知；请查看设备，在此之前不再向其下达",
    "{device}: {what} until {until}": "{device}：{what}，至 {until}",
    "read back: it holds": "已回读：仍然有效",
    "read back: it does not hold": "已回读：已不生效",
    "{subject} lets nothing go; it ends by itself": "{subject} 无可解除；将自行结束",
    "the agent died while it was done; read {subject} back": "执行期间代理退出；请回读 {subject}",
    "frozen by {who}": "已由 {who} 冻结",
    "it is just being let go": "正在解除",
    "not begun, since it could not be written down: {fault}": "未开始，因为无法记录：{fault}",
    "{device} failed with {fault}: {said}": "{device} 失败（{fault}）：{said}",
    "{device} is none of {devices}": "{device} 不在 {devices} 之内",
    "the brain leads": "由控制室主导",
    "released by {who}": "由 {who} 释放",
    "longer than {seconds_n} s; the site leads itself": "超过 {seconds_n} s；站点自行运行",
    "{who} is silent {since}": "{who} 无应答：{since}",
    "until {until} is longer than {hours_n} h, which this site allows": "至 {until} 超过本站点允许的 {hours_n} h",
    "{asked} is below {name} = {bound_n} of this site": "{asked} 低于本站点的 {name} = {bound_n}",
    "{asked} is above {name} = {bound_n} of this site": "{asked} 高于本站点的 {name} = {bound_n}",
    "{what} is not known here": "此处不识 {what}",
    "nothing held it": "原本没有约束",
    "{kind} until {until_n}": "{kind}，至 {until_n}",
}
_IMPORTS_AND_SPLITS = {
    "no meter says what {site} draws now: nothing holds it": "没有电表说明 {site} 当前用电：无从保持",
    "{site} store does not hold the import: {said}": "{site} 储能未保持购电：{said}",
    "{site} import is held below {kw_n} kW by its store until {until}": (
        "{site} 购电由其储能保持在 {kw_n} kW 以下，至 {until}"
    ),
    "{site} import is held no more": "{site} 购电不再受控",
    "below {kw_n} kW": "低于 {kw_n} kW",
    "nobody says what comes for {service} now; nothing was told": "目前无人报告 {service} 的请求量；未下达任何指令",
    "nobody says what comes for {service}: {fault}": "无人报告 {service} 的请求量：{fault}",
    "{place} needs {need_n} replicas, {most_n} are allowed": "{place} 需 {need_n} 个副本，允许 {most_n} 个",
    "{place} runs {count_n} already": "{place} 已运行 {count_n} 个",
    "{place} runs {count_n}": "{place} 运行 {count_n} 个",
    "{place}, {count_n} replicas: {said}": "{place}，{count_n} 个副本：{said}",
    "{said} until {until_n}": "{said}，至 {until_n}",
    "replicas have no slower point; take [[service.slower]] out of the case": (
        "副本没有较慢运行点；请从案例中去掉 [[service.slower]]"
    ),
    "{count_n} replicas of {service} are wanted until {until_n}": "{service} 需 {count_n} 个副本，至 {until_n}",
    "nothing is wanted any more": "不再需要任何副本",
}
_AGENTS = {
    "no word from the agent of {site} within {seconds_n} s; it may still do it": (
        "{seconds_n} s 内没有 {site} 代理的消息；它仍可能执行"
    ),
    "expired at {at}, before the agent of {site} came for it": "已于 {at} 失效，{site} 的代理此前未来取",
    "the agent of {site} was not heard {since}; is it running?": "{since}没有 {site} 代理的消息；它在运行吗？",
    "{name} of {site} is no store that its agent reads": "{site} 的 {name} 不是其代理所读的储能",
    "{name} of {site} does not answer its agent": "{site} 的 {name} 对其代理无应答",
    "{path}: {fault}; is gridtide-power running there?": "{path}：{fault}；该处 gridtide-power 在运行吗？",
    "hung up without an answer": "未应答即断开",
    "an answer above {bytes_n} bytes": "应答超过 {bytes_n} 字节",
    "no word of what came of it": "结果未知",
    "{kw} kW is outside {low_n} to {high_n} kW": "{kw} kW 超出 {low_n} 至 {high_n} kW",
    "{unit} is none of {known}": "{unit} 不在 {known} 之内",
    "{subject}: {error}; {step}": "{subject}：{error}；{step}",
    "this board or driver cannot; leave it off the allow-list": "此板卡或驱动不支持；请从允许名单中去掉",
    "run the power agent as root, or with CAP_SYS_ADMIN": "请以 root 或 CAP_SYS_ADMIN 运行功率代理",
    "stay between the limits that `nvidia-smi -q -d POWER` prints": "请保持在 `nvidia-smi -q -d POWER` 所示限值之内",
    "compare with the UUIDs that `nvidia-smi -L` prints": "请与 `nvidia-smi -L` 所列 UUID 对照",
    "the board fell off the bus or wants a reset; look at the kernel's log": "板卡掉线或需复位；请查看内核日志",
    "load the NVIDIA driver, and see that it fits its library": "请加载 NVIDIA 驱动并确认与其库匹配",
    "look at the kernel's log": "请查看内核日志",
    "is no vector of samples with service and origin, as a query of Prometheus answers": (
        "不是 Prometheus 查询所答的、含 service 与 origin 的样本向量"
    ),
    "no rate at an instant": "没有某一时刻的速率",
    "a label that is no text": "标签不是文字",
    "more than {bytes_n} bytes": "超过 {bytes_n} 字节",
}
_SLURM = {
    "`{command}` printed no id: {said}": "`{command}` 没有打印编号：{said}",
    "`{command}`: {said}; see scontrol ping": "`{command}`：{said}；请看 scontrol ping",
    "exit code {code_n}": "退出码 {code_n}",
    "`{command}` gave no answer within {seconds_n} s; see whether slurmctld runs: scontrol ping": (
        "`{command}` 在 {seconds_n} s 内无应答；请查 slurmctld 是否运行：scontrol ping"
    ),
    "`{command}` could not be run: {error}; install the client of Slurm or say in which folder it is": (
        "`{command}` 无法运行：{error}；请安装 Slurm 客户端或指明其目录"
    ),
    "`{command}` printed nothing to read: {error}; it needs Slurm 21.08 or later": (
        "`{command}` 没有可读输出：{error}；需要 Slurm 21.08 或更新"
    ),
    "it says nothing of itself": "它没有自述",
    "{path} of {where}: {said}; see slurmrestd -s list": "{where} 的 {path}：{said}；请看 slurmrestd -s list",
    "{where} lets nobody in with this token; renew it: scontrol token": (
        "{where} 不接受此令牌；请更新：scontrol token"
    ),
    "{path} of {where}: {said}": "{where} 的 {path}：{said}",
    "{path} of {where} gave no jobs: {error}": "{where} 的 {path} 没有给出作业：{error}",
    "{where} does not answer: {said}; see whether slurmrestd runs": (
        "{where} 无应答：{said}；请查 slurmrestd 是否运行"
    ),
    "{job} is no id of a job of Slurm": "{job} 不是 Slurm 作业编号",
    "Slurm knows no job {job}": "Slurm 没有作业 {job}",
    "job {job}: {said}": "作业 {job}：{said}",
    "{at} is more than {longest} ahead, the longest that is told": "{at} 超过可下达的最长提前量 {longest}",
    "nothing of ours holds job {job}": "我方没有约束作业 {job}",
    "job {job} is still ending: tell it again": "作业 {job} 仍在结束：请重新下达",
    "job {job}: its owner lets it begin from {own} on; {at} is earlier": (
        "作业 {job}：其所有者允许自 {own} 起开始；{at} 更早"
    ),
    "job {job} may begin already": "作业 {job} 已可开始",
    "job {job} begins at {at} already": "作业 {job} 已定于 {at} 开始",
    "Slurm knows job {job} no more": "Slurm 已没有作业 {job}",
    "job {job} may begin from {at} on": "作业 {job} 自 {at} 起可开始",
    "job {job} begins at {at}": "作业 {job} 于 {at} 开始",
    "job {job} was told to begin at {at}; Slurm has it {states}, to begin at {begin}": (
        "作业 {job} 被告知于 {at} 开始；Slurm 中为 {states}，于 {begin} 开始"
    ),
    "it is {state}; only a waiting job is told when to begin": "状态为 {state}；只有等待中的作业可指定开始时刻",
    "it is held ({reason}); gridtide neither holds nor lets go what others hold": (
        "它被挂起（{reason}）；gridtide 不动他人挂起的作业"
    ),
    "begins at {until}": "于 {until} 开始",
    "partition {name} is not on the list of those that may be touched": "分区 {name} 不在可动名单上",
    "user {name} is not on the list of those whose jobs may be touched": "用户 {name} 不在可动名单上",
    "account {name} is not on the list of those whose jobs may be touched": "账户 {name} 不在可动名单上",
    "it stands for several jobs; only single jobs and single tasks are moved": (
        "它代表多个作业；只移动单个作业或单个任务"
    ),
    "its comment declares nothing; a job is moved only where its owner says what it is": (
        "其备注没有声明；只移动所有者已声明的作业"
    ),
    "there is no checkpoint": "没有检查点",
    "the checkpoint is of {at}, before the signal": "检查点写于 {at}，早于信号",
    "it was written over the old one, not renamed over it": "它直接覆盖旧检查点，而非以改名替换",
    "it is still growing": "仍在增大",
    "no {done} was written after it: it may be half": "其后没有写 {done}：可能不完整",
}
_PAUSES = {
    "the pause of job {job} is under way": "作业 {job} 的暂停正在进行",
    "it stands still until {until} already": "它已静止至 {until}",
    "a pause until {until} is over before it begins": "至 {until} 的暂停尚未开始即已结束",
    "it is {state}; only a running job is paused": "状态为 {state}；只有运行中的作业可暂停",
    "its owner does not permit a pause; pause=checkpoint in its comment would": (
        "其所有者不允许暂停；备注中写 pause=checkpoint 即可"
    ),
    "its comment names no checkpoint; checkpoint=/path says where it writes one": (
        "其备注没有指明检查点；checkpoint=/path 说明写在何处"
    ),
    "it cannot be put back into the queue; sbatch --requeue permits that": "它不能退回队列；sbatch --requeue 可允许",
    "{nodes_n} nodes and {count_n} accelerators": "{nodes_n} 个节点与 {count_n} 块加速卡",
    "it has {found}; only work of one node without any stands still in memory": (
        "它有 {found}；只有单节点且无加速卡的作业可在内存中静止"
    ),
    "no partition is named for the job that lets it go on; set wake_partition": (
        "没有为唤醒作业指定分区；请设置 wake_partition"
    ),
    "a newer act stands": "已有更新的指令",
    "{until}, when the pause was to end, has come": "暂停应结束的时刻 {until} 已到",
    "no node of partition {partition} takes the job that would let it go on: sinfo -p {other}": (
        "分区 {partition} 没有节点接受唤醒作业：sinfo -p {other}"
    ),
    "it does not stand still though Slurm was told": "已告知 Slurm，但它没有静止",
    "it goes on": "它继续运行",
    "{error}; nothing holds the job": "{error}；作业没有任何约束",
    "{error}; the job runs on": "{error}；作业继续运行",
    "job {wake}, which should let it go on, does not wait for {until}": "应唤醒它的作业 {wake} 没有等到 {until}",
    "it stands still; job {wake} lets it go on at {until}": "它已静止；作业 {wake} 于 {until} 唤醒它",
    "others suspended it, and others let it go on": "由他人挂起，也由他人恢复",
    "it stands still though Slurm was told to let it go on": "已告知 Slurm 恢复，但它仍静止",
    "the job is {state} after the signal: does its script trap it?": (
        "信号后作业状态为 {state}：其脚本是否捕获该信号？"
    ),
    "the job is {state} before its checkpoint came": "检查点写出之前作业已是 {state}",
    "{lacks} within {grace_n} s of the signal; the job runs on": "信号后 {grace_n} s 内{lacks}；作业继续运行",
    "Slurm knows the job no more after its requeue": "退回队列后 Slurm 已没有该作业",
    "Slurm started it again at once: it runs on from there": "Slurm 立即重新启动：它从该处继续运行",
    "the job is {state} after its requeue": "退回队列后作业状态为 {state}",
    "saved at {at}, begins at {begin}": "已于 {at} 保存，于 {begin} 开始",
    "it is still ending: tell it again": "它仍在结束：请重新下达",
    "Slurm took the requeue and did not do it": "Slurm 接受了退回队列但没有执行",
    "{said}; it waits and begins at {begin}": "{said}；它等待并于 {begin} 开始",
    "it waits, but begins at {begin}: tell it again": "它在等待，但于 {begin} 开始：请重新下达",
    "it says of no checkpoint": "它没有报告检查点",
    "its last checkpoint is of {at}, before it was asked": "其最近检查点写于 {at}，早于请求",
    "it says of a checkpoint at {at}, which has not come": "它报告的检查点时刻 {at} 尚未到来",
    "its checkpoint is of step {step_n}, behind step {before_n}": "其检查点为第 {step_n} 步，落后于第 {before_n} 步",
}
_KUBERNETES = {
    "{verb} {path}: {code_n} {said}; {mend}": "{verb} {path}：{code_n} {said}；{mend}",
    "renew the credentials in the kubeconfig": "请更新 kubeconfig 中的凭据",
    "grant it in the role of gridtide (docs/kubernetes.md)": "请在 gridtide 的角色中授权（docs/kubernetes.md）",
    "take it out of the plan: it was deleted, or never was": "请从计划中去掉：它已删除或从未存在",
    "somebody else changed it in the same moment; it is told again in the next turn": (
        "他人同时作了修改；下一轮重新下达"
    ),
    "it is gone for good; take it out of the plan": "它已不复存在；请从计划中去掉",
    "look at the object and at what admits changes to it": "请查看该对象及其准入规则",
    "it is told again in the next turn": "下一轮重新下达",
    "the cluster asks for less; it is told again in the next turn": "集群要求降低频率；下一轮重新下达",
    "look at the API server": "请查看 API 服务器",
    "{url}: {error}: {said}; look at the API server, the network and the kubeconfig": (
        "{url}：{error}：{said}；请查看 API 服务器、网络与 kubeconfig"
    ),
    "the answer is no object of JSON": "应答不是 JSON 对象",
    "{place} has no floor and ceiling; annotate gridtide.io/replicas-min and -max": (
        "{place} 没有上下限；请注解 gridtide.io/replicas-min 与 -max"
    ),
    "{said}; checkpoint of {at}": "{said}；检查点写于 {at}",
    "{subject} names no {known}; as jobs/NAMESPACE/NAME or clusterqueues/NAME": (
        "{subject} 不是 {known}；写作 jobs/NAMESPACE/NAME 或 clusterqueues/NAME"
    ),
    "told {sequence_n} by the leader of epoch {epoch_n} already ({told})": (
        "第 {epoch_n} 届主导者已下达 {sequence_n}（{told}）"
    ),
    "{job} declares pause: sigstop; Kubernetes cannot keep a pod still in memory": (
        "{job} 声明 pause: sigstop；Kubernetes 不能让 Pod 在内存中静止"
    ),
    "{job} declares no gridtide.io/pause: checkpoint, so it is never paused": (
        "{job} 没有声明 gridtide.io/pause: checkpoint，故从不暂停"
    ),
    "{place} declares no gridtide.io/class, so it is left to its scheduler": (
        "{place} 没有声明 gridtide.io/class，故交由其调度器"
    ),
    "{place} is none of the queues {queues} that may be closed": "{place} 不在可关闭的队列 {queues} 之内",
    "{place}: {replicas_n} replicas; {least_n} to {most_n} are allowed": (
        "{place}：{replicas_n} 个副本；允许 {least_n} 至 {most_n} 个"
    ),
    "{place} is held by its owner ({switch}) and stays so": "{place} 由其所有者挂起（{switch}），保持不变",
    "the sweeper in namespace {name} was never seen: {place} would stay held; start it": (
        "命名空间 {name} 的清扫器从未出现：{place} 会一直被挂起；请启动它"
    ),
    "the sweeper in namespace {name} shows no life since {at}: {place} would stay held; start it": (
        "命名空间 {name} 的清扫器自 {at} 起无活动：{place} 会一直被挂起；请启动它"
    ),
    "Kueue has no Workload for it yet": "Kueue 尚无其 Workload",
    "{place} is in none of the namespaces {names}": "{place} 不在命名空间 {names} 之内",
    "it says another name of itself": "它自称另一名称",
    "{told} was done before": "{told} 先前已执行",
    "{job} has ended": "{job} 已结束",
    "{job} does not run; give it a begin instead": "{job} 没有运行；请改为指定开始时刻",
    "{place} has begun; pause or resume it": "{place} 已开始；请暂停或恢复它",
    "{place} is held so until {until} already": "{place} 已如此挂起至 {until}",
    "{place}: {said}; somebody sets it back": "{place}：{said}；有人将其改回",
    "{place}: until {until}, which has passed": "{place}：至 {until}，该时刻已过",
    "nothing of gridtide holds {place}": "gridtide 没有约束 {place}",
    "{place} is {standing} by itself": "{place} 自行处于 {standing}",
    "{place} was told anew meanwhile": "{place} 其间收到新指令",
    "{place} wrote no checkpoint within {time}: {stale}; it runs on": (
        "{place} 在 {time} 内没有写检查点：{stale}；继续运行"
    ),
    "{switch} was moved by somebody else to {value} and stays so": "{switch} 已被他人改为 {value}，保持不变",
    "{switch} reads {stands} after it was set": "设置后 {switch} 读作 {stands}",
    "{switch} is {before} again": "{switch} 已恢复为 {before}",
    "{place} {switch} {value} until {until_n}": "{place} {switch} {value}，至 {until_n}",
}
_MODBUS = {
    "{name}: charge {charge_n} kW, discharge {discharge_n} kW; one is 0, the other not below": (
        "{name}：充电 {charge_n} kW，放电 {discharge_n} kW；其一须为 0，另一不低于 0"
    ),
    "{name} would itself go down to {kwh_n} kWh, below the reserve of {reserve_n} kWh; set its reserve first": (
        "{name} 自身会降至 {kwh_n} kWh，低于备用 {reserve_n} kWh；请先设置其备用"
    ),
    "{name} holds {kwh_n} kWh and would give {gives_n}: below the reserve of {reserve_n} kWh; ask for less, or "
    "shorter": "{name} 存有 {kwh_n} kWh，将放出 {gives_n}：低于备用 {reserve_n} kWh；请减少或缩短",
    "{name} {kind} {value} {unit} until {until_n}": "{name} {kind} {value} {unit}，至 {until_n}",
    "{subject} is not {name}": "{subject} 不是 {name}",
    "{name} takes no set-point": "{name} 不接受设定值",
    "{name}: until {until}, less than a second from now": "{name}：至 {until}，不足一秒",
    "{name} was told {value} and reads {stands}; it rests": "{name} 被告知 {value}，读数为 {stands}；已复位",
    "the lease was not renewed: {error}": "租约未续期：{error}",
    "the set-point was not moved: {error}": "设定值未移动：{error}",
    "{name}: its map has no register air": "{name}：其寄存器表没有 air",
    "{name} is not led by its chiller: {said}": "{name} 未由其冷机带动：{said}",
    "{name}: {kw_n} kW; 0, or from its least of {least_n} kW to {most_n} kW": (
        "{name}：{kw_n} kW；应为 0，或自其最小出力 {least_n} kW 至 {most_n} kW"
    ),
    "it does not rest: {error}": "它没有复位：{error}",
    "illegal function; look at `table` in the map": "非法功能码；请查映射中的 `table`",
    "illegal address; look at the address in the map": "非法地址；请查映射中的地址",
    "illegal value; look at range and scale in the map": "非法值；请查映射中的范围与比例",
    "the device failed; look at it": "设备故障；请查看",
    "the device needs longer; ask less often": "设备需更长时间；请降低频率",
    "the device is busy; ask less often": "设备正忙；请降低频率",
    "the gateway has no path; look at its settings": "网关没有路径；请查其设置",
    "the device behind the gateway does not answer; look at its line": "网关后的设备无应答；请查其线路",
    "look at the maker’s list": "请查厂家清单",
    "exception {code_n}, {said}": "异常 {code_n}，{said}",
    "register {number_n}: {said}": "寄存器 {number_n}：{said}",
    "register {number_n}: {words_n} words came; look at it": "寄存器 {number_n}：收到 {words_n} 个字；请查看",
    "{name}: does not answer; look at network, address and device": "{name}：无应答；请查网络、地址与设备",
    "{name}: the line was lost ({error}); look at network and device": "{name}：连接中断（{error}）；请查网络与设备",
    "counter stands at {counted_n} for {seconds_n} s; its registers are frozen: restart it": (
        "计数器停在 {counted_n} 已 {seconds_n} s；其寄存器已冻结：请重启"
    ),
    "reads {value} {unit}, outside {range}; look at the device and at the map": (
        "读数 {value} {unit}，超出 {range}；请查设备与映射"
    ),
    "reads {value} {unit}, outside {range}; with the words {order} it would read {other}: mend word_order in the "
    "map": "读数 {value} {unit}，超出 {range}；若字序为 {order} 则为 {other}：请修正映射中的 word_order",
    "{value} {unit} is outside {range}": "{value} {unit} 超出 {range}",
    "{value} {unit} does not fit into {kind}; mend the scale in the map": (
        "{value} {unit} 放不进 {kind}；请修正映射中的比例"
    ),
}
PHRASES: Mapping[str, str] = {
    **_TOLD,
    **_IMPORTS_AND_SPLITS,
    **_AGENTS,
    **_SLURM,
    **_PAUSES,
    **_KUBERNETES,
    **_MODBUS,
}
"""By the English form."""

"""What jobs and stores do between two decisions: plain loops over the slots they were told."""

import numpy as np
from numba import njit
from numpy.typing import NDArray

Whole = NDArray[np.int64]
Real = NDArray[np.float64]


@njit(cache=True, error_model="numpy")
def run_jobs(
    slots_of: tuple[Whole, Whole],
    place: Whole,
    gang: Whole,
    limits: tuple[Whole, Whole, Whole],
    progress: tuple[Whole, Whole, Whole, Whole],
    work_class: Whole,
    span: tuple[int, int, int, int],
    busy: Real,
    occupied: Whole,
) -> None:
    """Run each job through the slots it was told in [span start, span end).

    slots_of: (offsets (n+1,), slots) by number of the step. limits: (true run time, declared limit,
    restart), seconds. progress, changed in place: (seconds done, last step run or -2, second at which
    it ended or -1, second from which it can run). span: (first step, end step, step length, second at
    which step 0 starts). busy: accelerators in use, mean over the step, (classes, P, end - first), and
    occupied: accelerators held, (P, end - first); both are added to.
    """
    offsets, slots = slots_of
    true_s, declared_s, restart_s = limits
    done_s, last_step, ended_s, available_s = progress
    first, end, step_s, origin_s = span
    for job in range(gang.shape[0]):
        for index in range(offsets[job], offsets[job + 1]):
            step = slots[index]
            if step < first or step >= end or ended_s[job] >= 0:
                continue
            start_s = origin_s + step * step_s
            if available_s[job] > start_s:
                continue
            lost_s = restart_s[job] if done_s[job] > 0 and last_step[job] != step - 1 else 0
            lost_s = min(lost_s, step_s)
            stop_s = min(true_s[job], declared_s[job])
            used_s = min(step_s - lost_s, stop_s - done_s[job])
            done_s[job] += used_s
            last_step[job] = step
            busy[work_class[job], place[job], step - first] += (
                gang[job] * (lost_s + used_s) / step_s
            )
            occupied[place[job], step - first] += gang[job]
            if done_s[job] >= stop_s:
                ended_s[job] = start_s + lost_s + used_s


@njit(cache=True, error_model="numpy")
def run_stores(
    demand_kw: Real,
    supply_kw: Real,
    orders: tuple[Real, Real, Real],
    store: tuple[Real, Real, Real, Real, Real, Real],
    limits: tuple[Real, Real],
    hours: Real,
    seen: tuple[Real, Real, Real, Real, Real, Real],
) -> None:
    """Charge and discharge as ordered, as far as the store and the meter allow, step by step.

    demand_kw: facility power, (S, T). orders: (charge_kw, discharge_kw), (S, T), and the import the store
    holds its site to, (S,): above it the store charges less, then gives what it has. store, per site:
    (soc_kwh, changed in place, energy_kwh, least energy, charge efficiency, discharge efficiency, largest
    discharge in kW).
    limits: (import_max_kw, (S, T), export_max_kw, (S,)). seen, filled: (import_kw, export_kw, charge_kw,
    discharge_kw, unused_supply_kw, soc_kwh), (S, T).
    """
    charge_order, discharge_order, level = orders
    soc, energy, least, into, out_of, most = store
    import_max, export_max = limits
    imported, exported, charged, discharged, unused, soc_seen = seen
    for site in range(demand_kw.shape[0]):
        for t in range(demand_kw.shape[1]):
            h = hours[t]
            net = demand_kw[site, t] - supply_kw[site, t]
            above = net - min(level[site], import_max[site, t])
            charge = min(charge_order[site, t], max(0.0, -above))
            discharge = max(discharge_order[site, t], min(above, most[site]))
            charge = min(charge, (energy[site] - soc[site]) / (into[site] * h))
            discharge = min(discharge, (soc[site] - least[site]) * out_of[site] / h)
            charge = max(charge, 0.0)
            discharge = max(discharge, 0.0)
            both = min(charge, discharge)
            charge -= both
            discharge -= both
            charge = max(0.0, min(charge, import_max[site, t] - net))
            discharge = max(0.0, min(discharge, net + export_max[site]))
            net = net + charge - discharge
            soc[site] += into[site] * charge * h - discharge * h / out_of[site]
            imported[site, t] = max(net, 0.0)
            exported[site, t] = min(max(-net, 0.0), export_max[site])
            unused[site, t] = max(-net, 0.0) - exported[site, t]
            charged[site, t] = charge
            discharged[site, t] = discharge
            soc_seen[site, t] = soc[site]

/** A site in time as bars: what was metered, then what is planned, on one scale. */

import { coming, heard, metered } from "./heard.js";

/** The classes of work that are planned, in the order of the case; each has its colour at every site. */
export function classNames() {
  const planned = heard.ahead?.sites[0]?.plan_by_class_kw;
  return Object.keys(planned ?? heard.values.sites?.[0]?.by_class_kw ?? {});
}

/** Bars of a site: metered, then planned. Each [start, end, values as the room names them]; rows: losses, idle machines, classes */
export function barsOf(name, classes) {
  const rows = (of, it, facility) => [facility === null || it === null ? null : Math.max(facility - it, 0), it === null ? null : Math.max(it - classes.reduce((sum, key) => sum + (of[key] ?? 0), 0), 0), ...classes.map((key) => of[key] ?? null)];
  const back = metered(name).map(([start, end, one]) => [start, end, { ...one, metered: true, rows: rows(one.by_class_kw ?? {}, one.it_kw ?? null, one.facility_kw ?? null) }]);
  const { site, steps } = coming(name);
  const on = steps.map(([start, end, step]) => {
    const at = (lists) => Object.fromEntries(Object.entries(lists ?? {}).map(([key, list]) => [key, list?.[step] ?? null]));
    const one = at(site);
    const [supply, unused] = [one.supply_kw ?? null, one.plan_unused_supply_kw];
    const own = { renewable_used_kw: supply === null ? null : Math.max(supply - (unused ?? 0), 0), renewable_curtailed_kw: unused };
    return [start, end, { ...one, ...own, rows: rows(at(site.plan_by_class_kw), one.plan_it_kw ?? null, one.plan_facility_kw ?? null) }];
  });
  return [...back, ...on];
}

/** Where a scale ends: above all that is drawn, and above the limit where it is near. */
export function highest(bars) {
  const most = (of) => Math.max(0, ...bars.map(([, , one]) => of(one)));
  const load = most((one) => Math.max(one.import_kw ?? 0, one.plan_import_kw ?? 0, one.rows.reduce((sum, kw) => sum + (kw ?? 0), 0)));
  const limit = most((one) => one.import_max_kw ?? 0);
  return Math.max(1.04 * (limit < 2.2 * load ? Math.max(limit, load) : load), 1);
}

/** Whether more is drawn, or planned to be, than is allowed. */
export function breached(one) {
  return (one.metered ? one.import_kw : one.plan_import_kw) > one.import_max_kw * (1 + 1e-6) + 1;
}

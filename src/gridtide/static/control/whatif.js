/** What would it cost otherwise? A decision's plan solved again with one thing changed; nothing is told. */

import { ask, whyNot } from "./asking.js";
import { heard } from "./heard.js";
import { $, fill, options, put } from "./made.js";
import { list } from "./tabs/drawn.js";
import { money, word } from "./words.js";

/** What may be changed: of a site, of a job or of all; by how much at first. */
const CHANGES = { deadline: ["job", "-1h"], work: ["job", "+10%"], price: ["site", "+10%"], import: ["site", "-500kW"], carbon: ["all", "+10%"], demand: ["site", "+10%"], site: ["site", "out"] };
let about = null;
let found = [];

/** Open the question about a decision. @param {object} one */
export function wonderWhat(one) {
  about = one;
  found = [];
  put("whatif-title", `${word("whatIf")}: ${one.title}`);
  options("whatif-job", [["", word("wholeFleet")], ...(one.jobs ?? []).slice(0, 200)]);
  options("whatif-site", siteNames());
  kinds();
  show();
  $("whatif").showModal();
  $("whatif-kind").focus();
}

export function prepareWhatIf() {
  $("whatif-job").onchange = kinds;
  $("whatif-kind").onchange = amount;
  $("whatif-form").onsubmit = (event) => {
    event.preventDefault();
    solve();
  };
}

/** Sites that may be chosen. */
export const siteNames = () => (heard.ahead?.sites ?? []).map((site) => site.site);

function kinds() {
  const some = Object.keys(CHANGES).filter((kind) => CHANGES[kind][0] !== "job" || $("whatif-job").value);
  options("whatif-kind", some.map((kind) => [kind, word(`if_${kind}`)]));
  amount();
}

function amount() {
  const kind = $("whatif-kind").value;
  $("whatif-site").disabled = CHANGES[kind][0] !== "site";
  $("whatif-amount").disabled = kind === "site";
  $("whatif-amount").value = CHANGES[kind][1];
}

/** Ask for one more; the newest answer stands first. */
async function solve() {
  const [kind, job] = [$("whatif-kind").value, $("whatif-job").value];
  const change = [kind, CHANGES[kind][0] === "site" ? $("whatif-site").value : "", $("whatif-amount").value.trim()].filter(Boolean).join(" ");
  put("whatif-said", word("solving"));
  const asked = `change=${encodeURIComponent(change)}${job ? `&job=${encodeURIComponent(job)}` : ""}`;
  try {
    const { status, said } = await ask(`/api/decisions/${about.id}/what-if?${asked}`);
    put("whatif-said", status === 200 ? "" : whyNot(said));
    if (status === 200) found = [[said, job], ...found];
  } catch {
    put("whatif-said", word("notReached"));
  }
  show();
}

/** Every answer so far: what it costs more or less, and between which bounds that is proved. */
function show() {
  const currency = heard.ahead?.currency ?? "";
  const rows = found.flatMap(([said, job]) => {
    const one = said.what_ifs[0];
    return [one, one.opposite].filter(Boolean).map((side) => ({
      what: side === one ? `${one.what_if}${job ? ` · ${job}` : ""}` : word("otherWay"),
      changesCost: side.cost === null ? `${word("noPlanHolds")}: ${side.refused.join("; ")}` : `${signed(side.cost)} ${currency}`,
      provedBetween: side.cost === null ? "" : `${signed(side.least)} … ${signed(side.most)}`,
    }));
  });
  const plan = found[0]?.[0].plan;
  put("whatif-plan", plan ? `${word("plan_cost")}: ${money(plan.cost)} ${currency} · ${word("lower_bound")} ${money(plan.lower_bound)}` : word("whatIfAbout"));
  fill("whatif-rows", ...(rows.length ? [list("whatIf", rows)] : []));
}

function signed(value) {
  const text = money(Math.abs(value));
  return Number(text.replaceAll(",", "")) === 0 ? text : `${value > 0 ? "+" : "−"}${text}`;
}

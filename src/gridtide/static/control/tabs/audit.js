/** Audit: the chain backwards, by kind, person or decision; one record whole; whether the chain is as it was written. */

import { ask } from "../asking.js";
import { made } from "../made.js";
import { named } from "../words.js";
import { facts, list, panel } from "./drawn.js";

const KINDS = ["", "decision", "people", "outcome", "refused request", "no decision", "checkpoint", "maker", "other"];
const RECORDS = "/api/audit/records";
let wanted = { kind: "", who: "", decision: "" };
let [before, whole, verdict] = [null, null, ""];

export const auditPath = () => `${RECORDS}?${new URLSearchParams({ count: 40, ...(before === null ? {} : { before }), ...wanted })}`;

export function drawAudit(chain, again) {
  const label = (key, box) => made("label", { children: [`${named(key)} `, box] });
  const take = (key, box) => {
    box.onchange = () => ((wanted = { ...wanted, [key]: box.value.trim() }), (before = null), again());
    return label(key, box);
  };
  const kinds = made("select", { children: KINDS.map((kind) => made("option", { value: kind, text: named(kind || "any"), selected: kind === wanted.kind })) });
  const text = (key) => take(key, made("input", { value: wanted[key], maxLength: 128 }));
  const go = (key, off, act, kind = "") => made("button", { type: "button", text: named(key), disabled: off, onclick: act, kind });
  const rows = chain.items.map(({ number, says, kind, who, hash }) => ({
    number: go(String(number), false, async () => ((whole = (await ask(`${RECORDS}/${number}`)).said), again()), "plain"),
    when: says.at ?? says.as_of, kind, what: summary(says), who, hash: hash.slice(0, 12),
  }));
  const asks = made("p", { kind: "asks", children: [take("kind", kinds), text("who"), text("decision"), go("newest", before === null, () => ((before = null), again())), go("older", chain.next === null, () => ((before = chain.next), again()))] });
  const { says, text: written, ...rest } = whole ?? {};
  return [
    panel("chain_whole", "/api/audit/verification", [made("p", { text: named("verify_about") }), go("verify", false, () => verify(again), "strong"), made("p", { text: verdict, role: "status" })]),
    whole && panel("one_record", `${RECORDS}/${rest.number}`, [facts(Object.entries(rest)), made("pre", { text: JSON.stringify(says, null, 1), tabIndex: 0 })]),
    panel("tab_audit", RECORDS, [asks, facts([["records", chain.records], ["looked_at", chain.looked_at]]), list("tab_audit", rows)]),
  ];
}

function summary(says) {
  const of = says.stage ? `${named(says.stage)} ${String(says.id).slice(0, 12)}` : says.ticket ? `${named(String(says.fate))} ${String(says.ticket).slice(0, 12)}` : "";
  return [says.what, of, says.subject, says.said, says.why, says.reason, says.checkpoint?.number].filter(Boolean).join(" · ").slice(0, 300);
}

async function verify(again) {
  let checkpoints = 0;
  for (let start = 0; start !== null; ) {
    const { status, said } = await ask(`/api/audit/verification?start=${start}`);
    if (status !== 200) return;
    checkpoints += said.checkpoints;
    verdict = said.broken === null ? `${said.end} ${named("records_whole")} · ${checkpoints} ${named("checkpoints")}` : `${named("broken_at")} ${said.broken}`;
    start = said.next;
    await again();
  }
}

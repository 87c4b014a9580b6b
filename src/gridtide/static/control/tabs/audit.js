/** Audit: the chain backwards, by kind, person or decision; one record whole; whether the chain is as it was written. */

import { ask } from "../asking.js";
import { button, made } from "../made.js";
import { named } from "../words.js";
import { facts, list, panel } from "./drawn.js";

const RECORDS = "/api/audit/records";
let wanted = { kind: "", who: "", decision: "" };
let [before, whole, verdict] = [null, null, () => ""];

export const auditPath = () => `${RECORDS}?${new URLSearchParams({ count: 40, ...(before === null ? {} : { before }), ...wanted })}`;

export function drawAudit(chain, again) {
  const label = (key, box) => made("label", {}, `${named(key)} `, box);
  const take = (key, box) => {
    box.onchange = () => ((wanted = { ...wanted, [key]: box.value.trim() }), (before = null), again());
    return label(key, box);
  };
  const kinds = made("select", {}, ["", ...chain.kinds].map((kind) => made("option", { value: kind, selected: kind === wanted.kind }, named(kind || "any"))));
  const text = (key) => take(key, made("input", { value: wanted[key], maxLength: 128 }));
  const go = (key, off, act, kind = "") => button(kind, named(key), act, { disabled: off });
  const rows = chain.items.map(({ number, says, kind, who, hash }) => ({
    number: go(String(number), false, async () => ((whole = (await ask(`${RECORDS}/${number}`)).said), again()), "plain"),
    when: says.at ?? says.as_of, kind, what: summary(says), who: shortened(who), hash: hash.slice(0, 12),
  }));
  const asks = made("p.asks", {}, take("kind", kinds), text("who"), text("decision"), go("newest", before === null, () => ((before = null), again())), go("older", chain.next === null, () => ((before = chain.next), again())));
  const { says, text: written, ...rest } = whole ?? {};
  return [
    panel("chain_whole", "/api/audit/verification", [made("p", {}, named("verify_about")), go("verify", false, () => verify(again), "strong"), made("p", { role: "status" }, verdict())]),
    whole && panel("one_record", `${RECORDS}/${rest.number}`, [facts(Object.entries(rest)), made("pre", { tabIndex: 0 }, JSON.stringify(says, null, 1))]),
    panel("tab_audit", RECORDS, [asks, facts([["records", chain.records], ["looked_at", chain.looked_at]]), list("tab_audit", rows)]),
  ];
}

/** Who is answerable; of a decision that stands in the place of another the first digits. */
export const shortened = (who) => String(who || "–").replace(/^([0-9a-f]{12})[0-9a-f]{52}$/, "$1");

/** What a record says, in short. */
export function summary(says) {
  const of = says.stage ? `${named(says.stage)} ${String(says.id ?? says.decision).slice(0, 12)}` : says.ticket ? `${named(String(says.fate))} ${String(says.ticket).slice(0, 12)}` : "";
  return [says.what ?? (of ? "" : says.kind), of, says.status, says.subject, says.said, says.why, says.reason, says.checkpoint?.number].filter(Boolean).join(" · ").slice(0, 300);
}

async function verify(again) {
  let checkpoints = 0;
  for (let start = 0; start !== null; ) {
    const { status, said } = await ask(`/api/audit/verification?start=${start}`);
    if (status !== 200) return;
    checkpoints += said.checkpoints;
    verdict = () => (said.broken === null ? `${said.end} ${named("records_whole")} · ${checkpoints} ${named("checkpoints")}` : `${named("broken_at")} ${said.broken}`);
    start = said.next;
    await again();
  }
}

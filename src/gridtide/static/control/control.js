/** The control room: what is so, what waits for people, and what people do. Text only, never markup. */

import { ask, findToken, forgetToken, keepToken, listen } from "./asking.js";
import { instant, number, span, speak, speakOther, word } from "./words.js";

const STALE_MS = 20_000;
const LOOK_MS = 1_000;
const SITE_COLUMNS = [
  ["facility", "facility_kw"], ["it", "it_kw"], ["import", "import_kw"], ["plan", "plan_import_kw"], ["limit", "import_max_kw"],
  ["price", "price_per_mwh"], ["carbon", "carbon_g_per_kwh"], ["used", "renewable_used_kw"], ["curtailed", "renewable_curtailed_kw"],
  ["less", "could_less_kw"], ["more", "could_more_kw"],
];
const $ = (id) => document.getElementById(id);
const seen = { frame: null, proposals: [], entries: [], state: null, chosen: 0, explained: new Map(), heardAt: 0, last: "", connected: false };
window.__frames = 0;

/** An element with text and children. @param {string} name @param {object} more */
function made(name, { text, kind, children = [], ...more } = {}) {
  const node = document.createElement(name);
  if (text !== undefined) node.textContent = text;
  if (kind) node.className = kind;
  Object.assign(node, more);
  node.append(...children);
  return node;
}

/** @param {string} id @param {string[]} heads @param {Array<Array<string|HTMLElement>>} rows */
function table(id, heads, rows, kind = "") {
  const head = made("tr", { children: heads.map((text) => made("th", { text, scope: "col" })) });
  const body = rows.map((row) => made("tr", { children: row.map((cell) => (typeof cell === "string" ? made("td", { text: cell }) : cell)) }));
  $(id).className = kind;
  $(id).replaceChildren(made("thead", { children: [head] }), made("tbody", { children: body }));
}

function showFrame() {
  const values = seen.frame?.values;
  if (!values) return;
  $("at").textContent = instant(values.at, true);
  $("mode").textContent = values.mode ?? "–";
  $("frozen").hidden = !values.frozen;
  $("freeze").textContent = word(values.frozen ? "thaw" : "freeze");
  $("alarms").replaceChildren(...(values.alarms ?? []).map((one) => made("li", { text: typeof one === "string" ? one : one.said ?? JSON.stringify(one) })));
  const sites = (values.sites ?? []).map((site) => [
    site.site,
    ...SITE_COLUMNS.map(([, key]) => {
      const over = key === "import_kw" && site.import_max_kw !== null && site.import_kw > site.import_max_kw;
      return made("td", { text: number(site[key], key === "price_per_mwh" ? 2 : 0), kind: over ? "bad" : "" });
    }),
  ]);
  table("sites", [word("site"), ...SITE_COLUMNS.map(([key]) => word(key))], sites);
  const risk = (values.at_risk ?? []).map((one) => [one.job, instant(one.deadline), span(one.slack_s), word(one.promised ? "yes" : "no")]);
  table("risk", [word("job"), word("deadline"), word("slack"), word("promised")], risk.length ? risk : [[word("noRisk"), "", "", ""]]);
  const ages = Object.entries(values.ages_s ?? {}).map(([name, age]) => [name, span(age)]);
  table("ages", [word("source"), word("age")], ages);
}

function showProposals() {
  $("waiting").textContent = `(${seen.proposals.length})`;
  seen.chosen = Math.max(0, Math.min(seen.chosen, seen.proposals.length - 1));
  const cards = seen.proposals.map((one, place) => card(one, place));
  $("proposals").replaceChildren(...(cards.length ? cards : [made("li", { text: word("noProposals"), kind: "faint" })]));
}

function card(one, place) {
  const against = Array.isArray(one.against) ? one.against.join("; ") : one.against;
  const lines = [
    made("h3", { text: one.title }),
    made("p", { text: `${word("because")}: ${one.because}` }),
    made("p", { text: `${word("against")}: ${against}` }),
    made("p", { kind: "faint", text: `${word("undo")} ${instant(one.undo_until)} · ${word("asks")} ${one.asks ?? "–"} · ${word("expires")} ${instant(one.expires_at)}` }),
    made("p", { kind: "faint", text: `${word("digest")} ${String(one.digest).slice(0, 16)} · ${word("jobs")} ${(one.jobs ?? []).length}` }),
  ];
  const why = seen.explained.get(one.id);
  const acts = [["approve", () => answer("approve", one)], ["reject", () => answer("reject", one)], ["explain", () => explain(one)]];
  const buttons = acts.map(([key, act], first) =>
    made("button", { type: "button", text: word(key === "explain" && why ? "hide" : key), kind: first === 0 ? "strong" : "", onclick: act }));
  lines.push(made("p", { kind: "acts", children: buttons }));
  if (why) lines.push(made("pre", { text: JSON.stringify(why, null, 1), tabIndex: 0 }));
  return made("li", { kind: place === seen.chosen ? "chosen" : "", children: lines });
}

function showAudit() {
  const rows = seen.entries.map(({ number: place, hash, says }) => [
    String(place),
    instant(says.at ?? says.as_of),
    says.kind === "refused request" ? `${says.what}: ${says.status} ${says.why}` : [says.what ?? says.kind ?? "decision", says.stage, says.said, says.reason].filter(Boolean).join(" · "),
    String(says.who ?? says.by ?? says.owner ?? "–"),
    String(hash).slice(0, 10),
  ]);
  table("audit", [word("number"), word("when"), word("what"), word("who"), word("hash")], rows, "text");
}

function showAll() {
  speak();
  showFrame();
  showProposals();
  showAudit();
  showLine();
}

function showLine() {
  const stale = performance.now() - seen.heardAt > STALE_MS;
  const key = !seen.connected ? "lost" : stale ? "stale" : "live";
  $("line").textContent = word(key);
  $("line").className = key === "live" ? "good" : "bad";
  document.querySelector("main").classList.toggle("stale", key !== "live");
}

/** What waits, and what was written down, whenever it may have changed. */
async function look() {
  try {
    const [proposals, audit] = await Promise.all([ask("/api/proposals"), ask("/api/audit?count=12")]);
    if (proposals.status === 401) return enter(true);
    if (proposals.status !== 200 || audit.status !== 200) return undefined;
    seen.proposals = proposals.said.items;
    seen.entries = audit.said.items;
    if (!$("proposals").contains(document.activeElement) || changed()) showProposals();
    showAudit();
  } catch {
    seen.connected = false;
  }
  return undefined;
}

let shown = "";
function changed() {
  const now = JSON.stringify(seen.proposals);
  const other = now !== shown;
  shown = now;
  return other;
}

async function explain(one) {
  if (seen.explained.delete(one.id)) return showProposals();
  const { status, said } = await ask(`/api/decisions/${encodeURIComponent(one.id)}/explanation`);
  seen.explained.set(one.id, status === 200 ? said : said.errors);
  return showProposals();
}

function answer(what, one) {
  wonder(`${word(what)}: ${one.title}`, `${word("against")}: ${Array.isArray(one.against) ? one.against.join("; ") : one.against}`, word(what), (reason) =>
    act(`/api/proposals/${encodeURIComponent(one.id)}/${what}`, { reason, digest: one.digest }));
}

function freezeOrThaw() {
  const what = seen.frame?.values?.frozen ? "thaw" : "freeze";
  wonder(word(what), word(`${what}About`), word(what), (reason) => act(`/api/${what}`, { reason }));
}

function release() {
  wonder(word("release"), word("releaseAbout"), word("release"), (reason) => act("/api/release", { reason }));
}

/** Ask for the reason of an act, then do it. */
function wonder(title, about, doing, then) {
  $("ask-title").textContent = title;
  $("ask-about").textContent = about;
  $("do").textContent = doing;
  $("reason").value = "";
  $("ask").onclose = () => ($("ask").returnValue === "do" ? then($("reason").value.trim()) : undefined);
  $("ask").returnValue = "";
  $("ask").showModal();
  $("reason").focus();
}

async function act(path, body) {
  try {
    const { said } = await ask(path, body);
    $("said").textContent = said.said ?? said.errors.map((one) => `${one.subject}: ${one.value}; ${one.limit}. ${one.next_step}`).join(" ");
  } catch {
    $("said").textContent = word("failed");
  }
  await look();
}

/** Ask who is there. @param {boolean} again */
function enter(again) {
  forgetToken();
  $("entry").hidden = false;
  $("unknown").textContent = again ? word("unknown") : "";
  $("token").focus();
}

/** Follow the room, again and again. */
async function follow() {
  for (;;) {
    try {
      const status = await listen((name, values, id) => {
        seen.connected = true;
        seen.heardAt = performance.now();
        $("opening").hidden = true;
        if (name !== "frame") return;
        seen.last = id;
        seen.frame = values;
        window.__frames += 1;
        showFrame();
        showLine();
      }, seen.last);
      if (status === 401) return enter(true);
      if (status === 503) $("opening").hidden = false;
    } catch {
      /* the line says it */
    }
    seen.connected = false;
    showLine();
    await new Promise((again) => setTimeout(again, LOOK_MS));
  }
}

const KEYS = {
  j: () => choose(1), k: () => choose(-1),
  a: () => withChosen((one) => answer("approve", one)), r: () => withChosen((one) => answer("reject", one)), e: () => withChosen(explain),
  f: freezeOrThaw, u: release, l: () => (speakOther(), showAll()), d: shade,
};

function choose(by) {
  seen.chosen += by;
  showProposals();
  $("proposals").children[seen.chosen]?.scrollIntoView({ block: "nearest" });
}

function withChosen(then) {
  const one = seen.proposals[seen.chosen];
  if (one) then(one);
}

function shade() {
  const next = document.documentElement.dataset.shade === "dark" ? "light" : "dark";
  document.documentElement.dataset.shade = next;
  localStorage.setItem("shade", next);
}

function begin() {
  document.documentElement.dataset.shade = localStorage.getItem("shade") ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
  speak();
  $("freeze").onclick = freezeOrThaw;
  $("release").onclick = release;
  $("language").onclick = KEYS.l;
  $("shade").onclick = shade;
  $("leave").onclick = () => $("ask").close("");
  $("entry").onsubmit = (event) => {
    event.preventDefault();
    keepToken($("token").value);
    $("token").value = "";
    $("entry").hidden = true;
    start();
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || /^(INPUT|TEXTAREA)$/.test(event.target.tagName) || $("ask").open) return;
    const act = KEYS[event.key];
    if (act) {
      event.preventDefault();
      act();
    }
  });
  if (findToken()) start();
  else enter(false);
}

let started = false;
function start() {
  if (!started) setInterval(() => (showLine(), $("entry").hidden ? look() : undefined), LOOK_MS);
  started = true;
  look();
  follow();
}

begin();

/** The control room: what is so, what waits for people, and what people do. Text only, never markup. */

import { ask, findToken, forgetToken, keepToken, listen } from "./asking.js";
import { choose, explain, listed, prepareDecisions, showDecisions, withChosen } from "./decisions.js";
import { isOver, showFigures } from "./figures.js";
import { lookFlexibility, prepareFlexibility, showFlexibility } from "./flexibility.js";
import { age, heard, isStale, takeFrame, takeWhole, usual } from "./heard.js";
import { $, made } from "./made.js";
import { prepareMany } from "./many.js";
import { showSites } from "./sites.js";
import { list } from "./tabs/drawn.js";
import { showTab, tabKeys } from "./tabs/tabs.js";
import { prepareWhatIf, wonderWhat } from "./whatif.js";
import { clockOf, hearNames, instant, number, span, speak, speakOther, word } from "./words.js";

const LOOK_MS = 1_000;
const DRAW_MS = 250;
const SILENT_MS = 40_000;
const SAID_MS = 20_000;
const AHEAD_EVERY = 20;
const WHOLE_EVERY = 5;
const SHOWN_AGES = ["price_per_mwh", "meters"];
let signOfLife = 0;
let looks = 0;
let drawing = 0;
window.__frames = 0;

/** Draw soon, and at most four times a second. */
function drawSoon() {
  if (drawing) return;
  drawing = setTimeout(() => {
    drawing = 0;
    showFrame();
  }, DRAW_MS);
}

function showFrame() {
  const values = heard.frame?.values;
  if (!values) return;
  $("mode").textContent = word(`mode_${values.mode}`);
  $("frozen").hidden = !values.frozen;
  $("freeze").textContent = word(values.frozen ? "thaw" : "freeze");
  const alarms = (values.alarms ?? []).map((one) => [one.subject, one.said, instant(one.since)].filter(Boolean).join(" · "));
  if ($("alarms").textContent !== alarms.join("")) $("alarms").replaceChildren(...alarms.map((text) => made("li", { text })));
  showFigures();
  showSites();
  const sites = (values.sites ?? []).map(({ site, by_class_kw: _, ...rest }) => ({ site, ...Object.fromEntries(Object.entries(rest).map(([key, one]) => [key, number(one, key === "price_per_mwh" ? 2 : 0)])), over: isOver(rest) ? "import_kw" : "" }));
  drawn("sites", "powerBySite", sites);
  drawn("risk", "risks", (values.at_risk ?? []).map((one) => ({ job: one.job, deadline: instant(one.deadline), slack: span(one.slack_s), promised: word(one.promised ? "yes" : "no") })));
  drawn("ages", "ages", Object.entries(values.ages_s ?? {}).map(([name, old]) => ({ source: name === "meters" ? word("meters") : name, age: span(old), stale: isStale(name) })));
  showLine();
}

const said = {};
/** A table of rows, drawn anew where they changed, so that focus and scroll stay. */
function drawn(id, title, rows) {
  const text = JSON.stringify([rows, word(title)]);
  if (said[id] === text) return;
  said[id] = text;
  $(id).replaceChildren(list(title, rows, true));
}

function showAudit() {
  drawn("audit", "audit", heard.entries.map(({ number: place, hash, says }) => ({
    number: String(place), when: instant(says.at ?? says.as_of),
    what: says.kind === "refused request" ? `${says.what}: ${says.status} ${says.why}` : [says.what ?? says.kind ?? `${word("decision")} ${String(says.id ?? says.decision ?? "").slice(0, 8)}`, says.stage ?? says.fate, says.said, says.reason].filter(Boolean).join(" · "),
    who: String(says.who ?? says.by ?? says.owner ?? "–"), hash: String(hash).slice(0, 10),
  })));
}

function showAll() {
  speak();
  document.title = `gridtide ${word("room")}`;
  showFrame();
  showDecisions(true);
  showAudit();
  showFlexibility();
  showLine();
  showTab();
}

/** Whether what is shown is so: the line lives, and the newest frame is of now by the clock of the server. */
function showLine() {
  const now = Date.parse(heard.state?.at ?? "");
  const old = now - Date.parse(heard.frame?.values.at ?? "");
  const key = !heard.connected || performance.now() - signOfLife > SILENT_MS ? "lost" : old > 3 * usual() ? "staleLine" : "live";
  $("line").textContent = word(key);
  $("line").className = key === "live" ? "good" : "bad";
  for (const main of document.querySelectorAll("main")) main.classList.toggle("stale", key !== "live");
  const pace = heard.frame?.values.simulated;
  $("pace").textContent = typeof pace === "number" ? `${word("simulated")} ×${number(pace)}` : "";
  $("at").textContent = instant(heard.state?.at ?? heard.frame?.values.at, true);
  const clocks = [...new Set((heard.ahead?.sites ?? []).map((site) => site.clock))].filter((clock) => clock !== "UTC").slice(0, 2);
  $("local").textContent = Number.isNaN(now) || !clocks.length ? "" : `(${clocks.map((clock) => clockOf(now, clock)).join(" · ")})`;
  $("fresh").textContent = SHOWN_AGES.filter((name) => age(name) !== null).map((name) => `${word(name === "meters" ? "meters" : "price")} ${span(age(name))}`).join(" · ");
}

/** What waits, what was written down and what is to come, whenever it may have changed. */
async function look() {
  try {
    const [proposals, audit, state] = await Promise.all([ask("/api/proposals"), ask("/api/audit?count=12"), ask("/api/state")]);
    if (proposals.status === 401) return enter(true);
    if ([proposals, audit, state].some((one) => one.status !== 200)) return undefined;
    heard.proposals = proposals.said.items;
    heard.entries = audit.said.items;
    heard.state = state.said;
    if (looks % AHEAD_EVERY === 0 || !heard.ahead?.sites.length || planIsOld()) await lookAhead();
    if (heard.frame?.values.fleet && (looks % WHOLE_EVERY === 0 || !heard.frame.values.sites.length)) await lookWhole();
    looks += 1;
    showDecisions();
    showAudit();
    showLine();
  } catch {
    heard.connected = false;
  }
  return undefined;
}

async function lookAhead() {
  const { status, said } = await ask("/api/ahead");
  if (status !== 200) return;
  heard.ahead = said;
  drawSoon();
  lookFlexibility();
}

/** Every site whole, where a frame holds only columns of them. */
async function lookWhole() {
  const { status, said } = await ask("/api/sites");
  if (status !== 200) return;
  takeWhole(said);
  drawSoon();
}

/** Whether what is ahead was asked for more than half an hour ago, by the clock of the server. */
function planIsOld() {
  return Date.parse(heard.frame?.values.at ?? "") - Date.parse(heard.ahead?.at ?? "") > 1_800_000;
}

function answer(what, one) {
  wonder(`${word(what)}: ${one.title}`, listed(one.against), word(what), (reason) =>
    act(`/api/proposals/${encodeURIComponent(one.id)}/${what}`, { reason, digest: one.digest }));
}

function freezeOrThaw() {
  const what = heard.frame?.values?.frozen ? "thaw" : "freeze";
  wonder(word(what), [word(`${what}About`)], word(what), (reason) => act(`/api/${what}`, { reason }), false);
}

function release() {
  wonder(word("release"), [word("releaseAbout")], word("release"), (reason) => act("/api/release", { reason }), false);
}

/** Ask for the reason of an act, then do it; against: what speaks against it, shown once more. */
function wonder(title, against, doing, then, opposes = true) {
  $("ask-title").textContent = title;
  $("ask-about").replaceChildren(...against.map((text) => made("p", { text: opposes ? `${word("against")}: ${text}` : text })));
  $("do").textContent = doing;
  $("reason").value = "";
  $("ask").onclose = () => ($("ask").returnValue === "do" ? then($("reason").value.trim()) : undefined);
  $("ask").returnValue = "";
  $("ask").showModal();
  $("reason").focus();
}

let sayingUntil = 0;
/** What the room said of an act stays for a while. */
function tell(text) {
  $("said").textContent = text;
  clearTimeout(sayingUntil);
  sayingUntil = setTimeout(() => $("said").replaceChildren(), SAID_MS);
}

async function act(path, body) {
  try {
    const { said } = await ask(path, body);
    tell(said.said ?? said.errors.map((one) => `${one.subject}: ${one.value}; ${one.limit}. ${one.next_step}`).join(" "));
  } catch {
    tell(word("failed"));
  }
  await look();
}

/** Ask who is there. @param {boolean} again */
function enter(again) {
  forgetToken();
  $("entry").hidden = false;
  $("unknown").textContent = again ? word("unknownToken") : "";
  $("token").focus();
}

/** Follow the room, again and again. */
async function follow() {
  for (;;) {
    try {
      const status = await listen((name, values, id) => {
        heard.connected = true;
        signOfLife = performance.now();
        $("opening").hidden = true;
        if (name !== "frame") return;
        heard.last = id;
        takeFrame(values);
        window.__frames += 1;
        drawSoon();
      }, heard.last);
      if (status === 401) return enter(true);
      if (status === 503) $("opening").hidden = false;
    } catch {
      /* the line says it */
    }
    heard.connected = false;
    showLine();
    await new Promise((again) => setTimeout(again, LOOK_MS));
  }
}

const KEYS = {
  j: () => choose(1), k: () => choose(-1),
  a: () => withChosen((one) => answer("approve", one)), r: () => withChosen((one) => answer("reject", one)), e: () => withChosen(explain), w: () => withChosen(wonderWhat),
  "/": () => !$("choose").hidden && $("find").focus(), f: freezeOrThaw, u: release, ...tabKeys, l: () => (speakOther(), showAll()), d: shade,
};

function shade() {
  const next = document.documentElement.dataset.shade === "dark" ? "light" : "dark";
  document.documentElement.dataset.shade = next;
  localStorage.setItem("shade", next);
  showFrame();
  showFlexibility();
  showTab();
}

function onKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName) || document.querySelector("dialog[open]")) return;
  const act = KEYS[event.key];
  if (!act || !$("entry").hidden) return;
  event.preventDefault();
  act();
}

function begin() {
  document.documentElement.dataset.shade = localStorage.getItem("shade") ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
  speak();
  prepareDecisions(answer);
  prepareMany(showFrame);
  prepareWhatIf();
  prepareFlexibility();
  for (const [id, act] of [["freeze", freezeOrThaw], ["release", release], ["language", KEYS.l], ["shade", shade], ["leave", () => $("ask").close("")], ["close", () => $("source").close()]]) $(id).onclick = act;
  $("entry").onsubmit = (event) => {
    event.preventDefault();
    keepToken($("token").value);
    $("token").value = "";
    $("entry").hidden = true;
    start();
  };
  document.addEventListener("keydown", onKey);
  if (findToken()) start();
  else enter(false);
}

let started = false;
function start() {
  if (!started) setInterval(() => ($("entry").hidden ? look() : showLine()), LOOK_MS);
  started = true;
  learn();
  look();
  follow();
}

/** What the room calls things; everything is said anew with it. */
async function learn() {
  const { status, said } = await ask("/api/names").catch(() => ({ status: 0 }));
  if (status === 200) {
    hearNames(said);
    showAll();
  } else if (status !== 401) setTimeout(learn, LOOK_MS);
}

begin();

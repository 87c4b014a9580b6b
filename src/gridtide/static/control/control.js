/** The control room: what is so, what waits for people, and what people do. Text only, never markup. */

import { ask, findToken, forgetToken, hangUp, keepToken, learn, listen, whyNot } from "./asking.js";
import { choose, decisionKeys, explainAgain, prepareDecisions, showDecisions } from "./decisions.js";
import { prepareEditing } from "./editing.js";
import { isOver, prepareSources, showFigures } from "./figures.js";
import { lookFlexibility, prepareFlexibility, showFlexibility } from "./flexibility.js";
import { age, heard, isStale, takeFrame, takeWhole, usual } from "./heard.js";
import { $, fill, made, put } from "./made.js";
import { prepareMany } from "./many.js";
import { lookRegulation, showRegulation } from "./regulation.js";
import { showSites } from "./sites.js";
import { shortened, summary } from "./tabs/audit.js";
import { list } from "./tabs/drawn.js";
import { showTab, tabKeys } from "./tabs/tabs.js";
import { prepareWhatIf } from "./whatif.js";
import { clockOf, hearNames, instant, named, number, span, speak, speakOther, word } from "./words.js";

const LOOK_MS = 1_000;
const DRAW_MS = 250;
const SILENT_MS = 40_000;
const SAID_MS = 20_000;
const AHEAD_EVERY = 20;
const WHOLE_EVERY = 5;
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
  const { frame, values } = heard;
  if (!frame) return;
  put("mode", named(values.mode ?? "–"));
  $("frozen").hidden = !values.frozen;
  put("freeze", word(values.frozen ? "thaw" : "freeze"));
  const alarms = (values.alarms ?? []).map((one) => [named(one.kind), one.subject, one.said, instant(one.since)].filter(Boolean).join(" · "));
  if ($("alarms").textContent !== alarms.join("")) fill("alarms", ...alarms.map((text) => made("li", {}, text)));
  showFigures();
  showSites();
  drawn("sites", "powerBySite", (values.sites ?? []).map(({ by_class_kw: _, ...rest }) => ({ ...rest, over: isOver(rest) ? "import_kw" : "" })));
  drawn("risk", "risks", values.at_risk ?? [], values.at_risk_count);
  drawn("ages", "ages", Object.entries(values.ages_s ?? {}).map(([source, old]) => ({ source, age: span(old), stale: isStale(source) })));
  showLine();
}

const said = {};
/** A table of rows, drawn anew where they changed, so that focus and scroll stay. */
function drawn(id, title, rows, all = 0) {
  const text = JSON.stringify([rows, all, word(title)]);
  if (said[id] === text) return;
  said[id] = text;
  $(id).replaceChildren(list(title, rows), all > rows.length ? `+ ${all - rows.length} ${named("left_out")}` : "");
}

function showAudit() {
  drawn("audit", "audit", heard.entries.map(({ number: place, hash, says }) => ({
    number: String(place), when: says.at ?? says.as_of,
    what: summary(says), who: shortened(says.who ?? says.by ?? says.owner), hash: String(hash).slice(0, 10),
  })));
}

function showAll() {
  speak();
  document.title = `gridtide ${word("room")}`;
  showFrame();
  showDecisions(true);
  showAudit();
  showFlexibility();
  showRegulation();
  showLine();
  showTab();
}

/** Whether what is shown is so: the line lives, and the newest frame is of now by the clock of the server. */
function showLine() {
  const now = Date.parse(heard.state?.at ?? "");
  const old = now - Date.parse(heard.values.at ?? "");
  const key = !heard.connected || performance.now() - signOfLife > SILENT_MS ? "lost" : old > 3 * usual() ? "staleLine" : "live";
  put("line", word(key));
  $("line").className = key === "live" ? "good" : "bad";
  for (const main of document.querySelectorAll("main")) main.classList.toggle("stale", key !== "live");
  const pace = heard.values.simulated;
  put("pace", pace ? `${word("simulated")} ×${number(pace)}` : "");
  put("at", instant(heard.state?.at ?? heard.values.at, true));
  const clocks = [...new Set((heard.ahead?.sites ?? []).map((site) => site.clock))].filter((clock) => clock !== "UTC").slice(0, 2);
  put("local", Number.isNaN(now) || !clocks.length ? "" : `(${clocks.map((clock) => clockOf(now, clock)).join(" · ")})`);
  put("fresh", [["price_per_mwh", "price"], ["meters", "meters"]].filter(([source]) => age(source) !== null).map(([source, key]) => `${word(key)} ${span(age(source))}`).join(" · "));
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
    lookRegulation();
    if (looks % AHEAD_EVERY === 0 || !heard.ahead?.sites.length || planIsOld()) await lookAhead();
    if (heard.values.columns && (looks % WHOLE_EVERY === 0 || !heard.values.sites.length)) await lookWhole();
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
  heard.ahead = (await learn("/api/ahead")) ?? heard.ahead;
  drawSoon();
  lookFlexibility();
}

/** Every site whole, where a frame holds only columns of them. */
async function lookWhole() {
  const whole = await learn("/api/sites");
  if (whole) takeWhole(whole);
  drawSoon();
}

/** Whether what is ahead was asked for more than half an hour ago, by the clock of the server. */
function planIsOld() {
  return Date.parse(heard.values.at ?? "") - Date.parse(heard.ahead?.at ?? "") > 1_800_000;
}

function answer(what, one, more, about = one.against.map((text) => `${word("against")}: ${text}`)) {
  wonder(`${word(what)}: ${one.title}`, about, what, `/api/proposals/${one.id}/${what}`, { digest: one.digest, ...more });
}

function freezeOrThaw() {
  const what = heard.values.frozen ? "thaw" : "freeze";
  wonder(word(what), [word(`${what}About`)], what, `/api/${what}`);
}

function release() {
  wonder(word("letGo"), [word("letGoAbout")], "letGo", "/api/release");
}

/** Ask for the reason of an act, then do it. @param {string[]} about what is to be known before */
function wonder(title, about, doing, path, body = {}) {
  put("ask-title", title);
  fill("ask-about", ...about.map((text) => made("p", {}, text)));
  put("do", word(doing));
  $("reason").value = "";
  $("ask").onclose = () => $("ask").returnValue === "do" && act(path, { reason: $("reason").value.trim(), ...body });
  $("ask").returnValue = "";
  $("ask").showModal();
  $("reason").focus();
}

let sayingUntil = 0;
/** What the room said of an act stays for a while. */
function tell(text) {
  put("said", text);
  clearTimeout(sayingUntil);
  sayingUntil = setTimeout(() => put("said", ""), SAID_MS);
}

async function act(path, body) {
  try {
    const { said } = await ask(path, body);
    tell(said.said ?? whyNot(said));
  } catch {
    tell(word("notReached"));
  }
  await look();
}

/** Ask who is there. @param {boolean} again */
function enter(again) {
  forgetToken();
  $("entry").hidden = false;
  put("unknown", again ? word("unknownToken") : "");
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
    } catch (fault) {
      if (fault.name === "AbortError") continue;
    }
    heard.connected = false;
    showLine();
    await new Promise((again) => setTimeout(again, LOOK_MS));
  }
}

const KEYS = {
  j: () => choose(1), k: () => choose(-1), ...decisionKeys,
  "/": () => !$("choose").hidden && $("find").focus(), f: freezeOrThaw, u: release, ...tabKeys, l: speakAnew, d: shade,
};

/** In the other language what stands in the page at once, and what the room says as soon as it says it again. */
async function speakAnew() {
  speakOther();
  showAll();
  heard.last = "";
  hangUp();
  await explainAgain();
  await look();
}

function shade() {
  const next = document.documentElement.dataset.shade === "dark" ? "light" : "dark";
  document.documentElement.dataset.shade = next;
  localStorage.setItem("shade", next);
  showFrame();
  showFlexibility();
  showRegulation();
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
  prepareEditing((...what) => answer("edit", ...what));
  prepareFlexibility();
  prepareSources();
  for (const [id, act] of [["freeze", freezeOrThaw], ["release", release], ["language", KEYS.l], ["shade", shade], ["leave", () => $("ask").close("")]]) $(id).onclick = act;
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
  learnNames();
  look();
  follow();
}

/** What the room calls things; everything is said anew with it. */
async function learnNames() {
  const { status, said } = await ask("/api/names").catch(() => ({ status: 0 }));
  if (status === 200) {
    hearNames(said);
    showAll();
  } else if (status !== 401) setTimeout(learnNames, LOOK_MS);
}

begin();

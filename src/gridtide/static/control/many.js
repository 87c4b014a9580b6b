/** Many sites: a small picture of each, sorted and filtered, by keyboard; one at a time is opened whole. */

import { barsOf, breached, classNames, highest } from "./bars.js";
import { inks } from "./charts.js";
import { isOver } from "./figures.js";
import { AHEAD, BACK, isStale, present } from "./heard.js";
import { $, button, fill, made, put } from "./made.js";
import { number, word } from "./words.js";

const FEW = 8;
const TALL = 34;
const DRAW_MS = 1_000;
const tiles = new Map();
let opened = "";
let drawn = 0;
let again = () => undefined;

const share = (site) => (site.import_max_kw > 0 ? (site.import_kw ?? 0) / site.import_max_kw : -1);
const astray = (site) => (typeof site.plan_import_kw === "number" ? Math.abs((site.import_kw ?? 0) - site.plan_import_kw) : -1);
const ORDERS = {
  byTight: (one, other) => share(other) - share(one),
  byMost: (one, other) => (other.import_kw ?? -1) - (one.import_kw ?? -1),
  byAstray: (one, other) => astray(other) - astray(one),
  byName: () => 0,
};

/** @param {() => void} draw what draws everything again */
export function prepareMany(draw) {
  again = draw;
  $("order").append(...Object.keys(ORDERS).map((word) => made("option", { value: word, data: { word } })));
  $("find").oninput = $("order").onchange = draw;
  $("small").onkeydown = (event) => {
    const by = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    const shown = [...$("small").children];
    const place = shown.indexOf(document.activeElement);
    if (!by || place < 0) return;
    event.preventDefault();
    shown[Math.max(0, Math.min(place + by, shown.length - 1))].focus();
  };
}

/** The sites that are drawn whole: all of few, the opened one of many. @param {object[]} sites */
export function wholeOf(sites) {
  const many = sites.length > FEW;
  $("choose").hidden = $("small").hidden = !many;
  if (many) showSmall(sites);
  else if (tiles.size) fill("small", ...(tiles.clear() ?? []));
  return many ? sites.filter((site) => site.site === opened) : sites;
}

function showSmall(sites) {
  const sought = $("find").value.trim().toLowerCase();
  const shown = sites.filter((site) => site.site.toLowerCase().includes(sought)).sort(ORDERS[$("order").value]);
  put("found", `${number(shown.length)} ${word("ofLimit")} ${number(sites.length)}`);
  const nodes = shown.map((site) => tileOf(site).node);
  const had = document.activeElement;
  if (nodes.length !== $("small").children.length || nodes.some((node, place) => node !== $("small").children[place])) {
    fill("small", ...nodes);
    if (nodes.includes(had)) had.focus();
    drawn = 0;
  }
  const one = nodes.find((node) => node === document.activeElement) ?? nodes[0];
  for (const node of nodes) node.tabIndex = node === one ? 0 : -1;
  const ink = inks();
  const due = performance.now() - drawn > DRAW_MS;
  if (due) drawn = performance.now();
  for (const site of shown) {
    say(tileOf(site), site);
    if (due) draw(tileOf(site), site, ink);
  }
}

function tileOf(site) {
  if (!tiles.has(site.site)) {
    const [now, picture] = [made("span"), made("canvas")];
    const node = button("tile", [made("b", {}, site.site), now, picture], () => {
      opened = opened === site.site ? "" : site.site;
      drawn = 0;
      again();
    });
    tiles.set(site.site, { now, picture, node });
  }
  return tiles.get(site.site);
}

function say(tile, site) {
  const over = isOver(site);
  tile.now.textContent = `${number(site.import_kw)} ${word("ofLimit")} ${number(site.import_max_kw)} kW${over ? ` · ${word("overLimit")}` : ""}`;
  tile.node.className = `tile${over ? " bad" : ""}${isStale("meters") || site.import_kw === null ? " stale" : ""}`;
  tile.node.ariaExpanded = opened === site.site;
}

/** What was drawn from the grid, what is planned, and the limit where it is near, each on the scale of its site. */
function draw(tile, site, ink) {
  const wide = tile.picture.clientWidth;
  if (!wide) return;
  const fine = window.devicePixelRatio || 1;
  [tile.picture.width, tile.picture.height] = [wide * fine, TALL * fine];
  const pen = tile.picture.getContext("2d");
  pen.scale(fine, fine);
  const bars = barsOf(site.site, classNames());
  const top = highest(bars);
  const [across, up] = [(at) => ((at - present() + BACK) / (BACK + AHEAD)) * wide, (kw) => TALL - (kw / top) * (TALL - 2)];
  const line = (of, colour, dash) => {
    pen.beginPath();
    pen.setLineDash(dash);
    pen.strokeStyle = colour;
    pen.lineWidth = 1.5;
    for (const [start, end, one] of bars) {
      if (typeof of(one) !== "number") continue;
      pen.moveTo(across(start), up(of(one)));
      pen.lineTo(across(end), up(of(one)));
    }
    pen.stroke();
  };
  pen.fillStyle = ink.line;
  for (const [start, end, { metered, import_kw: kw }] of bars) if (metered) pen.fillRect(across(start), up(kw ?? 0), across(end) - across(start) + 0.5, TALL - up(kw ?? 0));
  line((one) => one.import_max_kw, ink.faint, [1, 3]);
  line((one) => (breached(one) ? one.import_max_kw : null), ink.limit, []);
  line((one) => one.metered && one.import_kw, ink.ink, []);
  line((one) => !one.metered && one.plan_import_kw, ink.ink, [4, 3]);
  pen.fillStyle = ink.ink;
  pen.fillRect(across(present()), 0, 1, TALL);
}

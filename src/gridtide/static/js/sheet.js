/** A page that one document fills: headings, texts, tables and charts, one below the other. */

import { THEME } from "./theme.js";

export const page = JSON.parse(document.getElementById("payload").textContent);

/** @param {string} tag @param {string} [text] @param {string} [name] class of the element */
export function element(tag, text, name) {
  const made = document.createElement(tag);
  if (text !== undefined) made.textContent = text;
  if (name) made.className = name;
  if (tag === "h1" && document.title === "gridtide") document.title = `gridtide: ${text}`;
  document.querySelector("main").append(made);
  return made;
}

const NARROW = 720;
/** Pixels for the names of bars in a narrow window, and letters from which on a cell is a sentence. */
const NAMES = 130;
const LONG = 40;
/** The name of an axis up to where it goes on in a line of its own. */
const LINE = /(.{24,36}) /g;
/** Pixels above a plot for a legend and the name of its axis. */
const KEYED = 58;
/** Pixels that the plot itself keeps between its margins: where a window is too narrow for that, the chart scrolls by itself. */
const PLOT = 220;

/** A box that scrolls by itself where the window is too narrow for what it holds. */
function wide(held) {
  element("div", undefined, "wide fit").append(held);
}

/** An empty chart that follows the width of the page. @param {number} height in pixels @param {string} label @param {number} [least] width in pixels */
export function chart(height, label, least = 0) {
  const box = document.createElement("div");
  box.className = "chart";
  box.style.height = `${height}px`;
  if (least) box.style.minWidth = `${least}px`;
  box.setAttribute("role", "img");
  box.setAttribute("aria-label", label);
  wide(box);
  const made = echarts.init(box, THEME, { renderer: "canvas" });
  window.addEventListener("resize", () => made.resize());
  return made;
}

/** Where the window is narrow: legends as one line that is leafed through, names of bars broken into lines. */
function fitting(option) {
  return window.innerWidth < NARROW ? named(keyed(option)) : option;
}

/** A legend that stood beside the plot stands above it. */
function keyed(option) {
  const { legend, grid } = option;
  if (!legend) return option;
  if (legend.orient !== "vertical") return { ...option, legend: { type: "scroll", ...legend }, grid: legend.top === 0 ? { ...grid, top: Math.max(grid.top, KEYED) } : grid };
  return { ...option, legend: { ...legend, type: "scroll", orient: "horizontal", top: 0, left: 0, right: 0 }, grid: { ...grid, right: 24, top: (grid.top ?? 0) + 26 } };
}

function named(option) {
  const { grid, yAxis } = option;
  const xAxis = option.xAxis && { ...option.xAxis, name: option.xAxis.name?.replace(LINE, "$1\n") };
  if (yAxis?.type !== "category" || !(grid?.left > NAMES)) return { ...option, xAxis };
  const axisLabel = { ...yAxis.axisLabel, width: NAMES - 12, overflow: "break", fontSize: 10, lineHeight: 11 };
  return { ...option, xAxis, grid: { ...grid, left: NAMES }, yAxis: { ...yAxis, axisLabel } };
}

/** @param {number} height @param {object} option of the chart library @param {string} label */
export function draw(height, option, label) {
  const shown = fitting(option);
  const { left = 0, right = 0 } = shown.grid ?? {};
  chart(height, label, shown.grid ? left + right + PLOT : NARROW).setOption({ animation: false, ...shown });
}

/** @param {string[]} heads @param {string[][]} rows @returns {HTMLElement} */
export function table(heads, rows) {
  const made = document.createElement("table");
  wide(made);
  fill(made, heads, rows);
  return made;
}

/** Rows of a table anew. @param {HTMLElement} made @param {string[]} heads @param {string[][]} rows */
export function fill(made, heads, rows) {
  made.replaceChildren();
  const counts = heads.map((_, column) => rows.length > 0 && rows.every((row) => /^(?:[-–]?[\d.,]+(?: %)?|[-–])$/.test(row[column])));
  for (const [cells, kind] of [[heads, "th"], ...rows.map((row) => [row, "td"])]) {
    const line = document.createElement("tr");
    for (const [column, cell] of cells.entries()) {
      const one = document.createElement(kind);
      if (counts[column]) one.className = "number";
      else if (cell.length > LONG) one.className = "long";
      one.textContent = cell;
      line.append(one);
    }
    made.append(line);
  }
}

/** Sentences that are read where somebody opens them. @param {string} title @param {string} text */
export function folded(title, text) {
  const [box, head, inside] = ["details", "summary", "p"].map((tag) => document.createElement(tag));
  head.textContent = title;
  inside.textContent = text;
  box.append(head, inside);
  document.querySelector("main").append(box);
}

/** What the figures of a page rest on. @param {string[]} notes */
export function told(notes) {
  if (!notes.length) return;
  element("h2", "What this rests on");
  const list = element("ul");
  for (const note of notes) {
    const item = document.createElement("li");
    item.textContent = note;
    list.append(item);
  }
}

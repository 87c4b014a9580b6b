/** The tabs: one asks one path, again and again while it is open, and is drawn anew when what is said has changed. */

import { ask, whyNot } from "../asking.js";
import { $, button, fill, made } from "../made.js";
import { named } from "../words.js";
import { auditPath, drawAudit } from "./audit.js";
import { drawAll, redraw } from "./drawn.js";

const AGAIN_MS = 4_000;
const FEW = 4;
const TABS = { room: "", plan: "/api/plan", markets: "/api/markets", "power-model": "/api/power-model", sources: "/api/sources", audit: "" };
let first = 0;
let shown = { name: "room", text: "" };

/** Keys that switch tabs. */
export const tabKeys = Object.fromEntries(Object.keys(TABS).map((name, place) => [String(place + 1), () => (location.hash = `#${name}`)]));

/** Show the tab that the address names. @param {boolean} [anew] also where nothing has changed */
export async function showTab(anew = true) {
  const asked = location.hash.slice(1);
  const name = asked in TABS ? asked : "room";
  if (!$("entry").hidden) return;
  try {
    if (anew) showLinks(name);
    if (name !== shown.name) {
      redraw($("tab"), []);
      shown = { name, text: "" };
      scrollTo(0, 0);
    }
    if (name === "room") return;
    const mine = shown;
    const path = name === "audit" ? auditPath() : `${TABS[name]}${/plan|model/.test(name) ? `?first=${first}` : ""}`;
    const { status, said } = await ask(path);
    const text = JSON.stringify({ ...said, at: "" });
    if (mine !== shown || (text === mine.text && !anew)) return;
    mine.text = text;
    if (status !== 200) fill("tab", made("p", {}, whyNot(said)));
    else redraw($("tab"), name === "audit" ? drawAudit(said, () => showTab()) : [...drawAll(said, path), pages(said)]);
  } catch {
    /* the line says it */
  }
}

function showLinks(name) {
  const focused = [...$("tabs").children].indexOf(document.activeElement);
  const links = Object.keys(TABS).map((one, place) => made("a", { href: `#${one}`, title: String(place + 1) }, named(`tab_${one}`)));
  links[Object.keys(TABS).indexOf(name)].ariaCurrent = "page";
  fill("tabs", ...links);
  $("tabs").children[focused]?.focus();
  $("room").hidden = name !== "room";
  $("tab").hidden = name === "room";
}

function pages(said) {
  if (!said.left_out?.sites) return null;
  const step = (by) => button("", named(by < 0 ? "sites_before" : "sites_after"), () => ((first = Math.max(first + by, 0)), showTab()), { disabled: by < 0 ? !first : said.sites.length < FEW });
  return made("section.whole", {}, made("p.asks", {}, step(-FEW), step(FEW)));
}

addEventListener("hashchange", () => showTab());
setInterval(() => (document.hidden || location.hash.length < 2 ? undefined : showTab(false)), AGAIN_MS);

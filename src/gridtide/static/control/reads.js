/** What a person has before them is said to the room, so that no newer decision takes its place meanwhile. */

import { ask } from "./asking.js";

const AGAIN_MS = 20_000;
const THERE_MS = 60_000;
let [told, toldAt, seen] = ["", 0, -THERE_MS];
for (const sign of ["pointermove", "keydown", "wheel"]) addEventListener(sign, () => (seen = performance.now()), true);

/** @param {string} id shown whole: read by who moved within a minute, or has a question open */
export function reads(id) {
  const now = performance.now();
  if (!id || (now - seen > THERE_MS && !document.querySelector("dialog[open]")) || (id === told && now - toldAt < AGAIN_MS)) return;
  [told, toldAt] = [id, now];
  ask(`/api/proposals/${id}/reading`, {}).catch(() => 0);
}

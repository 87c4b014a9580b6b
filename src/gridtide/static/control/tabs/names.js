/** What keys and values of answers are called; the room says it. English reads a key as it stands where nothing else is said. */

import { ask } from "../asking.js";

let names = null;

/** Hear the names, once. */
export async function hearNames() {
  if (!names) names = (await ask("/api/names")).said;
}

const chosen = () => names?.[document.documentElement.lang.startsWith("zh") ? "zh" : "en"] ?? {};

/** The name of a key or of a value that is one of few. @param {string} key */
export function named(key) {
  const plain = chosen()[key];
  if (plain !== undefined || !/^[a-z]+(_[a-z0-9]+)*$/.test(key)) return plain ?? key;
  return key.replace(/_per_/g, "/").replace(/_(s|share)$/, "").replaceAll("_", " ").replace(/\b(k|m)w(h?)\b/g, (_, size, hour) => `${size === "m" ? "M" : "k"}W${hour}`);
}

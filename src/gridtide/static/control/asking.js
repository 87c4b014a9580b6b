/** How the page asks: a token in the header of every request, never in an address, and the feed as a stream. */

let token = "";

/** The token of this tab: out of the fragment of the address, which no server sees, or from before. */
export function findToken() {
  const given = new URLSearchParams(location.hash.slice(1)).get("token");
  if (given) {
    history.replaceState(null, "", location.pathname);
    keepToken(given);
  } else token = sessionStorage.getItem("token") ?? "";
  return token !== "";
}

/** @param {string} text */
export function keepToken(text) {
  token = text.trim();
  sessionStorage.setItem("token", token);
}

/** Nobody is known any more. */
export function forgetToken() {
  token = "";
  sessionStorage.removeItem("token");
}

/** Who asks, and in which language sentences are to come. */
const head = () => ({ Authorization: `Bearer ${token}`, "Accept-Language": document.documentElement.lang });

/** Status and document of an answer. @param {string} path @param {object} [body] */
export async function ask(path, body) {
  const headers = head();
  if (body !== undefined) headers["Content-Type"] = "application/json";
  const sent = body === undefined ? { headers } : { headers, method: "POST", body: JSON.stringify(body) };
  const answer = await fetch(path, sent);
  return { status: answer.status, said: await answer.json() };
}

/** What the room says at a path; null where it says nothing. */
export async function learn(path) {
  const { status, said } = await ask(path).catch(() => ({ status: 0 }));
  return status === 200 ? said : null;
}

/** Why something was refused, whatever is wrong with it. */
export function whyNot({ errors = [] }) {
  return errors.map((one) => (one.said ? one.value : [one.subject, one.value, one.limit, one.next_step].join(" · "))).join(" ");
}

let line = new AbortController();
/** Leave the feed, to hear it in another language. */
export const hangUp = () => line.abort();

/** Hear the feed until it ends; whatever comes is a sign of life. */
export async function listen(hear, last) {
  const headers = head();
  if (last) headers["Last-Event-ID"] = last;
  line = new AbortController();
  const answer = await fetch("/api/feed", { headers, signal: line.signal });
  if (!answer.ok || answer.body === null) return answer.status;
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return 200;
    text += value;
    const parts = text.split("\n\n");
    text = parts.pop() ?? "";
    for (const part of parts) take(part, hear);
    if (value) hear("alive", {}, "");
  }
}

function take(part, hear) {
  const fields = Object.fromEntries(part.split("\n").map((line) => [line.split(": ", 1)[0], line.slice(line.indexOf(": ") + 2)]));
  if (fields.event) hear(fields.event, JSON.parse(fields.data ?? "{}"), fields.id ?? "");
}

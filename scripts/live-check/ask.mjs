// One plain request to the API with the key, its reply as it came. The core hides what is asked here: forms of errors, of
// pages and of names. Prints nothing.
import { setTimeout as sleep } from "node:timers/promises";

// A check asks some forty things; a loop of replies ends here.
const maxCalls = 150;
const maxWaitSeconds = 90;
// Under the documented 20 a second.
const paceMs = 60;

export function createAsk(baseUrl, apiKey) {
  let calls = 0;
  const send = async (method, path, { query = {}, body } = {}) => {
    calls += 1;
    if (calls > maxCalls) throw new Error("too many calls");
    await sleep(paceMs);
    const url = new URL(`${baseUrl}${path}`);
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, String(value));
    return fetch(url, {
      method,
      // The key never follows a redirect.
      redirect: "manual",
      headers: {
        "X-Avala-Api-Key": apiKey,
        Accept: "application/json",
        ...(body === undefined ? {} : { "Content-Type": "application/json" }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(60_000),
    });
  };
  return async (method, path, options) => {
    let response = await send(method, path, options);
    if (response.status === 429) {
      const seconds = Number(response.headers.get("Retry-After") ?? 60);
      await sleep(1000 * Math.min(Number.isFinite(seconds) ? seconds : 60, maxWaitSeconds));
      response = await send(method, path, options);
    }
    const text = await response.text();
    return { status: response.status, json: parsed(text), headers: response.headers };
  };
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export const isRecord = (value) =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The entries of a list, in whatever form it came. */
export function entriesOf({ json }) {
  const list = Array.isArray(json) ? json : isRecord(json) ? json.results : undefined;
  return Array.isArray(list) ? list.filter(isRecord) : [];
}

/** Whether fields were refused: by 400 or 422, as the server has it. */
export const isRefusal = ({ status, json }) => (status === 400 || status === 422) && isRecord(json);

/** The names of the fields that a refusal is about. */
export function refusedFields({ status, json }) {
  if (!isRefusal({ status, json })) return [];
  const { detail } = json;
  // As lists of places, `["body", "name"]`, and as words, `name: …; slug: …`, that other frameworks write.
  if (Array.isArray(detail))
    return detail.filter(isRecord).flatMap(({ loc }) => (Array.isArray(loc) ? loc.slice(-1) : []));
  if (typeof detail === "string") return detail.match(/(?:^|(?<=; ))\w+(?=: )/g) ?? [];
  return Object.keys(isRecord(detail) ? detail : json);
}

/** A server's word as one part of a path. It may name a person, so it is never printed. */
export function pathPart(value) {
  if (typeof value !== "string" || /^\.{0,2}$/.test(value)) throw new Error("not a path's part");
  return encodeURIComponent(value);
}

export const pathOf = ({ owner_name: owner, slug }) =>
  `/datasets/${pathPart(owner)}/${pathPart(slug)}/`;

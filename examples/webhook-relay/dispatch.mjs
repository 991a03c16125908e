// One repository_dispatch on GitHub, with a few tries. What it returns can be logged: no token, no body.
import { setTimeout as sleep } from "node:timers/promises";

// Together at most 12 s: a sender of webhooks does not wait long, and Avala delivers again.
const MAX_TRY_MS = 3_000;
const WAITS_MS = [500, 2_000];

/** `{ isSent: true }`, or why not: `reason`, and whether it `mayPass`. */
export async function dispatch(body, settings) {
  for (const waitMs of WAITS_MS) {
    const result = await send(body, settings);
    if (result.isSent || !result.isRetried) return result;
    await sleep(waitMs);
  }
  return send(body, settings);
}

async function send(body, { apiUrl, repository, token }) {
  try {
    const response = await fetch(`${apiUrl}/repos/${repository}/dispatches`, {
      method: "POST",
      headers: {
        accept: "application/vnd.github+json",
        authorization: `Bearer ${token}`,
        "content-type": "application/json",
        "user-agent": "avala-webhook-relay",
        "x-github-api-version": "2022-11-28",
      },
      body: JSON.stringify(body),
      // Of a repository that was renamed. The token is for the one that was named.
      redirect: "manual",
      signal: AbortSignal.timeout(MAX_TRY_MS),
    });
    if (response.ok) {
      await response.body?.cancel();
      return { isSent: true };
    }
    return failure(response, await beginningOf(response));
  } catch (error) {
    const reason = error.cause?.code ?? error.name;
    return { isSent: false, isRetried: true, mayPass: true, reason: `no response (${reason})` };
  }
}

const MAX_TEXT_CHARACTERS = 10_000;

/** Enough of the body to know a limit by. It is not passed on. */
async function beginningOf({ body }) {
  let text = "";
  for await (const part of body?.pipeThrough(new TextDecoderStream()) ?? []) {
    text += part;
    if (text.length > MAX_TEXT_CHARACTERS) break;
  }
  return text;
}

function failure({ status, headers }, text) {
  // GitHub's secondary limit may come without any of its headers.
  const isLimit =
    status === 429 ||
    (status === 403 &&
      (headers.has("retry-after") ||
        headers.get("x-ratelimit-remaining") === "0" ||
        /\brate limit\b/i.test(text)));
  return {
    isSent: false,
    // A limit lasts longer than these tries.
    isRetried: status >= 500,
    mayPass: status >= 500 || isLimit,
    reason: `GitHub answered ${status}${isLimit ? " (a rate limit)" : hintFor(status)}`,
  };
}

function hintFor(status) {
  if (status === 401) return ": GITHUB_TOKEN is not valid, or has expired";
  if (status === 403 || status === 404)
    return ": GITHUB_TOKEN can't write the contents of GITHUB_REPOSITORY";
  if (status >= 300 && status < 400) return ": the repository was renamed, set GITHUB_REPOSITORY";
  return "";
}

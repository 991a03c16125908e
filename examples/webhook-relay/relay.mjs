// Avala's webhook → GitHub's repository_dispatch, as an HTTP server. Decides nothing about gates: it says when to look.
import { createServer } from "node:http";
import { isSigned, readDelivery } from "./delivery.mjs";
import { dispatch } from "./dispatch.mjs";
import { createSeen } from "./seen.mjs";

const PATH = "/avala";
// An export's delivery has some kilobytes; one of thousands of datasets may have some hundred.
const MAX_BODY_BYTES = 1024 * 1024;
const MAX_CONNECTIONS = 100;
const MAX_REQUEST_MS = 15_000;
// Node looks every 30 s for requests that take too long, in which slow senders would keep all others out.
const LOOK_EVERY_MS = 5_000;
// A signature holds no time, so a delivery that someone recorded can be sent again. Within this time it does nothing,
// and after it one more look at the gate, which tells nothing but what is so.
const REMEMBERED_MS = 10 * 60_000;
const MAX_REMEMBERED = 10_000;
// As often as the schedule looks: an export without a name may be the one that the look before it made.
const NAMELESS_MS = 30 * 60_000;

export function createRelay(settings, log) {
  const seen = {
    delivered: createSeen({ forMs: REMEMBERED_MS, maxEntries: MAX_REMEMBERED }),
    nameless: createSeen({ forMs: NAMELESS_MS, maxEntries: 1 }),
  };
  const server = createServer(
    { connectionsCheckingInterval: LOOK_EVERY_MS },
    (request, response) => {
      respond(request, { settings, seen, log })
        .catch((error) => {
          log({ level: "error", result: "failed", reason: error.code ?? error.name });
          return { status: 500, result: "failed" };
        })
        .then((reply) => send(request, response, reply));
    },
  );
  server.requestTimeout = MAX_REQUEST_MS;
  server.headersTimeout = MAX_REQUEST_MS;
  server.maxConnections = MAX_CONNECTIONS;
  return server;
}

async function respond(request, { settings, seen, log }) {
  const [path] = request.url.split("?");
  if (path === "/healthz" && request.method === "GET") return { status: 200, result: "healthy" };
  if (path !== PATH) return { status: 404, result: "not_found" };
  if (request.method !== "POST") return { status: 405, result: "method_not_allowed" };
  const body = await readBody(request);
  if (body === undefined) return { status: 413, result: "too_large" };
  const { headers } = request;
  const event = headers["x-avala-webhook-event"];
  const signature = headers["x-avala-webhook-signature"];
  const reply = isSigned(body, signature, settings.secrets)
    ? await relay({ event, body, signature: signature.toLowerCase() }, { settings, seen })
    : { status: 401, result: "not_signed" };
  log({
    level: reply.status < 400 ? "info" : "error",
    delivery: shownId(headers["x-avala-webhook-delivery"]),
    ...reply,
  });
  return reply;
}

/** A failure is answered as one, so that Avala delivers again. */
async function relay({ event, body, signature }, { settings, seen }) {
  const read = readDelivery(event, body, settings.project);
  const { dispatch: payload, ignored, malformed, isNameless } = read;
  if (malformed) return { status: 400, result: "malformed" };
  if (ignored !== undefined) return { status: 200, result: "ignored", reason: ignored };
  const work = () => dispatch(payload, settings);
  // By what is signed. The delivery's id is not, so it proves nothing.
  const { result, isRepeat } = isNameless
    ? seen.nameless.once(payload.event_type, work)
    : seen.delivered.once(`${payload.event_type} ${signature}`, work);
  const { isSent, mayPass, reason } = await result;
  const type = payload.event_type;
  if (isSent) return { status: 202, result: isRepeat ? "repeated" : "dispatched", type };
  return { status: mayPass ? 503 : 502, result: "not_dispatched", type, reason };
}

/** The raw body, or undefined when it is too large: then no more of it is read. */
async function readBody(request) {
  if (Number(request.headers["content-length"] ?? 0) > MAX_BODY_BYTES) return undefined;
  const chunks = [];
  let bytes = 0;
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    bytes += chunk.length;
    if (bytes > MAX_BODY_BYTES) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** The sender's own text, so only if it is the UUID that it should be. */
function shownId(id) {
  return /^[0-9a-f-]{36}$/i.test(id ?? "") ? id : "unknown";
}

function send(request, response, { status, result }) {
  const wait = status === 503 ? { "retry-after": "60" } : {};
  const isUnread = !request.complete;
  const headers = {
    "content-type": "application/json",
    ...wait,
    ...(isUnread ? { connection: "close" } : {}),
  };
  if (isUnread) response.once("finish", () => request.destroy());
  response.writeHead(status, headers);
  response.end(JSON.stringify({ result }));
}

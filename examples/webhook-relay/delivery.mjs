// What a delivery of Avala's is: whether Avala signed it, and which dispatch it becomes. Pure; knows nothing of HTTP.
import { createHmac, timingSafeEqual } from "node:crypto";

/** The names of the dispatches, which a workflow lists under `repository_dispatch: types`. */
const EVENT_TYPES = new Map([
  ["export.completed", "avala-export-completed"],
  ["quality.alert", "avala-quality-alert"],
]);

/** The HMAC-SHA256 of the raw body in hexadecimal, by one of the secrets. Compared in constant time. */
export function isSigned(body, signature, secrets) {
  if (typeof signature !== "string" || !/^[0-9a-f]{64}$/i.test(signature)) return false;
  const given = Buffer.from(signature, "hex");
  const matches = secrets.map((secret) =>
    timingSafeEqual(given, createHmac("sha256", secret).update(body).digest()),
  );
  return matches.includes(true);
}

/**
 * The body of a dispatch (`{ dispatch }`), why there is none (`{ ignored }`), or `{ malformed: true }`. `isNameless`: it may
 * be of an export that the Action made, for Avala left the name out, as its reference's own example does.
 * Only uids and a commit are passed on: whoever reads the repository can see a dispatch, and the body has more, such as
 * the export's presigned URL.
 */
export function readDelivery(event, body, project) {
  const type = EVENT_TYPES.get(event);
  if (type === undefined) return { ignored: "other_event" };
  const resource = parseObject(body);
  if (resource === undefined || !isUid(resource.uid)) return { malformed: true };
  if (event === "quality.alert") {
    return { dispatch: { event_type: type, client_payload: { target: resource.uid } } };
  }
  const { uid } = resource;
  // Either may be null, or left out.
  const name = resource.name ?? "";
  const projects = resource.projects ?? [];
  if (typeof name !== "string" || !Array.isArray(projects)) return { malformed: true };
  // Without its sources nothing is known, and a look does no harm.
  if (project !== "" && projects.length > 0 && !projects.map(uidOf).includes(project)) {
    return { ignored: "other_project" };
  }
  if (isNamedByAction(name)) return { ignored: "awaited_by_its_run" };
  const sha = commitIn(name);
  const payload = { export: uid, ...(sha === undefined ? {} : { sha }) };
  return { dispatch: { event_type: type, client_payload: payload }, isNameless: name === "" };
}

/** Of a source that is a uid, or an object with one. */
function uidOf(source) {
  return source?.uid ?? source;
}

/**
 * Exports that the Action names itself end in ` run 42.1 (3f9a1c2e)`. The run that made one waits for it, and a workflow
 * that answers a dispatch makes one: without this rule each would lead to the next.
 */
function isNamedByAction(name) {
  return / run \S+ \([0-9a-f]{8}\)$/.test(name);
}

/** The commit that the export was made for: a full sha at the end of its name. */
function commitIn(name) {
  return /(?:^|\s)([0-9a-f]{64}|[0-9a-f]{40})$/.exec(name)?.[1];
}

function isUid(value) {
  return typeof value === "string" && /^[\w-]{1,64}$/.test(value);
}

function parseObject(body) {
  try {
    const value = JSON.parse(body.toString("utf8"));
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

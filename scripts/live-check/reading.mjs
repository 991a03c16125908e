// What can be seen without changing anything: the key's user and rights, lists, datasets and their items.
import { entriesOf, isRecord, pathOf, pathPart } from "./ask.mjs";

const NAMES = ["username", "handle", "email"];

/** @returns the user's own fields, which stay in the process */
export async function look(context) {
  const me = await lookAtUser(context);
  const showsPolling = await lookAtRights(context);
  await lookAtLists(context);
  await lookAtDatasets(context, me);
  return { me, showsPolling };
}

async function lookAtUser({ ask, findings }) {
  const reply = await ask("GET", "/users/me/");
  if (reply.status === 401) throw Object.assign(new Error("refused"), { code: "key refused, 401" });
  const isLimited = reply.headers.has("X-RateLimit-Limit");
  findings.speaks("rateLimitHeaders", isLimited ? "present" : "absent");
  if (reply.status !== 200 || !isRecord(reply.json)) {
    findings.answer(9, `This key may not read it: ${reply.status}.`);
    return {};
  }
  findings.answer(9, `Its fields are ${Object.keys(reply.json).sort().join(", ")}.`);
  findings.speaks("usersMe", NAMES.some((name) => name in reply.json) ? "full" : "uid");
  return reply.json;
}

/** @returns whether the key shows if `exports.create` is enough to read an export */
async function lookAtRights({ ask, findings }) {
  const { status, json } = await ask("GET", "/users/me/permissions/");
  findings.speaks("permissions", { 200: "present", 404: "absent" }[status]);
  const scopes = isRecord(json) && Array.isArray(json.scopes) ? json.scopes.map(String) : [];
  findings.fact(
    `GET /users/me/permissions/: ${status}. Scopes: ${scopes.join(", ") || "none named"}.`,
  );
  // A server may name all scopes for a key that has no list: how many there are is all that is shown.
  if (status === 200 && scopes.length > 0) {
    const may = "usersMe" in findings.dialect ? "may" : "may not";
    findings.answer(
      9,
      `A key for which the server names scopes (${scopes.length}) ${may} read it.`,
    );
  }
  await lookAtPolling({ ask, findings }, scopes);
  return canShowPolling(scopes);
}

/** Of one export: whoever may not list them may still be allowed to read one. */
async function lookAtPolling({ ask, findings }, scopes) {
  const listed = await ask("GET", "/exports/", { query: { limit: 1 } });
  findings.fact(`GET /exports/: ${listed.status}.`);
  if (!canShowPolling(scopes)) {
    findings.answer(
      7,
      "This key can't show it: it takes one with exports.create, without exports.read.",
    );
    return;
  }
  findings.answer(7, `The list of exports: ${listed.status}.`);
  findings.speaks("scopes", { 200: "few", 403: "many" }[listed.status]);
  const [one] = entriesOf(listed);
  if (one === undefined) {
    findings.answer(7, "No export was seen that could be read: --write makes one.");
    return;
  }
  answerPolling(findings, await ask("GET", `/exports/${pathPart(one.uid)}/`));
}

function canShowPolling(scopes) {
  return scopes.includes("exports.create") && !scopes.includes("exports.read");
}

/** By the reply to a key with `exports.create`, without `exports.read`, that reads one export. */
export function answerPolling(findings, { status }) {
  if (status === 200) findings.answer(7, "Yes: one export is read without exports.read.");
  else if (status === 403) findings.answer(7, "No: exports.read is needed to read one export.");
  else findings.answer(7, `Reading one export: ${status}, which says nothing.`);
  findings.speaks("scopes", { 200: "few", 403: "many" }[status]);
}

function listForm({ status, json }) {
  if (status !== 200) return undefined;
  if (Array.isArray(json)) return "array";
  return isRecord(json) && "count" in json ? "numbered" : "cursor";
}

async function lookAtLists({ ask, findings }) {
  const organizations = await ask("GET", "/organizations/");
  findings.speaks("numberedLists", listForm(organizations));
  const count = entriesOf(organizations).length;
  findings.fact(`GET /organizations/: ${organizations.status}, ${count} on the first page.`);
  const configs = await ask("GET", "/storage-configs/");
  findings.fact(`GET /storage-configs/ without an organization: ${configs.status}.`);
  if (configs.status === 400) findings.speaks("storageConfigs", "organization");
  if (configs.status === 200 && count > 1) findings.speaks("storageConfigs", "user");
  const mine = await ask("GET", "/users/me/projects/");
  const all = await ask("GET", "/projects/");
  findings.fact(`GET /users/me/projects/: ${mine.status}. GET /projects/: ${all.status}.`);
  if (all.status === 200) findings.speaks("projectPaths", "both");
  // Who may read the first has the scope for both: then the 403 is about the path.
  if (all.status === 403 && mine.status === 200) findings.speaks("projectPaths", "mine");
}

/** Which of the user's own names a dataset's owner is. */
export function ownerForm(me, { owner_name: owner }) {
  const equal = NAMES.filter((name) => typeof owner === "string" && me[name] === owner);
  return equal.length === 1 ? equal[0] : undefined;
}

async function lookAtDatasets({ ask, findings }, me) {
  const first = await ask("GET", "/datasets/", { query: { limit: 1 } });
  const next = isRecord(first.json) ? first.json.next : undefined;
  if (typeof next === "string")
    findings.speaks("pageLinks", /^https?:/.test(next) ? "absolute" : "relative");
  const listed = await ask("GET", "/datasets/", { query: { limit: 20 } });
  const datasets = entriesOf(listed);
  findings.fact(`GET /datasets/: ${listed.status}, ${datasets.length} on a page of 20.`);
  const own = datasets.map((one) => ownerForm(me, one)).find((form) => form !== undefined);
  findings.speaks("ownerName", own);
  // Three datasets are looked into, so that the check stays short.
  const sample = datasets.filter(({ item_count: count }) => count > 0).slice(0, 3);
  for (const dataset of sample) await lookAtItems({ ask, findings }, dataset);
}

async function lookAtItems({ ask, findings }, dataset) {
  const type = String(dataset.data_type);
  const items = await ask("GET", `${pathOf(dataset)}items/`, { query: { limit: 20 } });
  const keys = entriesOf(items).map(({ key }) => key);
  if (keys.length === 0) return;
  const texts = keys.filter((key) => typeof key === "string");
  const withFolders = texts.filter((key) => key.includes("/")).length;
  findings.answer(
    5,
    `Of ${keys.length} items of a dataset of ${type}, ${withFolders} have a folder in key, ${keys.length - texts.length} have none.`,
  );
  if (withFolders > 0) findings.speaks("itemKeys", "path");
  if (texts.length === 0) findings.speaks("itemKeys", "null");
  if (type !== "lidar" && type !== "video") return;
  const { json } = await ask("GET", `${pathOf(dataset)}health/`);
  const frames = isRecord(json) ? json.item_count : undefined;
  if (typeof frames !== "number") return;
  findings.fact(`A dataset of ${type}: item_count ${dataset.item_count}, in its health ${frames}.`);
  if (frames !== dataset.item_count && dataset.is_sequence !== true)
    findings.speaks("sequences", "always");
}

// What only a change shows: three tiny files become one private dataset, and an export of it. Both stay, since no source
// knows a call that removes them. No webhook is made, and nothing is made public.
import { randomUUID } from "node:crypto";
import { entriesOf, isRecord, isRefusal, pathOf, pathPart, refusedFields } from "./ask.mjs";
import { createExport, lookAtFailure, lookAtFile } from "./exports.mjs";
import { answerPolling, ownerForm } from "./reading.mjs";

const PRESIGN = "/datasets/manual-upload/file-upload-url/";
const CONFIRM = "/datasets/manual-upload/";
const waitMs = 300_000;

// One transparent pixel.
const PIXEL = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
  "base64",
);

/** A file in the batch that is confirmed, one in another batch, and one by the first protocol. */
const FILES = { named: "photos/one.png", other: "photos/two.png", first: "photos/three.png" };

export async function write(context, { me, showsPolling, name }) {
  const { ask, findings } = context;
  const invalid = await ask("POST", PRESIGN, { body: {} });
  if (isRefusal(invalid)) findings.speaks("validationErrors", validationForm(invalid.json));
  const batch = randomUUID();
  const isManaged = await sendAll(context, { name, batch });
  if (isManaged === undefined) {
    findings.fact("No file was stored, so nothing is confirmed.");
    return;
  }
  await lookAtParts(context, { name: `${name}-parts`, batch: randomUUID() });
  const body = {
    ...{ name, slug: name, data_type: "image", visibility: "private", create_metadata: true },
    ...(isManaged ? { dataset_upload_uid: batch } : {}),
  };
  const made = await ask("POST", CONFIRM, { body });
  findings.fact(`The confirm of ${name}: ${made.status}.`);
  if (made.status >= 300 || !isRecord(made.json)) return;
  findings.speaks("ownerName", ownerForm(me, made.json));
  await lookAtDataset(context, { name, dataset: made.json, isManaged });
  lookAtTakenName(findings, await ask("POST", CONFIRM, { body }));
  await lookAtExport(context, { name, uid: String(made.json.uid), showsPolling });
}

function validationForm({ detail }) {
  if (typeof detail === "string") return "words";
  if (Array.isArray(detail)) return "listed";
  return isRecord(detail) ? "detail" : "fields";
}

/** Whether a file went, by what {@link send} returns. */
const isSent = (method) => method === "POST" || method === "PUT";

/** @returns whether the fields of the second protocol are taken; undefined where no file to be confirmed was stored */
async function sendAll(context, { name, batch }) {
  const { findings } = context;
  const first = await send(context, { name, path: FILES.first });
  findings.answer(1, `A presign without the fields of the second protocol: ${first}.`);
  const named = await send(context, { name, path: FILES.named, batch });
  findings.fact(`A presign that offers the second protocol: ${named}.`);
  if (named === "refused") {
    findings.speaks("uploadReply", "refused");
    const others = [];
    for (const path of [FILES.named, FILES.other]) others.push(await send(context, { name, path }));
    return [first, ...others].some(isSent) ? false : undefined;
  }
  // Whether a batch counts where the reply is a form, only the items can show.
  findings.speaks("uploadReply", { PUT: "managed", MULTIPART: "managed" }[named]);
  if (!isSent(named)) return undefined;
  await send(context, { name, path: FILES.other, batch: randomUUID() });
  return true;
}

function presign({ ask }, { name, path, batch, size = PIXEL.length }) {
  const second =
    batch === undefined ? {} : { upload_protocol_version: 2, dataset_upload_uid: batch };
  const body = { file_path_in_dataset: path, dataset_name: name, content_length: size, ...second };
  return ask("POST", PRESIGN, { body });
}

/** @returns the method by which it went, `refused`, or the status that stood in its way */
async function send(context, file) {
  const { core, avala, ask } = context;
  const reply = await presign(context, file);
  const fields = refusedFields(reply);
  if (fields.some((one) => /^(upload_protocol_version|dataset_upload_uid)$/.test(one)))
    return "refused";
  if (reply.status >= 300 || !isRecord(reply.json)) return String(reply.status);
  const { url, headers = {}, upload_uid: session } = reply.json;
  const method = String(reply.json.method ?? "POST").toUpperCase();
  if (method === "POST") {
    const form = { url, fields: Object.entries(reply.json.fields) };
    const open = () => [PIXEL];
    await core.sendForm(avala, form, { path: file.path, sizeBytes: PIXEL.length, open });
    return method;
  }
  if (method !== "PUT") return method;
  const target = core.checkStorageHost(url, avala.allowStorageHosts);
  const sent = { method, headers, body: PIXEL, redirect: "manual" };
  const stored = await fetch(target, { ...sent, signal: AbortSignal.timeout(60_000) });
  if (!stored.ok) return `${method}, and the store answered ${stored.status}`;
  await ask("POST", `/datasets/manual-upload/uploads/${pathPart(session)}/complete/`, { body: {} });
  return method;
}

/** Opens a session of a large file, sends none of it and lets it expire. */
async function lookAtParts(context, { name, batch }) {
  const { ask, findings } = context;
  const size = 200 * 1024 * 1024;
  const { status: presigned, json } = await presign(context, {
    name,
    path: "large.png",
    batch,
    size,
  });
  if (presigned >= 300 || !isRecord(json)) {
    findings.answer(3, `A file of 200 MiB was not announced: ${presigned}.`);
    return;
  }
  if (json.method !== "MULTIPART") {
    findings.answer(3, "No file of 200 MiB goes in parts here.");
    return;
  }
  const path = `/datasets/manual-upload/uploads/${pathPart(json.upload_uid)}/parts/`;
  const { status } = await ask("POST", path, { body: { part_numbers: [1, 2] } });
  findings.answer(3, `Two at once: ${status}.`);
  findings.speaks("parts", { 200: "many", 400: "one", 422: "one422" }[status]);
}

async function lookAtDataset({ core, avala, ask, findings }, { name, dataset, isManaged }) {
  await core.waitForDataset(avala, { uid: String(dataset.uid), name }, { timeoutMs: waitMs });
  const path = pathOf(dataset);
  const items = entriesOf(await ask("GET", `${path}items/`));
  const keys = items.map(({ key }) => key);
  const count = `${items.length} of the three files, ${isManaged ? "of which the confirm names one's batch" : "all sent without a batch"}`;
  findings.answer(2, `It indexed ${count}.`);
  if (isManaged && items.length === 1) {
    findings.speaks("batches", "apart");
    if (!("uploadReply" in findings.dialect)) findings.speaks("uploadReply", "form");
  }
  if (isManaged && items.length === 3) findings.speaks("batches", "together");
  const known = keys.filter((key) => typeof key === "string");
  if (isManaged && items.length === 2) {
    const has = known.some((key) => key.endsWith("three.png"));
    findings.answer(1, `Its file ${has ? "is" : "is not"} among the items.`);
  }
  if (keys.length > 0) findings.speaks("itemKeys", keyForm(keys));
  findings.answer(5, `Here keys are ${keyForm(keys) ?? "of another form"}.`);
  const { status } = await ask("PATCH", path, { body: {} });
  findings.answer(
    4,
    `PATCH of the dataset with nothing to change: ${status}. DELETE and a webhook's secret are not tried.`,
  );
  findings.speaks("datasetChanges", { 403: "forbidden", 404: "notFound", 405: "absent" }[status]);
  if (status < 300) findings.speaks("datasetChanges", "offered");
  findings.answer(10, "Not tried: it would make something public.");
}

function keyForm(keys) {
  const paths = Object.values(FILES);
  if (keys.length === 0) return undefined;
  if (keys.every((key) => paths.includes(key))) return "path";
  if (keys.every((key) => key === null || key === undefined)) return "null";
  const isBase = (key) =>
    typeof key === "string" && paths.some((path) => path.split("/")[1] === key);
  return keys.every(isBase) ? "baseName" : undefined;
}

function lookAtTakenName(findings, reply) {
  findings.fact(`A second confirm of the name: ${reply.status}.`);
  if (reply.status === 409) findings.speaks("takenName", "conflict");
  const isNamed = refusedFields(reply).some((field) => field === "name" || field === "slug");
  if (reply.status !== 400 || !isRecord(reply.json)) return;
  if (isNamed) findings.speaks("takenName", "field");
  else if (typeof reply.json.detail === "string") findings.speaks("takenName", "detail");
}

async function lookAtExport(context, { name, uid, showsPolling }) {
  const { core, avala, ask, findings } = context;
  const exported = await createExport(context, { name, uid });
  if (exported === undefined) return;
  // One that fails, or that the key may not read, is an answer too.
  await core.waitForExport(avala, exported, { timeoutMs: waitMs }).catch(({ code }) => {
    findings.fact(`Waiting for the export ended: ${code}.`);
  });
  const reply = await ask("GET", `/exports/${pathPart(exported)}/`);
  if (showsPolling) answerPolling(findings, reply);
  if (!isRecord(reply.json) || reply.status !== 200) return;
  lookAtFailure(context, reply.json);
  if (typeof reply.json.download_url === "string" && reply.json.download_url !== "")
    await lookAtFile(context, reply.json);
}

// Avala in memory, for simulation: the few routes that an upload uses, a store that checks policies, the rate limit,
// and faults before, in and after each effect. Written from the contract; time and chance come from outside.
import { createHash } from "node:crypto";
import type { HttpRequest, HttpResponse, Transport } from "../../src/api/transport";
import { AvalaError } from "../../src/errors";
import type { Clock } from "../../src/flow/clock";
import type { Seeded } from "./seeded";

export interface Fault {
  readonly name:
    | "refused" // nothing was sent
    | "request-lost"
    | "reply-lost"
    | "stalled" // no progress until the client gives up; the effect never comes
    | "503"
    | "500-after-effect"
    | "429"
    | "expired" // storage only
    | "cut"; // storage only: the connection breaks in the body
}

/** How the server answers where the evidence leaves it open. */
export interface ModelDialect {
  /**
   * To a presign that offers the second protocol. `mixed`: a form, or parts for a large file. `put`: a PUT, or parts.
   * `refused`: a 400 that names its fields. `ignored`: a form, and there are no batches.
   */
  readonly reply: "mixed" | "put" | "form" | "refused" | "ignored";
  /** What a confirm indexes: the batch that it names, or all that lies under the name. */
  readonly batches: "apart" | "together";
  readonly partsAtOnce: "many" | "one";
}

export interface StoredObject {
  /** In which it was sent last. */
  readonly batch?: string | undefined;
  readonly sizeBytes: number;
  readonly sha256: string;
}

interface DatasetRow {
  readonly uid: string;
  readonly name: string;
  readonly slug: string;
  readonly readyAtMs: number;
  /** That the confirm named. */
  readonly batch?: string | undefined;
  /** What lay under its name when it was made: key → sha256. */
  readonly madeOf: ReadonlyMap<string, string>;
}

export interface AvalaModel {
  readonly api: Transport;
  readonly storage: Transport;
  readonly objects: Map<string, StoredObject>;
  readonly datasets: DatasetRow[];
  readonly counts: {
    calls: number;
    throttled: number;
    presigns: number;
    /** Parts that were stored. */
    parts: number;
    /** Storage requests that stored, by key. */
    readonly stored: Map<string, number>;
  };
  readonly trace: string[];
  /** Of each presign of the second protocol, the batch that it names. */
  readonly namedBatches: string[];
}

export interface ModelOptions {
  readonly clock: Clock;
  readonly random: Seeded;
  /** The fault of one request, or none. */
  readonly faultOf: (target: "api" | "storage", random: Seeded) => Fault["name"] | undefined;
  readonly limitPerMinute: number;
  readonly burstPerSecond: number;
  /** @default forms and parts, whatever lies under the name */
  readonly dialect?: ModelDialect | undefined;
  /** The longest that bytes are on their way. @default 400 */
  readonly storageMs?: number;
}

const DIALECT: ModelDialect = { reply: "mixed", batches: "together", partsAtOnce: "many" };
const POLICY_MS = 60_000;
const STORAGE_URL = "https://uploads.s3.us-east-1.amazonaws.com/";
const PREFIX = "acme";
/** The contract's least. */
export const PART_BYTES = 5 * 1024 * 1024;

interface PresignBody {
  readonly dataset_name: string;
  readonly file_path_in_dataset: string;
  readonly content_length: number;
  readonly upload_protocol_version?: 2;
  readonly dataset_upload_uid?: string;
}

/** An upload of the second protocol. */
interface Session {
  readonly uid: string;
  readonly key: string;
  readonly batch: string | undefined;
  readonly length: number;
  readonly parts: Map<number, Buffer>;
  isComplete: boolean;
}

interface ConfirmBody {
  readonly dataset_upload_uid?: string;
  readonly name: string;
  readonly slug: string;
}

interface Policy {
  readonly key: string;
  readonly batch?: string | undefined;
  readonly expiresMs: number;
  readonly length: number;
}

interface Answer {
  readonly status: number;
  readonly json?: unknown;
  readonly text?: string;
  readonly headers?: Record<string, string>;
}

/** As S3's: the MD5 of the object or part. */
const etagOf = (data: Buffer): string => `"${createHash("md5").update(data).digest("hex")}"`;

function sha256(data: Buffer): string {
  return createHash("sha256").update(data).digest("hex");
}

async function bodyOf(request: HttpRequest): Promise<Buffer> {
  const { body } = request;
  if (typeof body !== "function") return Buffer.from(body ?? "");
  const chunks: Uint8Array[] = [];
  for await (const chunk of body()) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** The parts of a form, in order. */
function partsOf(request: HttpRequest, body: Buffer): { name: string; data: Buffer }[] {
  const boundary = /boundary=(.+)$/.exec(request.headers["Content-Type"] ?? "")?.[1] ?? "";
  const delimiter = Buffer.from(`--${boundary.replaceAll('"', "")}`);
  const parts: { name: string; data: Buffer }[] = [];
  let from = body.indexOf(delimiter);
  for (;;) {
    const start = from + delimiter.length + 2;
    const next = body.indexOf(delimiter, start);
    if (next < 0) return parts;
    const head = body.indexOf("\r\n\r\n", start);
    const name = /name="([^"]*)"/.exec(body.toString("utf8", start, head))?.[1] ?? "";
    parts.push({ name, data: body.subarray(head + 4, next - 2) });
    from = next;
  }
}

export function createAvalaModel(options: ModelOptions): AvalaModel {
  const { clock, random, dialect = DIALECT } = options;
  const objects = new Map<string, StoredObject>();
  const datasets: DatasetRow[] = [];
  const trace: string[] = [];
  const namedBatches: string[] = [];
  const counts = {
    calls: 0,
    throttled: 0,
    presigns: 0,
    parts: 0,
    stored: new Map<string, number>(),
  };
  const recent: number[] = [];
  let window = { startMs: 0, used: 0 };

  const budget = (): Answer | undefined => {
    const now = clock.now();
    if (now - window.startMs >= 60_000) window = { startMs: now, used: 0 };
    while (recent.length > 0 && now - recent[0]! >= 1000) recent.shift();
    const isOver = window.used >= options.limitPerMinute || recent.length >= options.burstPerSecond;
    if (!isOver) {
      window.used += 1;
      recent.push(now);
      return undefined;
    }
    counts.throttled += 1;
    return throttled();
  };
  const limitHeaders = (): Record<string, string> => ({
    "x-ratelimit-limit": String(options.limitPerMinute),
    "x-ratelimit-remaining": String(Math.max(0, options.limitPerMinute - window.used)),
    "x-ratelimit-reset": String(Math.ceil((window.startMs + 60_000) / 1000)),
  });

  const rowJson = (row: DatasetRow): unknown => ({
    uid: row.uid,
    name: row.name,
    slug: row.slug,
    data_type: "image",
    status: clock.now() >= row.readyAtMs ? "created" : "creating",
    item_count: listedOf(row).length,
    owner_name: PREFIX,
  });
  const keysOf = (name: string): string[] =>
    [...objects.keys()].filter((key) => key.startsWith(`${PREFIX}/${name}/`)).sort();
  /** What is no image is stored and never an item. */
  const listedOf = ({ name, batch }: Pick<DatasetRow, "name" | "batch">): string[] =>
    keysOf(name).filter((key) => key.endsWith(".jpg") && isIn(key, batch));
  const isIn = (key: string, batch: string | undefined): boolean =>
    dialect.batches === "together" || objects.get(key)?.batch === batch;
  const page = (results: readonly unknown[]): Answer => ({
    status: 200,
    json: { next: null, previous: null, results },
  });

  const sessions = new Map<string, Session>();
  const presignParts = (body: PresignBody, key: string): Answer => {
    const uid = `${body.dataset_upload_uid ?? ""}-${sha256(Buffer.from(key)).slice(0, 8)}`;
    const length = body.content_length;
    const session = sessions.get(uid) ?? {
      uid,
      key,
      batch: body.dataset_upload_uid,
      length,
      parts: new Map<number, Buffer>(),
      isComplete: false,
    };
    sessions.set(uid, session);
    if (length < PART_BYTES) return presignPut(session);
    const uploaded = [...session.parts].map(([number, { length: size }]) => ({
      part_number: number,
      size,
    }));
    const json = {
      method: "MULTIPART",
      upload_uid: uid,
      part_size: PART_BYTES,
      part_count: Math.ceil(length / PART_BYTES),
      uploaded_parts: uploaded,
      complete: session.isComplete,
    };
    return { status: 200, json };
  };
  const presignPut = ({ uid, isComplete }: Session): Answer => {
    const url = `${STORAGE_URL}${uid}?expires=${clock.now() + POLICY_MS}`;
    return {
      status: 200,
      json: { method: "PUT", upload_uid: uid, url, headers: {}, complete: isComplete },
    };
  };
  const presign = (body: PresignBody): Answer => {
    counts.presigns += 1;
    if (body.dataset_upload_uid !== undefined) namedBatches.push(body.dataset_upload_uid);
    const key = `${PREFIX}/${body.dataset_name}/${body.file_path_in_dataset}`;
    const isSecond = body.upload_protocol_version === 2;
    const isLarge = body.content_length >= PART_BYTES;
    if (isSecond && dialect.reply === "refused")
      return { status: 400, json: { upload_protocol_version: ["Unknown field."] } };
    if (isSecond && (dialect.reply === "put" || (dialect.reply === "mixed" && isLarge)))
      return presignParts(body, key);
    const policy: Policy = {
      key,
      batch: dialect.reply === "ignored" ? undefined : body.dataset_upload_uid,
      expiresMs: clock.now() + POLICY_MS,
      length: body.content_length,
    };
    const encoded = Buffer.from(JSON.stringify(policy)).toString("base64");
    return { status: 200, json: { url: STORAGE_URL, fields: { key, policy: encoded } } };
  };
  const signParts = (session: Session, numbers: readonly number[]): Answer => {
    if (session.isComplete) return { status: 409, json: { detail: "This upload is complete." } };
    if (dialect.partsAtOnce === "one" && numbers.length > 1)
      return { status: 400, json: { part_numbers: ["Too many."] } };
    const expires = clock.now() + POLICY_MS;
    const parts = numbers.map((number) => ({
      part_number: number,
      url: `${STORAGE_URL}${session.uid}?part=${number}&expires=${expires}`,
      headers: {},
    }));
    return { status: 200, json: { parts } };
  };
  const completePut = (session: Session): Answer => {
    const object = objects.get(session.key);
    const isThere = object?.batch === session.batch || dialect.batches === "together";
    if (object?.sizeBytes !== session.length || !isThere)
      return { status: 409, json: { detail: "Upload is not complete." } };
    session.isComplete = true;
    return { status: 200, json: { complete: true } };
  };
  const complete = (session: Session): Answer => {
    if (session.length < PART_BYTES) return completePut(session);
    const numbers = [...session.parts.keys()].sort((a, b) => a - b);
    const whole = Buffer.concat(numbers.map((number) => session.parts.get(number)!));
    if (!session.isComplete && whole.length !== session.length) {
      return { status: 409, json: { detail: "Upload is not complete." } };
    }
    if (!session.isComplete) {
      const { batch } = session;
      objects.set(session.key, { sizeBytes: whole.length, sha256: sha256(whole), batch });
      counts.stored.set(session.key, (counts.stored.get(session.key) ?? 0) + 1);
    }
    session.isComplete = true;
    session.parts.clear();
    return { status: 200, json: { complete: true } };
  };
  const manage = (path: string, body: unknown): Answer => {
    const session = sessions.get(path.split("/")[4] ?? "");
    if (session === undefined) return { status: 404, json: { detail: "Not found." } };
    if (path.endsWith("/complete/")) return complete(session);
    return signParts(session, (body as { part_numbers: number[] }).part_numbers);
  };
  /** Writes once: where batches are kept apart, each has a place of its own. */
  const storePut = (session: Session, body: Buffer): Answer => {
    const { key, batch, length } = session;
    if (body.length !== length) return s3Error(400, "EntityTooSmall");
    const before = objects.get(key);
    const isThere =
      before !== undefined && (dialect.batches === "together" || before.batch === batch);
    if (isThere) return s3Error(412, "PreconditionFailed");
    counts.stored.set(key, (counts.stored.get(key) ?? 0) + 1);
    objects.set(key, { sizeBytes: length, sha256: sha256(body), batch });
    return { status: 200, headers: { etag: etagOf(body) } };
  };
  const storePart = (request: HttpRequest, body: Buffer): Answer => {
    const url = new URL(request.url);
    const session = sessions.get(url.pathname.slice(1));
    const number = Number(url.searchParams.get("part"));
    if (clock.now() > Number(url.searchParams.get("expires"))) return policyExpired();
    if (session !== undefined && session.length < PART_BYTES) return storePut(session, body);
    // S3 forgets a multipart upload when it is completed.
    if (session === undefined || session.isComplete) return s3Error(404, "NoSuchUpload");
    const length = Math.min(PART_BYTES, session.length - (number - 1) * PART_BYTES);
    if (body.length !== length) return s3Error(400, "EntityTooSmall");
    counts.parts += 1;
    session.parts.set(number, Buffer.from(body));
    return { status: 200, headers: { etag: etagOf(body) } };
  };
  const confirm = (body: ConfirmBody): Answer => {
    if (datasets.some(({ name }) => name === body.name)) {
      return { status: 409, json: { detail: "A dataset with this name exists." } };
    }
    const readyAtMs = clock.now() + random.integer(20_000);
    const batch = dialect.reply === "ignored" ? undefined : body.dataset_upload_uid;
    const indexed = keysOf(body.name).filter((key) => isIn(key, batch));
    const madeOf = new Map(indexed.map((key) => [key, objects.get(key)?.sha256 ?? ""] as const));
    const row = { uid: random.uuid(), name: body.name, slug: body.slug, readyAtMs, batch, madeOf };
    datasets.push(row);
    return { status: 201, json: rowJson(row) };
  };

  const route = (request: HttpRequest, body: Buffer): Answer => {
    const url = new URL(request.url);
    const path = url.pathname.replace("/api/v1", "");
    const json: unknown = body.length > 0 ? JSON.parse(body.toString("utf8")) : undefined;
    if (request.method === "POST") {
      if (path.startsWith("/datasets/manual-upload/uploads/")) return manage(path, json);
      return path === "/datasets/manual-upload/"
        ? confirm(json as ConfirmBody)
        : presign(json as PresignBody);
    }
    if (path === "/users/me/") return { status: 200, json: { uid: "u", username: PREFIX } };
    if (path === "/datasets/") {
      const name = url.searchParams.get("name") ?? "";
      return page(datasets.filter((row) => row.name.includes(name)).map(rowJson));
    }
    const row = datasets.find(({ uid, slug }) => path.includes(uid) || path.includes(`/${slug}/`));
    if (row === undefined) return { status: 404, json: { detail: "Not found." } };
    if (!path.endsWith("/items/")) return { status: 200, json: rowJson(row) };
    const root = `${PREFIX}/${row.name}/`;
    const items = listedOf(row).map((key) => ({
      uid: sha256(Buffer.from(key)).slice(0, 32),
      key: key.slice(root.length),
    }));
    return page(items);
  };

  const store = (request: HttpRequest, body: Buffer): Answer => {
    const parts = partsOf(request, body);
    const file = parts.at(-1);
    const fields = new Map(
      parts.slice(0, -1).map(({ name, data }) => [name, data.toString("utf8")]),
    );
    const policy = JSON.parse(
      Buffer.from(fields.get("policy") ?? "", "base64").toString("utf8"),
    ) as Policy;
    if (file?.name !== "file" || fields.get("key") !== policy.key)
      return s3Error(403, "AccessDenied");
    if (clock.now() > policy.expiresMs) return policyExpired();
    if (file.data.length !== policy.length) return s3Error(400, "EntityTooLarge");
    counts.stored.set(policy.key, (counts.stored.get(policy.key) ?? 0) + 1);
    const { key, batch } = policy;
    objects.set(key, { sizeBytes: file.data.length, sha256: sha256(file.data), batch });
    return { status: 204, headers: { etag: etagOf(file.data) } };
  };

  const send = async (target: "api" | "storage", request: HttpRequest): Promise<HttpResponse> => {
    const path = new URL(request.url).pathname;
    const fault = options.faultOf(target, random);
    trace.push(`${clock.now()} ${request.method} ${path} ${fault ?? "-"}`);
    if (fault === "refused") throw lost(false);
    const body = await bodyOf(request);
    await clock.sleep(
      1 + random.integer(target === "api" ? 40 : (options.storageMs ?? 400)),
      request.signal,
    );
    if (fault === "request-lost" || fault === "cut") throw lost(true);
    if (fault === "stalled") {
      await clock.sleep(request.idleTimeoutMs, request.signal);
      throw new AvalaError("timeout", "No progress.", { retryable: true, ambiguous: true });
    }
    if (target === "api") counts.calls += 1;
    const answer =
      early(fault) ?? (target === "api" ? budget() : undefined) ?? answerTo(target, request, body);
    const headers = { ...(target === "api" ? limitHeaders() : {}), ...answer.headers };
    await clock.sleep(1 + random.integer(20), request.signal);
    if (fault === "reply-lost") throw lost(true);
    request.onBytesSent?.(body.length);
    if (fault === "500-after-effect")
      return reply({ status: 500, json: { detail: "Oops." }, headers });
    return reply({ ...answer, headers });
  };
  const answerTo = (target: "api" | "storage", request: HttpRequest, body: Buffer): Answer => {
    if (target === "api") return route(request, body);
    return request.method === "PUT" ? storePart(request, body) : store(request, body);
  };
  const transport = (target: "api" | "storage"): Transport => ({
    send: (request) => send(target, request),
    open: () => Promise.reject(new Error("The simulation downloads nothing.")),
    close: () => undefined,
  });
  return {
    api: transport("api"),
    storage: transport("storage"),
    objects,
    datasets,
    counts,
    trace,
    namedBatches,
  };
}

function lost(ambiguous: boolean): AvalaError {
  return new AvalaError("network", "The connection was lost.", { retryable: true, ambiguous });
}

function s3Error(status: number, code: string, message = ""): Answer {
  return { status, text: `<Error><Code>${code}</Code><Message>${message}</Message></Error>` };
}

function policyExpired(): Answer {
  return s3Error(403, "AccessDenied", "Invalid according to Policy: Policy expired.");
}

function throttled(): Answer {
  const json = { detail: "Request was throttled. Expected available in 2 seconds." };
  return { status: 429, json, headers: { "retry-after": "2" } };
}

function early(fault: Fault["name"] | undefined): Answer | undefined {
  if (fault === "503") return { status: 503, text: "<html>Unavailable</html>" };
  if (fault === "429") return throttled();
  return fault === "expired" ? policyExpired() : undefined;
}

function reply(answer: Answer): HttpResponse {
  const text = answer.json === undefined ? (answer.text ?? "") : JSON.stringify(answer.json);
  const type = answer.json === undefined ? "application/xml" : "application/json";
  return {
    status: answer.status,
    headers: { "content-type": type, ...answer.headers },
    body: Buffer.from(text),
  };
}

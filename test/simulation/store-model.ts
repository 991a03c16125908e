// The simulated server's uploads and its store: presigns by either protocol, sessions, policies, and objects at places that
// batches share or have for themselves. Written from the contract. Knows nothing of datasets, faults or limits.
import type { HttpRequest } from "../../src/api/transport/transport";
import type { Clock } from "../../src/flow/clock";
import { NOT_FOUND, policyExpired, s3Error, type Answer } from "./answers";
import type { ModelDialect } from "./dialect";
import { digestsOf } from "./digests";
import { partsOf } from "./request-body";
import type { Seeded } from "./seeded";
import { PART_BYTES } from "./small-parts";

export interface StoredObject {
  /** Root, dataset and path. */
  readonly key: string;
  /** In which it was sent last, as far as the server keeps batches. */
  readonly batch?: string | undefined;
  /** That the client named; `undefined` by the first protocol. */
  readonly named?: string | undefined;
  readonly by: "form" | "put" | "parts";
  readonly sizeBytes: number;
  readonly sha256: string;
}

export interface StoreModel {
  /** By place. */
  readonly objects: Map<string, StoredObject>;
  readonly counts: {
    presigns: number;
    /** Parts that were stored. */
    parts: number;
    /** Storage requests that stored, by key. */
    readonly stored: Map<string, number>;
  };
  /** Of each presign of the second protocol, the batch that it names. */
  readonly namedBatches: string[];
  presign(body: PresignBody): Answer;
  /** Calls on a session. */
  manage(path: string, body: unknown): Answer;
  storeForm(request: HttpRequest, body: Buffer): Answer;
  storePut(request: HttpRequest, body: Buffer): Answer;
  /** Where an object's place is read: of what lies there then. */
  readonly urlOf: (object: StoredObject) => string;
  /** One byte of what lies at a place. */
  readonly read: (request: HttpRequest) => Answer;
  /** Loses some sessions, as a server does that cleans up; what is stored stays. */
  readonly forgetSessions: (random: Seeded) => void;
  /** Ends the sessions that are open, and returns how many: none takes their place in their batches. */
  readonly expireSessions: (how: Expiry) => number;
  /** Takes no more files into the batches that there are. */
  readonly closeBatches: () => void;
}

/** Where the server says that a session has expired, and how. */
export interface Expiry {
  readonly at: "presign" | "completion";
  readonly by: 404 | 409 | 410;
}

export interface StoreOptions {
  readonly clock: Clock;
  readonly speaks: () => ModelDialect;
}

export interface PresignBody {
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
  expired?: Expiry;
}

interface Policy {
  readonly key: string;
  readonly batch?: string | undefined;
  readonly named?: string | undefined;
  readonly expiresMs: number;
  readonly length: number;
}

const POLICY_MS = 60_000;
const STORAGE_URL = "https://uploads.s3.us-east-1.amazonaws.com/";
export const ROOT = "acme";

const expired = ({ by }: Expiry): Answer => ({
  status: by,
  json: { detail: by === 404 ? "Upload session not found." : "This upload has expired." },
});
const NOT_COMPLETE: Answer = { status: 409, json: { detail: "Upload is not complete." } };
const COMPLETE: Answer = { status: 200, json: { complete: true } };

export function createStoreModel({ clock, speaks }: StoreOptions): StoreModel {
  const objects = new Map<string, StoredObject>();
  /** Of what is stored, by place. */
  const etags = new Map<string, string>();
  const namedBatches: string[] = [];
  const closed = new Set<string>();
  const counts = { presigns: 0, parts: 0, stored: new Map<string, number>() };
  const sessions = new Map<string, Session>();
  /** Of a file in a batch the uid of its session. */
  const current = new Map<string, string>();
  let begun = 0;
  let tagged = 0;
  /** Of an object or a part: as S3's, or as those of a store that encrypts. */
  const etagOf = (data: Buffer): string => {
    tagged += 1;
    const seen = speaks().etags === "md5" ? data : Buffer.from(`object ${tagged}`);
    return `"${digestsOf(seen).md5}"`;
  };

  const placeOf = (key: string, batch: string | undefined): string =>
    speaks().batches === "apart" ? `${batch ?? "-"} ${key}` : key;
  /** What a PUT of the batch meets. */
  const objectAt = (key: string, batch: string | undefined): StoredObject | undefined => {
    const object = objects.get(placeOf(key, batch));
    const { batches } = speaks();
    const isAny = batches === "together" || batches === "last";
    return isAny || object?.batch === batch ? object : undefined;
  };
  /** The batch that each file was asked for in last. */
  const lastAsked = new Map<string, string | undefined>();
  const noteAsked = (key: string, named: string | undefined): void => {
    if (speaks().batches !== "last") return;
    lastAsked.set(key, named);
    const object = objects.get(key);
    if (object !== undefined) objects.set(key, { ...object, batch: named, named });
  };
  const put = (by: Pick<StoredObject, "key" | "batch" | "named" | "by">, data: Buffer): string => {
    const { key } = by;
    const last = lastAsked.get(key) ?? by.batch;
    const of = speaks().batches === "last" ? { ...by, batch: last, named: last } : by;
    const { batch } = of;
    const place = placeOf(key, batch);
    const etag = etagOf(data);
    objects.set(place, { ...of, sizeBytes: data.length, sha256: digestsOf(data).sha256 });
    etags.set(place, etag);
    counts.stored.set(key, (counts.stored.get(key) ?? 0) + 1);
    return etag;
  };

  const sessionOf = (body: PresignBody, key: string): Session => {
    const batch = body.dataset_upload_uid;
    const known = sessions.get(current.get(`${batch ?? ""} ${key}`) ?? "");
    if (known !== undefined) return known;
    begun += 1;
    const uid = `${batch ?? ""}-${begun.toString(16).padStart(8, "0")}`;
    const length = body.content_length;
    const session: Session = { uid, key, batch, length, parts: new Map(), isComplete: false };
    sessions.set(uid, session);
    current.set(`${batch ?? ""} ${key}`, uid);
    return session;
  };
  const presignPut = ({ uid, isComplete }: Session): Answer => {
    const url = `${STORAGE_URL}${uid}?expires=${clock.now() + POLICY_MS}`;
    return {
      status: 200,
      json: { method: "PUT", upload_uid: uid, url, headers: {}, complete: isComplete },
    };
  };
  const presignParts = ({ uid, length, parts, isComplete }: Session): Answer => {
    const uploaded = [...parts].map(([number, { length: size }]) => ({
      part_number: number,
      size,
    }));
    const json = {
      method: "MULTIPART",
      upload_uid: uid,
      part_size: PART_BYTES,
      part_count: Math.ceil(length / PART_BYTES),
      uploaded_parts: uploaded,
      complete: isComplete,
    };
    return { status: 200, json };
  };
  const presign = (body: PresignBody): Answer => {
    counts.presigns += 1;
    const { reply } = speaks();
    const named = body.dataset_upload_uid;
    const key = `${ROOT}/${body.dataset_name}/${body.file_path_in_dataset}`;
    const isSecond = body.upload_protocol_version === 2;
    const isLarge = body.content_length >= PART_BYTES;
    if (isSecond && reply === "refused")
      return { status: 400, json: { upload_protocol_version: ["Unknown field."] } };
    if (named !== undefined) namedBatches.push(named);
    if (named !== undefined && reply !== "ignored" && closed.has(named))
      return { status: 410, json: { detail: "This upload is over." } };
    noteAsked(key, reply === "ignored" ? undefined : named);
    if (isSecond && (reply === "put" || (reply === "mixed" && isLarge))) {
      const session = sessionOf(body, key);
      if (session.expired?.at === "presign") return expired(session.expired);
      return isLarge ? presignParts(session) : presignPut(session);
    }
    const policy: Policy = {
      key,
      named,
      batch: reply === "ignored" ? undefined : named,
      expiresMs: clock.now() + POLICY_MS,
      length: body.content_length,
    };
    const encoded = Buffer.from(JSON.stringify(policy)).toString("base64");
    return { status: 200, json: { url: STORAGE_URL, fields: { key, policy: encoded } } };
  };

  const signParts = (session: Session, numbers: readonly number[]): Answer => {
    if (session.isComplete) return { status: 409, json: { detail: "This upload is complete." } };
    const { partsAtOnce } = speaks();
    if (partsAtOnce !== "many" && numbers.length > 1) {
      const status = partsAtOnce === "one, 400" ? 400 : 422;
      return { status, json: { part_numbers: ["Too many."] } };
    }
    const expires = clock.now() + POLICY_MS;
    const parts = numbers.map((number) => ({
      part_number: number,
      url: `${STORAGE_URL}${session.uid}?part=${number}&expires=${expires}`,
      headers: {},
    }));
    return { status: 200, json: { parts } };
  };
  const complete = (session: Session): Answer => {
    const { key, batch, length } = session;
    // It was verified once, and what has come to its place since is not looked at.
    if (session.isComplete) return COMPLETE;
    if (length < PART_BYTES) {
      if (objectAt(key, batch)?.sizeBytes !== length) return NOT_COMPLETE;
      session.isComplete = true;
      return COMPLETE;
    }
    const numbers = [...session.parts.keys()].sort((a, b) => a - b);
    const whole = Buffer.concat(numbers.map((number) => session.parts.get(number)!));
    if (whole.length !== length) return NOT_COMPLETE;
    put({ key, batch, named: batch, by: "parts" }, whole);
    session.isComplete = true;
    session.parts.clear();
    return COMPLETE;
  };

  /** Writes once. */
  const storeFile = ({ key, batch, length }: Session, body: Buffer): Answer => {
    if (body.length !== length) return s3Error(400, "EntityTooSmall");
    if (objectAt(key, batch) !== undefined) {
      const etag = etags.get(placeOf(key, batch));
      const headers = speaks().isTakenPlaceTold && etag !== undefined ? { etag } : {};
      return { ...s3Error(412, "PreconditionFailed"), headers };
    }
    return { status: 200, headers: { etag: put({ key, batch, named: batch, by: "put" }, body) } };
  };
  const storePut = (request: HttpRequest, body: Buffer): Answer => {
    const url = new URL(request.url);
    const session = sessions.get(url.pathname.slice(1));
    const number = Number(url.searchParams.get("part"));
    if (clock.now() > Number(url.searchParams.get("expires"))) return policyExpired();
    if (session !== undefined && session.length < PART_BYTES) return storeFile(session, body);
    // S3 forgets a multipart upload when it is completed.
    if (session === undefined || session.isComplete) return s3Error(404, "NoSuchUpload");
    const length = Math.min(PART_BYTES, session.length - (number - 1) * PART_BYTES);
    if (body.length !== length) return s3Error(400, "EntityTooSmall");
    counts.parts += 1;
    session.parts.set(number, body);
    return { status: 200, headers: { etag: etagOf(body) } };
  };
  const storeForm = (request: HttpRequest, body: Buffer): Answer => {
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
    const { key, batch, named } = policy;
    return { status: 204, headers: { etag: put({ key, batch, named, by: "form" }, file.data) } };
  };

  const urlOf = ({ key, batch }: StoredObject): string =>
    `${STORAGE_URL}?place=${encodeURIComponent(placeOf(key, batch))}`;
  const read = (request: HttpRequest): Answer => {
    const place = new URL(request.url).searchParams.get("place") ?? "";
    const object = objects.get(place);
    if (object === undefined) return s3Error(404, "NoSuchKey");
    const size = { "content-range": `bytes 0-0/${object.sizeBytes}` };
    return { status: 206, text: "c", headers: { ...size, etag: etags.get(place) ?? "" } };
  };

  return {
    objects,
    counts,
    namedBatches,
    urlOf,
    read,
    presign,
    manage: (path, body) => {
      const session = sessions.get(path.split("/")[4] ?? "");
      if (session === undefined) return NOT_FOUND;
      if (session.expired !== undefined) return expired(session.expired);
      if (path.endsWith("/complete/")) return complete(session);
      return signParts(session, (body as { part_numbers: number[] }).part_numbers);
    },
    storeForm,
    storePut,
    forgetSessions: (random) => {
      for (const uid of [...sessions.keys()]) if (random.chance(0.5)) sessions.delete(uid);
    },
    expireSessions: (how) => {
      const open = [...sessions.values()].filter((one) => !one.isComplete && !one.expired);
      for (const session of open) session.expired = how;
      return open.length;
    },
    closeBatches: () => {
      for (const named of namedBatches) closed.add(named);
    },
  };
}

// Avala in memory, for simulation: its routes on the wire, the rate limit, and faults before, in and after each effect.
// Time and chance come from outside.
import type {
  HttpRequest,
  HttpResponse,
  HttpStream,
  Transport,
} from "../../src/api/transport/transport";
import { AvalaError } from "../../src/errors";
import type { Clock } from "../../src/flow/clock";
import { policyExpired, throttled, type Answer } from "./answers";
import { createDatasetsModel, type ConfirmBody, type DatasetsModel } from "./datasets-model";
import { SIMPLE, type ModelDialect, type Reply } from "./dialect";
import { digestsOf } from "./digests";
import { bodyOf } from "./request-body";
import type { Seeded } from "./seeded";
import { createStoreModel, type PresignBody, type StoreModel } from "./store-model";

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
    | "no-etag" // storage only: it is stored, and something on the way drops the ETag of the reply
    | "not-kept" // storage only: something on the way answers in the store's place, without an ETag, and nothing is stored
    | "not-kept-named" // the same of a form, with an ETag
    | "cut"; // storage only: the connection breaks in the body
}

export interface AvalaModel {
  readonly api: Transport;
  readonly storage: Transport;
  readonly objects: StoreModel["objects"];
  readonly datasets: DatasetsModel["datasets"];
  readonly counts: StoreModel["counts"] & { calls: number; throttled: number };
  /** Whether the store itself has shown an ETag by now, and had when the first dataset was made. */
  readonly heard: { isNow: boolean; wasAtConfirm: boolean | undefined };
  readonly trace: string[];
  readonly namedBatches: StoreModel["namedBatches"];
  /** How it replies from now on. */
  speak(reply: Reply): void;
  readonly speaks: () => ModelDialect;
  readonly forgetSessions: StoreModel["forgetSessions"];
  readonly expireSessions: StoreModel["expireSessions"];
  readonly closeBatches: StoreModel["closeBatches"];
  readonly addForeign: DatasetsModel["addForeign"];
  /** With all that they are made of; the sessions of that stay complete. */
  readonly deleteDatasets: () => void;
}

export interface ModelOptions {
  readonly clock: Clock;
  readonly random: Seeded;
  /** The fault of one request, or none. */
  readonly faultOf: (
    target: "api" | "storage",
    random: Seeded,
    what: "confirm" | "other",
  ) => Fault["name"] | undefined;
  readonly limitPerMinute: number;
  readonly burstPerSecond: number;
  /** @default forms and parts, whatever lies under the name */
  readonly dialect?: ModelDialect | undefined;
  /** The longest that bytes are on their way. @default 400 */
  readonly storageMs?: number;
}

const UPLOADS = "/datasets/manual-upload/";

const pathOf = ({ url }: HttpRequest): string => new URL(url).pathname.replace("/api/v1", "");

export function createAvalaModel(options: ModelOptions): AvalaModel {
  const { clock, random } = options;
  let dialect = options.dialect ?? SIMPLE;
  const speaks = (): ModelDialect => dialect;
  const store = createStoreModel({ clock, speaks });
  const { objects } = store;
  const { addForeign, datasets, confirm, read } = createDatasetsModel({
    clock,
    random,
    objects,
    speaks,
    urlOf: store.urlOf,
  });
  const trace: string[] = [];
  const counts = Object.assign(store.counts, { calls: 0, throttled: 0 });
  const heard: AvalaModel["heard"] = { isNow: false, wasAtConfirm: undefined };
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

  const route = (request: HttpRequest, body: Buffer): Answer => {
    if (request.method !== "POST") return read(request);
    const path = pathOf(request);
    const json: unknown = body.length > 0 ? JSON.parse(body.toString("utf8")) : undefined;
    if (path.startsWith(`${UPLOADS}uploads/`)) return store.manage(path, json);
    if (path !== UPLOADS) return store.presign(json as PresignBody);
    const confirmed = confirm(json as ConfirmBody);
    if (confirmed.status === 201) heard.wasAtConfirm ??= heard.isNow;
    return confirmed;
  };

  const send = async (target: "api" | "storage", request: HttpRequest): Promise<HttpResponse> => {
    const path = new URL(request.url).pathname;
    const isConfirm = request.method === "POST" && pathOf(request) === UPLOADS;
    const drawn = options.faultOf(target, random, isConfirm ? "confirm" : "other");
    // What a PUT did not replace goes in another batch then, as often as there are any.
    const isNamed = drawn === "not-kept-named" && request.method === "POST";
    const fault = drawn === "not-kept-named" && !isNamed ? "not-kept" : drawn;
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
    const { etag, ...others } = answer.headers ?? {};
    const shown = etag === undefined || fault === "no-etag" ? {} : { etag };
    const headers = { ...(target === "api" ? limitHeaders() : {}), ...others, ...shown };
    await clock.sleep(1 + random.integer(20), request.signal);
    if (fault === "reply-lost") throw lost(true);
    request.onBytesSent?.(body.length);
    if (fault === "500-after-effect")
      return reply({ status: 500, json: { detail: "Oops." }, headers });
    if (answer.status < 300 && "etag" in headers && fault !== "not-kept-named") heard.isNow = true;
    return reply({ ...answer, headers });
  };
  /** Reads break in no world: what can't be read counts as not compared. */
  const open = async (request: HttpRequest): Promise<HttpStream> => {
    await clock.sleep(1 + random.integer(40), request.signal);
    const { body, ...replied } = reply(store.read(request));
    async function* bytes(): AsyncGenerator<Buffer> {
      yield body;
    }
    return { ...replied, body: bytes() };
  };
  const early = (fault: Fault["name"] | undefined): Answer | undefined => {
    if (fault === "503") return { status: 503, text: "<html>Unavailable</html>" };
    if (fault === "429") return throttled();
    if (fault === "not-kept") return { status: 200 };
    const { md5 } = digestsOf(Buffer.from(`no object ${trace.length}`));
    if (fault === "not-kept-named") return { status: 200, headers: { etag: `"${md5}"` } };
    return fault === "expired" ? policyExpired() : undefined;
  };
  const answerTo = (target: "api" | "storage", request: HttpRequest, body: Buffer): Answer => {
    if (target === "api") return route(request, body);
    return request.method === "PUT"
      ? store.storePut(request, body)
      : store.storeForm(request, body);
  };
  const transport = (target: "api" | "storage"): Transport => ({
    send: (request) => send(target, request),
    open: (request) => open(request),
    close: () => undefined,
  });
  return {
    api: transport("api"),
    storage: transport("storage"),
    objects,
    datasets,
    counts,
    heard,
    trace,
    namedBatches: store.namedBatches,
    speak: (reply) => {
      dialect = { ...dialect, reply };
    },
    speaks,
    forgetSessions: store.forgetSessions,
    expireSessions: store.expireSessions,
    closeBatches: store.closeBatches,
    addForeign,
    deleteDatasets: () => {
      for (const [place, { key }] of objects)
        if (datasets.some(({ madeOf }) => madeOf.has(key))) objects.delete(place);
      datasets.length = 0;
    },
  };
}

function lost(ambiguous: boolean): AvalaError {
  return new AvalaError("network", "The connection was lost.", { retryable: true, ambiguous });
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

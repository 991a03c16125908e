// Looks at the items of 300 files, whose stores answer as a test says, on a clock that does not wait.
import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import type { Dataset } from "../../src/api/endpoints/datasets/dataset-wire";
import type { HttpRequest, HttpStream, Transport } from "../../src/api/transport/transport";
import { createStorageTransport } from "../../src/api/transport/storage-transport";
import { AvalaError } from "../../src/errors";
import { compareContents } from "../../src/operations/publish/content-check";
import type { WaitMs } from "../../src/operations/wait";
import type { UploadFile } from "../../src/upload/request";
import { sessionWith } from "./session";
import { seededRandom, virtualClock, type VirtualClock } from "./virtual-clock";

const HOST = "127.0.0.1:9";
const OTHER_HOST = "127.0.0.1:10";
export const SECOND = 1000;
export const COUNT = 300;

// Their tags are known, so none is read.
const files: readonly UploadFile[] = Array.from({ length: COUNT }, (_, index) => {
  const path = `${index}.jpg`;
  const sha256 = createHash("sha256").update(path).digest("hex");
  return { path, absolutePath: `/none/${path}`, sizeBytes: path.length, sha256 };
});

export type Answer = (request: HttpRequest, clock: VirtualClock) => Promise<HttpStream>;

const md5Of = (path: string): string => createHash("md5").update(path).digest("hex");
export const pathOf = (url: string): string => new URL(url).pathname.slice(1);

export const answered: Answer = async ({ url }, clock) => {
  await clock.sleep(15);
  const text = pathOf(url);
  const etag = `"${md5Of(text)}"`;
  const headers = { etag, "content-range": `bytes 0-0/${text.length}` };
  return { status: 206, headers, body: Readable.from([Buffer.from("c")]) };
};

export const replied =
  (status: number, body: string, headers: Record<string, string> = {}): Answer =>
  async (_, clock) => {
    await clock.sleep(3);
    return { status, headers, body: Readable.from([Buffer.from(body)]) };
  };

export const restAsked = (seconds: number): Answer =>
  replied(503, "<html>", { "retry-after": String(seconds) });

export const refusals = {
  "a proxy's 503": replied(503, "<html><h1>503 Service Temporarily Unavailable</h1></html>"),
  "a closed connection": async (_: HttpRequest, clock: VirtualClock) => {
    await clock.sleep(3);
    throw new AvalaError("network", "closed the connection", { retryable: true });
  },
  SlowDown: replied(503, "<Error><Code>SlowDown</Code></Error>"),
} satisfies Record<string, Answer>;

export type Refusal = keyof typeof refusals;

export const hanging: Answer = async ({ idleTimeoutMs = 0 }, clock) => {
  await clock.sleep(idleTimeoutMs);
  throw new AvalaError("timeout", "did not respond", { retryable: true });
};

/** What is refused beyond so many at once. */
export function takes(atOnce: number, refused: Answer, answer: Answer = answered): Answer {
  let underWay = 0;
  return async (request, clock) => {
    if (underWay >= atOnce) return refused(request, clock);
    underWay += 1;
    return answer(request, clock).finally(() => (underWay -= 1));
  };
}

/** What is refused beyond so many a second. */
export function takesInSecond(count: number, refused: Answer): Answer {
  const burst = Math.max(1, count / 5);
  let [left, lastMs] = [burst, 0];
  return async (request, clock) => {
    left = Math.min(burst, left + ((clock.now() - lastMs) / SECOND) * count);
    lastMs = clock.now();
    if (left < 1) return refused(request, clock);
    left -= 1;
    return answered(request, clock);
  };
}

interface Looked {
  readonly same: number;
  readonly asked: number;
  readonly tookMs: number;
  readonly warnings: readonly string[];
}

interface Given {
  readonly count?: number;
  readonly waitMs?: WaitMs;
  /** Of every second file, which is at another host then. */
  readonly other?: Answer;
  /** That one session makes, one after the other. */
  readonly looks?: number;
}

export async function look(
  answer: Answer,
  { count = COUNT, waitMs = 3_600_000, other, looks = 1 }: Given = {},
): Promise<Looked> {
  const clock = virtualClock();
  let asked = 0;
  const open: Transport["open"] = (request) => {
    asked += 1;
    const isOther = new URL(request.url).host === OTHER_HOST;
    return (isOther && other !== undefined ? other : answer)(request, clock);
  };
  const storage = { ...createStorageTransport(), open };
  const at = { baseUrl: "http://127.0.0.1:1", storageUrl: `http://${HOST}`, apiKey: "avk_test" };
  const ports = { clock, storage, random: seededRandom(1) };
  const { avala: session, events } = sessionWith(at, { ports });
  const avala = { ...session, allowStorageHosts: [HOST, OTHER_HOST] };
  const compared = files.slice(0, count);
  const hostAt = (index: number): string =>
    other !== undefined && index % 2 === 1 ? OTHER_HOST : HOST;
  const listed = compared.map(({ path }, index) => ({
    uid: path,
    key: path,
    url: `http://${hostAt(index)}/${path}`,
  }));
  const beganMs = clock.now();
  const tags = new Map(compared.map(({ path }) => [path, md5Of(path)]));
  const expected = { files: compared, owner: {}, listed, tags };
  const dataset = { name: "set" } as Dataset;
  const lookOnce = () => clock.run(compareContents(avala, dataset, expected, waitMs));
  let { same } = await lookOnce();
  for (let left = looks - 1; left > 0; left -= 1) ({ same } = await lookOnce());
  const warnings = events.flatMap((event) => (event.kind === "warning" ? event.text : []));
  return { same: same.size, asked, tookMs: clock.now() - beganMs, warnings };
}

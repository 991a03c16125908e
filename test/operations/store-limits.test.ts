// Stores that take less at once, or in a second, than they are asked for, that are slow, or that are gone: what is compared all
// the same, how often they are asked for it, and what is left of the time.
import { createHash } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import type { Dataset } from "../../src/api/endpoints/datasets/dataset-wire";
import type { HttpRequest, HttpStream, Transport } from "../../src/api/transport/transport";
import { createStorageTransport } from "../../src/api/transport/storage-transport";
import { AvalaError } from "../../src/errors";
import { compareContents } from "../../src/operations/publish/content-check";
import type { UploadFile } from "../../src/upload/request";
import { sessionWith } from "../support/session";
import { seededRandom, virtualClock, type VirtualClock } from "../support/virtual-clock";

const HOST = "127.0.0.1:9";
const SECOND = 1000;
const COUNT = 300;

let folder: string;
let files: UploadFile[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "store-limits-"));
  const names = Array.from({ length: COUNT }, (_, index) => `${index}.jpg`);
  files = await Promise.all(
    names.map(async (path) => {
      const absolutePath = join(folder, path);
      await writeFile(absolutePath, path);
      const sha256 = createHash("sha256").update(path).digest("hex");
      return { path, absolutePath, sizeBytes: path.length, sha256 };
    }),
  );
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

type Answer = (request: HttpRequest, clock: VirtualClock) => Promise<HttpStream>;

const md5Of = (path: string): string => createHash("md5").update(path).digest("hex");
const pathOf = (url: string): string => new URL(url).pathname.slice(1);

const answered: Answer = async ({ url }, clock) => {
  await clock.sleep(15);
  const text = pathOf(url);
  const etag = `"${md5Of(text)}"`;
  const headers = { etag, "content-range": `bytes 0-0/${text.length}` };
  return { status: 206, headers, body: Readable.from([Buffer.from("c")]) };
};

const replied =
  (status: number, body: string): Answer =>
  async (_, clock) => {
    await clock.sleep(3);
    return { status, headers: {}, body: Readable.from([Buffer.from(body)]) };
  };

const refusals = {
  "a proxy's 503": replied(503, "<html><h1>503 Service Temporarily Unavailable</h1></html>"),
  "a closed connection": async (_: HttpRequest, clock: VirtualClock) => {
    await clock.sleep(3);
    throw new AvalaError("network", "closed the connection", { retryable: true });
  },
  SlowDown: replied(503, "<Error><Code>SlowDown</Code></Error>"),
} satisfies Record<string, Answer>;

type Refusal = keyof typeof refusals;

const hanging: Answer = async ({ idleTimeoutMs = 0 }, clock) => {
  await clock.sleep(idleTimeoutMs);
  throw new AvalaError("timeout", "did not respond", { retryable: true });
};

/** What is refused beyond so many at once. */
function takes(atOnce: number, refused: Answer, answer: Answer = answered): Answer {
  let underWay = 0;
  return async (request, clock) => {
    if (underWay >= atOnce) return refused(request, clock);
    underWay += 1;
    return answer(request, clock).finally(() => (underWay -= 1));
  };
}

/** What is refused beyond so many a second. */
function takesInSecond(count: number, refused: Answer): Answer {
  let [left, lastMs] = [count / 5, 0];
  return async (request, clock) => {
    left = Math.min(count / 5, left + ((clock.now() - lastMs) / SECOND) * count);
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
  readonly waitMs?: number;
}

async function look(
  answer: Answer,
  { count = COUNT, waitMs = 3_600_000 }: Given = {},
): Promise<Looked> {
  const clock = virtualClock();
  let asked = 0;
  const open: Transport["open"] = (request) => {
    asked += 1;
    return answer(request, clock);
  };
  const storage = { ...createStorageTransport(), open };
  const at = { baseUrl: "http://127.0.0.1:1", storageUrl: `http://${HOST}`, apiKey: "avk_test" };
  const { avala, events } = sessionWith(at, { ports: { clock, storage, random: seededRandom(1) } });
  const compared = files.slice(0, count);
  const listed = compared.map(({ path }) => ({
    uid: path,
    key: path,
    url: `http://${HOST}/${path}`,
  }));
  const beganMs = clock.now();
  const tags = new Map(compared.map(({ path }) => [path, md5Of(path)]));
  const expected = { files: compared, owner: {}, listed, tags };
  const dataset = { name: "set" } as Dataset;
  const { same } = await clock.run(compareContents(avala, dataset, expected, waitMs));
  const warnings = events.flatMap((event) => (event.kind === "warning" ? event.text : []));
  return { same: same.size, asked, tookMs: clock.now() - beganMs, warnings };
}

const each = Object.keys(refusals) as Refusal[];

describe.each(each)("by %s", (name) => {
  test.each([1, 4, 12, 24])("what refuses more than %i at once shows all files", async (atOnce) => {
    const { same, asked, warnings } = await look(takes(atOnce, refusals[name]));
    expect(same).toBe(COUNT);
    expect(asked).toBeLessThan(1.5 * COUNT);
    expect(warnings).toEqual([]);
  });

  test("what refuses more than 4 at once and takes 2 s for each shows all files", async () => {
    const slow: Answer = async (request, clock) => {
      await clock.sleep(2 * SECOND);
      return answered(request, clock);
    };
    expect(await look(takes(4, refusals[name], slow))).toMatchObject({ same: COUNT });
  });

  test("what refuses more than 50 in a second shows all files", async () => {
    const { same, asked } = await look(takesInSecond(50, refusals[name]));
    expect(same).toBe(COUNT);
    expect(asked).toBeLessThan(1.5 * COUNT);
  });

  test.each([2, COUNT])("what refuses all of %i files is soon given up", async (count) => {
    const { asked, tookMs, warnings } = await look(refusals[name], { count });
    expect(asked).toBeLessThanOrEqual(64);
    expect(tookMs).toBeLessThan(20 * SECOND);
    expect(warnings).toHaveLength(1);
  });

  test("what never shows a few files shows all others", async () => {
    const refused = new Set(["3.jpg", "50.jpg", "51.jpg", "299.jpg"]);
    const answer: Answer = (request, clock) =>
      (refused.has(pathOf(request.url)) ? refusals[name] : answered)(request, clock);
    const { same, tookMs } = await look(answer);
    expect(same).toBe(COUNT - refused.size);
    expect(tookMs).toBeLessThan(60 * SECOND);
  });

  test("what refuses all for 10 s, having served some, shows what was not asked for then", async () => {
    let served = 0;
    let downSinceMs: number | undefined;
    const answer: Answer = (request, clock) => {
      if ((served += 1) > 100) downSinceMs ??= clock.now();
      const downMs = clock.now() - (downSinceMs ?? clock.now());
      const isDown = downSinceMs !== undefined && downMs < 10 * SECOND;
      return (isDown ? refusals[name] : answered)(request, clock);
    };
    expect((await look(answer)).same).toBeGreaterThanOrEqual(COUNT - 32);
  });

  test("what served some and then refuses all is given up as one that hangs", async () => {
    let served = 0;
    const answer: Answer = (request, clock) =>
      ((served += 1) > 100 ? refusals[name] : answered)(request, clock);
    const { same, asked, tookMs } = await look(answer);
    expect(same).toBe(100);
    expect(asked).toBeLessThanOrEqual(250);
    expect(tookMs).toBeLessThan(50 * SECOND);
  });
});

test("a store that hangs is given up once nothing has come for as long as one is waited for", async () => {
  const { asked, tookMs, warnings } = await look(hanging);
  expect(asked).toBe(32);
  expect(tookMs).toBeLessThan(40 * SECOND);
  expect(warnings).toHaveLength(1);
});

test("a store that leaves hanging what is more than it takes shows all files", async () => {
  expect(await look(takes(12, hanging))).toMatchObject({ same: COUNT });
});

test("a slow store leaves time for what comes after it", async () => {
  const slow: Answer = async (request, clock) => {
    await clock.sleep(Math.min(5 * SECOND, request.idleTimeoutMs ?? 0));
    return answered(request, clock);
  };
  const { same, tookMs } = await look(slow, { waitMs: 30 * SECOND });
  expect(same).toBeGreaterThanOrEqual(64);
  expect(tookMs).toBeLessThanOrEqual(17 * SECOND);
});

test("how many files a store refuses to show is said", async () => {
  const { warnings } = await look(replied(403, "<Error><Code>AccessDenied</Code></Error>"));
  expect(warnings).toEqual([expect.stringContaining(`${COUNT} files`)]);
});

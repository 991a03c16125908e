import { createHash, randomBytes } from "node:crypto";
import { Worker } from "node:worker_threads";
import { createFileDigests, isHashedInThread } from "../../src/files/workers/digest-thread";
import { startWorker } from "../../src/files/workers/start-worker";
import type { Algorithm } from "../../src/files/workers/worker";

const digestOf = (algorithm: Algorithm, data: Buffer): string =>
  createHash(algorithm).update(data).digest("hex");

const large = { sizeBytes: 128 * 1024 * 1024 };
const small = { sizeBytes: large.sizeBytes - 1 };
const makers = { "in this thread": small, "in a thread": large };
const algorithms = ["md5", "sha256"] as const;

describe.each(Object.entries(makers))("a digest %s", (_name, file) => {
  test.each(algorithms)(
    "is the %s of all chunks in order, of several files at once, and of none",
    async (algorithm) => {
      const maker = createFileDigests(algorithm);
      const datas = [randomBytes(3_000_000), randomBytes(5), Buffer.alloc(0)];
      const all = datas.map(async (data) => {
        const running = maker.start(file);
        for (let at = 0; at < data.length; at += 700_000) {
          await running.add(data.subarray(at, at + 700_000));
        }
        return running.digest();
      });
      expect(await Promise.all(all)).toEqual(datas.map((data) => digestOf(algorithm, data)));
      maker.close();
    },
  );

  test("is that of what was added so far, and grows on", async () => {
    const maker = createFileDigests("sha256");
    const running = maker.start(file);
    const [a, b] = [randomBytes(1000), randomBytes(2000)];
    void running.add(a);
    const first = running.soFar();
    void running.add(b);
    expect(await first).toBe(digestOf("sha256", a));
    // Asked twice, as when a store's word is held against it twice.
    for (const digest of [running.digest(), running.digest()])
      expect(await digest).toBe(digestOf("sha256", Buffer.concat([a, b])));
    maker.close();
  });
});

describe("the thread", () => {
  test("has read shared memory when it says so, which may then be used again", async () => {
    const thread = createFileDigests("md5");
    const shared = Buffer.from(new SharedArrayBuffer(1_000_000));
    const datas = [randomBytes(1_000_000), randomBytes(1_000_000)];
    const running = thread.start(large);
    for (const data of datas) {
      data.copy(shared);
      await running.add(shared);
    }
    expect(await running.digest()).toBe(digestOf("md5", Buffer.concat(datas)));
    thread.close();
  });

  test("is started once when it was prepared, and not for small files", async () => {
    let started = 0;
    const start = () => {
      started += 1;
      return startWorker();
    };
    const digests = createFileDigests("sha256", start);
    const running = digests.start(small);
    await running.add(Buffer.from("abc"));
    expect(started).toBe(0);
    digests.prepare();
    digests.prepare();
    expect(started).toBe(1);
    expect(await digests.start(large).digest()).toBe(digestOf("sha256", Buffer.alloc(0)));
    expect(started).toBe(1);
    digests.close();
    digests.prepare();
    expect(started).toBe(1);
  });

  test("that ends leaves nobody waiting", async () => {
    const thread = createFileDigests("md5");
    const running = thread.start(large);
    const wait = running.add(randomBytes(20_000_000));
    const digest = running.digest();
    thread.close();
    await wait;
    expect(await digest).toBeUndefined();
    expect(await running.digest()).toBeUndefined();
    expect(await running.add(randomBytes(5))).toBeUndefined();
  });
});

test("files from 128 MiB on are hashed in a thread, whose end they notice", async () => {
  expect([isHashedInThread(large), isHashedInThread(small)]).toEqual([true, false]);
  const digests = createFileDigests("sha256");
  const [inThread, here] = [digests.start(large), digests.start(small)];
  digests.close();
  expect(await inThread.digest()).toBeUndefined();
  expect(await here.digest()).toBe(digestOf("sha256", Buffer.alloc(0)));
});

describe.each([
  ["can't be started", () => new Worker("", { execArgv: ["--no-such-option"] })],
  ["ends as it starts", () => new Worker("process.exit(1)", { eval: true })],
  ["fails as it starts", () => new Worker("throw new Error('no')", { eval: true })],
])("where the thread %s", (_how, startThread) => {
  test.each([
    ["digests are taken here, of several files at once, whose memory is used again", false],
    ["the same holds when it was prepared", true],
  ])("%s", async (_name, isPrepared) => {
    const digests = createFileDigests("sha256", startThread);
    if (isPrepared) digests.prepare();
    const all = [1, 2, 3].map(async () => {
      const running = digests.start(large);
      const shared = Buffer.from(new SharedArrayBuffer(10_000));
      const datas = [randomBytes(10_000), randomBytes(10_000), randomBytes(10_000)];
      const [first = Buffer.alloc(0)] = datas;
      let soFar: Promise<string | undefined> | undefined;
      for (const data of datas) {
        data.copy(shared);
        const added = running.add(shared);
        soFar ??= running.soFar();
        await added;
      }
      expect(await soFar).toBe(digestOf("sha256", first));
      expect(await running.digest()).toBe(digestOf("sha256", Buffer.concat(datas)));
    });
    await Promise.all(all);
    digests.close();
  });
});

test("a digest that was begun in a thread which ended is not made up, and the next one is taken here", async () => {
  const workers: Worker[] = [];
  const digests = createFileDigests("sha256", () => {
    workers.push(startWorker());
    return workers[0]!;
  });
  const begun = digests.start(large);
  await begun.add(randomBytes(5));
  await workers[0]?.terminate();
  await begun.add(randomBytes(5));
  expect(await begun.digest()).toBeUndefined();
  const next = digests.start(large);
  await next.add(Buffer.from("abc"));
  expect(await next.digest()).toBe(digestOf("sha256", Buffer.from("abc")));
  expect(workers).toHaveLength(1);
  digests.close();
});

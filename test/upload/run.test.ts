import { createHash } from "node:crypto";
import { execFileSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Emulator } from "../../emulator";
import { isUploadError, type InputError, type UploadError } from "../../src/errors";
import { hurriedClock, sessionWith } from "../support/session";
import { rejectionOf } from "../support/thrown";
import { skippingClock } from "../support/virtual-clock";
import { uploadFiles } from "../../src/upload/run";
import type { UploadFile } from "../../src/upload/request";
import type { UploadResult } from "../../src/upload/result";
import { startQuietly } from "../support/quiet-emulator";

const PRESIGN = "/datasets/manual-upload/file-upload-url/";
const sha256 = (data: Buffer): string => createHash("sha256").update(data).digest("hex");

let emulator: Emulator;
let folder: string;
beforeEach(async () => {
  emulator = await startQuietly();
  folder = await mkdtemp(join(tmpdir(), "upload-"));
});
afterEach(async () => {
  await emulator.stop();
  await rm(folder, { recursive: true });
});

async function makeFile(path: string, data: Buffer | string): Promise<UploadFile> {
  const absolutePath = join(folder, path.replaceAll("/", "_"));
  await writeFile(absolutePath, data);
  return { path, absolutePath, sizeBytes: Buffer.byteLength(data) };
}

async function makeFiles(count: number): Promise<UploadFile[]> {
  return Promise.all(
    Array.from({ length: count }, (_, index) => makeFile(`f/${index}.jpg`, `content ${index}`)),
  );
}

async function stored(): Promise<Record<string, string>> {
  const entries = (await emulator.objects()).map(({ key, sha256: sum }) => [
    key.slice(key.indexOf("/set/") + 5),
    sum,
  ]);
  return Object.fromEntries(entries) as Record<string, string>;
}

function requests(path: string): number {
  return emulator.requests().filter((entry) => entry.path.endsWith(path)).length;
}

async function failureOf(work: Promise<UploadResult>): Promise<UploadError> {
  try {
    await work;
  } catch (error) {
    if (isUploadError(error)) return error;
    throw error;
  }
  throw new Error("The upload succeeded.");
}

describe("an upload", () => {
  test("stores every file whole, with the sha256 of what was sent, for one presign each", async () => {
    const files = await makeFiles(30);
    files.push(
      await makeFile("empty.png", ""),
      await makeFile("large.mp4", Buffer.alloc(5_000_001, "x")),
    );
    const { avala, events } = sessionWith(emulator);
    const result = await uploadFiles(avala, { datasetName: "set", files });
    expect(result).toMatchObject({ isComplete: true, retries: 0, unchanged: [] });
    expect(Object.fromEntries(result.sent.map(({ path, sha256: sum }) => [path, sum]))).toEqual(
      await stored(),
    );
    expect((await stored())["large.mp4"]).toBe(sha256(Buffer.alloc(5_000_001, "x")));
    expect(requests(PRESIGN)).toBe(32);
    const last = events.findLast((event) => event.kind === "upload-progress");
    expect(last?.progress).toMatchObject({
      filesTotal: 32,
      filesSent: 32,
      bytesSent: result.bytesSent,
    });
  });

  test("presigns again when the policy has expired before the bytes came", async () => {
    emulator.setFault({ on: { path: PRESIGN }, expired: true, times: 1 });
    const { avala, events } = sessionWith(emulator);
    const result = await uploadFiles(avala, { datasetName: "set", files: await makeFiles(1) });
    expect(result).toMatchObject({ isComplete: true, retries: 1 });
    expect(events.filter((event) => event.kind === "retry")).toHaveLength(1);
    expect(requests(PRESIGN)).toBe(2);
  });

  test("gives up soon where each policy has expired at once, and says by which clocks", async () => {
    emulator.setFault({ on: { path: PRESIGN }, expired: true, times: 0 });
    const upload = uploadFiles(sessionWith(emulator).avala, {
      datasetName: "set",
      files: await makeFiles(1),
    });
    const error = await failureOf(upload);
    expect(error.message).toMatch(
      /has expired \(it was valid until \S+Z; the store's clock says \S+Z; this machine's clock \S+Z\)/,
    );
    expect(error.hint).toContain("the clock that it was signed by and the store's differ");
    expect(requests(PRESIGN)).toBe(4);
  });

  test("outlasts a store that calls what was signed expired for longer than four tries", async () => {
    const body =
      "<Error><Code>ExpiredToken</Code><Message>The provided token has expired.</Message></Error>";
    const reply = { status: 400, headers: { "Content-Type": "application/xml" }, body };
    emulator.setFault({ on: { target: "storage", method: "POST" }, times: 6, reply });
    const { avala } = sessionWith(emulator);
    const result = await uploadFiles(avala, { datasetName: "set", files: await makeFiles(1) });
    expect(result).toMatchObject({ isComplete: true, retries: 6 });
  });

  test("ends with one whole object when the store's reply was lost", async () => {
    emulator.setFault({
      on: { target: "storage", method: "POST" },
      drop: true,
      when: "after",
      times: 2,
    });
    const files = await makeFiles(4);
    const result = await uploadFiles(sessionWith(emulator).avala, { datasetName: "set", files });
    expect(result.sent).toHaveLength(4);
    expect(Object.keys(await stored()).sort()).toEqual(files.map(({ path }) => path).sort());
  });

  test("refuses paths that Avala would store as others, all at once and before anything is sent", async () => {
    const [one, two] = await makeFiles(2);
    const files = [
      { ...one!, path: " a.jpg" },
      { ...two!, path: "b/../c.jpg" },
    ];
    const uploading = uploadFiles(sessionWith(emulator).avala, { datasetName: "set", files });
    await expect(uploading).rejects.toMatchObject({ code: "input", problems: [{}, {}] });
    expect(emulator.requests()).toEqual([]);
  });

  test("lets one file fail and sends the others, and names it", async () => {
    const files = await makeFiles(10);
    await rm(files[3]!.absolutePath);
    const error = await failureOf(
      uploadFiles(sessionWith(emulator).avala, { datasetName: "set", files }),
    );
    expect(error.code).toBe("upload");
    expect(error.failures.map(({ path, error: { code } }) => [path, code])).toEqual([
      ["f/3.jpg", "file"],
    ]);
    expect(error.landed).toHaveLength(9);
    expect(Object.keys(await stored())).toHaveLength(9);
  });

  test("lets one file fail that is tried to the end, also when files go one by one", async () => {
    emulator.setFault({ on: { target: "storage" }, times: 8, reply: { status: 500 } });
    const files = await makeFiles(3);
    const error = await failureOf(
      uploadFiles(sessionWith(emulator).avala, { datasetName: "set", files, concurrency: 1 }),
    );
    expect(error.failures.map(({ path }) => path)).toEqual(["f/0.jpg"]);
    expect(error.landed.map(({ path }) => path)).toEqual(["f/1.jpg", "f/2.jpg"]);
  });

  test.each(["storage", "api"] as const)(
    "stops soon where no reply of the %s can be read for its headers",
    async (target) => {
      const reply = { status: 200, headers: { "X-Trace": "a".repeat(20_000) } };
      const path = target === "api" ? { path: PRESIGN } : {};
      emulator.setFault({ on: { target, method: "POST", ...path }, times: 0, reply });
      const files = await makeFiles(30);
      const { avala } = sessionWith(emulator);
      const error = await failureOf(
        uploadFiles(avala, { datasetName: "set", files, concurrency: 1 }),
      );
      expect(error.code).toBe("bad_reply");
      expect(error.message).toMatch(/^The upload to set stopped after .* of headers/);
      expect(error.failures).toHaveLength(8);
      expect(requests(PRESIGN)).toBe(8);
    },
  );

  // Windows has no pipes among its files.
  const places = process.platform === "win32" ? ["a folder"] : ["a folder", "a pipe"];
  test.each(places)("lets a file fail that %s took the place of", async (kind) => {
    const files = await makeFiles(3);
    await rm(files[1]!.absolutePath);
    if (kind === "a pipe") execFileSync("mkfifo", [files[1]!.absolutePath]);
    else mkdirSync(files[1]!.absolutePath);
    const error = await failureOf(
      uploadFiles(sessionWith(emulator).avala, { datasetName: "set", files, concurrency: 1 }),
    );
    expect(error.failures).toMatchObject([{ path: "f/1.jpg", error: { code: "file" } }]);
    expect(error.message).toContain("it is no longer a file");
    expect(error.landed).toHaveLength(2);
  });

  test("refuses bad input before anything is sent, all of it at once", async () => {
    const [file] = await makeFiles(1);
    const { avala } = sessionWith(emulator);
    const work = uploadFiles(avala, { datasetName: "set", files: [file!, file!], concurrency: 11 });
    await expect(work).rejects.toMatchObject({
      code: "input",
      problems: [{ input: "concurrency" }, { input: "f/0.jpg" }],
    });
    expect(emulator.requests()).toEqual([]);
  });

  test.each([
    [{ deadlineMs: Number.NaN }, ["deadlineMs"]],
    [{ deadlineMs: -1, concurrency: Number.NaN }, ["concurrency", "deadlineMs"]],
    [{ deadlineMs: Number.POSITIVE_INFINITY, files: [] }, ["deadlineMs", "files"]],
    [{ files: undefined as never, concurrency: 0 }, ["concurrency", "files"]],
  ])(
    "refuses what is no number and what is no set before anything is sent: %j",
    async (given, inputs) => {
      const files = await makeFiles(1);
      const { avala } = sessionWith(emulator);
      const work = uploadFiles(avala, { datasetName: "set", files, ...given });
      const error = (await rejectionOf(work)) as InputError;
      expect(error.code).toBe("input");
      expect(error.problems.map(({ input }) => input)).toEqual(inputs);
      expect(emulator.requests()).toEqual([]);
    },
  );

  test.each([Number.NaN, -1, 1.5, Number.POSITIVE_INFINITY])(
    "refuses a file's size of %p",
    async (sizeBytes) => {
      const [file] = await makeFiles(1);
      const files = [{ ...file!, sizeBytes }];
      const work = uploadFiles(sessionWith(emulator).avala, { datasetName: "set", files });
      await expect(work).rejects.toMatchObject({ code: "input", problems: [{ input: "f/0.jpg" }] });
      expect(emulator.requests()).toEqual([]);
    },
  );

  test("refuses a dataset's name in which a form's key would have another one", async () => {
    const work = uploadFiles(sessionWith(emulator).avala, {
      datasetName: "set-${filename}",
      files: await makeFiles(1),
    });
    await expect(work).rejects.toMatchObject({
      code: "input",
      problems: [{ input: "dataset name" }],
    });
    expect(emulator.requests()).toEqual([]);
  });
});

describe("what stops an upload at once", () => {
  test.each([
    [401, "authentication"],
    [403, "permission"],
    [413, "quota"],
  ])("a %d of the presign", async (status, code) => {
    emulator.setFault({
      on: { path: PRESIGN },
      skip: 5,
      times: 0,
      reply: { status, body: { detail: "No.", limit: 10, used: 9 } },
    });
    const files = await makeFiles(100);
    const error = await failureOf(
      uploadFiles(sessionWith(emulator).avala, { datasetName: "set", files, concurrency: 1 }),
    );
    expect(error.code).toBe(code);
    expect(error.message).toContain("after 5 of 100 files");
    expect(requests(PRESIGN)).toBeLessThan(10);
  });

  test("a 413 without the quota's numbers fails that file alone", async () => {
    emulator.setFault({
      on: { path: PRESIGN },
      skip: 5,
      reply: { status: 413, body: { detail: "Too large." } },
    });
    const files = await makeFiles(20);
    const error = await failureOf(
      uploadFiles(sessionWith(emulator).avala, { datasetName: "set", files, concurrency: 1 }),
    );
    expect(error).toMatchObject({ code: "upload", failures: { length: 1 } });
    expect(error.landed).toHaveLength(19);
  });

  test("a presigned URL to a host that is not allowed, and not a byte goes there", async () => {
    const reply = { status: 200, body: { url: "http://127.0.0.2:1/bucket", fields: { key: "k" } } };
    emulator.setFault({ on: { path: PRESIGN }, times: 0, reply });
    const files = await makeFiles(20);
    const error = await failureOf(
      uploadFiles(sessionWith(emulator).avala, { datasetName: "set", files }),
    );
    expect(error.code).toBe("storage_host");
    expect(error.landed).toEqual([]);
  });

  test("a server that is gone: eight files are tried to the end, not all", async () => {
    emulator.setFault({ on: { path: PRESIGN }, times: 0, reply: { status: 503, body: "down" } });
    const files = await makeFiles(50);
    const error = await failureOf(
      uploadFiles(sessionWith(emulator).avala, { datasetName: "set", files, concurrency: 3 }),
    );
    expect(error.code).toBe("server");
    expect(requests(PRESIGN)).toBeLessThanOrEqual(8 * 8 + 16);
  });

  test("the caller's signal, with what landed", async () => {
    const controller = new AbortController();
    const files = await makeFiles(50);
    emulator.setFault({ on: { target: "storage" }, skip: 5, times: 0, stall: true });
    const { avala, events } = sessionWith(emulator, { signal: controller.signal });
    const work = failureOf(uploadFiles(avala, { datasetName: "set", files, concurrency: 2 }));
    while (events.filter(({ kind }) => kind === "file-sent").length < 5) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    controller.abort();
    const error = await work;
    expect(error.code).toBe("cancelled");
    expect(error.message).toBe("The upload to set stopped after 5 of 50 files.");
    expect(error.landed.length).toBe(5);
  });
});

describe("an upload that broke", () => {
  test("goes on with what has not landed", async () => {
    const files = await makeFiles(20);
    emulator.setFault({
      on: { target: "storage" },
      skip: 12,
      times: 0,
      reply: { status: 403, body: "<Error><Code>AccessDenied</Code></Error>" },
    });
    const request = {
      datasetName: "set",
      files,
      concurrency: 1,
      stateDirectory: join(folder, "state"),
    };
    const error = await failureOf(uploadFiles(sessionWith(emulator).avala, request));
    expect(error.landed).toHaveLength(12);
    emulator.clearFaults();
    const before = requests(PRESIGN);
    const { avala, events } = sessionWith(emulator);
    const result = await uploadFiles(avala, request);
    expect(result.sent).toHaveLength(8);
    expect(result.unchanged).toHaveLength(12);
    const first = events.find((event) => event.kind === "upload-progress");
    expect(first?.progress).toMatchObject({ filesUnchanged: 12, filesSent: 0 });
    expect(result.manifest.entries).toHaveLength(20);
    expect(requests(PRESIGN) - before).toBe(8);
  });

  test("sends a file again whose content is another now, though its size is the same", async () => {
    const file = await makeFile("a.jpg", "before");
    const request = { datasetName: "set", files: [file], stateDirectory: join(folder, "state") };
    await uploadFiles(sessionWith(emulator).avala, request);
    await makeFile("a.jpg", "after!");
    const result = await uploadFiles(sessionWith(emulator).avala, request);
    expect(result.sent.map(({ sha256: sum }) => sum)).toEqual([sha256(Buffer.from("after!"))]);
    expect(await stored()).toEqual({ "a.jpg": sha256(Buffer.from("after!")) });
  });

  test("warns and uploads when the journal can't be kept, and other content has another name", async () => {
    const blocked = join(folder, "blocked");
    await writeFile(blocked, "a file where a folder should be");
    const { avala, events } = sessionWith(emulator);
    const files = await makeFiles(3);
    const digest = "0123456789ab".padEnd(64, "c");
    const request = { datasetName: "set-0123456789ab", digest, files, stateDirectory: blocked };
    const result = await uploadFiles(avala, request);
    expect(result.sent).toHaveLength(3);
    expect(events.filter((event) => event.kind === "warning")).toHaveLength(1);
  });

  test("sends nothing when the journal can't be kept, and other content may lie under the name", async () => {
    const blocked = join(folder, "blocked");
    await writeFile(blocked, "a file where a folder should be");
    const { avala } = sessionWith(emulator);
    const files = await makeFiles(3);
    const upload = uploadFiles(avala, { datasetName: "set", files, stateDirectory: blocked });
    await expect(upload).rejects.toMatchObject({ code: "journal" });
    expect(requests(PRESIGN)).toBe(0);
  });

  test("works with a key that may not read its user", async () => {
    emulator.addKey({ key: "avk_write_only_000000", scopes: ["datasets.write"] });
    const { avala } = sessionWith(emulator, { apiKey: "avk_write_only_000000" });
    const files = await makeFiles(2);
    const result = await uploadFiles(avala, { datasetName: "set", files, stateDirectory: folder });
    expect(result.sent).toHaveLength(2);
  });
});

describe("a deadline", () => {
  test("lets what is under way end, starts nothing more, and says that it is not complete", async () => {
    let now = 0;
    const clock = { ...hurriedClock, now: () => (now += 10) };
    const files = await makeFiles(50);
    const { avala } = sessionWith(emulator, { ports: { clock } });
    const result = await uploadFiles(avala, { datasetName: "set", files, deadlineMs: 500 });
    expect(result.isComplete).toBe(false);
    expect(result.sent.length).toBeLessThan(50);
    expect(Object.keys(await stored())).toHaveLength(result.sent.length);
  });

  test.each([
    ["the store", { target: "storage" } as const],
    ["the API", { path: PRESIGN }],
  ])("waits no longer than that for %s, and the next run goes on", async (_name, on) => {
    emulator.setFault({
      ...{ on, skip: 4, times: 0 },
      reply: { status: 503, headers: { "Retry-After": "600" }, body: "busy" },
    });
    const clock = skippingClock();
    const files = await makeFiles(20);
    const { avala } = sessionWith(emulator, { ports: { clock } });
    const deadlineMs = clock.now() + 60_000;
    const request = { datasetName: "set", files, concurrency: 1, stateDirectory: folder };
    const result = await uploadFiles(avala, { ...request, deadlineMs });
    expect(result.isComplete).toBe(false);
    expect(result.sent).toHaveLength(4);
    expect(clock.now()).toBeLessThan(deadlineMs + 60_000);
    expect(requests(PRESIGN)).toBe(5);
    emulator.clearFaults();
    const next = await uploadFiles(sessionWith(emulator).avala, request);
    expect([next.unchanged.length, next.sent.length]).toEqual([4, 16]);
  });

  test("comes between the parts of a file: those that landed are kept", async () => {
    const large = await startQuietly({
      dialect: { uploadReply: "managed" },
      multipartFromBytes: 1_000_000,
      partSizeBytes: 5_242_880,
    });
    const file = await makeFile("large.mp4", Buffer.alloc(60_000_000, "x"));
    const parts = (): number =>
      large.requests().filter(({ target, method }) => target === "storage" && method === "PUT")
        .length;
    // Time passes only as parts are stored: the deadline comes with the first.
    const clock = { ...hurriedClock, now: () => parts() };
    const { avala } = sessionWith(large, { ports: { clock } });
    const request = { datasetName: "set", files: [file], stateDirectory: folder };
    const result = await uploadFiles(avala, { ...request, deadlineMs: 1 });
    expect(result).toMatchObject({ isComplete: false, sent: [], retries: 0 });
    const before = parts();
    expect(before).toBeLessThan(12);
    const next = await uploadFiles(sessionWith(large).avala, request);
    expect(next.isComplete).toBe(true);
    expect(parts()).toBe(12);
    await large.stop();
  });
});

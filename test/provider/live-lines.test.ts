// The lines that a stack shows while it works: in a terminal each takes the place of the one before, in a CI run they stay.
import { showEvents, showReading, type Messages } from "../../provider/process/messages";
import { AvalaError } from "../../src/errors";
import type { AvalaEvent, UploadProgress } from "../../src/events";
import { checked, createBench, make } from "../support/provider";
import { jpeg } from "../support/temp-tree";

const minutes = 10;

const silent: Messages = {
  isLogged: false,
  info: () => Promise.resolve(),
  warn: () => Promise.resolve(),
  status: () => undefined,
};

/** What is shown of an upload of ten minutes that reports twice a second, and of what comes after it. */
function linesOf(
  isLogged: boolean,
  after: readonly AvalaEvent[] = [],
  before: readonly AvalaEvent[] = [],
): readonly string[] {
  const lines: string[] = [];
  const messages: Messages = {
    isLogged,
    info: () => Promise.resolve(),
    warn: () => Promise.resolve(),
    status: (text) => void lines.push(text),
  };
  let nowMs = 0;
  const listen = showEvents(messages, () => nowMs);
  const filesTotal = minutes * 120;
  for (const event of before) {
    listen(event);
    nowMs += 5_000;
  }
  for (let filesSent = 0; filesSent < filesTotal; filesSent++) {
    listen({ kind: "upload-progress", progress: { ...progress, filesTotal, filesSent } });
    nowMs += 500;
  }
  for (const event of after) {
    listen(event);
    nowMs += 5_000;
  }
  return lines;
}

const progress: UploadProgress = {
  filesTotal: 0,
  filesBegun: 0,
  filesSent: 0,
  filesUnchanged: 0,
  filesFound: 0,
  filesFailed: 0,
  bytesTotal: 0,
  bytesSent: 0,
  bytesSkipped: 0,
  bytesPerSecond: 0,
  bytesFailed: 0,
  isWaitingForLimit: false,
  isBoundByCalls: false,
};

test("in a terminal each report is shown", () => {
  expect(linesOf(false)).toHaveLength(minutes * 120);
});

test("a report says that the upload waits for the rate limit, and for how long", () => {
  const lines: string[] = [];
  const messages: Messages = {
    isLogged: false,
    info: () => Promise.resolve(),
    warn: () => Promise.resolve(),
    status: (text) => void lines.push(text),
  };
  const waiting = { isWaitingForLimit: true, waitSeconds: 40, secondsLeft: 780 };
  const sent = { filesTotal: 1400, filesSent: 95, bytesTotal: 840_000, bytesSent: 57_000 };
  showEvents(messages)({ kind: "upload-progress", progress: { ...progress, ...sent, ...waiting } });
  expect(lines).toEqual([
    "6%, 13 min left, waiting for the rate limit, continues in 40 s, sent 95 of 1,400 files, 57.0 kB of 840 kB",
  ]);
});

test.each([
  [false, "each half second", 18],
  [true, "now and then", 9],
])("listing a large folder shows how far it is (in a CI run: %p): %s", (isLogged, _, atMost) => {
  const lines: string[] = [];
  let nowMs = 0;
  const messages = { ...silent, isLogged, status: (text: string) => void lines.push(text) };
  const { onListing, onProgress } = showReading(messages, () => nowMs);
  for (let entries = 0; entries < 100_000; entries += 500) {
    onListing(entries);
    nowMs += 50;
  }
  expect(lines[0]).toMatch(/^listed \d+,\d{3} files and folders so far$/);
  expect(lines.length).toBeGreaterThan(1);
  expect(lines.length).toBeLessThanOrEqual(atMost);
  onProgress({ filesDone: 20, filesTotal: 100, bytesDone: 10, bytesTotal: 100 });
  expect(lines.at(-1)).toBe("read 10%: 20 of 100 files");
});

test("in a CI run no line says that nothing has been read yet", () => {
  const lines: string[] = [];
  let nowMs = 0;
  const status = (text: string): void => void lines.push(text);
  const { onListing, onProgress } = showReading({ ...silent, isLogged: true, status }, () => nowMs);
  nowMs = 120_000;
  onListing(0);
  onProgress({ filesDone: 0, filesTotal: 20_000, bytesDone: 0, bytesTotal: 100 });
  expect(lines).toEqual([]);
  onProgress({ filesDone: 0, filesTotal: 20_000, bytesDone: 50, bytesTotal: 100 });
  expect(lines).toEqual(["read 50%: 0 of 20,000 files"]);
});

test("in a CI run a few are, and each tenth", () => {
  const lines = linesOf(true);
  expect(lines.length).toBeLessThan(40);
  for (const tenth of [10, 20, 30, 40, 50, 60, 70, 80, 90])
    expect(lines.some((line) => line.startsWith(`${tenth}%, `))).toBe(true);
});

test("in a CI run no line says that nothing has been sent yet", () => {
  const untouched = { ...progress, filesTotal: minutes * 120 };
  const begun: AvalaEvent = { kind: "upload-progress", progress: untouched };
  expect(linesOf(true, [], [begun, begun, begun])[0]).toMatch(/^\d+%, .*sent [1-9]/);
});

test("in a CI run a line says soon that the upload waits for the limit, and that it goes on", () => {
  const at = (filesSent: number, isWaitingForLimit: boolean): AvalaEvent => ({
    kind: "upload-progress",
    progress: { ...progress, filesTotal: 100_000, filesSent, isWaitingForLimit, bytesPerSecond: 9 },
  });
  const lines = linesOf(true, [at(1_250, true), at(1_250, true), at(1_260, false)]);
  const [waiting, ...after] = lines.slice(-2);
  expect(waiting).toContain("waiting for the rate limit");
  expect(after.join("\n")).toContain("sent 1,260");
});

test("in a CI run a line says soon that requests have no response, also before the first byte", () => {
  const silence = { server: "s3.example.com", requests: 8, seconds: 10, secondsLeft: 110 };
  const stalled: AvalaEvent = {
    kind: "upload-progress",
    progress: { ...progress, filesTotal: 100, silence },
  };
  const lines: string[] = [];
  let nowMs = 0;
  const status = (text: string): void => void lines.push(text);
  const listen = showEvents({ ...silent, isLogged: true, status }, () => nowMs);
  nowMs = 15_000;
  listen(stalled);
  listen({ kind: "response-wait", what: "find dataset a", seconds: 10, secondsLeft: 50 });
  expect(lines).toEqual([
    "0%, no response from s3.example.com to 8 requests for 10 s, given up in 2 min, sent 0 of 100 files",
    "waiting for a response from Avala to find dataset a, none for 10 s, given up in 50 s",
  ]);
});

test("in a CI run an upload that is at the limit half of the time makes no line for each turn", () => {
  const turns = Array.from({ length: 100 }, (_, turn): AvalaEvent => ({
    kind: "upload-progress",
    progress: {
      ...progress,
      filesTotal: 100_000,
      filesSent: turn + 1,
      isWaitingForLimit: turn % 2 > 0,
    },
  }));
  const lines: string[] = [];
  let nowMs = 0;
  const listen = showEvents(
    { ...silent, isLogged: true, status: (text) => void lines.push(text) },
    () => nowMs,
  );
  for (const turn of turns) {
    listen(turn);
    nowMs += 500;
  }
  expect(lines.length).toBeLessThan(20);
});

test("of a resource that changes, lines are on the stack's row: on its own the engine shows what changes", async () => {
  const bench = await createBench({ "a.jpg": jpeg("a") });
  try {
    const urn = "urn:pulumi:dev::app::pulumi-nodejs:dynamic/avala:FileSet::training";
    const set = { root: bench.tree.root, versionOf: "training", call: { urn, isPreview: false } };
    const first = await make(bench.handlers().fileSet, set);
    expect(bench.messages.filter(({ isEphemeral }) => isEphemeral).map((one) => one.urn)).toContain(
      urn,
    );
    bench.messages.length = 0;
    bench.tree.write({ "b.jpg": jpeg("b") });
    const { fileSet } = bench.handlers();
    const news = await checked(fileSet, set, { ...first.outs });
    await fileSet.diff(first.id, first.outs, news);
    await fileSet.create(await checked(fileSet, set));
    const lines = bench.messages.filter(({ isEphemeral }) => isEphemeral);
    expect(lines.at(-1)).toEqual(
      expect.objectContaining({ text: expect.stringMatching(/^training: \d+%/) as string }),
    );
    expect(lines.filter((line) => line.urn !== undefined)).toEqual([]);
    expect(
      bench.messages.filter(({ isEphemeral }) => !isEphemeral).map((one) => one.urn),
    ).toContain(urn);
  } finally {
    await bench.stop();
  }
});

test("in a CI run another status is shown at once, and the same one rarely", () => {
  const made = (status: "creating" | "created", itemCount: number): AvalaEvent => ({
    kind: "dataset-status",
    name: "d",
    status,
    itemCount,
  });
  const waiting = Array.from({ length: 24 }, (_, n) => made("creating", n));
  const lines = linesOf(true, [...waiting, made("created", 24)]).filter((line) =>
    line.startsWith("dataset:"),
  );
  expect(lines[0]).toContain("creating");
  expect(lines.at(-1)).toContain("created, 24 items");
  expect(lines.length).toBeLessThan(6);
});

test.each([
  [
    "rate_limited",
    /^The server asks to wait \(rate limit\): presign a\.jpg continues in 2 s\.$/,
    3,
  ],
  ["server", /^Attempt \d+ to presign a\.jpg failed/, 20],
] as const)("in a CI run only the first retries are shown: %s", (code, line, most) => {
  const retries = Array.from({ length: 50 }, (_, index): AvalaEvent => {
    const error = new AvalaError(code, "Refused.");
    return { kind: "retry", what: "presign a.jpg", attempt: index + 1, waitMs: 2_000, error };
  });
  expect(linesOf(true, retries).filter((text) => line.test(text))).toHaveLength(most);
});

test("waits for the rate limit and the comparing of stored files have lines of their own", () => {
  const lines = linesOf(true, [
    ...Array<AvalaEvent>(60).fill({ kind: "limit-wait", what: "find dataset a" }),
    { kind: "limit-wait", what: "list datasets", waitMs: 37_000 },
    { kind: "compare-progress", name: "a", filesDone: 97, filesTotal: 230 },
  ]);
  const waits = lines.filter((line) => line === "waiting for the rate limit to find dataset a");
  expect(waits.length).toBeGreaterThan(0);
  expect(waits.length).toBeLessThan(12);
  expect(lines).toContain("waiting for the rate limit to list datasets, continues in about 37 s");
  expect(lines.at(-1)).toBe("compared 97 of 230 stored files");
});

test("in a CI run the last line about comparing says that it is done, also where that takes no time", () => {
  const lines: string[] = [];
  const status = (text: string): void => void lines.push(text);
  const listen = showEvents({ ...silent, isLogged: true, status }, () => 0);
  for (const filesDone of [0, 3])
    listen({ kind: "compare-progress", name: "a", filesDone, filesTotal: 3 });
  expect(lines).toEqual(["compared 3 of 3 stored files"]);
});

test.each([true, false])(
  "the last line about reading says that it is done, if one was shown before (in a CI run: %p)",
  (isLogged) => {
    const lines: string[] = [];
    let nowMs = 0;
    const status = (text: string): void => void lines.push(text);
    const { onProgress } = showReading({ ...silent, isLogged, status }, () => nowMs);
    const read = (filesDone: number): void =>
      onProgress({ filesDone, filesTotal: 5, bytesDone: filesDone, bytesTotal: 5 });
    read(0);
    nowMs = 2_000;
    read(4);
    nowMs = 2_010;
    read(5);
    expect(lines).toEqual(["read 80%: 4 of 5 files", "read 100%: 5 of 5 files"]);
  },
);

test("what is read at once has no line", () => {
  const lines: string[] = [];
  const status = (text: string): void => void lines.push(text);
  const { onProgress } = showReading({ ...silent, isLogged: true, status }, () => 0);
  onProgress({ filesDone: 0, filesTotal: 5, bytesDone: 0, bytesTotal: 5 });
  onProgress({ filesDone: 5, filesTotal: 5, bytesDone: 5, bytesTotal: 5 });
  expect(lines).toEqual([]);
});

test("in a CI run a dataset that is made at once has one line", () => {
  const lines: string[] = [];
  let nowMs = 0;
  const status = (text: string): void => void lines.push(text);
  const listen = showEvents({ ...silent, isLogged: true, status }, () => nowMs);
  listen({ kind: "dataset-status", name: "d", status: "creating", itemCount: 0 });
  nowMs = 500;
  listen({ kind: "dataset-status", name: "d", status: "created", itemCount: 3 });
  expect(lines).toEqual(["dataset: created, 3 items"]);
});

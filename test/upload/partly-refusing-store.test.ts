// A store that refuses what it is sent, quickly and in a row: some files of a set, all of them for a moment, or all for good. In
// virtual time.
import { halfOf } from "../support/night";
import { playUpload, type Played, type Posted } from "../support/playing-store";

const REFUSED = { status: 403 } as const;

function named(folder: string, count: number, suffix = "jpg"): string[] {
  return Array.from({ length: count }, (_, index) => `${folder}${String(index + 100)}.${suffix}`);
}

const postsOf = ({ posted }: Played, path: string): number =>
  posted.filter((one) => one.path === path).length;

const isIn = (folder: string, { path }: Pick<Posted, "path">): boolean => path.startsWith(folder);

function expectAllButRefused(
  played: Played,
  paths: readonly string[],
  isRefused: (path: string) => boolean,
): void {
  const { error, stored } = played;
  expect(error?.code).toBe("upload");
  const failed = error?.failures.map(({ path }) => path).sort();
  expect(failed).toEqual(paths.filter(isRefused).sort());
  expect([...stored].sort()).toEqual(paths.filter((path) => !isRefused(path)).sort());
}

describe("what is under way when eight files are refused in a row", () => {
  const paths = [...named("a/", 4), ...named("b/", 12), ...named("c/", 40)];
  const late = { afterMs: 60_000 };

  test("lands, and so do all that the store takes", async () => {
    const played = await playUpload(paths, (posted) =>
      isIn("a/", posted) ? late : isIn("b/", posted) ? REFUSED : undefined,
    );
    expectAllButRefused(played, paths, (path) => path.startsWith("b/"));
    expect(played.posted.filter((posted) => isIn("a/", posted))).toHaveLength(4);
    expect(played.ms).toBeLessThan(150_000);
  });

  test("is not cut off where the store takes nothing else", async () => {
    const played = await playUpload(paths, (posted) => (isIn("a/", posted) ? late : REFUSED));
    expect([...played.stored].sort()).toEqual(named("a/", 4));
    expect(played.error?.landed).toHaveLength(4);
    expect(postsOf(played, "a/100.jpg")).toBe(1);
    expect(played.error?.message).toMatch(/refused \d+ files in a row \(403, AccessDenied\)/);
  });

  test("lands as well where others fail after all their tries", async () => {
    const played = await playUpload(
      paths,
      (posted) => (isIn("a/", posted) ? { afterMs: 900_000 } : { status: 503, code: "Busy" }),
      { concurrency: 10 },
    );
    expect([...played.stored].sort()).toEqual(named("a/", 4));
    expect(postsOf(played, "a/100.jpg")).toBe(1);
    expect(played.error?.code).toBe("storage");
    // Eight beside those, and after these have landed; at each time as many as ten at once may be under way.
    expect(new Set(played.posted.map(({ path }) => path)).size).toBeLessThan(4 + 8 + 10 + 8 + 10);
  });
});

describe("a store that refuses only", () => {
  const folders = [...named("a/", 30), ...named("b/", 90), ...named("c/", 30)];
  const mixed = named("d/", 75).flatMap((path) => [path, `${path.slice(0, -3)}json`]);

  test.each([
    ["a folder", folders, (path: string) => path.startsWith("b/")],
    ["the first half", named("e/", 150), (path: string) => path < "e/175"],
    ["a suffix", mixed, (path: string) => path.endsWith(".json")],
    ["two of three", named("f/", 150), (path: string) => Number(path.slice(2, 5)) % 3 > 0],
  ])("%s takes all others, and each refused one is named", async (_what, paths, isRefused) => {
    const played = await playUpload(paths, ({ path }) => (isRefused(path) ? REFUSED : undefined));
    expectAllButRefused(played, paths, isRefused);
    const refused = paths.filter(isRefused).length;
    const most = paths.length + 2 * Math.ceil(refused / 8) + 4;
    expect(played.posted.length).toBeLessThanOrEqual(most);
    expect(played.presigns).toBeLessThanOrEqual(most);
  });

  test.each([
    ["the last files", (index: number) => index >= 90],
    ["what is large", (index: number) => index % 7 > 0],
    ["what is small", (index: number) => index % 7 === 0],
  ])("%s takes all others, though at last no other is left", async (_what, isRefused) => {
    const paths = named("g/", 150);
    const indexOf = (path: string): number => Number(path.slice(2, 5)) - 100;
    const sizeOf = (path: string): number => (indexOf(path) % 7 === 0 ? 12 : 1000);
    const wanted = paths.filter((path) => !isRefused(indexOf(path)));
    const isWanted = new Set(wanted);
    const answerTo = ({ path }: Posted) => (isWanted.has(path) ? undefined : REFUSED);
    const { stored, error } = await playUpload(paths, answerTo, { sizeOf });
    expect([...stored].sort()).toEqual(wanted);
    expect(error?.failures.length).toBeGreaterThan(8);
  });

  test("what is alone of its suffix is asked for it before the run ends", async () => {
    const paths = [...named("h/", 60), "h/140-labels.json", ...named("i/", 60)];
    const isRefused = (path: string): boolean => path.endsWith("jpg");
    const played = await playUpload(paths, ({ path }) => (isRefused(path) ? REFUSED : undefined));
    expect([...played.stored]).toEqual(["h/140-labels.json"]);
    expect(played.error?.code).toBe("storage");
  });
});

const SPANS = [
  { forMs: 100, span: "100 ms" },
  { forMs: 1000, span: "a second" },
  { forMs: 6000, span: "six seconds" },
];
const MOMENTS = [
  { fromMs: 0, when: "at the start" },
  { fromMs: 700, when: "in the middle" },
  { fromMs: 1500, when: "near the end" },
];

test.each(halfOf(SPANS, MOMENTS).map(([span, moment]) => ({ ...span, ...moment })))(
  "a store that refuses all it is sent for $span $when has taken all of it in the end",
  async ({ forMs, fromMs }) => {
    const paths = named("n/", 200);
    const isMoment = (ms: number): boolean => ms >= fromMs && ms < fromMs + forMs;
    const played = await playUpload(paths, ({ ms }) => (isMoment(ms) ? REFUSED : undefined));
    expect(played.result).toMatchObject({ isComplete: true, sent: { length: paths.length } });
    expect(played.stored.size).toBe(paths.length);
    expect(played.events.filter(({ kind }) => kind === "file-failed")).toEqual([]);
    expect(played.ms).toBeLessThan(25_000);
  },
);

test("a moment while a folder is refused for good ends no run, and fails few of the other files", async () => {
  const paths = [...named("a/", 40), ...named("b/", 40), ...named("c/", 200)];
  const isMoment = (ms: number): boolean => ms >= 900 && ms < 2900;
  const { error, stored } = await playUpload(paths, (posted) =>
    isIn("b/", posted) || isMoment(posted.ms) ? REFUSED : undefined,
  );
  expect(error?.code).toBe("upload");
  const others = error?.failures.filter(({ path }) => !path.startsWith("b/"));
  expect(others?.length).toBeLessThan(6);
  expect(stored.size + (error?.failures.length ?? 0)).toBe(paths.length);
});

test("what is refused in a long run is told while it runs", async () => {
  const paths = named("a/", 600);
  const isRefused = (path: string): boolean => Number(path.slice(2, 5)) % 4 === 0;
  const played = await playUpload(paths, ({ path }) => ({
    ...(isRefused(path) ? REFUSED : {}),
    afterMs: 1000,
  }));
  expectAllButRefused(played, paths, isRefused);
  const half = played.events.findIndex(
    (event) => event.kind === "upload-progress" && event.progress.filesSent >= 225,
  );
  const told = played.events.slice(0, half).filter(({ kind }) => kind === "file-failed");
  expect(told.length).toBeGreaterThan(30);
});

describe("a store that refuses everything", () => {
  const paths = named("a/", 300);

  test("ends the run after few files, few calls and some seconds, and says that it waits", async () => {
    const played = await playUpload(paths, () => REFUSED);
    const { error, posted, presigns, ms, events } = played;
    expect(error?.code).toBe("storage");
    expect(posted.length).toBeLessThanOrEqual(22);
    expect(presigns).toBeLessThanOrEqual(22);
    expect(ms).toBeGreaterThan(5000);
    expect(ms).toBeLessThan(15_000);
    const tried = new Set(posted.map(({ path }) => path)).size;
    expect(error?.message).toContain(`refused ${String(tried)} files in a row (403, AccessDenied)`);
    expect(error?.failures).toHaveLength(tried);
    const again = events.filter((event) => event.kind === "retry");
    expect(again).toMatchObject([{ waitMs: 8000, error: { code: "storage" } }]);
  });

  test("ends it before a deadline that is nearer than that", async () => {
    const { error, ms } = await playUpload(paths, () => REFUSED, { deadlineMs: 5000 });
    expect(error?.message).toContain("files in a row");
    expect(ms).toBeLessThan(5000);
  });

  test("fails each of a few files", async () => {
    const few = paths.slice(0, 3);
    const { error, ms } = await playUpload(few, () => REFUSED);
    expect(error).toMatchObject({ code: "upload", failures: { length: 3 } });
    expect(ms).toBeLessThan(15_000);
  });
});

describe("no file is begun twice at once, or counted twice,", () => {
  test("where what was under way lands while another file is tried for the whole set", async () => {
    const paths = named("a/", 500).map((path) => path.replace("127.jpg", "127.png"));
    let hasSlow = false;
    const played = await playUpload(paths, ({ path, ms }) => {
      const index = Number(path.slice(2, 5)) - 100;
      if (index === 0 || ms > 3300) return undefined;
      if (index === 1) return { afterMs: 1500 };
      const isSlow = !hasSlow && ms > 200 && index > 100;
      hasSlow ||= isSlow;
      return { ...REFUSED, afterMs: isSlow ? 2000 : index > 100 ? 700 : 20 };
    });
    expect(played.result).toMatchObject({ isComplete: true, sent: { length: 500 } });
    expect(Math.max(...paths.map((path) => postsOf(played, path)))).toBeLessThanOrEqual(2);
  });

  test.each([2, 3])("where it is refused for good, %i at once", async (concurrency) => {
    const paths = named("a/", 28);
    let refused = 0;
    const played = await playUpload(
      paths,
      ({ path }) => {
        if (path === "a/100.jpg") return undefined;
        if (path === "a/101.jpg") return { afterMs: 1200 };
        refused += 1;
        return { ...REFUSED, afterMs: refused === 9 ? 4000 : 20 };
      },
      { concurrency },
    );
    const failed = played.error?.failures.map(({ path }) => path) ?? [];
    expect(failed).toEqual([...new Set(failed)]);
    expect(Math.max(...paths.map((path) => postsOf(played, path)))).toBeLessThanOrEqual(2);
  });
});

test.each([40, 128, 400])(
  "of %i files, each that was refused before a deadline is told",
  async (count) => {
    const paths = named("a/", count);
    const isRefused = (path: string): boolean => Number(path.slice(2, 5)) % 2 > 0;
    const answerTo = ({ path }: Posted) => (isRefused(path) ? REFUSED : undefined);
    const { error, posted } = await playUpload(paths, answerTo, { deadlineMs: 6500 });
    const refused = new Set(posted.map(({ path }) => path).filter(isRefused));
    expect(error?.failures.map(({ path }) => path).sort()).toEqual([...refused].sort());
  },
);

test("what a store refused has not failed where another run has made the dataset meanwhile", async () => {
  const paths = named("a/", 900);
  // A run looks once a minute.
  const isRefused = ({ path, ms }: Posted): boolean => ms > 50_000 && path.endsWith("7.jpg");
  const answerTo = (one: Posted) => ({ ...(isRefused(one) ? REFUSED : {}), afterMs: 1500 });
  const { result, error, posted } = await playUpload(paths, answerTo, { isMade: () => true });
  expect(error).toBeUndefined();
  expect(result?.isComplete).toBe(false);
  expect(posted.filter(isRefused)).not.toEqual([]);
  expect(posted.length).toBeLessThan(paths.length);
});

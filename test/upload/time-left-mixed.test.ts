// What an upload says of the time left where its files are of very different sizes, and where it begins in a minute that is used up.
import { farOff, inWords, laterLines } from "../support/said-lines";
import { watch, type Said, type Scene, type UploadPlan } from "../support/watched-uploads";

const perMinute = (limit: number) => ({ perMinute: limit, perSecond: 20 });
const unlimited = { ...perMinute(0), perSecond: 0, signals: "none" } as const;
const SMALL = 5_000;

function smallFirst(small: number, large: number, megabytes: number): UploadPlan {
  const sizeBytes = (file: number): number => (file < small ? SMALL : megabytes * 1e6);
  return { files: small + large, sizeBytes };
}

function largeFirst(small: number, large: number, megabytes: number): UploadPlan {
  const sizeBytes = (file: number): number => (file < large ? megabytes * 1e6 : SMALL);
  return { files: small + large, sizeBytes };
}

function mixed(small: number, large: number, megabytes: number): UploadPlan {
  const every = Math.round((small + large) / large);
  const sizeBytes = (file: number): number => (file % every === 3 ? megabytes * 1e6 : SMALL);
  return { files: small + large, sizeBytes };
}

async function linesOfFirst(scene: Scene): Promise<readonly Said[]> {
  const [first = []] = await watch(scene);
  return laterLines(first);
}

const withoutTime = (lines: readonly Said[]): readonly string[] =>
  lines.filter(({ secondsLeft }) => secondsLeft === undefined).map(inWords);

describe("the time left of files of different sizes is never far off", () => {
  describe.each([
    ["small ones first", smallFirst],
    ["large ones first", largeFirst],
    ["mixed", mixed],
  ])("%s", (_order, of) => {
    test.each<[string, Scene]>([
      ["60 and 8", { limits: perMinute(100), uploads: [of(60, 8, 60)] }],
      ["20 and 3 of more calls", { limits: perMinute(600), uploads: [of(20, 3, 200)] }],
      ["400 and 8 over minutes", { limits: perMinute(100), uploads: [of(400, 8, 60)] }],
      ["200 and 40 over minutes", { limits: perMinute(100), uploads: [of(200, 40, 20)] }],
      ["60 and 8 without a limit", { limits: unlimited, uploads: [of(60, 8, 60)] }],
      [
        "60 and 8 on a slow line",
        { limits: perMinute(600), uploads: [of(60, 8, 60)], bytesPerSecond: () => 2e6 },
      ],
    ])("%s", async (_what, scene) => {
      const lines = await linesOfFirst(scene);
      const shown = lines.filter(({ secondsLeft }) => secondsLeft !== undefined);
      expect(shown.length).toBeGreaterThan(lines.length / 5);
      expect(farOff(shown)).toEqual([]);
    });
  });

  test("and counts what thousands of small ones take after large ones", async () => {
    const lines = await linesOfFirst({ limits: unlimited, uploads: [largeFirst(3000, 8, 60)] });
    expect(withoutTime(lines)).toEqual([]);
    expect(farOff(lines)).toEqual([]);
  });

  test("and is known while large ones are under way, also beside a run that takes the minute", async () => {
    const rival = { files: 300, sizeBytes: 600 };
    const uploads = [largeFirst(20, 3, 200), rival];
    const lines = await linesOfFirst({ limits: perMinute(100), uploads });
    expect(withoutTime(lines)).toEqual([]);
    expect(farOff(lines)).toEqual([]);
  });
});

test.each([
  ["few calls", { seconds: 20, calls: 92 }],
  ["no call", { seconds: 5, calls: 97 }],
])("a run that finds %s left in its minute says when it will end", async (_left, before) => {
  const uploads = [{ files: 90, sizeBytes: 600 }];
  const lines = await linesOfFirst({ limits: perMinute(100), uploads, before });
  expect(lines.length).toBeGreaterThan(4);
  expect(withoutTime(lines)).toEqual([]);
  expect(farOff(lines)).toEqual([]);
});

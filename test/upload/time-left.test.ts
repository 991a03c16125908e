// What an upload says of the time left, where the rate limit is what bounds it, and where the network is.
import { cases } from "../support/night";
import { inWords, laterLines } from "../support/said-lines";
import { watch, type Said, type Scene, type UploadPlan } from "../support/watched-uploads";

type Named = readonly [what: string, scene: Scene];

const small = (files: number): UploadPlan => ({ files, sizeBytes: 600 });
const perMinute = (limit: number) => ({ perMinute: limit, perSecond: 20 });
const sliding = { ...perMinute(100), kind: "sliding" } as const;

/** Those further from the truth than this share of it, or in the last two minutes than so many seconds. */
function wrong(lines: readonly Said[], share = 0.25, seconds = 60): readonly string[] {
  return lines
    .filter(({ secondsLeft, secondsReallyLeft: truth }) => {
      const off = Math.abs((secondsLeft ?? Infinity) - truth);
      return off > share * truth && (truth >= 120 || off > seconds);
    })
    .map(inWords);
}

async function linesOfFirst(scene: Scene): Promise<readonly Said[]> {
  const [first = []] = await watch(scene);
  return laterLines(first);
}

describe("the time that a run by itself says is left", () => {
  const onPush: readonly Named[] = [
    ["100 calls a minute", { limits: perMinute(100), uploads: [small(700)] }],
    ["600 calls a minute", { limits: perMinute(600), uploads: [small(1500)] }],
    [
      "a minute of which most is over",
      { limits: perMinute(100), uploads: [small(500)], before: { seconds: 45, calls: 1 } },
    ],
    [
      "a last minute whose calls are gone",
      { limits: sliding, uploads: [small(500)], before: { seconds: 30, calls: 80 } },
    ],
    ["files that take most of the minute", { limits: perMinute(100), uploads: [sized(500, 4.5)] }],
    ["large files", { limits: perMinute(100), uploads: [sized(20, 200)] }],
    ["a few more files than calls", { limits: perMinute(100), uploads: [small(130)] }],
    [
      "no limit",
      { limits: { ...perMinute(0), perSecond: 0, signals: "none" }, uploads: [small(2000)] },
    ],
  ];
  const atNight: readonly Named[] = [
    ["100 calls in the last minute", { limits: sliding, uploads: [small(700)] }],
    [
      "a minute whose calls are gone",
      { limits: perMinute(100), uploads: [small(500)], before: { seconds: 30, calls: 80 } },
    ],
    ["three large files", { limits: perMinute(100), uploads: [sized(3, 100)] }],
    [
      "a limit so high that no burst is below it",
      { limits: { perMinute: 60_000, perSecond: 12_000 }, uploads: [small(3000)] },
    ],
  ];

  test.each(cases(onPush, atNight))("is about right with %s", async (_with, scene) => {
    // In the first ten seconds it may not be known.
    const lines = (await linesOfFirst(scene)).filter(({ second }) => second > 12);
    expect(lines.length).toBeGreaterThan(2);
    expect(wrong(lines)).toEqual([]);
  });

  test.each<[string, Scene]>([
    ["100 calls a minute", { limits: perMinute(100), uploads: [small(300)] }],
    [
      "a minute that ends before its calls can be made",
      { limits: perMinute(600), uploads: [small(1000)], before: { seconds: 45, calls: 1 } },
    ],
    [
      "a minute that is all but over",
      { limits: perMinute(100), uploads: [small(160)], before: { seconds: 57, calls: 1 } },
    ],
  ])("is not that of the burst while the next minute is needed, too: %s", async (_with, scene) => {
    const [said = []] = await watch(scene);
    const tooShort = said.filter(
      ({ second, secondsLeft = Infinity, secondsReallyLeft: truth }) =>
        second > 1 && truth > 10 && secondsLeft < 0.75 * truth,
    );
    expect(tooShort.map(inWords)).toEqual([]);
  });

  test("is not shown in the first minute where no reply tells the limit", async () => {
    const limits = { ...perMinute(100), signals: "retry-after" } as const;
    const lines = await linesOfFirst({ limits, uploads: [small(400)] });
    const shown = lines.filter(({ secondsLeft }) => secondsLeft !== undefined);
    expect(shown.length).toBeGreaterThan(2);
    expect(wrong(shown)).toEqual([]);
  });
});

function sized(files: number, megabytes: number): UploadPlan {
  return { files, sizeBytes: megabytes * 1e6 };
}

// What a run has of each minute differs, and nobody can know it.
describe("the time that one of four runs on a key says is left", () => {
  test.each(
    cases<readonly [string, Scene["limits"], number]>(
      [
        ["100 calls a minute", perMinute(100), 200],
        ["100 calls in the last minute", sliding, 200],
      ],
      [["600 calls a minute", perMinute(600), 700]],
    ),
  )("is mostly about right with %s, and never far off", async (_with, limits, files) => {
    const uploads = [small(files), ...Array<UploadPlan>(3).fill(small(2 * files))];
    const lines: Said[] = [];
    for (const seed of [1, 2]) lines.push(...(await linesOfFirst({ limits, uploads, seed })));
    expect(wrong(lines).length).toBeLessThan(lines.length / 4);
    expect(wrong(lines, 1, 120)).toEqual([]);
  });
});

test.each<[string, Scene, number]>([
  [
    "slower",
    {
      limits: perMinute(100),
      uploads: [sized(400, 20)],
      bytesPerSecond: (second) => (second < 120 ? 40e6 : 15e6),
    },
    130,
  ],
  [
    "faster",
    {
      limits: perMinute(600),
      uploads: [sized(400, 20)],
      bytesPerSecond: (second) => (second < 120 ? 15e6 : 60e6),
    },
    130,
  ],
])("a network that becomes %s shows within ten seconds", async (_how, scene, since) => {
  const lines = (await linesOfFirst(scene)).filter(({ second }) => second > since);
  expect(lines.length).toBeGreaterThan(2);
  expect(wrong(lines)).toEqual([]);
});

test("the rate is that of what is sent, and not of the pauses", async () => {
  const lines = await linesOfFirst({ limits: perMinute(100), uploads: [small(400)] });
  for (const { progress } of lines) expect(progress.bytesPerSecond).toBeGreaterThan(6_000);
});

// What the page of benchmarks shows at a glance, and that its pictures can be read.
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { evaluate } from "./support/bench-modules";

const RESULTS = path.join(__dirname, "..", "bench", "results");
const PICTURES = readdirSync(RESULTS)
  .filter((name) => name.endsWith(".svg"))
  .map((name) => [name, readFileSync(path.join(RESULTS, name), "utf8")] as const);

const row = (more: object = {}): object => ({
  what: "2 GiB by form",
  unit: "MB/s",
  higherIsBetter: true,
  ...more,
});

describe("what a reader sees first", () => {
  const peer = { name: "curl", samples: [200], target: 0.5 };
  const runs = [90, 60, 80].map((sample, i) =>
    row({
      ...{ what: `${i + 1} runs`, unit: "s", higherIsBetter: false, samples: [sample] },
      peers: [{ name: "the least", samples: [60], target: 1.05 }],
    }),
  );
  const outcomes = [
    { name: "large", rows: [row({ samples: [80], peers: [peer], target: 90 })] },
    { name: "share", rows: runs },
    { name: "start", rows: [row({ peers: [] })] },
    {
      name: "memory",
      rows: [row({ samples: [90], target: 80 }), row({ samples: [79.99], target: 80 })],
    },
  ];
  const answers = evaluate(
    {
      glimpseOf: "page/glance.mjs",
      glanceTable: "page/glance.mjs",
      drawRatios: "page/ratios.mjs",
      drawCurves: "page/curves.mjs",
      drawBars: "page/bars.mjs",
      "PALETTES, widthOf": "page/svg.mjs",
    },
    `const outcomes = ${JSON.stringify(outcomes)};
     const benchmarks = { large: { title: "Large", alternatives: ["curl"] }, share: { title: "Shared" }, start: { title: "Start" }, memory: { title: "Memory" } };
     const glimpses = outcomes.map((one) => glimpseOf(one, benchmarks[one.name]));
     const long = { ...glimpses[0].comparisons[0], what: "of \`Retry-After\` alone, ".repeat(3), beside: "the least that the limits allow" };
     const grown = ["upload", "dry run"].flatMap((curve) => [1, 2].map((amount) => (
       { what: curve, unit: "s", higherIsBetter: false, samples: [amount], growth: { curve, amount, of: "files" } })));
     return {
       glimpses, widths: [widthOf(long.what), widthOf(long.beside)],
       table: glanceTable(outcomes, (name) => benchmarks[name].title),
       picture: drawRatios("All", [{ ...glimpses[0], comparisons: [long] }], PALETTES.light),
       missed: drawRatios("All", glimpses.slice(3), PALETTES.light),
       once: drawBars("Once", outcomes[1].rows, PALETTES.light),
       often: drawBars("Often", [{ ...outcomes[1].rows[0], samples: [1, 2] }], PALETTES.light),
       curves: drawCurves("Growth", grown, PALETTES.light),
     };`,
  ) as {
    glimpses: {
      wanted: number;
      reached: number;
      comparisons: { what: string; beside: string; times: number; isShort: boolean }[];
    }[];
    widths: [number, number];
  } & Record<"table" | "picture" | "curves" | "missed" | "once" | "often", string>;

  test("is each alternative, and of many comparisons with one bound the worst", () => {
    const [large, share] = answers.glimpses;
    expect(large?.comparisons[0]).toMatchObject({
      ...{ what: "2 GiB by form, MB/s", beside: "curl", times: 0.4, isShort: true },
    });
    expect(share?.comparisons).toMatchObject([
      { what: "time, s: the worst of 3", beside: "the least", times: 60 / 90, isShort: true },
    ]);
  });

  test("is also what misses a target that stands beside nothing, and the section shows it", () => {
    const memory = answers.glimpses[3];
    expect(memory).toMatchObject({ wanted: 2, reached: 1 });
    expect(memory?.comparisons).toEqual([
      {
        ...{ what: "rate, MB/s", beside: "target ≥ 80, missed by 1 of 2" },
        ...{ times: 79.99 / 80, target: 1, isShort: true },
      },
    ]);
    expect(answers.missed).toContain(">1 of 2 targets reached</text>");
  });

  test("counts what reaches its target, and says what does not in one line for a benchmark", () => {
    expect(answers.table).toContain(
      "| [Large](#large) | 0 of 2 | 2 GiB by form, MB/s beside curl: 0.4× (target ≥\u00a00.5×); 2 GiB by form, MB/s: 80 (target ≥\u00a090) |",
    );
    expect(answers.table).toContain(
      "| [Memory](#memory) | 1 of 2 | 2 GiB by form, MB/s: 79.99 (target ≥\u00a080) |",
    );
    expect(answers.table).toContain(
      "| [Shared](#shared) | 1 of 3 | s beside the least: 2 of 3, at worst 1.5× (target ≤\u00a01.05×) |",
    );
    expect(answers.table).not.toContain("Start");
  });

  test("is drawn without one text over another, and without Markdown's signs", () => {
    const { picture, widths } = answers;
    const [, end] = /x="([\d.]+)"[^>]*>the least that/.exec(picture) ?? [];
    const [, start] = /x="([\d.]+)"[^>]*>of Retry-After alone/.exec(picture) ?? [];
    expect(Number(start) + widths[0]).toBeLessThan(Number(end) - widths[1]);
    expect(picture).not.toContain("`");
  });

  test("has a colour for each of two curves", () => {
    const { curves } = answers;
    const strokes = [...curves.matchAll(/<polyline[^>]* stroke="([^"]+)"/g)].map(([, one]) => one);
    expect(new Set(strokes).size).toBe(2);
  });

  test("explains the spread of turns where there is more than one, and only there", () => {
    expect(answers.once).not.toContain("lowest to highest");
    expect(answers.often).toContain("lowest to highest");
  });
});

interface Word {
  readonly left: number;
  readonly right: number;
  readonly y: number;
}

/** Each text, as wide as it may be. */
function wordsIn(picture: string): Word[] {
  const found = picture.matchAll(/<text x="([\d.]+)" y="([\d.]+)"([^>]*)>([^<]*)</g);
  return [...found].map(([, x, y, attributes = "", content = ""]) => {
    const width = content.length * 12 * 0.6;
    const part = attributes.includes('"end"') ? 1 : attributes.includes('"middle"') ? 0.5 : 0;
    const left = Number(x) - part * width;
    return { left, right: left + width, y: Number(y) - 4 };
  });
}

const curves = PICTURES.filter(([name]) => name.includes("-growth-"));

test.each(curves)("%s has no word on a point, and none on another word", (_, picture) => {
  const words = wordsIn(picture);
  const points = [...picture.matchAll(/<circle cx="([\d.]+)" cy="([\d.]+)"/g)].map(([, x, y]) => {
    return { left: Number(x) - 5, right: Number(x) + 5, y: Number(y) };
  });
  const isOn = (one: Word, other: Word): boolean =>
    one.left < other.right && other.left < one.right && Math.abs(one.y - other.y) < 11;
  expect(points.length).toBeGreaterThan(3);
  expect(words.filter((word) => points.some((point) => isOn(word, point)))).toEqual([]);
  expect(words.filter((word, i) => words.slice(i + 1).some((other) => isOn(word, other)))).toEqual(
    [],
  );
});

test.each(PICTURES)(
  "%s says of each axis what it measures, and not only the unit",
  (_, picture) => {
    const titles = [...picture.matchAll(/>([^<]*) \((?:less|more) is better\)</g)];
    const bare = titles.filter(([, title = ""]) => /^(?:m?s|kB|[GM]iB|MB\/s|\w+\/s)\b/.test(title));
    expect(bare.map(([, title]) => title)).toEqual([]);
  },
);

// What the page of benchmarks shows at a glance, and that its pictures can be read.
import { evaluate } from "./support/bench-modules";

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
      comparisonsOf: "page/glance.mjs",
      glanceTable: "page/glance.mjs",
      drawRatios: "page/ratios.mjs",
      drawCurves: "page/curves.mjs",
      placeLabel: "page/labels.mjs",
      "PALETTES, widthOf": "page/svg.mjs",
    },
    `const outcomes = ${JSON.stringify(outcomes)};
     const benchmarks = { large: { title: "Large", alternatives: ["curl"] }, share: { title: "Shared" }, start: { title: "Start" }, memory: { title: "Memory" } };
     const comparisons = outcomes.flatMap((one) => comparisonsOf(one, benchmarks[one.name]));
     const long = { ...comparisons[0], what: "of \`Retry-After\` alone, ".repeat(3), beside: "the least that the limits allow" };
     const grown = ["upload", "dry run"].flatMap((curve) => [1, 2].map((amount) => (
       { what: curve, unit: "s", higherIsBetter: false, samples: [amount], growth: { curve, amount, of: "files" } })));
     return {
       comparisons, widths: [widthOf(long.what), widthOf(long.beside)],
       table: glanceTable(outcomes, (name) => benchmarks[name].title),
       picture: drawRatios("All", [long], PALETTES.light),
       curves: drawCurves("Growth", grown, PALETTES.light),
       beside: placeLabel("free", [100, 100], [[[0, 100], [100, 100]]]),
       above: placeLabel("crossed", [100, 100], [[[0, 150], [100, 100]], [[0, 120], [100, 110], [200, 90]]]),
     };`,
  ) as {
    comparisons: { what: string; beside: string; times: number; isShort: boolean }[];
    widths: [number, number];
    beside: { x: number; y: number };
    above: { x: number; y: number };
  } & Record<"table" | "picture" | "curves", string>;

  test("is each alternative, and of many comparisons with one bound the worst", () => {
    expect(answers.comparisons).toMatchObject([
      { what: "2 GiB by form, MB/s", beside: "curl", times: 0.4, isShort: true },
      { what: "the worst of 3 comparisons", beside: "the least", times: 60 / 90, isShort: true },
    ]);
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

  test("has a colour for each of two curves, and labels that no line runs through", () => {
    const { curves, beside, above } = answers;
    const strokes = [...curves.matchAll(/<polyline[^>]* stroke="([^"]+)"/g)].map(([, one]) => one);
    expect(new Set(strokes).size).toBe(2);
    expect(beside).toMatchObject({ x: 110, y: 100 });
    expect(above.y).not.toBe(100);
  });
});

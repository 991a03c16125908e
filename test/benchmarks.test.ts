// What `npm run bench` promises besides its figures: a page that is what the results say, and failures that stop no other.
import { execFileSync, spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { benchModule, evaluate } from "./support/bench-modules";
import { createTempTree } from "./support/temp-tree";

const ROOT = path.join(__dirname, "..");

const row = (more: object = {}): object => ({
  what: "2 GiB by form",
  unit: "MB/s",
  higherIsBetter: true,
  samples: [100, 300, 200],
  peers: [{ name: "curl <-F>", samples: [200, 600, 400], target: 0.6 }],
  ...more,
});

describe("the page of benchmarks", () => {
  test("is what the results say, and so are its plots", () => {
    const script = path.join(ROOT, "bench", "page", "write.mjs");
    expect(() =>
      execFileSync(process.execPath, [script, "--check"], { stdio: "pipe" }),
    ).not.toThrow();
  });

  test("is that also in a clone whose history git does not know", () => {
    const script = path.join(ROOT, "bench", "page", "write.mjs");
    const env = { ...process.env, GIT_DIR: path.join(ROOT, "no-history") };
    expect(() =>
      execFileSync(process.execPath, [script, "--check"], { stdio: "pipe", env }),
    ).not.toThrow();
  });

  test("has no plot with a figure that is not a number", () => {
    const folder = path.join(ROOT, "bench", "results");
    const plots = readdirSync(folder).filter((name) => name.endsWith(".svg"));
    const wrong = plots.filter((name) =>
      /NaN|undefined|Infinity/.test(readFileSync(path.join(folder, name), "utf8")),
    );
    expect(wrong).toEqual([]);
    expect(plots.length).toBeGreaterThan(1);
  });

  const pageOf = (benchmarks: object[], reasons: object, ages?: object): string => {
    const results = { machine: {}, versions: {}, benchmarks };
    const given = [results, reasons, ages ?? null].map((one) => JSON.stringify(one));
    const program = `const [results, reasons, ages] = [${given.join(", ")}];
      return pageOf(results, reasons, (name) => name, ages ?? undefined);`;
    return String(evaluate({ pageOf: "page/page.mjs" }, program));
  };
  const taken = { takenOn: "2026-11-28", commit: "abc", seconds: 1 };

  test("says why a figure falls short, or that it is not known", () => {
    const short = [{ ...taken, name: "large", rows: [row()] }];
    expect(pageOf(short, {})).toContain("2 GiB by form: the reason is not known yet.");
    expect(pageOf(short, { large: { "2 GiB by form": "One read too many." } })).toContain(
      "- 2 GiB by form: One read too many.",
    );
  });

  test("says a reason once that several figures, or several benchmarks, fall short for", () => {
    const rows = [row({ what: "one" }), row({ what: "other" }), row({ what: "third" })];
    const reasons = {
      share: { "*": "It is shared.", third: "It is last." },
      "share-long": "share",
    };
    const page = pageOf([{ ...taken, name: "share-long", rows }], reasons);
    expect(page).toContain("- one; other: It is shared.\n- third: It is last.");
  });

  test("says also what is known of a figure that reaches its target, or of all", () => {
    const reached = [row({ what: "one", peers: [] }), row({ what: "other", peers: [] })];
    const reasons = { share: { one: "It is seldom less.", "*": "They are shared." } };
    const page = pageOf([{ ...taken, name: "share", rows: reached }], reasons);
    expect(page).toContain("- one: It is seldom less.\n- They are shared.");
    expect(page).not.toContain("falls short, and why");
  });

  test("says once what a row has from another one, whether they fall short or not", () => {
    const reasons = { share: { one: "It is shared.", other: "one" } };
    const both = [row({ what: "one" }), row({ what: "other" })];
    const text = "- one; other: It is shared.";
    expect(pageOf([{ ...taken, name: "share", rows: both }], reasons)).toContain(text);
    const reached = both.map((short) => ({ ...short, peers: [] }));
    expect(pageOf([{ ...taken, name: "share", rows: reached }], reasons)).toContain(text);
    const first = [row({ what: "one", peers: [] }), row({ what: "other" })];
    const page = pageOf([{ ...taken, name: "share", rows: first }], reasons);
    expect(page.match(/It is shared/g)).toHaveLength(1);
  });

  test("says of how many turns figures are, and when and at which commits they were taken", () => {
    const once = [{ ...taken, name: "large", rows: [row()] }];
    expect(pageOf(once, {})).toContain("All were taken on 2026-11-28 at commit abc.");
    expect(pageOf(once, {})).toContain("1 seconds; each figure is of 3 turns.");
    const later = { ...taken, takenOn: "2026-12-01", commit: "def" };
    const rows = [row({ samples: [1], peers: [] })];
    const page = pageOf([...once, { ...later, name: "scale", rows }], {});
    expect(page).toContain("taken from 2026-11-28 to 2026-12-01 at 2 commits");
    expect(page).toContain(
      "each figure is of one turn, so that a verdict close to its target may be chance.",
    );
  });

  test("says of older figures how many commits to the source lie between, where that is known", () => {
    const older = { ...taken, name: "large", rows: [row()] };
    const newer = { ...older, name: "small", takenOn: "2026-12-01", commit: "def" };
    const ages = { newest: "def", commitsToSource: { abc: 12 } };
    const page = pageOf([older, newer], {}, ages);
    expect(page.match(/commits? to `src\/` lie/g)).toHaveLength(1);
    expect(page).toContain(
      "12 commits to `src/` lie between them and the newest, of 2026-12-01 at commit def.",
    );
    expect(pageOf([older, newer], {})).not.toContain("commits to `src/`");
  });

  test("has no reason that it shows nowhere", () => {
    const program = `return unusedReasons(readResults("bench/results").benchmarks,
      JSON.parse(readFileSync("bench/reasons.json", "utf8")));`;
    const modules = { unusedReasons: "page/reasons.mjs", readResults: "results.mjs" };
    expect(
      evaluate(modules, `const { readFileSync } = await import("node:fs"); ${program}`),
    ).toEqual([]);
  });

  test("knows a reason that it would show nowhere", () => {
    const benchmarks = [{ ...taken, name: "large", rows: [row()] }];
    const reasons = { large: { "2 GiB by form": "a", "2 GiB by parts": "b" }, gone: "large" };
    const program = `return unusedReasons(${JSON.stringify(benchmarks)}, ${JSON.stringify(reasons)});`;
    expect(evaluate({ unusedReasons: "page/reasons.mjs" }, program)).toEqual([
      "large: 2 GiB by parts",
      "gone",
    ]);
  });

  test("says of each server by itself whether it was the bottleneck", () => {
    const peersOf = (go: number, node: number): object[] => [
      { name: "Go", samples: [go] },
      { name: "Node", samples: [node] },
    ];
    const served = (what: string, serverCores: number[], peers: object[]): object =>
      row({ what, samples: [100], serverCores, peers });
    const rows = [
      served("quick", [0.5], peersOf(200, 150)),
      served("slow", [0.9], peersOf(150, 145)),
      served("idle", [0.1], peersOf(50, 40)),
      served("busy", [0.9], []),
    ];
    const page = pageOf([{ ...taken, name: "small", rows }], {});
    const notes = page.split("\n").filter((line) => line.includes("cores busy"));
    expect(notes).toEqual([
      "- quick: the server kept 0.5 cores busy, and served these faster: Go (2×); Node (1.5×). So it takes more than this project sends.",
      expect.stringMatching(
        /^- slow: .* But the first two came within 3.45% of each other: it probably bounds those,/,
      ),
      "- idle: the server kept 0.1 cores busy, and was not the bottleneck.",
      "- busy: the server kept 0.9 cores busy, and may have been the bottleneck.",
    ]);
  });

  test("names the limiters of others by their names and versions", () => {
    const results = readFileSync(path.join(ROOT, "bench", "results", "benchmarks.json"), "utf8");
    const { versions } = JSON.parse(results) as { versions: Record<string, string> };
    const pinned = readFileSync(path.join(ROOT, "scripts", "parts", "limiters.js"), "utf8");
    const pins = [...pinned.matchAll(/"([\w-]+)==([\d.]+)"/g)].map(([, name, version]) => [
      name,
      version,
    ]);
    expect(pins).toHaveLength(3);
    expect(versions).toMatchObject(Object.fromEntries(pins) as object);
  });

  test("names a benchmark that failed, and why, in place of figures", () => {
    const page = pageOf([{ ...taken, name: "large", rows: [], error: "the disk is full" }], {});
    expect(page).toContain("**Failed:** Large files.");
    expect(page).toContain("**It failed:** the disk is full");
  });
});

describe("a row", () => {
  const answers = evaluate(
    {
      "ratioTo, isReached, median": "rows.mjs",
      drawBars: "page/bars.mjs",
      PALETTES: "page/svg.mjs",
    },
    `const row = ${JSON.stringify(row({ samples: [100, 300, 50] }))};
     const [peer] = row.peers;
     return {
       byTurn: ratioTo(row, peer),
       byMedian: ratioTo(row, { ...peer, samples: [200, 400] }),
       even: median([4, 1, 2, 3]),
       less: [isReached(3, 2, false), isReached(2, 2, false)],
       picture: drawBars("Large & small", [row], PALETTES.dark),
       none: drawBars("None", [{ ...row, peers: [], samples: [-1, 0] }], PALETTES.light),
     };`,
  );

  test("is compared turn by turn, as one turn's load is the same for both", () => {
    expect(answers).toMatchObject({ byTurn: 0.5, byMedian: 100 / 300, even: 2.5 });
  });

  test("reaches a target of less with a figure that is not above it", () => {
    expect(answers).toMatchObject({ less: [false, true] });
  });

  test("is drawn with its names as text, whatever they are made of", () => {
    const { picture } = answers as { picture: string };
    expect(picture).toContain(">curl &lt;-F&gt;</text>");
    expect(picture).toContain("<title>Large &amp; small</title>");
  });

  test("is drawn also where it took no time, or less than what is taken off it", () => {
    const { none } = answers as { none: string };
    expect(none).toContain(">-0.5</text>");
    expect(none).not.toMatch(/NaN|width="-/);
  });
});

(process.platform === "linux" ? describe : describe.skip)("what a process has cost", () => {
  const answers = evaluate(
    { "busyCores, cpuMsOf": "process-cost.mjs" },
    `const { spawn } = await import("node:child_process");
     const { once } = await import("node:events");
     const burn = "const { cpuUsage } = process; while (cpuUsage().user < 200_000);";
     const script = \`const { Worker } = require("node:worker_threads");
       new Worker(\${JSON.stringify(burn)}, { eval: true }).once("exit", () => {
         const { user, system } = process.cpuUsage();
         console.log((user + system) / 1000);
         setInterval(() => {}, 1000);
       });\`;
     const child = spawn(process.execPath, ["-e", script], { stdio: ["ignore", "pipe", "inherit"] });
     const untilSaid = async () => Number((await once(child.stdout, "data"))[0]);
     const { result: said, cores } = await busyCores([child.pid], untilSaid);
     const counted = cpuMsOf(child.pid);
     child.kill();
     await once(child, "exit");
     const { cores: unknown } = await busyCores([process.pid, child.pid], async () => undefined);
     return { said, counted, cores, unknown, gone: cpuMsOf(child.pid) === undefined };`,
  ) as Record<"said" | "counted", number> & Record<"cores" | "unknown", number[]>;

  test("is counted also of threads that have ended", () => {
    const { said, counted, cores } = answers;
    expect(said).toBeGreaterThan(200);
    expect(counted).toBeGreaterThan(said);
    expect(cores).toEqual([expect.any(Number)]);
  });

  test("is not taken for nothing where it can't be read", () => {
    expect(answers).toMatchObject({ gone: true, unknown: [] });
  });
});

describe("a run of benchmarks", () => {
  test("goes on after one that fails, writes no figures, or never ends, and says why", () => {
    const tree = createTempTree({
      "fails.mjs": 'throw new Error("no store");',
      "silent.mjs": "",
      "empty.mjs": `import { writeFileSync } from "node:fs";
        writeFileSync(process.argv.at(-1), JSON.stringify({ rows: [{ what: "x", samples: [] }] }));`,
      "endless.mjs": "setInterval(() => {}, 1000);",
      "writes.mjs": `import { writeRows } from ${JSON.stringify(benchModule("rows.mjs"))};
        writeRows(process.argv.at(-1), "writes", [${JSON.stringify(row())}]);
        throw new Error("too much memory");`,
      "works.mjs": `import { writeRows } from ${JSON.stringify(benchModule("rows.mjs"))};
        writeRows(process.argv.at(-1), "works", [${JSON.stringify(row())}]);`,
    });
    try {
      const names = ["fails", "silent", "empty", "endless", "writes", "works"];
      const benchmarks = names.map((name) => ({
        name,
        title: name,
        script: tree.at(`${name}.mjs`),
        quick: [],
        minutes: name === "endless" ? 0.001 : 2,
      }));
      const options = { isQuick: false, commit: "abc", temporary: tree.root };
      const outcomes = evaluate(
        { measureAll: "measure.mjs" },
        `return measureAll(${JSON.stringify(benchmarks)}, ${JSON.stringify(options)});`,
      ) as { name: string; error?: string; rows: unknown[] }[];
      const said = Object.fromEntries(outcomes.map(({ name, error }) => [name, error]));
      expect(said).toEqual({
        fails: "it ended with 1: Error: no store",
        silent: expect.stringContaining("its figures can't be read") as string,
        empty: `its figures can't be read: "x" has no samples`,
        endless: "it took more than 0.001 minutes",
        writes: "it ended with 1: Error: too much memory",
      });
      // What was written before the failure counts.
      expect(outcomes.at(-2)?.rows).toEqual([row()]);
      expect(outcomes.at(-1)?.rows).toEqual([row()]);
    } finally {
      tree.remove();
    }
  });

  test("of some leaves the figures of the others, and refuses those of another machine", () => {
    const saved = (cores: string, names: string[]): object => ({
      machine: { cores },
      versions: {},
      benchmarks: names.map((name) => ({ name, commit: cores })),
    });
    const given = [saved("2", ["b", "a"]), saved("2", ["b", "c"]), saved("4", ["b"])];
    const program = `const [earlier, newer, other] = ${JSON.stringify(given)};
      const order = ["a", "b", "c"];
      const merged = merge(earlier, newer, order).benchmarks.map(({ name }) => name);
      try { merge(earlier, other, order); } catch (error) { return { merged, refused: error.message }; }`;
    expect(evaluate({ merge: "results.mjs" }, program)).toEqual({
      merged: ["a", "b", "c"],
      refused: expect.stringContaining("another machine") as string,
    });
  });
});

describe("npm run bench", () => {
  const run = (...args: string[]) =>
    spawnSync(process.execPath, [path.join(ROOT, "bench", "run.mjs"), ...args], {
      encoding: "utf8",
    });

  test("says with --help which options and benchmarks there are", () => {
    const { status, stdout } = run("--help");
    expect(status).toBe(0);
    for (const word of ["--quick", "--save", "--out", "large", "share-long"])
      expect(stdout).toContain(word);
  });

  test.each([
    [["--quik"], "'--quik'"],
    [["--out"], "'--out"],
    [["--out", "--quick"], "'--out'"],
    [["smal"], "no benchmark smal, only small, large"],
    [["--quick", "--save"], "--out FOLDER"],
  ])("says of %j in one line what is wrong", (args, text) => {
    const { status, stdout, stderr } = run(...args);
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
    expect(stderr).toContain(text);
    expect(stderr.trim().split("\n")).toHaveLength(1);
  });
});

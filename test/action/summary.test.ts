// The job summary's words and bounds.
import { ApiError } from "../../src/errors";
import { factsOf, type Facts } from "../../action/report/facts/facts";
import { givenInputs } from "../../action/report/facts/given-inputs";
import { stepOf } from "../../action/report/facts/step";
import { addCounts, createResults, noteLanded, type Results } from "../../action/report/results";
import { summarize } from "../../action/report/summary/summary";
import type { Selection, Target } from "../../action/selection/selection";

function selectionOf(paths: readonly string[]): Selection {
  const files = paths.map((path) => ({ path, absolutePath: `/w/${path}`, sizeBytes: 1_000 }));
  const entries = files.map(({ path, sizeBytes }) => ({ path, sizeBytes, sha256: "a".repeat(64) }));
  const manifest = { entries, digest: "d".repeat(64), totalBytes: 1_000 * files.length };
  return {
    fileSet: {
      root: "/w",
      prefix: "",
      files,
      totalBytes: manifest.totalBytes,
      indexedCount: files.length,
      notices: [],
      contents: [],
      recalledCount: 0,
      hiddenLeftOut: 2,
      leftOut: {
        unindexed: [],
        junk: 0,
        ignored: [],
        evicted: [],
        young: [],
        changed: [],
        unlisted: [],
      },
      patterns: [],
      removed: [],
    },
    manifest,
    targets: [],
    ownLeftOut: 0,
    leftOutFolders: [],
    warnings: [],
  };
}

function resultsOf(more: Partial<Results>): Results {
  return { ...createResults({ now: () => 0 }), ...more };
}

interface Around extends Partial<Pick<Facts, "step" | "inputs">> {
  readonly secrets?: readonly string[];
}

function summaryFrom(results: Results, around: Around = {}): string {
  const { step = {}, inputs = [], secrets = [] } = around;
  return summarize(factsOf(results, { step, inputs }), secrets);
}

function summaryOf(more: Partial<Results>, around: Around = {}): string {
  return summaryFrom(resultsOf(more), around);
}

test.each(["unchanged", "unverified"] as const)(
  "does not say of an outcome %s that nothing was sent when files were",
  (outcome) => {
    const title = (filesSent: number) => summaryOf({ outcome, filesSent });
    expect(title(0)).toMatch(/nothing sent/i);
    expect(title(2)).not.toMatch(/nothing sent/i);
  },
);

test("tells what was sent, how fast, what was left out and what was exported", () => {
  const text = summaryOf({
    outcome: "exported",
    selection: selectionOf(["a.jpg"]),
    filesSent: 1,
    checkedByStore: 1,
    bytesSent: 1_000,
    uploadMs: 2_000,
    export: { uid: "e", status: "exported", exportedTaskCount: 3, totalTaskCount: 4 },
  });
  expect(text).toMatchInlineSnapshot(`
   "## Avala: Export complete

   | What | Result |
   | --- | --- |
   | Files | 1 file, 1.0 kB |
   | Sent | 1 sent, 1.0 kB in 2 s, 500 bytes/s |
   | Checked | checksums of storage match for 1 of 1 file |
   | Left out | 2 hidden files: include-hidden-files is false |
   | Digest | dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd |
   | Export | e: exported, 3 of 4 tasks |

   <details><summary>Largest files</summary>

   | Largest | Size |
   | --- | ---: |
   | a.jpg | 1.0 kB |

   </details>

   <details><summary>Files (1)</summary>

   - a.jpg, 1.0 kB, sha256 aaaaaaaaaaaa

   </details>
   "
  `);
});

test("says nothing of checksums when the upload failed before that was known", () => {
  const failed = { outcome: "failed", selection: selectionOf(["a.jpg"]), filesSent: 1 } as const;
  expect(summaryOf(failed)).not.toContain("Checked");
  expect(summaryOf({ ...failed, uncheckedByStore: 1 })).toContain(
    "| Checked | storage returned no MD5s of the files |",
  );
});

test("counts what was not compared beside what was sent", () => {
  const selection = selectionOf(["a.jpg", "b.jpg"]);
  expect(summaryOf({ outcome: "unverified", selection, unverified: 2 })).toContain(
    "| Sent | 0 sent; 2 not compared |",
  );
});

test("lists a hundred files and counts the rest", () => {
  const paths = Array.from({ length: 150 }, (_, index) => `${index}.jpg`);
  const text = summaryOf({ selection: selectionOf(paths) });
  expect(text.match(/^- /gm)).toHaveLength(101);
  expect(text).toContain("- and 50 more");
});

test("masks secrets and takes a file's name for text", () => {
  const text = summaryOf(
    { selection: selectionOf(["<b>|s3cret.jpg"]), failure: "key s3cret\n<script>" },
    { secrets: ["s3cret"] },
  );
  expect(text).not.toContain("s3cret");
  expect(text).not.toMatch(/<b>|<script>/);
});

function targetsOf(names: readonly string[]): readonly Target[] {
  return names.map((name) => ({
    ...{ folder: name, name, slug: name, dataType: "image", postponed: [], indexed: [] },
    ...{ files: [], manifest: { entries: [], digest: "d", totalBytes: 1_000 } },
  }));
}

test("stays under GitHub's bound of 1 MiB with 12,000 partitions", () => {
  const targets = targetsOf(
    Array.from({ length: 12_000 }, (_, index) => `set-${index}-${"x".repeat(100)}`),
  );
  const selection = { ...selectionOf([]), targets };
  const text = summaryOf({ outcome: "uploaded", selection });
  expect(Buffer.byteLength(text)).toBeLessThan(1024 * 1024);
  expect(text).toMatch(/and 1\d,\d{3} more rows: see report\.json/);
  expect(text).toContain("12,000 datasets");
});

test("stays under it with the longest texts everywhere", () => {
  const long = "&".repeat(2_000);
  const many = Array.from({ length: 2_000 }, (_, index) => `${index}${long}`);
  const results = resultsOf({
    selection: { ...selectionOf(many), targets: targetsOf(many), leftOutFolders: many },
    warnings: many.map((text) => ({ text })),
    replaced: many,
    failure: many.join("\n"),
    conditions: many.map((found) => ({ found, asked: long, isMet: false })),
    slowest: many.slice(0, 5).map((path) => ({ path, sizeBytes: 1, durationMs: 1_000 })),
  });
  for (const status of [500, 502, 503])
    results.retries.note({
      what: long,
      error: new ApiError("server", long, { status, route: "" }),
    });
  const inputs = Array.from(
    { length: 60 },
    () => ({ name: "files", value: many.join("\n") }) as const,
  );
  const text = summaryFrom(results, { inputs });
  expect(Buffer.byteLength(text)).toBeLessThan(1024 * 1024);
});

test("keeps the lines of a warning apart", () => {
  const text = summaryOf({ warnings: [{ text: "Two stay behind:\n  - set-1\n  - set-2" }] });
  expect(text).toContain("- Two stay behind:<br>&#45; set-1<br>&#45; set-2\n");
});

test("shows a thousand equal warnings as a line and a count", () => {
  const warnings = Array.from({ length: 1_000 }, () => ({ text: "the store is slow" }));
  const text = summaryOf({ warnings });
  expect(text.split("the store is slow")).toHaveLength(2);
  expect(text).toContain("1,000 times");
});

describe("the table of datasets", () => {
  const [cats, dogs] = targetsOf(["cats", "dogs"]) as [Target, Target];
  const selection = { ...selectionOf([]), targets: [cats, dogs] };
  const dataset = { uid: "u-1", slug: "cats", name: "cats", status: "created", itemCount: 2 };

  test("has a row each, with what landed and what did not, and the totals", () => {
    const results = resultsOf({
      ...{ selection, datasets: [{ target: cats, dataset }] },
      baseUrl: "https://api.avala.ai/api/v1",
    });
    addCounts(results, cats, { sent: 2, unchanged: 1, bytesSent: 10 });
    addCounts(results, dogs, { failed: 3 });
    const text = summaryFrom(results);
    expect(text).toContain(
      [
        "| Dataset | Files | Size | Sent | Already there | Failed |",
        "| --- | ---: | ---: | ---: | ---: | ---: |",
        "| [cats](https://api.avala.ai/api/v1/datasets/u-1/)<br><sub>created, 2 items, folder cats<br>uid u-1</sub> | 0 | 1.0 kB | 2 | 1 | 0 |",
        "| dogs<br><sub>not made, folder dogs</sub> | 0 | 1.0 kB | 0 | 0 | 3 |",
        "| **Total** | **0** | **2.0 kB** | **2** | **1** | **3** |",
      ].join("\n"),
    );
    expect(results).toMatchObject({ filesSent: 2, filesUnchanged: 1, filesFailed: 3 });
  });

  test("is open with twenty rows and folded with more, under the totals", () => {
    const withRows = (count: number): string => {
      const names = Array.from({ length: count }, (_, index) => `set-${index}`);
      return summaryOf({ selection: { ...selectionOf([]), targets: targetsOf(names) } });
    };
    expect(withRows(20)).not.toContain("<details><summary>20 datasets");
    expect(withRows(21)).toMatch(/\*\*Total\*\*[^]*<details><summary>21 datasets[^]*set-20/);
  });

  test("is not there without files", () => {
    expect(summaryOf({ outcome: "exported" })).not.toContain("| Dataset |");
  });
});

describe("a failure", () => {
  const failure = "Avala is away.\nStatus 503 of GET /exports/.\nRun it again.";
  const error = { code: "server", nextStep: "Run it again." } as const;

  test("is a block of caution with the next step and where the docs explain it", () => {
    expect(summaryOf({ failure, error })).toContain(
      [
        "> [!CAUTION]",
        "> Avala is away.<br>Status 503 of GET /exports/.",
        ">",
        "> **Next step:** Run it again.",
        ">",
        "> [What this means and what to do](https://github.com/avala/upload-action/blob/v1/docs/troubleshooting.md#server)",
        "",
      ].join("\n"),
    );
  });

  test("of ours names no page of the docs", () => {
    const text = summaryOf({ failure: "This is a bug.", error: {} });
    expect(text).toContain("> [!CAUTION]\n> This is a bug.\n");
    expect(text).not.toContain("troubleshooting");
  });
});

describe("where the time went", () => {
  function timed(): Results {
    let [nowMs, waitedMs] = [0, 0];
    const results = createResults({ now: () => nowMs });
    const endHashing = results.times.start("hashing");
    nowMs = 2_000;
    endHashing();
    results.times.watchLimit(() => waitedMs);
    const endSending = results.times.start("sending");
    const endIngest = results.times.start("ingest");
    [nowMs, waitedMs] = [62_000, 45_000];
    endSending();
    [nowMs, waitedMs] = [70_000, 47_000];
    endIngest();
    nowMs = 80_000;
    return results;
  }

  test("counts each moment once, as a table and as a chart", () => {
    const text = summaryFrom(timed());
    expect(text).toContain(
      [
        "| Step | Time | Share |",
        "| --- | ---: | ---: |",
        "| Reading and hashing | 2.0 s | 3% |",
        "| Sending | 15 s | 19% |",
        "| Indexing by Avala | 6.0 s | 8% |",
        "| Keeping to the rate limit | 47 s | 59% |",
        "| – while sending | 45 s |  |",
        "| – while indexing by Avala | 2.0 s |  |",
        "| Other | 10 s | 13% |",
        "| **Total** | **80 s** |  |",
      ].join("\n"),
    );
    expect(text).toContain(
      [
        "```mermaid",
        "pie showData",
        "  title Where the time went, in seconds",
        '  "Reading and hashing" : 2',
        '  "Sending" : 15',
        '  "Indexing by Avala" : 6',
        '  "Keeping to the rate limit" : 47',
        '  "Other" : 10',
        "```",
      ].join("\n"),
    );
  });

  test("is not told of a step that was refused before its files were read", () => {
    let nowMs = 0;
    const results = createResults({ now: () => nowMs });
    const endHashing = results.times.start("hashing");
    nowMs = 2_000;
    endHashing();
    nowMs = 3_000;
    results.outcome = "invalid";
    expect(summaryFrom(results)).not.toContain("Where the time went");
    results.selection = selectionOf(["a.jpg"]);
    expect(summaryFrom(results)).toContain("| Reading and hashing | 2.0 s | 67% |");
  });

  test("says how much of the call budget was used", () => {
    const results = resultsOf({ limit: { limit: 100, remaining: 12 } });
    for (const atMs of [0, 30_000, 59_999, 60_000, 200_000]) results.calls.note(atMs);
    expect(summaryFrom(results)).toContain(
      "| API calls | Allowed a minute | Left at the end |\n| ---: | ---: | ---: |\n| 5 | 100 | 12 |",
    );
  });
});

test("names the five slowest and the five largest files", () => {
  const paths = Array.from({ length: 7 }, (_, index) => `f${index}.jpg`);
  const selection = selectionOf(paths);
  const entries = selection.manifest.entries.map((entry, index) => ({
    ...entry,
    sizeBytes: index * 1_000,
  }));
  const results = resultsOf({
    selection: { ...selection, manifest: { ...selection.manifest, entries } },
  });
  for (const [index, path] of paths.entries())
    noteLanded(results, { path, sizeBytes: 1, durationMs: (7 - index) * 1_000 });
  const text = summaryFrom(results);
  expect(text.match(/^\| f\d\.jpg \| 1 byte \| \d s \|$/gm)).toEqual(
    [7, 6, 5, 4, 3].map((seconds, index) => `| f${index}.jpg | 1 byte | ${seconds} s |`),
  );
  expect(text.match(/^\| f\d\.jpg \| \d\.0 kB \|$/gm)).toEqual(
    [6, 5, 4, 3, 2].map((index) => `| f${index}.jpg | ${index}.0 kB |`),
  );
});

test("names no file as slow that took less than a second", () => {
  const results = resultsOf({ selection: selectionOf(["a.jpg", "b.jpg"]) });
  noteLanded(results, { path: "a.jpg", sizeBytes: 1, durationMs: 999 });
  expect(summaryFrom(results)).toContain("<details><summary>Largest files</summary>");
  expect(summaryFrom(results)).not.toContain("Slowest");
  noteLanded(results, { path: "b.jpg", sizeBytes: 1, durationMs: 1_000 });
  expect(summaryFrom(results)).toContain("<details><summary>Slowest and largest files</summary>");
  expect(summaryFrom(results)).toContain("| b.jpg | 1 byte | 1 s |");
  expect(summaryFrom(results)).not.toMatch(/^\| a\.jpg \| 1 byte \| .* s \|$/m);
});

test("lists what was tried again, why, and the first of it", () => {
  const results = resultsOf({});
  const error = new ApiError("rate_limited", "Too | many.", { status: 429, route: "GET /x/" });
  results.retries.note({ what: "presign a.jpg", error });
  results.retries.note({ what: "presign b.jpg", error });
  expect(summaryFrom(results)).toContain(
    "| 2 | rate limit (429) | presign a.jpg: Too &#124; many. |",
  );
});

describe("its heading", () => {
  const titled = (action: string): string => {
    const text = summaryOf({ outcome: "uploaded" }, { step: stepOf({ GITHUB_ACTION: action }) });
    return text.split("\n")[0] ?? "";
  };

  test.each([
    ["", "## Avala: Uploaded"],
    ["__avala_upload-action", "## Avala: Uploaded"],
    ["__avala_upload-action_2", "## Avala: Uploaded · use 2 in this job"],
    ["photos", "## Avala: Uploaded · photos"],
    ["pho_tos", "## Avala: Uploaded · pho&#95;tos"],
  ])("of the step %j is %s", (action, heading) => {
    expect(titled(action)).toBe(heading);
  });
});

describe("where it ran", () => {
  const env = {
    GITHUB_SERVER_URL: "https://ghe.example",
    GITHUB_REPOSITORY: "me/pets",
    GITHUB_RUN_ID: "42",
    GITHUB_RUN_ATTEMPT: "2",
    GITHUB_SHA: "0123456789abcdef0123456789abcdef01234567",
    GITHUB_JOB: "upload",
  };
  const summaryIn = (variables: Record<string, string>): string =>
    summaryOf({}, { step: stepOf(variables) });

  test("is linked: the commit and the run", () => {
    expect(summaryIn(env)).toContain(
      "Commit [0123456789ab](https://ghe.example/me/pets/commit/0123456789ab) · [run 42.2](https://ghe.example/me/pets/actions/runs/42/attempts/2) · job upload",
    );
  });

  test.each([
    { ...env, GITHUB_SERVER_URL: "javascript:alert(1)" },
    { ...env, GITHUB_REPOSITORY: "me/pets/../x" },
    { ...env, GITHUB_RUN_ID: "4)(", GITHUB_SHA: "<img>" },
  ])("is not linked where the variables are not what they should be", (variables) => {
    expect(summaryIn(variables)).not.toContain("](");
  });
});

describe("the inputs", () => {
  const given = (inputs: Record<string, string>): string =>
    summaryOf({}, { inputs: givenInputs((name) => inputs[name] ?? "") });

  test("are those that were given, folded, and no secret", () => {
    const text = given({
      ...{ "api-key": "geheim", "github-token": "ghs_geheim", files: "a/**\n!b", root: "." },
      "base-url": "https://user:geheim@avala.example/api?key=geheim",
    });
    expect(text).toContain("| api-key | given, not shown |");
    expect(text).toContain("| files | a/&#42;&#42;<br>!b |");
    expect(text).toContain("| base-url | https&#58;//avala.example/api |");
    expect(text).not.toMatch(/geheim|\| root/);
  });

  test("of four thousand lines are twenty and a count", () => {
    const files = Array.from({ length: 4_000 }, (_, index) => `f${index}.jpg`).join("\n");
    expect(given({ files })).toContain("f19.jpg<br>and 3,980 more lines |");
  });
});

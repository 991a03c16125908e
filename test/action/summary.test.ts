// The job summary's words and bounds.
import { createResults, type Results } from "../../action/report/results";
import { summarize } from "../../action/report/summary";
import type { Selection } from "../../action/selection/selection";

function selectionOf(paths: readonly string[]): Selection {
  const files = paths.map((path) => ({
    path,
    absolutePath: `/w/${path}`,
    sizeBytes: 1_000,
    modifiedMs: 0,
  }));
  const entries = files.map(({ path, sizeBytes }) => ({ path, sizeBytes, sha256: "a".repeat(64) }));
  const manifest = { entries, digest: "d".repeat(64), totalBytes: 1_000 * files.length };
  return {
    fileSet: {
      root: "/w",
      files,
      totalBytes: manifest.totalBytes,
      indexedCount: files.length,
      notices: [],
      contents: [],
      hiddenLeftOut: 2,
      leftOut: { unindexed: [], junk: 0, ignored: [], evicted: [], young: [], changed: [] },
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
  return { ...createResults(), ...more };
}

test.each(["unchanged", "unverified"] as const)(
  "does not say of an outcome %s that nothing was sent when files were",
  (outcome) => {
    const title = (filesSent: number) => summarize(resultsOf({ outcome, filesSent }), []);
    expect(title(0)).toMatch(/nothing sent/i);
    expect(title(2)).not.toMatch(/nothing sent/i);
  },
);

test("tells what was sent, how fast, what was left out and what was exported", () => {
  const text = summarize(
    resultsOf({
      outcome: "exported",
      selection: selectionOf(["a.jpg"]),
      filesSent: 1,
      checkedByStore: 1,
      bytesSent: 1_000,
      uploadMs: 2_000,
      export: { uid: "e", status: "exported", exportedTaskCount: 3, totalTaskCount: 4 },
    }),
    [],
  );
  expect(text).toMatchInlineSnapshot(`
   "## Avala: Export complete

   | | |
   | --- | --- |
   | Files | 1 file, 1.0 kB |
   | Sent | 1 sent, 1.0 kB in 2 s, 500 bytes/s |
   | Checked | checksums of storage match for 1 of 1 file |
   | Left out | 2 hidden files: include-hidden-files is false |
   | Digest | dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd |
   | Export | e: exported, 3 of 4 tasks |

   <details><summary>Files (1)</summary>

   - a.jpg, 1.0 kB, sha256 aaaaaaaaaaaa

   </details>
   "
  `);
});

test("says nothing of checksums when the upload failed before that was known", () => {
  const failed = { outcome: "failed", selection: selectionOf(["a.jpg"]), filesSent: 1 } as const;
  expect(summarize(resultsOf(failed), [])).not.toContain("Checked");
  expect(summarize(resultsOf({ ...failed, uncheckedByStore: 1 }), [])).toContain(
    "| Checked | storage returned no checksums |",
  );
});

test("counts what was not compared beside what was sent", () => {
  const selection = selectionOf(["a.jpg", "b.jpg"]);
  expect(summarize(resultsOf({ outcome: "unverified", selection, unverified: 2 }), [])).toContain(
    "| Sent | 0 sent; 2 not compared |",
  );
});

test("lists a hundred files and counts the rest", () => {
  const paths = Array.from({ length: 150 }, (_, index) => `${index}.jpg`);
  const text = summarize(resultsOf({ selection: selectionOf(paths) }), []);
  expect(text.match(/^- /gm)).toHaveLength(101);
  expect(text).toContain("- and 50 more");
});

test("masks secrets and takes a file's name for text", () => {
  const text = summarize(
    resultsOf({ selection: selectionOf(["<b>|s3cret.jpg"]), failure: "key s3cret\n<script>" }),
    ["s3cret"],
  );
  expect(text).not.toContain("s3cret");
  expect(text).not.toMatch(/<b>|<script>/);
});

test("stays under GitHub's bound of 1 MiB with 12,000 partitions", () => {
  const datasets = Array.from({ length: 12_000 }, (_, index) => ({
    target: { name: `set-${index}-${"x".repeat(100)}` },
    dataset: { uid: `uid-${index}`, status: "created", itemCount: 1 },
  })) as unknown as Results["datasets"];
  const text = summarize(resultsOf({ outcome: "uploaded", datasets }), []);
  expect(Buffer.byteLength(text)).toBeLessThan(1024 * 1024);
  expect(text).toContain("11,900 more");
});

test("shows a thousand equal warnings as a line and a count", () => {
  const warnings = Array.from({ length: 1_000 }, () => ({ text: "the store is slow" }));
  const text = summarize(resultsOf({ warnings }), []);
  expect(text.split("the store is slow")).toHaveLength(2);
  expect(text).toContain("1,000 times");
});

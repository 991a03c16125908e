// The arithmetic on the page of benchmarks: what bounds an upload of very many files.
import { readFileSync } from "node:fs";
import path from "node:path";
import { evaluate } from "./support/bench-modules";

describe("what bounds a large upload", () => {
  const section = String(
    evaluate(
      { limitsSection: "page/limits.mjs" },
      `const points = (...pairs) => pairs.map(([amount, figure]) => ({ amount, figure }));
       return limitsSection({
         uploadSeconds: points([1000, 3], [100_000, 102]),
         uploadMebibytes: points([1000, 110], [10_000, 150], [100_000, 209]),
         dryRunSeconds: points([1000, 0.5], [100_000, 6], [1_000_000, 60]),
         dryRunMebibytes: points([50_000, 120], [150_000, 220], [1_000_000, 645]),
       });`,
    ),
  );
  /** The cells of the row that begins so, for 100,000, 1,000,000 and 100,000,000 files. */
  const cellsOf = (start: string): string[] => {
    const line = section.split("\n").find((one) => one.startsWith(`| ${start}`)) ?? "";
    return line.split(" | ").slice(1).join(" | ").replace(/ \|$/, "").split(" | ");
  };

  test("counts the calls of one dataset: one or two a file, one for 100 items, eight more", () => {
    expect(cellsOf("calls by form")).toEqual(["101,008", "1,010,008", "101,000,008"]);
    expect(cellsOf("their time at 100 a minute")).toEqual([
      "16.8 hours",
      "7.01 days",
      "1.92 years",
    ]);
    expect(cellsOf("the same by PUT")).toEqual(["33.5 hours", "14 days", "3.82 years"]);
  });

  test("counts the jobs that take those calls", () => {
    expect(cellsOf("hosted jobs of 330 minutes")).toEqual([
      "4; 7 by PUT",
      "31; 61 by PUT",
      "3,061; 6,091 by PUT",
    ]);
    expect(cellsOf("jobs of 5 days")).toEqual(["1; 1 by PUT", "2; 3 by PUT", "141; 280 by PUT"]);
    // Each of 256 jobs of 391 files takes 391 calls, 4 pages and 8 more: 103,168 in all.
    expect(cellsOf("a matrix of 256 jobs")).toEqual(["17.2 hours", "7.03 days", "1.92 years"]);
    expect(section).toContain("for 256 jobs are 23 minutes.");
  });

  test("asks storage for each file under a fixed name, thirty-two at once", () => {
    // 320 a second.
    expect(cellsOf("comparing what storage keeps")).toEqual([
      "5.21 minutes",
      "52.1 minutes",
      "3.62 days",
    ]);
    expect(section).toContain(
      "At 100 ms a request that is enough for 576,000 files if it is 60 minutes",
    );
  });

  test("has the number of files that the manual has for one job", () => {
    const inJob = String(
      evaluate(
        { "callsByForm, filesWithin": "page/arithmetic.mjs" },
        'return filesWithin(330, callsByForm).toLocaleString("en-US");',
      ),
    );
    for (const file of ["docs/action.md", "examples/long-upload/README.md"]) {
      const text = readFileSync(path.join(__dirname, "..", file), "utf8");
      expect(text).toContain(`about ${inJob} `);
      expect(text).not.toContain("35,000");
    }
  });

  test("divides a disk, fills a bucket and keeps a state", () => {
    expect(cellsOf("bytes a file that fit on 14 GB")).toEqual(["140 kB", "14 kB", "140 bytes"]);
    expect(cellsOf("filling that bucket")).toEqual(["28.6 seconds", "4.76 minutes", "7.94 hours"]);
    expect(cellsOf("state of a stack")).toEqual([
      "1.5 MB to 4.3 MB",
      "15 MB to 43 MB",
      "1.5 GB to 4.3 GB",
    ]);
  });

  test("has what was measured as it was, and is on a straight line between and beyond", () => {
    // Beyond, from the first to the last: 99 s for 99,000 files, 59.5 for 999,000; 99 MiB for 99,000, 525 for 950,000.
    expect(cellsOf("this machine, if")).toEqual(["102 seconds", "16.7 minutes", "27.8 hours"]);
    expect(cellsOf("memory of that upload")).toEqual(["209 MiB", "1,109 MiB", "97.8 GiB"]);
    expect(cellsOf("a dry run of tiny files")).toEqual(["6 seconds", "60 seconds", "99.3 minutes"]);
    expect(cellsOf("memory of a dry run")).toEqual(["170 MiB", "645 MiB", "54.1 GiB"]);
  });

  test("compares calls with lines, stores and jobs", () => {
    // 100 a minute are 1.667 a second, each of which may take 0.6 s of a line.
    expect(section).toContain("100 calls a minute are 1.67 files a second.");
    expect(section).toContain("above 60 MB a file on a line of 100 MB/s");
    expect(section).toMatch(/above\s+6 MB on one of 10 MB\/s/);
    expect(section).toContain("0.048% of what one prefix of S3 takes, and 0.167% of what");
    expect(section).toContain("256 jobs get 0.391 calls a minute each");
    expect(section).toContain("| 16.8 hours for 100,000, 7.01 days for 1,000,000; by PUT twice");
  });

  test("sends into one job what its calls fit into", () => {
    // 32,665 files take 33,000 calls by form, 16,413 take 32,999 by PUT; in five days it is 720,000 calls.
    expect(section).toContain("| up to 32,600 files (16,400 by PUT) | one step in one job |");
    expect(section).toContain("up to 712,000 files (358,000 by PUT) in one job on a runner");
    expect(section).toContain("10.1 minutes for each 1,000 files, by PUT 20.1 minutes, once");
  });
});

// Folders of the system that hold processes and devices: below a root that is the whole disk they are left out.
import { readFileSet } from "../../src/files/file-set";

const isThere = process.platform === "linux";

(isThere ? test : test.skip)("/proc below / is left out, and says why", async () => {
  const entries: number[] = [];
  const fileSet = await readFileSet(
    { root: "/", include: ["proc/[1-9]*/status", "proc/*.md"], allowEmpty: true },
    { onListing: (count) => void entries.push(count) },
  );
  expect(fileSet.files).toEqual([]);
  expect(fileSet.notices.map(({ text }) => text).join("\n")).toContain("left out");
  expect(entries.at(-1)).toBeGreaterThan(0);
});

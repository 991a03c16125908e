// What a preview says of sets that share the limit.
import { createSendingTotal } from "../../provider/process/sending-total";

const limit = { limit: 100, remaining: 100, resetAtMs: Date.UTC(2026, 0, 1) };
const set = (files: number) => ({
  dataset: {
    toSend: Array.from({ length: files }, () => ({ sizeBytes: 1 })),
    fileCount: files,
    isSoughtBeforeConfirm: true,
  },
  limit,
  landedBefore: 0,
});

test("one set has its own time", () => {
  const text = createSendingTotal().describe({ urn: "a" }, set(1_000));
  expect(text).toMatch(/^1,000 files.* API calls.*: about 1\d min at 100 calls a minute/);
});

test("of several none has a time of its own, and each has that of all up to it", () => {
  const total = createSendingTotal();
  const told = Array.from({ length: 20 }, (_, at) => total.describe({ urn: `${at}` }, set(80)));
  const [own, together] = told.at(-1)?.split("\n") ?? [];
  expect(own).not.toContain("a minute");
  expect(together).toMatch(
    /^20 sets so far \(the row with the most sets has the total\): 1,600 files, .*: about 1[78] min at 100 calls a minute/,
  );
});

test("a set that is asked for twice counts once, and one with nothing to send not at all", () => {
  const total = createSendingTotal();
  total.describe({ urn: "a" }, set(80));
  expect(total.describe({ urn: "a" }, set(80))).not.toContain("so far");
  expect(total.describe({ urn: "b" }, set(0))).not.toContain("so far");
  expect(total.describe({ urn: "c" }, set(20))).toContain(
    "2 sets so far (the row with the most sets has the total): 100 files",
  );
});

test("a total does not fall as sets are added, although the reset comes nearer", () => {
  const total = createSendingTotal();
  const at = (urn: string, files: number, nowMs: number, remaining: number) =>
    total.describe(
      { urn },
      { ...set(files), limit: { ...limit, remaining, resetAtMs: 25_000, nowMs } },
    );
  at("a", 60, 0, 84);
  at("b", 60, 0, 83);
  expect(at("c", 60, 0, 82)).toContain(": up to about 86 s at 100 calls a minute");
  expect(at("d", 12, 1_000, 81)).toContain("about 86 s at 100 calls a minute");
});

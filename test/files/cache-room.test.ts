// A cache has a bound: of a set that is larger, as many files are known as fit, and not none.
import { createRoom } from "../../src/files/digests/cache-format";
import { keepRecords, type KeptOptions } from "../../src/files/digests/kept-records";
import { createPathReader } from "../../src/files/digests/kept-paths";
import { createRecords } from "../../src/files/digests/records";
import { settled } from "../support/settled-cache";
import { createTempTree } from "../support/temp-tree";

jest.mock("../../src/files/digests/cache-files", () => ({
  ...jest.requireActual<object>("../../src/files/digests/cache-files"),
  maxCacheBytes: 1024 * 1024 + 100_000,
}));

test("a set that is too large for it has as many files in it as fit", async () => {
  const kept = createTempTree();
  try {
    const options: KeptOptions = {
      file: kept.at("digests/one.digests"),
      place: "here",
      rules: "1",
      markClock: settled,
      readPaths: createPathReader(),
    };
    const records = createRecords();
    for (let n = 0; n < 2000; n++)
      records.put(`${String(n).padStart(5, "0")}.jpg`, Float64Array.of(1, 2, 3, n + 1, 5));
    await keepRecords(records, options).write(() => true);
    const again = createRecords();
    await keepRecords(again, options).load();
    expect(again.find("00000.jpg")).toBeDefined();
    expect(again.find("01999.jpg")).toBeUndefined();
  } finally {
    kept.remove();
  }
});

test("each file takes its stamp, digest and path", () => {
  const hasRoom = createRoom(1024 * 1024 + 1000);
  const fitting = Array.from({ length: 100 }, (_, n) => `${n + 100}.jpg`).filter(hasRoom);
  expect(fitting).toHaveLength(Math.floor(1000 / (5 * 8 + 8 + 32 + "100.jpg".length + 3)));
});

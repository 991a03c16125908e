import { types } from "node:util";
import { allocateToRead, bufferIn } from "../../src/flow/disk/read-memory";

test("has room for what was asked, shared where that is wanted", () => {
  for (const isShared of [true, false]) {
    const memory = allocateToRead(1000, isShared);
    expect(types.isSharedArrayBuffer(memory)).toBe(isShared);
    expect(bufferIn(memory, 1000)).toHaveLength(1000);
    expect(bufferIn(memory, 10)).toHaveLength(10);
    expect(() => bufferIn(memory, 1001)).toThrow();
  }
});

test("a buffer does not begin where a page may", () => {
  expect(bufferIn(allocateToRead(10, true), 10).byteOffset).toBeGreaterThanOrEqual(64);
});

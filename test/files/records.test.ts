import { createRecords, type RecordData, type Records } from "../../src/files/digests/records";

const everything = { bytes: 1, bytesOf: () => 0 };
const sound = { isPrivateKey: false };
const key = { isPrivateKey: true };
const stampOf = (inode: number): Float64Array => Float64Array.of(10, 1, 1, inode, 1);

/** As they are written. */
function dataOf(records: Records): RecordData {
  const { paths, stamps, marks, digests, findings } = records.pick(() => true, everything);
  const bytesOf = (pieces: Iterable<Uint8Array>): Buffer =>
    Buffer.concat(Array.from(pieces, (piece) => Buffer.from(piece)));
  return {
    paths: [...paths],
    stamps: bytesOf(stamps()),
    marks: bytesOf(marks()),
    digests: bytesOf(digests()),
    findings: [...findings],
  };
}

/** A key, and then a sound file, each with a digest. */
function twoFiles(): RecordData {
  const records = createRecords();
  for (const [path, inode, finding] of [["a", 1, key] as const, ["b", 2, sound] as const]) {
    const row = records.put(path, stampOf(inode));
    records.setFinding(row, finding);
    records.setDigest(row, path.repeat(64));
  }
  return dataOf(records);
}

const findingOf = (records: Records, path: string): unknown =>
  records.findingAt(records.find(path) ?? -1);
const digestOf = (records: Records, path: string): unknown =>
  records.digestAt(records.find(path) ?? -1);

/** Of what rows are added to: nothing, blank rows, what was forgotten, what was found otherwise. */
const targets: readonly (readonly [string, () => Records])[] = [
  ["none", createRecords],
  [
    "blank ones",
    () => {
      const records = createRecords();
      records.expect(["a", "b", "c"]);
      return records;
    },
  ],
  [
    "ones that were forgotten",
    () => {
      const records = createRecords();
      records.setFinding(records.put("z", stampOf(9)), sound);
      records.clear();
      return records;
    },
  ],
  [
    "others",
    () => {
      const records = createRecords();
      records.setFinding(records.put("z", stampOf(9)), sound);
      return records;
    },
  ],
];

describe.each(targets)("records that are added to %s", (_, start) => {
  test("have their findings", () => {
    const records = start();
    records.add(twoFiles());
    expect([findingOf(records, "a"), findingOf(records, "b")]).toEqual([key, sound]);
    expect([digestOf(records, "a"), digestOf(records, "b")]).toEqual([
      "a".repeat(64),
      "b".repeat(64),
    ]);
  });

  test.each([
    ["none", []],
    ["some", [key]],
  ])("of whose findings there are %s lose the others, and never have a later one", (__, few) => {
    const records = start();
    records.add({ ...twoFiles(), findings: few });
    for (const finding of [sound, { isPrivateKey: false, head: undefined }])
      records.setFinding(records.put("c", stampOf(3)), finding);
    expect([findingOf(records, "a"), findingOf(records, "b")]).toEqual([few[0], undefined]);
    const later = createRecords();
    later.add(dataOf(records));
    expect([findingOf(later, "a"), findingOf(later, "b")]).toEqual([few[0], undefined]);
    expect([digestOf(later, "a"), digestOf(later, "b")]).toEqual(["a".repeat(64), "b".repeat(64)]);
  });
});

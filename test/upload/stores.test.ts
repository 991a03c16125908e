// Which pieces are compared at a store that seems to tell no MD5s: hashing all of them would be for nothing, and none of them
// would hide what the store is.
import { judgeStored, unknownStore, type Verdict } from "../../src/upload/check/stores";
import { MIB } from "../support/upload-place";

const HOST = "store";
const [THEIRS, OWN] = ["0", "1"].map((digit) => digit.repeat(32));

/** What is said of as many pieces, one after the other, and which of them were hashed. */
async function judgeAll(
  md5s: readonly (string | undefined)[],
  sizeBytes: number,
): Promise<{ readonly verdicts: readonly Verdict[]; readonly hashed: readonly number[] }> {
  const stores = new Map([[HOST, { ...unknownStore(), etags: "other" as const }]]);
  const hashed: number[] = [];
  const verdicts: Verdict[] = [];
  for (const [index, md5] of md5s.entries()) {
    const ownMd5 = async (): Promise<string | undefined> => {
      hashed.push(index + 1);
      return OWN;
    };
    const stored = { host: HOST, md5, etag: md5, wasThere: false };
    verdicts.push(
      await judgeStored(stores, stored, { sizeBytes, md5: ownMd5 }, async () => undefined),
    );
  }
  return { verdicts, hashed };
}

describe("a store that seems to tell no MD5s", () => {
  test("is held to the first, the second, the fourth, … of the pieces of more than 1 MiB", async () => {
    const { hashed, verdicts } = await judgeAll(Array(20).fill(THEIRS), MIB + 1);
    expect(hashed).toEqual([1, 2, 4, 8, 16]);
    expect(new Set(verdicts)).toEqual(new Set(["doubtful"]));
  });

  test("is held to each smaller one", async () => {
    expect((await judgeAll(Array(5).fill(THEIRS), MIB)).hashed).toEqual([1, 2, 3, 4, 5]);
  });

  test("is held to all once one that is compared agrees", async () => {
    const { hashed, verdicts } = await judgeAll([THEIRS, THEIRS, OWN, OWN, OWN, THEIRS], 2 * MIB);
    expect(hashed).toEqual([1, 2, 4, 5, 6]);
    expect(verdicts.slice(2)).toEqual(["doubtful", "right", "right", "wrong"]);
  });
});

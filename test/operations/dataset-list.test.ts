import type { Dataset } from "../../src/api/endpoints/datasets/dataset-wire";
import {
  isOtherVersion,
  listNamed,
  sharedPart,
  sortByOwner,
} from "../../src/operations/datasets/dataset-list";
import { startQuietly } from "../support/quiet-emulator";
import { sessionWith } from "../support/session";

const one = "a".repeat(64);
const two = "b".repeat(64);
const version = (text: string, digest: string) => ({
  name: text.replace("#", digest.slice(0, 12)),
  digest,
});

describe("the part that names share", () => {
  test.each([
    [[version("pets-#", one)], "pets-"],
    [[version("#-pets", one)], "-pets"],
    [[version("pets-cats-#", one), version("pets-dogs-#", two)], "pets-"],
    [[version("cats-#-pets", one), version("dogs-#-pets", two)], "-pets"],
    [[{ name: "pets" }], "pets"],
    [[version("#", one)], undefined],
    [[version("cats-#", one), version("dogs-#", two)], undefined],
  ])("of %j is %j", (names, part) => {
    expect(sharedPart(names)).toBe(part);
  });
});

describe("another version of a set", () => {
  const of = version("pets-#", one);
  test.each([
    [version("pets-#", two).name, true],
    [of.name, false],
    ["pets-0007-bbbbbbbbbbbb", false],
    ["pets-bbbbbbbbbbbb-old", false],
    ["pets-BBBBBBBBBBBB", false],
    ["my-pets-bbbbbbbbbbbb", false],
    ["pets-bbbbbbbbbbb", false],
  ])("is not every name alike: %s is %j", (name, isOne) => {
    expect(isOtherVersion({ name }, of)).toBe(isOne);
  });

  test("has its digest at each place of a name that holds it twice", () => {
    const twice = { name: `a-${"a".repeat(12)}-${"a".repeat(12)}`, digest: one };
    expect(isOtherVersion({ name: `a-${"b".repeat(12)}-${"b".repeat(12)}` }, twice)).toBe(true);
    expect(isOtherVersion({ name: `a-${"b".repeat(12)}-${"c".repeat(12)}` }, twice)).toBe(false);
  });

  test("does not exist of a name without the digest", () => {
    expect(isOtherVersion({ name: "pets-bbbbbbbbbbbb" }, { name: "pets", digest: one })).toBe(
      false,
    );
  });
});

test("a list counts for nothing when too many datasets have the part in their names", async () => {
  const emulator = await startQuietly();
  const { avala } = sessionWith(emulator);
  const results = Array.from({ length: 2001 }, (_, index) => ({
    uid: `uid-${index}`,
    name: `pets-${index}`,
    slug: `pets-${index}`,
  }));
  const page = (count: number) => ({
    on: { method: "GET", path: "/datasets/" },
    reply: { status: 200, body: { next: null, previous: null, results: results.slice(0, count) } },
  });
  emulator.setFault(page(2000), page(2001));
  expect(await listNamed(avala, "pets-")).toHaveLength(2000);
  expect(await listNamed(avala, "pets-")).toBeUndefined();
  await emulator.stop();
});

test("what a stranger shows to all is not the owner's, nor what is the user's own an organization's", async () => {
  const emulator = await startQuietly();
  const { avala } = sessionWith(emulator);
  const owned = (ownerName: string | undefined, visibility: string): Dataset => ({
    uid: `${ownerName}-${visibility}`,
    name: "pets",
    slug: "pets",
    status: "created",
    itemCount: 1,
    visibility,
    ownerName,
  });
  const listed = [
    owned("emulator", "public"),
    owned("stranger", "public"),
    owned("display name", "private"),
    owned(undefined, "private"),
  ];
  const uids = async (organizationUid?: string) => {
    const { owned: own, unsure } = await sortByOwner(avala, listed, { organizationUid });
    return [own.map(({ uid }) => uid), unsure.map(({ uid }) => uid)];
  };
  expect(await uids()).toEqual([
    ["emulator-public", "display name-private", "undefined-private"],
    [],
  ]);
  expect(await uids("another")).toEqual([
    ["display name-private", "undefined-private"],
    ["stranger-public"],
  ]);
  await emulator.stop();
});

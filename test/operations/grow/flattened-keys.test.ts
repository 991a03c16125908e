// Keys that have another sign in the place of each slash, as a server that keeps no folders may make them: a set is complete, and
// grows by what is new. A key that may be made of either of two files shows of neither that it is there.
import type { Avala } from "../../../src/api/connection";
import type { UploadFile } from "../../../src/upload/request";
import { matchKeys } from "../../../src/operations/items/item-keys";
import { useGrowingPlace } from "../../support/growing-place";
import { sessionWith } from "../../support/session";

const place = useGrowingPlace();

function pathsOf(files: Iterable<Pick<UploadFile, "path">>): readonly string[] {
  return [...files].map(({ path }) => path).sort();
}

/** Of a server that lists its items under such keys. */
function flattening(sign: string): Avala {
  const { avala } = sessionWith(place.emulator);
  const call: Avala["call"] = async (request) => {
    const reply = await avala.call(request);
    if (!request.route.includes("items")) return reply;
    const flattened = JSON.stringify(reply.json, (name, value: unknown) =>
      name === "key" && typeof value === "string" ? value.replaceAll("/", sign) : value,
    );
    return { ...reply, json: JSON.parse(flattened) as typeof reply.json };
  };
  return { ...avala, call };
}

describe.each(["_", "-"])("with %s in the place of each slash", (sign) => {
  test("a set with files in folders and in none is made, and grows by what is new", async () => {
    await place.start({ ingestMs: 0 });
    for (const path of ["1.jpg", "val/2.jpg", "val/a/3.jpg"]) await place.put(path, path);
    const first = await place.run({ avala: flattening(sign) });
    expect(first.result.outcome).toBe("uploaded");
    await place.forget();
    await place.put("val/4.jpg", "new");
    const { plan } = (await place.run({ avala: flattening(sign) })).decision;
    expect(pathsOf(plan.toSend)).toEqual(["val/4.jpg"]);
    expect(plan.superseded).toEqual([]);
    expect(plan.unverified).toEqual([]);
  });
});

/** Of a store whose ETags are no MD5s. */
function opaque(avala: Avala): Avala {
  const open: Avala["storage"]["open"] = async (request) => {
    const reply = await avala.storage.open(request);
    return { ...reply, headers: { ...reply.headers, etag: '"opaque"' } };
  };
  return { ...avala, storage: { ...avala.storage, open } };
}

describe("two files that may be of one key", () => {
  const grownTwice = async (avala: () => Avala) => {
    await place.start({ ingestMs: 0, dialect: { itemUrls: "unnamed" } });
    for (const path of ["1.jpg", "val_2.jpg", "val/2.jpg"]) await place.put(path, path);
    await place.run({ avala: avala() });
    await place.forget();
    // Else the digest in the increment's name shows that all is as it was.
    await place.put("1.jpg", "of another size");
    const { plan } = (await place.run({ avala: avala() })).decision;
    expect(pathsOf(plan.toSend)).not.toContain("val/2.jpg");
    expect(pathsOf(plan.toSend)).not.toContain("val_2.jpg");
    expect(pathsOf(plan.superseded)).not.toContain("val_2.jpg");
    return plan;
  };

  test("count as not compared, and neither is sent again", async () => {
    const { unverified } = await grownTwice(() => opaque(flattening("_")));
    expect(pathsOf(unverified)).toEqual(expect.arrayContaining(["val/2.jpg", "val_2.jpg"]));
  });

  test("are told apart by the MD5s of a store", async () => {
    const { current, unverified } = await grownTwice(() => flattening("_"));
    expect(pathsOf(current)).toEqual(expect.arrayContaining(["val/2.jpg", "val_2.jpg"]));
    expect(unverified).toEqual([]);
  });
});

test("a key that may be made of either of two files stands for neither", () => {
  const twice = matchKeys(["x.jpg", "a_b/c.jpg", "a/b_c.jpg"], ["x.jpg", "a_b_c.jpg", "a_b_c.jpg"]);
  const either = { kind: "unclear", candidates: ["a_b/c.jpg", "a/b_c.jpg"] };
  expect(twice).toEqual([{ kind: "path", path: "x.jpg" }, either, either]);
  const [, second] = matchKeys(["val_2.jpg", "val/2.jpg"], ["val_2.jpg", "val_2.jpg"]);
  expect(second).toEqual({ kind: "unclear", candidates: ["val_2.jpg", "val/2.jpg"] });
});

test("where a key has a folder, none is made of a path with one", () => {
  const [, other] = matchKeys(["val/1.jpg", "val/2.jpg"], ["val/1.jpg", "val_2.jpg"]);
  expect(other).toEqual({ kind: "none" });
});

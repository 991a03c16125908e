// A growing set without a record, at a host that shows some items as they were sent and others not: in increments where nothing
// shows that a difference is one of the content, the digest in the name counts, and else nothing is concluded.
import { createHash } from "node:crypto";
import type { Avala } from "../../../src/api/connection";
import { useGrowingPlace } from "../../support/growing-place";
import { sessionWith } from "../../support/session";
import { changeReplies } from "../../support/store-replies";

const place = useGrowingPlace();
const pathsOf = (entries: readonly { readonly path: string }[]) => entries.map(({ path }) => path);

async function putAll(paths: readonly string[]): Promise<void> {
  for (const path of paths) await place.put(path, `content of ${path}`);
}

/** One increment of each. */
async function grown(...increments: (readonly string[])[]): Promise<void> {
  for (const paths of increments) {
    await putAll(paths);
    await place.run();
  }
}

/** The next day, on a machine that knows nothing of the set. */
async function nextDay(change: (avala: Avala) => void = () => undefined) {
  await place.forget();
  const { avala, events } = sessionWith(place.emulator);
  change(avala);
  const { decision } = await place.run({ avala });
  const { current, toSend, superseded, unverified } = decision.plan;
  const plan = {
    ...{ current: pathsOf(current), toSend: pathsOf(toSend) },
    ...{ superseded: pathsOf(superseded), unverified: pathsOf(unverified) },
  };
  const text = events.flatMap((event) => (event.kind === "warning" ? event.text : [])).join("\n");
  return { plan, text };
}

const nothing = { toSend: [], superseded: [], unverified: [] };

describe("where TIFFs are shown converted, beside others that are not", () => {
  const FIRST = ["a.jpg", "b.jpg", "s1.tif", "s2.tif"];

  test("nothing that is unchanged is sent again", async () => {
    await place.start({ dialect: { itemUrls: "viewable" }, ingestMs: 0 });
    await grown(FIRST);
    expect(await nextDay()).toEqual({ plan: { ...nothing, current: FIRST }, text: "" });
    for (const path of ["n2.jpg", "n3.jpg"]) {
      await putAll([path]);
      const { plan } = await nextDay();
      expect(plan).toMatchObject({ ...nothing, toSend: [path] });
    }
    expect(place.items()).toEqual(["a.jpg", "b.jpg", "n2.jpg", "n3.jpg", "s1.tif", "s2.tif"]);
  });

  test("beside a changed file they are unverified, and the warning names their suffix", async () => {
    await place.start({ dialect: { itemUrls: "viewable" }, ingestMs: 0 });
    await grown(FIRST);
    await place.put("b.jpg", "other content, and longer");
    const { plan, text } = await nextDay();
    expect(plan).toEqual({
      ...{ current: ["a.jpg"], toSend: ["b.jpg"] },
      ...{ superseded: ["b.jpg"], unverified: ["s1.tif", "s2.tif"] },
    });
    expect(text).toMatch(/other sizes for 2 files \(\.tif\): it may show previews/);
  });

  test("one that is gone may be a new file, and a warning says so in each run", async () => {
    await place.start({ dialect: { itemUrls: "viewable" }, ingestMs: 0 });
    await grown(FIRST);
    await place.move("s1.tif", "moved.tif", "content of s1.tif");
    await place.forget();
    const { text } = await nextDay();
    expect(text).toMatch(/1 item .*whose file is gone, could not be compared with 1 new file/);
  });
});

describe("where one increment has ETags of the form of MD5s that are none", () => {
  const encrypted = (avala: Avala): void =>
    changeReplies(avala, ({ path }) => {
      const etag = createHash("md5").update(`encrypted ${path}`).digest("hex");
      return path.includes("/set-0002-") ? { etag } : {};
    });

  beforeEach(async () => {
    await place.start({ ingestMs: 0 });
    await grown(["a.jpg", "b.jpg"], ["c.jpg", "d.jpg"]);
  });

  test("nothing that is unchanged is sent again", async () => {
    const current = ["a.jpg", "b.jpg", "c.jpg", "d.jpg"];
    expect(await nextDay(encrypted)).toEqual({ plan: { ...nothing, current }, text: "" });
  });

  test("what is not known to be changed beside a changed file is not sent again", async () => {
    await place.put("c.jpg", "other content, and longer");
    const { plan, text } = await nextDay(encrypted);
    expect(plan).toMatchObject({ toSend: ["c.jpg"], superseded: ["c.jpg"], unverified: ["d.jpg"] });
    expect(text).toMatch(/shows another MD5 for 1 file of those that were compared/);
  });
});

describe("a file that was changed and is alone in its increment", () => {
  beforeEach(async () => {
    await place.start({ ingestMs: 0 });
    await grown(["a.jpg", "b.jpg"]);
    await place.put("b.jpg", "changed once");
    await place.run();
  });

  test("is sent when it has another size again, as others of its suffix show their files", async () => {
    await place.put("b.jpg", "and changed once more");
    const { plan } = await nextDay();
    expect(plan).toMatchObject({ toSend: ["b.jpg"], superseded: ["b.jpg", "b.jpg"] });
  });

  test("is sent when only its MD5 is another, as the digest in the name is not of this content", async () => {
    await place.put("b.jpg", "CHANGED ONCE");
    const { plan } = await nextDay();
    expect(plan).toMatchObject({ toSend: ["b.jpg"], superseded: ["b.jpg", "b.jpg"] });
  });
});

test("where all files of an increment have other MD5s, they are unverified: these need not be any there", async () => {
  await place.start({ ingestMs: 0 });
  await grown(["a.jpg"], ["b.jpg", "c.jpg"]);
  await place.put("b.jpg", "CONTENT OF b.jpg");
  await place.put("c.jpg", "CONTENT OF c.jpg");
  const { plan, text } = await nextDay();
  expect(plan).toMatchObject({ toSend: [], unverified: ["b.jpg", "c.jpg"] });
  expect(text).toMatch(/shows another MD5 for 2 files of those that were compared/);
});

describe("a file that alone has its suffix and is changed to another size", () => {
  beforeEach(() => place.start({ ingestMs: 0 }));

  test.each(["latest.jpeg", "latest.png"])("is sent, and then is current: %s", async (path) => {
    await grown(["a.jpg", "a2.jpg", path]);
    await place.put(path, "other content, and longer");
    const { plan } = await nextDay();
    expect(plan).toMatchObject({ toSend: [path], superseded: [path], unverified: [] });
    expect((await nextDay()).plan).toMatchObject({ toSend: [], unverified: [] });
  });

  test("is sent as well where it is alone in its increment", async () => {
    await grown(["a.jpg", "a2.jpg"], ["b.png"]);
    await place.put("b.png", "other content, and longer");
    expect((await nextDay()).plan).toMatchObject({ toSend: ["b.png"], superseded: ["b.png"] });
  });
});

describe("where large images are scaled down, beside small ones that are not", () => {
  const LARGE = ["b.jpg", "c.jpg", "d.png"];
  const putLarge = async (what = "content"): Promise<void> => {
    for (const path of LARGE) await place.put(path, `${what} of ${path}`.padEnd(3000, "."));
  };

  beforeEach(async () => {
    await place.start({ dialect: { itemUrls: "scaled" }, ingestMs: 0 });
    await putLarge();
    await grown(["a.jpg"]);
  });

  test("nothing that is unchanged is sent again", async () => {
    expect(await nextDay()).toEqual({
      plan: { ...nothing, current: ["a.jpg", ...LARGE] },
      text: "",
    });
  });

  test("beside a changed file nothing else is superseded, and a warning names the host", async () => {
    await place.put("a.jpg", "a"); // the only one that is shown as it is
    await putAll(["n.jpg"]);
    await nextDay();
    await place.put("n.jpg", "content, and longer");
    const { plan, text } = await nextDay();
    expect(plan.toSend.filter((path) => LARGE.includes(path))).toEqual([]);
    expect(plan.superseded.filter((path) => LARGE.includes(path))).toEqual([]);
    expect(plan.unverified).toEqual(expect.arrayContaining(LARGE));
    expect(text).toContain("it may show previews");
  });
});

test("a file that counts as changed by its size alone is named before its item is superseded", async () => {
  await place.start({ etag: "opaque", ingestMs: 0 });
  await grown(["a.jpg", "b.jpg"], ["c.jpg"]);
  await place.put("b.jpg", "other content, and longer");
  const { plan, text } = await nextDay();
  expect(plan).toMatchObject({ toSend: ["b.jpg"], superseded: ["b.jpg"] });
  expect(text).toMatch(/1 file counts as changed only because .* without an MD5: b\.jpg\./);
});

// Growing sets over the emulator: what is sent, what is made, what is called, and what the store has in the end.
import { connect } from "../../../src/api/connect";
import type { Avala } from "../../../src/api/connection";
import type { Transport } from "../../../src/api/transport/transport";
import { updateDataset } from "../../../src/api/endpoints/datasets/datasets";
import { hurriedClock, sessionWith } from "../../support/session";
import { useGrowingPlace } from "../../support/growing-place";

const place = useGrowingPlace();

const pathsOf = (entries: readonly { readonly path: string }[]) => entries.map(({ path }) => path);
const LIST = "GET /datasets/";

describe("a growing set", () => {
  beforeEach(async () => {
    await place.start();
    await place.put("a/one.jpg", "one");
    await place.put("b/two.jpg", "two");
  });

  test("sends what is new as one increment, and asks only for the list on a day without change", async () => {
    const first = await place.run();
    expect(first.result.outcome).toBe("uploaded");
    expect(place.names()).toEqual([expect.stringMatching(/^set-0001-[0-9a-f]{12}$/)]);

    const quiet = await place.run();
    expect(quiet.calls).toEqual([LIST]);
    expect(quiet.result.outcome).toBe("unchanged");
    expect(quiet.result.made).toBeUndefined();
    expect(pathsOf(quiet.result.plan.current)).toEqual(["a/one.jpg", "b/two.jpg"]);

    await place.put("b/three.jpg", "three");
    const third = await place.run();
    expect(third.result.increments.map(({ number }) => number)).toEqual([1, 2]);
    expect(third.result.made?.dataset.itemCount).toBe(1);
    expect(place.items()).toEqual(["a/one.jpg", "b/three.jpg", "b/two.jpg"]);
    expect(third.calls.filter((call) => call.includes("file-upload-url"))).toHaveLength(1);
    expect(third.calls.length).toBeLessThanOrEqual(9);
  });

  test("costs a presign for each new file and a few calls a day, however many days it has", async () => {
    await place.run();
    const rest: number[] = [];
    for (let day = 0; day < 6; day += 1) {
      for (const name of ["x", "y", "z"]) await place.put(`${day}/${name}.jpg`, `${day} ${name}`);
      const { calls } = await place.run();
      rest.push(calls.length - calls.filter((call) => call.includes("file-upload-url")).length);
      expect(calls.length - (rest.at(-1) ?? 0)).toBe(3);
    }
    // The list, the key's user, a look before the first byte and before the confirm, the confirm, its status, the items.
    expect(Math.max(...rest)).toBeLessThanOrEqual(8);
    expect(rest.at(-1)).toBe(rest[0]);
  });

  test("leaves out what Avala would store and never show, and says how many", async () => {
    await place.put("a/one.txt", "a label");
    const { decision } = await place.run();
    expect(decision.unindexed).toBe(1);
    expect(place.items()).toEqual(["a/one.jpg", "b/two.jpg"]);
    expect((await place.run()).calls).toEqual([LIST]);
  });

  test("changed, changed back, moved, copied and gone: only what is new is sent", async () => {
    const first = await place.run();
    const uid = first.result.made?.dataset.uid;
    await place.put("a/one.jpg", "one, again");
    const changed = await place.run();
    expect(changed.result.plan.superseded).toEqual([
      { path: "a/one.jpg", datasetUid: uid, why: "changed" },
    ]);
    await place.put("a/one.jpg", "one");
    place.drop("b/two.jpg");
    await place.put("c/moved.jpg", "two");
    const back = await place.run();
    expect(back.calls).toEqual([LIST]);
    expect(back.result.plan).toMatchObject({
      current: [
        { path: "a/one.jpg", datasetUid: uid },
        { path: "c/moved.jpg", itemPath: "b/two.jpg", datasetUid: uid },
      ],
      superseded: [{ path: "a/one.jpg", datasetUid: changed.result.made?.dataset.uid }],
      moved: [{ path: "b/two.jpg", to: "c/moved.jpg" }],
    });
    await place.put("d/copy.jpg", "one");
    place.drop("c/moved.jpg");
    const last = await place.run();
    expect(pathsOf(last.decision.plan.toSend)).toEqual(["d/copy.jpg"]);
    expect(last.result.plan.superseded).toContainEqual({
      path: "b/two.jpg",
      datasetUid: uid,
      why: "gone",
    });
  });

  test("an increment deleted by hand has its files sent again, under another number", async () => {
    await place.run();
    await place.put("c.jpg", "three");
    await place.run();
    await place.deleteByHand(1);
    const again = await place.run();
    expect(again.decision.deleted).toHaveLength(1);
    expect(pathsOf(again.decision.plan.toSend)).toEqual(["a/one.jpg", "b/two.jpg"]);
    expect(place.names()).toEqual([
      expect.stringMatching(/^set-0002-/),
      expect.stringMatching(/^set-0003-/),
    ]);
    expect((await place.run()).calls).toEqual([LIST]);
  });

  test("an increment renamed by hand stays one of the set", async () => {
    const { result } = await place.run();
    const { uid, slug } = place.emulator.datasets()[0] ?? { uid: "", slug: "" };
    const { avala } = sessionWith(place.emulator);
    const owner = result.made?.dataset.ownerName ?? "";
    await updateDataset(avala, { owner, slug }, { name: "the first day" });
    const again = await place.run();
    expect(again.calls).toEqual([LIST, "GET /datasets/{uid}/"]);
    expect(again.result.increments.map(({ dataset }) => dataset.uid)).toEqual([uid]);
    expect(again.result.outcome).toBe("unchanged");
  });

  const makeByHand = async (name: string, visibility = "private"): Promise<void> => {
    await place.emulator.leaveFile(`${name}/a/one.jpg`, "one");
    await fetch(`${place.emulator.baseUrl}/datasets/manual-upload/`, {
      method: "POST",
      headers: { "X-Avala-Api-Key": place.emulator.apiKey, "Content-Type": "application/json" },
      body: JSON.stringify({ name, slug: name, data_type: "image", visibility }),
    });
  };

  test("what was begun by hand is not an increment, and is said", async () => {
    await makeByHand("set");
    const { decision, result } = await place.run();
    expect(decision.byHand.map(({ name }) => name)).toEqual(["set"]);
    expect(pathsOf(decision.plan.toSend)).toEqual(["a/one.jpg", "b/two.jpg"]);
    expect(result.increments).toHaveLength(1);
  });

  test("what was begun by hand and is shown to all is said too, and costs no call on a later day", async () => {
    await place.emulator.stop();
    await place.start({ dialect: { uploadVisibility: "any" } });
    await makeByHand("set", "public");
    const first = await place.run();
    expect(first.decision.byHand.map(({ name }) => name)).toEqual(["set"]);
    const { decision, calls } = await place.run();
    expect(decision.byHand.map(({ name }) => name)).toEqual(["set"]);
    expect(calls).toEqual(["GET /datasets/"]);
  });

  test("a dataset whose name is almost an increment's is said, and another set's is not", async () => {
    const almost = ["set-0000-abcdef012345", "set-00001-abcdef012345"];
    for (const name of [...almost, "set-cats-0001-abcdef012345"]) await makeByHand(name);
    const { byHand } = await place.decide();
    expect(byHand.map(({ name }) => name).sort()).toEqual(almost);
  });
});

describe("a growing set whose record is lost", () => {
  beforeEach(async () => {
    await place.start();
    await place.put("a/one.jpg", "one");
    await place.put("b/two.jpg", "two");
    await place.run();
    await place.put("c.jpg", "three");
    await place.run();
    await place.forget();
  });

  test("is known by the digests in its names, and once known is no longer listed", async () => {
    const open = await place.run();
    expect(open.result).toMatchObject({ outcome: "unchanged" });
    expect(open.calls.filter((call) => call.endsWith("/items/"))).toHaveLength(2);
    // A name vouches for nothing that storage shows to be something else: each item is looked at once.
    const looks = place.emulator.requests().filter(({ route }) => route.includes("GetObject"));
    expect(looks.map(({ status }) => status)).toEqual([206, 206, 206]);
    expect((await place.run()).calls).toEqual([LIST]);
  });

  test("is known by what the store says where files have changed since", async () => {
    await place.put("a/one.jpg", "ONE");
    await place.put("c.jpg", "three, and longer");
    const { decision, calls } = await place.run();
    expect(pathsOf(decision.plan.toSend)).toEqual(["a/one.jpg", "c.jpg"]);
    expect(pathsOf(decision.plan.current)).toEqual(["b/two.jpg"]);
    expect(calls.filter((call) => call.endsWith("file-upload-url/"))).toHaveLength(2);
    expect((await place.run()).calls).toEqual([LIST]);
  });

  test("lists again what is only moved, which is not sent", async () => {
    place.drop("a/one.jpg");
    await place.put("moved.jpg", "one");
    const { decision } = await place.run();
    expect(decision.plan).toMatchObject({
      toSend: [],
      superseded: [],
      moved: [{ path: "a/one.jpg", to: "moved.jpg" }],
    });
  });
});

describe("a growing set whose content no one knows", () => {
  test("is neither sent nor called unchanged, where the store has no checksums", async () => {
    await place.start({ etag: "opaque" });
    await place.put("a.jpg", "one");
    await place.put("b.jpg", "two");
    await place.run();
    await place.forget();
    await place.put("a.jpg", "ONE");
    const { decision, result, calls } = await place.run();
    expect(pathsOf(decision.plan.unverified)).toEqual(["a.jpg", "b.jpg"]);
    expect(result.outcome).toBe("unverified");
    expect(calls.filter((call) => call.includes("POST"))).toEqual([]);
    // Another size is other content whatever the checksum.
    await place.put("a.jpg", "one, and more");
    const sized = await place.run();
    expect(pathsOf(sized.decision.plan.toSend)).toEqual(["a.jpg"]);
    expect(pathsOf(sized.result.plan.unverified)).toEqual(["b.jpg"]);
  });

  test.each([
    ["there are no keys", "a.jpg", "image", { itemKeys: "null" }],
    ["keys are UUIDs", "a.jpg", "image", { itemKeys: "uuid" }],
    ["items are frames", "a.mp4", "video", { sequences: "always" }],
  ] as const)("is refused where %s and no record is there", async (_why, path, type, dialect) => {
    await place.start({ dialect });
    const as = { dataset: { dataType: type } };
    await place.put(path, "one");
    await place.run(as);
    await place.put(`b/${path}`, "two");
    // With a record no key is needed.
    await place.run(as);
    expect((await place.run(as)).calls).toEqual([LIST]);
    await place.forget();
    await expect(place.run(as)).rejects.toMatchObject({
      code: "dataset",
      hint: expect.stringContaining("AVALA_STATE_DIR") as string,
    });
    expect(place.names()).toHaveLength(2);
  });

  test("takes one store's checksums for no proof of another's", async () => {
    await place.start();
    for (const path of ["a.jpg", "gone.jpg"]) await place.put(path, path);
    await place.run();
    for (const path of ["c.jpg", "gone2.jpg"]) await place.put(path, path);
    await place.run();
    await place.forget();
    for (const path of ["gone.jpg", "gone2.jpg"]) place.drop(path);
    const avala = await withSecondStore("set-0002-");
    const { decision } = await place.run({ avala });
    avala.close();
    expect(pathsOf(decision.plan.current)).toEqual(["a.jpg"]);
    expect(pathsOf(decision.plan.unverified)).toEqual(["c.jpg"]);
    expect(pathsOf(decision.plan.toSend)).toEqual([]);
  });

  /** The items of one increment are on another host, whose ETags look like MD5s and are none. */
  async function withSecondStore(start: string): Promise<Avala> {
    const { baseUrl, apiKey } = place.emulator;
    const { slug = "" } =
      place.emulator.datasets().find(({ name }) => name.startsWith(start)) ?? {};
    const path = `/datasets/emulator/${slug}/items/`;
    const listed = await fetch(baseUrl + path, { headers: { "X-Avala-Api-Key": apiKey } });
    const body = (await listed.text()).replaceAll("127.0.0.1", "localhost");
    place.emulator.setFault({
      on: { method: "GET", path: `/datasets/*/${slug}/items/` },
      times: 0,
      reply: { status: 200, body: JSON.parse(body) as object },
    });
    const { storage: inner } = sessionWith(place.emulator).avala;
    const storage: Transport = {
      ...inner,
      open: async (request) => {
        const { hostname } = new URL(request.url);
        const reply = await inner.open({
          ...request,
          url: request.url.replace("localhost", "127.0.0.1"),
        });
        if (hostname !== "localhost") return reply;
        return {
          ...reply,
          headers: { ...reply.headers, etag: `"${"0123456789abcdef".repeat(2)}"` },
        };
      },
    };
    const { port } = new URL(place.emulator.storageUrl);
    return connect({
      ...{ apiKey, baseUrl, allowInsecureBaseUrl: true },
      allowStorageHosts: [`127.0.0.1:${port}`, `localhost:${port}`],
      ports: { storage, clock: hurriedClock },
    });
  }

  test("says which keys stand for several files", async () => {
    const dialect = { itemKeys: "baseName", itemUrls: "unnamed" } as const;
    await place.start({ dialect, etag: "opaque" });
    await place.put("cats/1.jpg", "one");
    await place.put("cats/2.jpg", "two");
    await place.run();
    await place.forget();
    await place.put("dogs/1.jpg", "another");
    await place.put("dogs/2.jpg", "yet another");
    const { avala, events } = sessionWith(place.emulator);
    const { decision } = await place.run({ avala });
    expect(decision.plan.unverified).toHaveLength(4);
    const warnings = events.flatMap((event) => (event.kind === "warning" ? event.text : []));
    expect(warnings).toEqual([
      expect.stringMatching(
        /2 items .* keys that may be .* of several files, for example cats\/1\.jpg or dogs\/1\.jpg/,
      ),
    ]);
  });

  test.each(["below", "baseName"] as const)("is known by keys that are %s", async (itemKeys) => {
    await place.start({ dialect: { itemKeys } });
    await place.put("a/one.jpg", "one");
    await place.put("b/two.jpg", "two");
    await place.run();
    await place.forget();
    await place.put("c/three.jpg", "three");
    const { decision } = await place.run();
    expect(pathsOf(decision.plan.current)).toEqual(["a/one.jpg", "b/two.jpg"]);
    expect(pathsOf(decision.plan.toSend)).toEqual(["c/three.jpg"]);
  });
});

test("another owner's datasets of the same name are not its increments", async () => {
  await place.start();
  await place.put("a.jpg", "one");
  await place.run();
  const other = { key: "avk_second_000000000000", username: "second" };
  place.emulator.addKey({ ...other, scopes: ["datasets.read", "datasets.write"] });
  for (const dataset of place.emulator.datasets()) Object.assign(dataset, { visibility: "public" });
  const { avala } = sessionWith(place.emulator, { apiKey: other.key });
  const { decision } = await place.run({ avala });
  expect(decision.increments).toEqual([]);
});

// Growing sets when runs are killed, replies are lost and two run at once. What came of it is judged by the emulator's own
// records: each file is stored once, and no dataset is made twice.
import type { Avala } from "../../../src/api/connection";
import { AvalaError } from "../../../src/errors";
import { useGrowingPlace } from "../../support/growing-place";
import { interrupted } from "../../support/interrupted";
import { sessionWith } from "../../support/session";
import { KEEPS_NOTHING } from "../../support/store-replies";

const place = useGrowingPlace();

const CONFIRM = "/datasets/manual-upload/";
const PRESIGN = "/datasets/manual-upload/file-upload-url/";
const count = (path: string): number =>
  place.emulator.requests().filter((one) => one.method === "POST" && one.path === path).length;

beforeEach(async () => {
  await place.start();
  await place.put("a.jpg", "one");
  await place.put("b.jpg", "two");
});

/** A session that is killed before it confirms: nothing that it would do after that is done. */
function killedBeforeConfirm(): Avala {
  const { avala } = sessionWith(place.emulator);
  const call: Avala["call"] = (request) => {
    if (request.route.includes("manual-upload/") && !request.route.includes("file-upload-url"))
      throw new AvalaError("cancelled", "killed");
    return avala.call(request);
  };
  return { ...avala, call };
}

describe("a run that is killed between its last file and the confirm", () => {
  const killed = () =>
    expect(place.run({ avala: killedBeforeConfirm() })).rejects.toThrow("killed");

  test("comes to the name that it began under, though another increment came meanwhile", async () => {
    await killed();
    await place.put("c.jpg", "three");
    await place.run({ machine: "another", paths: ["c.jpg"] });
    const sent = count(PRESIGN);
    const { decision, result } = await place.run({ paths: ["a.jpg", "b.jpg"] });
    expect(decision.next?.number).toBe(1);
    expect(result.outcome).toBe("uploaded");
    expect(count(PRESIGN)).toBe(sent);
    expect(place.items()).toEqual(["a.jpg", "b.jpg", "c.jpg"]);
    expect(place.names().map((name) => name.slice(0, 8))).toEqual(["set-0001", "set-0001"]);
    // What the rival sent is compared now that it is declared here, and is known then.
    await place.run();
    expect((await place.run()).calls).toEqual(["GET /datasets/"]);
  });

  test("comes to the name that the caller's state has of it, where its journal is lost", async () => {
    await killed();
    await place.forget();
    const named = (await place.decide()).next?.name ?? "";
    await place.put("c.jpg", "three");
    await place.run({ machine: "another", paths: ["c.jpg"] });
    const paths = ["a.jpg", "b.jpg"];
    expect((await place.decide({ paths })).next?.number).toBe(2);
    const options = { stored: { name: named, entries: [] } };
    const { decision } = await place.run({ paths, options });
    expect(decision.next?.name).toBe(named);
    expect(place.items()).toEqual(["a.jpg", "b.jpg", "c.jpg"]);
  });

  test("sends again what it sent, where its journal is lost, and each file is an item once", async () => {
    await killed();
    await place.forget();
    await place.run();
    expect(place.items()).toEqual(["a.jpg", "b.jpg"]);
  });

  test("confirms what it sent, and adds the files that came after a kill", async () => {
    await killed();
    await place.put("c.jpg", "three");
    const sent = count(PRESIGN);
    const { decision, result } = await place.run();
    expect(decision.plan.toSend).toHaveLength(3);
    expect(result.outcome).toBe("uploaded");
    expect(count(PRESIGN)).toBe(sent + 1);
    expect(place.items()).toEqual(["a.jpg", "b.jpg", "c.jpg"]);
    expect(place.names().map((name) => name.slice(0, 8))).toEqual(["set-0001", "set-0002"]);
  });

  test("is taken over by the rival that made the same increment meanwhile", async () => {
    await killed();
    await place.run({ machine: "another" });
    const confirms = count(CONFIRM);
    const { result } = await place.run();
    expect(result.outcome).toBe("unchanged");
    expect(count(CONFIRM)).toBe(confirms);
    expect(place.items()).toEqual(["a.jpg", "b.jpg"]);
  });
});

test("a run that is killed after the confirm has made the increment", async () => {
  const stop = new AbortController();
  const { avala } = sessionWith(place.emulator, { signal: stop.signal });
  const killed = place.run({ avala, options: { onConfirmed: () => stop.abort() } });
  await expect(killed).rejects.toMatchObject({ code: "cancelled" });
  const sent = count(PRESIGN);
  const { result } = await place.run();
  expect(result.outcome).toBe("unchanged");
  expect(count(PRESIGN)).toBe(sent);
  expect(count(CONFIRM)).toBe(1);
  expect((await place.run()).calls).toEqual(["GET /datasets/"]);
});

test("a confirm whose reply is lost makes one increment, which is known from then on", async () => {
  place.emulator.setFault({ on: { path: CONFIRM }, drop: true, when: "after" });
  expect((await place.run()).result.outcome).toBe("uploaded");
  expect(count(CONFIRM)).toBe(1);
  expect(place.items()).toEqual(["a.jpg", "b.jpg"]);
  expect((await place.run()).calls).toEqual(["GET /datasets/"]);
});

describe("two runs at once", () => {
  const other = () => place.run({ machine: "another" });

  test("that add the same files make one increment", async () => {
    const [one, two] = await Promise.all([place.run(), other()]);
    expect(place.names()).toHaveLength(1);
    expect(place.items()).toEqual(["a.jpg", "b.jpg"]);
    expect(one.result.made?.dataset.uid).toBe(two.result.made?.dataset.uid);
  });

  test("make one also when they chose other numbers, before the first byte", async () => {
    const third = () => place.run({ machine: "third", paths: ["c.jpg"] });
    await place.put("c.jpg", "three");
    const paths = ["a.jpg", "b.jpg"];
    const meanwhile = async () => {
      await third();
      await place.run({ machine: "another", paths });
    };
    const { decision, result } = await place.run({ paths, meanwhile });
    expect(decision.next?.number).toBe(1);
    expect(result).toMatchObject({ outcome: "unchanged", upload: undefined });
    expect(result.made?.dataset.name).toMatch(/^set-0002-/);
    expect(place.items()).toEqual(["a.jpg", "b.jpg", "c.jpg"]);
    expect(count(PRESIGN)).toBe(3);
  });

  test("make one also when they chose other numbers, before the confirm", async () => {
    const paths = ["a.jpg", "b.jpg"];
    await place.put("c.jpg", "three");
    const avala = interrupted(sessionWith(place.emulator).avala, async () => {
      await place.run({ machine: "third", paths: ["c.jpg"] });
      await place.run({ machine: "another", paths });
    });
    const { result } = await place.run({ avala, paths });
    expect(result.outcome).toBe("unchanged");
    expect(result.made?.dataset.name).toMatch(/^set-0002-/);
    expect(count(CONFIRM)).toBe(2);
    expect(place.items()).toEqual(["a.jpg", "b.jpg", "c.jpg"]);
  });

  test("that add other files make two, of the same number, and the next run holds both", async () => {
    await place.put("c.jpg", "three");
    const meanwhile = () => place.run({ machine: "another", paths: ["c.jpg"] });
    await place.run({ paths: ["a.jpg", "b.jpg"], meanwhile });
    expect(place.names().map((name) => name.slice(0, 8))).toEqual(["set-0001", "set-0001"]);
    const { result } = await place.run();
    expect(result.outcome).toBe("unchanged");
    expect(result.increments).toHaveLength(2);
    expect(place.items()).toEqual(["a.jpg", "b.jpg", "c.jpg"]);
  });
});

test("an increment that is still being made is waited for", async () => {
  await place.emulator.stop();
  await place.start({ ingestMs: 150 });
  await place.run({ options: { waits: false } });
  await place.forget();
  expect((await place.run()).result.outcome).toBe("unchanged");
  expect(place.names()).toHaveLength(1);
});

test("an increment that lost an item is not called whole, and what it lacks is sent again", async () => {
  await place.emulator.stop();
  await place.start({ etag: "opaque" });
  const on = { target: "storage", method: "POST" } as const;
  // All after the first: which file comes first, and whether one is sent again while nobody
  // knows yet what the store's ETags are, depends on the moment.
  place.emulator.setFault({ on, reply: KEEPS_NOTHING, skip: 1, times: 0 });
  const hint = expect.stringContaining("Run again") as string;
  await expect(place.run()).rejects.toMatchObject({ code: "dataset", hint });
  place.emulator.clearFaults();
  await place.run();
  expect(place.items()).toEqual(["a.jpg", "b.jpg"]);
  expect(place.names()).toHaveLength(2);
});

test("a key that may not list datasets can't grow a set, and nothing is sent", async () => {
  const key = "avk_writer_000000000000";
  place.emulator.addKey({ key, scopes: ["datasets.write"] });
  const { avala } = sessionWith(place.emulator, { apiKey: key });
  await expect(place.run({ avala })).rejects.toMatchObject({ code: "permission" });
  expect(count(PRESIGN)).toBe(0);
});

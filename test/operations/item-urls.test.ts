// What the URLs of items lead to need not be what was sent, need not be allowed, and need not answer: nothing is concluded from
// that, and it is said.
import type { Avala } from "../../src/api/connection";
import type { Transport } from "../../src/api/transport/transport";
import { AvalaError } from "../../src/errors";
import { useGrowingPlace } from "../support/growing-place";
import { machineIn, warnings, type Content, type Machine } from "../support/machines";
import { rivalFiles } from "../support/rival-files";
import { hurriedClock, sessionWith } from "../support/session";
import { useUploadPlace } from "../support/upload-place";

const COUNT = 12;
const NAME = "set";
const FALSE_WORDS = /Another run|[Dd]elete/;

describe("a dataset under a fixed name", () => {
  const place = useUploadPlace();
  const files = (): Promise<Content> => rivalFiles(place, "ours", { count: COUNT, shared: 0 });
  const said = (machine: Machine): string => warnings(machine).join("\n");

  test.each(["md5", "opaque"] as const)(
    "whose items show previews is made, and not called compared (ETags: %s)",
    async (etag) => {
      const dialect = { uploadReply: "form", itemUrls: "rendition" } as const;
      await place.start({ dialect, ingestMs: 0, etag });
      const sent = await files();
      const first = machineIn(place, "one");
      const made = await first.publish(sent, NAME);
      expect(made).toMatchObject({ outcome: "uploaded", unverified: COUNT });
      expect(said(first)).toMatch(/other sizes for all 12 files.*may show previews/s);
      expect(said(first)).not.toMatch(FALSE_WORDS);
      const elsewhere = machineIn(place, "two");
      const found = await elsewhere.publish(sent, NAME);
      expect(found).toMatchObject({ outcome: "unverified", unverified: COUNT });
      expect(said(elsewhere)).toMatch(/other sizes for all 12 files/);
    },
  );

  test("whose items show previews beside their files is compared with the files", async () => {
    const dialect = { uploadReply: "form", itemUrls: "apart" } as const;
    await place.start({ dialect, ingestMs: 0 });
    const sent = await files();
    const first = machineIn(place, "one");
    expect(await first.publish(sent, NAME)).toMatchObject({ outcome: "uploaded", unverified: 0 });
    const elsewhere = machineIn(place, "two");
    const found = await elsewhere.publish(sent, NAME);
    expect(found).toMatchObject({ outcome: "unchanged", unverified: 0 });
    expect([said(first), said(elsewhere)]).toEqual(["", ""]);
  });

  test.each([
    ["are the paths of the files", {}],
    ["are UUIDs, and whose URLs have no paths", { itemKeys: "uuid", itemUrls: "unnamed" }],
  ] as const)("of which all MD5s are others says so, where keys %s", async (_how, dialect) => {
    await place.start({ dialect: { uploadReply: "form", ...dialect }, ingestMs: 0 });
    const sent = await files();
    await machineIn(place, "one").publish(sent, NAME);
    const others = await Promise.all(
      sent.map(({ path, sizeBytes }) => place.put(path, Buffer.alloc(sizeBytes, path))),
    );
    const elsewhere = machineIn(place, "two");
    const found = await elsewhere.publish(others, NAME);
    expect(found).toMatchObject({ outcome: "unverified", unverified: COUNT });
    expect(said(elsewhere)).toMatch(
      /127\.0\.0\.1:\d+ shows another MD5 for all 12 files that were compared: .*other contents or previews/,
    );
  });

  test("whose store drops a connection now and then is asked for every file all the same", async () => {
    await place.start({ ingestMs: 0 });
    const many = await rivalFiles(place, "ours", { count: 24 });
    await machineIn(place, "one").publish(many, NAME);
    for (const [index, { path }] of many.entries()) {
      const on = { target: "storage", method: "GET", path: `*${path}` } as const;
      if (index % 2 === 1) place.emulator.setFault({ on, drop: true });
    }
    const found = await machineIn(place, "two").publish(many, NAME);
    expect(found).toMatchObject({ outcome: "unchanged", unverified: 0 });
  });

  test("whose items are at a host that is not allowed names the host and the inputs", async () => {
    const dialect = { uploadReply: "form", itemUrls: "otherHost" } as const;
    await place.start({ dialect, ingestMs: 0 });
    const first = machineIn(place, "one");
    const made = await first.publish(await files(), NAME);
    expect(made).toMatchObject({ outcome: "uploaded", unverified: COUNT });
    expect(said(first)).toMatch(
      /12 files could not be compared.*localhost:\d+ is on this machine by plain http, and not among the allowed storage hosts.*add localhost:\d+ to.*allow-storage-hosts/s,
    );
    expect(said(first)).not.toMatch(FALSE_WORDS);
  });

  test("whose items are at the CDN that files are fetched from is compared there", async () => {
    await place.start({ dialect: { uploadReply: "form" }, ingestMs: 0 });
    const { avala, events, publish } = machineIn(place, "one");
    const { storage } = avala;
    const [cdn, store] = ["https://cdn.avala.ai", new URL(place.emulator.storageUrl).origin];
    const inner: Transport["open"] = storage.open.bind(storage);
    const open = jest.spyOn(storage, "open").mockImplementation((request) => {
      const url = request.url.replace(cdn, store);
      return inner({ ...request, url });
    });
    const call: Avala["call"] = avala.call.bind(avala);
    const atCdn: Avala["call"] = async (request) => {
      const reply = await call(request);
      if (!request.route.endsWith("/items/")) return reply;
      return JSON.parse(JSON.stringify(reply).replaceAll(store, cdn)) as typeof reply;
    };
    Object.assign(avala, { call: atCdn });
    expect(await publish(await files(), NAME)).toMatchObject({ unverified: 0 });
    expect(events.filter(({ kind }) => kind === "warning")).toEqual([]);
    expect(open.mock.calls.filter(([{ url }]) => url.startsWith(cdn))).toHaveLength(COUNT);
  });

  /** A machine whose reads of items fail as a host that accepts and never answers does, after a time on its clock. */
  function unanswered(name: string, eachMs: number): { machine: Machine; reads: () => number } {
    let [reads, lateMs] = [0, 0];
    const clock = { ...hurriedClock, now: () => hurriedClock.now() + lateMs };
    const machine = machineIn(place, name, { clock });
    const { storage } = machine.avala;
    const open: Transport["open"] = async (request) => {
      if (request.method !== "GET") return storage.open(request);
      reads += 1;
      lateMs += eachMs;
      const hint = "Try again.";
      throw new AvalaError("timeout", "No answer.", { hint, retryable: true });
    };
    jest.spyOn(storage, "open").mockImplementation(open);
    return { machine, reads: () => reads };
  }

  test.each([
    ["after a few tries", 0, 32],
    ["when there is no time left", 15_000, 9],
  ])("whose host does not answer is not held against it any more %s", async (_, eachMs, most) => {
    await place.start({ dialect: { uploadReply: "form" }, ingestMs: 0 });
    const sent = await files();
    const first = unanswered("one", eachMs);
    const made = await first.machine.publish(sent, NAME);
    expect(made).toMatchObject({ outcome: "uploaded", unverified: COUNT });
    expect(first.reads()).toBeLessThanOrEqual(most);
    expect(said(first.machine)).toMatch(/did not show what it keeps of 12 files/);
    // No record vouches for what nobody has looked at; the next run compares it.
    const second = machineIn(place, "one");
    expect(await second.publish(sent, NAME)).toMatchObject({ outcome: "unchanged" });
    expect(
      place.emulator
        .requests()
        .some(({ target, method }) => target === "storage" && method === "GET"),
    ).toBe(true);
  });
});

describe("a growing set of which no record is left", () => {
  const place = useGrowingPlace();
  const pathsOf = (entries: readonly { readonly path: string }[]) =>
    entries.map(({ path }) => path);

  async function grownBefore(itemUrls: "rendition" | "original" | "otherHost"): Promise<void> {
    await place.start({ dialect: { itemUrls } });
    for (const path of ["a.jpg", "b.jpg", "gone.jpg"]) await place.put(path, `content of ${path}`);
    await place.run();
    await place.forget();
    place.drop("gone.jpg");
  }

  async function runAgain() {
    const { avala, events } = sessionWith(place.emulator);
    const { decision } = await place.run({ avala });
    const text = events.flatMap((event) => (event.kind === "warning" ? event.text : [])).join("\n");
    return { plan: decision.plan, text };
  }

  test("sends nothing for items that show previews, and leaves them current", async () => {
    await grownBefore("rendition");
    await place.put("b.jpg", "changed");
    const { plan, text } = await runAgain();
    expect(pathsOf(plan.toSend)).toEqual([]);
    expect(pathsOf(plan.unverified)).toEqual(["a.jpg", "b.jpg"]);
    expect(pathsOf(plan.superseded)).toEqual(["gone.jpg"]);
    expect(text).toMatch(/other sizes for all 2 files.*may show previews/);
  });

  test("says that all MD5s are others, and sends nothing", async () => {
    await grownBefore("original");
    for (const path of ["a.jpg", "b.jpg"]) await place.put(path, `CONTENT of ${path}`);
    const { plan, text } = await runAgain();
    expect(pathsOf(plan.toSend)).toEqual([]);
    expect(pathsOf(plan.unverified)).toEqual(["a.jpg", "b.jpg"]);
    expect(text).toMatch(/shows another MD5 for all 2 files that were compared/);
  });

  test("sends a file of another size where another item is what was sent", async () => {
    await grownBefore("original");
    await place.put("b.jpg", "changed");
    const { plan, text } = await runAgain();
    expect(pathsOf(plan.current)).toEqual(["a.jpg"]);
    expect(pathsOf(plan.toSend)).toEqual(["b.jpg"]);
    expect(text).toBe("");
  });

  test("names the host of the items that is not allowed", async () => {
    await grownBefore("otherHost");
    const { plan, text } = await runAgain();
    expect(pathsOf(plan.unverified)).toEqual(["a.jpg", "b.jpg"]);
    expect(text).toMatch(
      /2 files could not be compared.*localhost:\d+ is on this machine by plain http, and not among/,
    );
  });
});

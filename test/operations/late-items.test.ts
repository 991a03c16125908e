// A server that does not answer for the items of a dataset that is made: the wait for it ends in time, and nothing is lost.
import { join } from "node:path";
import { createAxiosTransport } from "../../src/api/transport/axios-transport";
import { AvalaError } from "../../src/errors";
import { publishDataset } from "../../src/operations/publish/publish";
import { sessionWith } from "../support/session";
import { itemsInPagesOf } from "../support/small-pages";
import { rejectionOf } from "../support/thrown";
import { useUploadPlace } from "../support/upload-place";
import { virtualClock } from "../support/virtual-clock";

const SILENT_MS = 60_000;

const place = useUploadPlace();
beforeEach(() => place.start());

test.each([
  ["longer than one request is silent", 150_000, 150_000 + SILENT_MS],
  ["shorter, and it is given a minute", 0, 2 * SILENT_MS],
])("a wait that is %s", async (_how, waitMs, mostMs) => {
  const clock = virtualClock(Date.now());
  const transport = createAxiosTransport({});
  const api: typeof transport = {
    ...transport,
    send: async (request) => {
      if (!request.url.includes("/items/")) return transport.send(request);
      await clock.sleep(SILENT_MS);
      throw new AvalaError("timeout", "The server made no progress.", { retryable: true });
    },
  };
  const files = [await place.put("a.jpg", Buffer.from("a"))];
  const dataset = { name: "training", slug: "training", dataType: "image" } as const;
  const stateDirectory = join(place.folder, "state");
  const publish = (of: Parameters<typeof sessionWith>[1]) =>
    publishDataset(
      sessionWith(place.emulator, of).avala,
      { files, dataset, ifExists: "verify" },
      { waitMs: () => waitMs, stateDirectory },
    );
  const startedMs = clock.now();
  const error = await clock.run(rejectionOf(publish({ ports: { clock, api } })));
  expect(clock.now() - startedMs).toBeLessThanOrEqual(mostMs);
  expect(error).toMatchObject({
    code: "timeout",
    message: expect.stringMatching(
      /^The file of training has landed, and its confirm was accepted .* made no progress/,
    ) as string,
  });

  expect(await publish({})).toMatchObject({ outcome: "unchanged", unverified: 0 });
  expect(place.emulator.datasets()).toHaveLength(1);
});

test("what the server said then is kept, beside the words of what was reached", async () => {
  const items = { method: "GET", path: "*/items/" };
  const reply = { status: 503, headers: { "Retry-After": "1000" } };
  place.emulator.setFault({ on: items, times: 0, reply });
  const files = [await place.put("a.jpg", Buffer.from("a"))];
  const dataset = { name: "training", slug: "training", dataType: "image" } as const;
  const options = { waitMs: () => 0, stateDirectory: join(place.folder, "state") };
  const { avala } = sessionWith(place.emulator);
  const publish = publishDataset(avala, { files, dataset, ifExists: "verify" }, options);
  expect(await rejectionOf(publish)).toMatchObject({
    code: "server",
    message: expect.stringMatching(/^The file of training has landed, /) as string,
    ...{ status: 503, requestId: expect.any(String) as string },
    ...{ retryable: true, retryAfterMs: 1_000_000 },
  });
});

test.each([
  ["in a preview", "preview"],
  ["in a run whose time is over", 100_000],
] as const)("a list of many pages that are put off goes on %s", async (_where, waitMs) => {
  const clock = virtualClock(Date.now());
  const transport = itemsInPagesOf(10);
  const refused = new Set<string>();
  const api: typeof transport = {
    ...transport,
    send: async (request) => {
      const { url } = request;
      if (!url.includes("/items/") || refused.has(url)) return transport.send(request);
      refused.add(url);
      return { status: 429, headers: { "retry-after": "40" }, body: Buffer.alloc(0) };
    },
  };
  const names = Array.from({ length: 31 }, (_, index) => `${index}.jpg`);
  const files = await Promise.all(names.map((name) => place.put(name, Buffer.from(name))));
  const dataset = { name: "training", slug: "training", dataType: "image" } as const;
  const options = { waitMs: () => waitMs, stateDirectory: join(place.folder, "state") };
  const publish = publishDataset(
    sessionWith(place.emulator, { ports: { clock, api } }).avala,
    { files, dataset, ifExists: "verify" },
    options,
  );
  expect(await clock.run(publish)).toMatchObject({ outcome: "uploaded", unverified: 0 });
  expect(refused.size).toBe(4);
});

test("a list of slow pages is not ended while it goes forward", async () => {
  const clock = virtualClock(Date.now());
  const transport = itemsInPagesOf(10);
  let asked = 0;
  const api: typeof transport = {
    ...transport,
    send: async (request) => {
      if (request.url.includes("/items/")) {
        asked += 1;
        await clock.sleep(50_000);
      }
      return transport.send(request);
    },
  };
  const names = Array.from({ length: 31 }, (_, index) => `${index}.jpg`);
  const files = await Promise.all(names.map((name) => place.put(name, Buffer.from(name))));
  const dataset = { name: "training", slug: "training", dataType: "image" } as const;
  const target = { files, dataset, ifExists: "verify" } as const;
  await publishDataset(sessionWith(place.emulator).avala, target, {
    ...{ waitMs: () => 0, waits: false },
    stateDirectory: join(place.folder, "state"),
  });

  const look = async (waitMs: number | "preview"): Promise<readonly unknown[]> => {
    asked = 0;
    const { avala } = sessionWith(place.emulator, { ports: { clock, api } });
    const stateDirectory = join(place.folder, `state-${waitMs}`);
    const publish = publishDataset(avala, target, { waitMs: () => waitMs, stateDirectory });
    const { outcome } = await clock.run(publish);
    return [asked, outcome];
  };
  for (const waitMs of [120_000, 0, "preview"] as const)
    expect(await look(waitMs)).toEqual([4, "unchanged"]);
});

test("a list that has no end is ended", async () => {
  const clock = virtualClock(Date.now());
  const transport = createAxiosTransport({});
  let pages = 0;
  const api: typeof transport = {
    ...transport,
    send: async (request) => {
      if (!request.url.includes("/items/")) return transport.send(request);
      await clock.sleep(1000);
      pages += 1;
      const next = `${new URL(request.url).origin}${new URL(request.url).pathname}?cursor=${String(pages)}`;
      const results = [{ uid: `item-${String(pages)}`, key: `${String(pages)}.jpg`, url: null }];
      const body = Buffer.from(JSON.stringify({ next, previous: null, results }));
      return { status: 200, headers: { "content-type": "application/json" }, body };
    },
  };
  const files = [await place.put("a.jpg", Buffer.from("a"))];
  const dataset = { name: "training", slug: "training", dataType: "image" } as const;
  const publish = publishDataset(
    sessionWith(place.emulator, { ports: { clock, api } }).avala,
    { files, dataset, ifExists: "verify" },
    { waitMs: () => 60_000, stateDirectory: join(place.folder, "state") },
  );
  const error = await clock.run(rejectionOf(publish));
  expect(error).toMatchObject({
    code: "timeout",
    message: expect.stringMatching(/could not be listed in time/) as string,
  });
  expect(pages).toBeLessThan(300);
});

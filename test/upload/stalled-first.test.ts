// A set of which one of the first requests gets no response, while the server has one for all others.
import { basename } from "node:path";
import type { Avala } from "../../src/api/connection";
import type { HttpRequest } from "../../src/api/transport/transport";
import { uploadFiles } from "../../src/upload/run";
import type { UploadFile } from "../../src/upload/request";
import { createStorageTransport } from "../../src/api/transport/storage-transport";
import { settle } from "../support/virtual-clock";
import { hurriedClock, sessionWith } from "../support/session";
import { BY_FORM, useUploadPlace } from "../support/upload-place";

const place = useUploadPlace();
afterEach(() => jest.useRealTimers());

/** Only what is repeated is by hand: connections have their own times. */
function stopRepeating(): void {
  jest.useFakeTimers({
    doNotFake: [
      ...(["setTimeout", "clearTimeout", "setImmediate", "clearImmediate", "nextTick"] as const),
      ...(["queueMicrotask", "performance", "hrtime", "Date"] as const),
    ],
  });
}

/** `least.jpg` is the smallest. */
async function sixFiles(): Promise<UploadFile[]> {
  const names = ["a.jpg", "b.jpg", "c.jpg", "d.jpg", "e.jpg"];
  const files = names.map((name) => place.put(name, Buffer.from(`content of ${name}`)));
  return Promise.all([...files, place.put("least.jpg", Buffer.from("l"))]);
}

/** Ten seconds pass with the `nth` request that `isHeld`, and it is sent when so many others were answered. */
function holding(
  avala: Avala,
  isHeld: (request: HttpRequest) => boolean,
  { others, nth = 1 }: { readonly others: number; readonly nth?: number },
): Avala {
  let seen = 0;
  let left = others;
  let release: () => void = () => undefined;
  const areAnswered = new Promise<void>((resolve) => (release = resolve));
  const { storage } = avala;
  const send: typeof storage.send = async (request) => {
    seen += isHeld(request) ? 1 : 0;
    if (isHeld(request) && seen === nth) {
      await settle();
      jest.advanceTimersByTime(10_000);
      await areAnswered;
      return storage.send(request);
    }
    const reply = await storage.send(request);
    left -= 1;
    if (left === 0) release();
    return reply;
  };
  return { ...avala, storage: { ...storage, send } };
}

const keysSent = (): string[] =>
  place.emulator
    .requests()
    .filter(({ target }) => target === "storage")
    .map(({ key = "" }) => basename(key));

const isOf =
  (name: string) =>
  ({ body }: HttpRequest): boolean =>
    Buffer.isBuffer(body) && body.includes(`/${name}`);

test.each(["md5", "opaque"] as const)(
  "is not held up by the first file (ETags: %s)",
  async (etag) => {
    stopRepeating();
    await place.start({ ...BY_FORM, etag });
    const { avala, events } = sessionWith(place.emulator);
    const files = await sixFiles();
    const held = holding(avala, isOf("least.jpg"), { others: 5 });
    const result = await uploadFiles(held, { datasetName: "set", files, concurrency: 8 });
    expect(result).toMatchObject({ isComplete: true, retries: 0 });
    // One is sent again, to learn what the ETags are.
    expect(keysSent()).toHaveLength(etag === "md5" ? 6 : 7);
    expect(keysSent().at(-1)).toBe("least.jpg");
    const stored = await place.emulator.objects();
    expect(stored.map(({ sha256 }) => sha256).sort()).toEqual(files.map((f) => f.sha256).sort());
    expect(events.filter(({ kind }) => kind === "retry" || kind === "warning")).toEqual([]);
  },
);

test("is not held up by the file that is sent again to learn what ETags are", async () => {
  stopRepeating();
  await place.start({ ...BY_FORM, etag: "opaque" });
  const { avala, events } = sessionWith(place.emulator);
  const files = await sixFiles();
  // The first sending is one of the others.
  const held = holding(avala, isOf("least.jpg"), { others: 6, nth: 2 });
  const result = await uploadFiles(held, { datasetName: "set", files, concurrency: 2 });
  expect(result).toMatchObject({ isComplete: true, retries: 0 });
  expect(keysSent()).toHaveLength(7);
  expect(keysSent().at(-1)).toBe("least.jpg");
  expect(events.filter(({ kind }) => kind === "retry" || kind === "warning")).toEqual([]);
});

test("says after ten seconds what it waits for, by the host alone", async () => {
  stopRepeating();
  await place.start(BY_FORM);
  let passedMs = 0;
  const clock = { ...hurriedClock, now: () => Date.now() + passedMs };
  const storage = createStorageTransport();
  let said = 0;
  const send: typeof storage.send = (request) => {
    for (let second = 0; said === 0 && second < 30; second += 5) {
      passedMs += 5_000;
      jest.advanceTimersByTime(5_000);
    }
    said += 1;
    return storage.send(request);
  };
  const ports = { clock, storage: { ...storage, send } };
  const { avala, events } = sessionWith(place.emulator, { ports });
  const files = await sixFiles();
  await uploadFiles(avala, { datasetName: "set", files, concurrency: 1 });
  const silences = events.flatMap((event) =>
    event.kind === "upload-progress" && event.progress.silence ? [event.progress.silence] : [],
  );
  const host = new URL(place.emulator.storageUrl).host;
  expect(silences.map(({ server, requests }) => [server, requests])).toEqual(
    Array(5).fill([host, 1]),
  );
  expect(silences.map(({ seconds }) => Math.floor(seconds / 5))).toEqual([2, 3, 4, 5, 6]);
  expect(silences[0]?.secondsLeft).toBeCloseTo(110, 0);
});

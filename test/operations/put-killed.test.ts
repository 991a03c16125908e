// A run that sends by PUT and is killed within its first files, before its store has shown what its ETags are: what it has sent is
// recorded, and the next run knows it for its own.
import { copyFile, mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import type { Avala } from "../../src/api/connection";
import { publishDataset } from "../../src/operations/publish/publish";
import { machineIn, makeFiles, versionOf, type Content } from "../support/machines";
import { cases } from "../support/night";
import { useUploadPlace } from "../support/upload-place";

const place = useUploadPlace();

/** What a process that is killed leaves of its records. */
async function copyRecords(from: string, to: string): Promise<void> {
  for (const folder of ["journals", "stores"]) {
    const names = await readdir(join(from, folder)).catch(() => []);
    await mkdir(join(to, folder), { recursive: true });
    const records = names.filter((name) => name.endsWith(".jsonl"));
    for (const name of records) await copyFile(join(from, folder, name), join(to, folder, name));
  }
}

const never = <T>(): Promise<T> => new Promise<T>(() => undefined);

/** Sends until so many PUTs were replied to; `then`: the state folder that the next run finds. */
async function killedAfter(
  puts: number,
  files: Content,
  { name, state, then }: { name: string; state: string; then: string },
): Promise<void> {
  const { avala } = machineIn(place, state);
  let replied = 0;
  let isKilled = false;
  const underWay = new Set<Promise<unknown>>();
  const killed = new Promise<void>((resolve, reject) => {
    const send: Avala["storage"]["send"] = async (request) => {
      if (isKilled) return never();
      const sent = avala.storage.send(request);
      underWay.add(sent);
      const reply = await sent;
      underWay.delete(sent);
      if (isKilled) return never();
      replied += 1;
      if (replied < puts) return reply;
      isKilled = true;
      copyRecords(join(place.folder, state), join(place.folder, then)).then(resolve, reject);
      return never();
    };
    const call: Avala["call"] = (request) => (isKilled ? never() : avala.call(request));
    const dying = { ...avala, call, storage: { ...avala.storage, send } };
    const described = { name, slug: name, dataType: "image" as const };
    const target = { dataset: described, files, ifExists: "verify" as const };
    const stateDirectory = join(place.folder, state);
    publishDataset(dying, target, { waitMs: () => 20_000, stateDirectory }).catch(reject);
  });
  await killed;
  // What was on its way arrives.
  await Promise.allSettled(underWay);
}

async function expectEachOnce(files: Content): Promise<void> {
  const objects = await place.emulator.objects();
  const stored = objects.map(({ key, sha256 }) => `${key.split("/").at(-1)} ${sha256}`).sort();
  expect(stored).toEqual(files.map(({ path, sha256 }) => `${path} ${sha256}`).sort());
}

const names: [how: string, nameOf: (files: Content) => string][] = [
  ["its content", versionOf],
  ["the user", () => "set"],
];

const cancelledAfter = cases([4], [1, 8]);

const stores = [
  ["md5", cases([1, 5], [2, 12])],
  // The eighth is the last that is needed to see what its ETags are.
  ["opaque", cases([1, 7, 8], [2, 5, 9, 12])],
] as const;

describe.each(stores)("a store whose ETags are %s", (etag, points) => {
  test.each(names)(
    "has each file once after a run under a name of %s was killed at any of its first PUTs",
    async (_how, nameOf) => {
      const ends: unknown[] = [];
      for (const puts of points) {
        await place.start({ etag, ingestMs: 0 });
        const files = await makeFiles(place);
        const name = nameOf(files);
        await killedAfter(puts, files, { name, state: `a${puts}`, then: `b${puts}` });
        const next = machineIn(place, `b${puts}`).publish(files, name);
        ends.push(
          await next.then(
            ({ outcome }) => outcome,
            (error: unknown) => error,
          ),
        );
        await expectEachOnce(files);
        await place.emulator.stop();
      }
      expect(ends).toEqual(points.map(() => "uploaded"));
    },
    120_000,
  );

  test.each(names)(
    "has each file once after two runs under a name of %s were killed",
    async (_how, nameOf) => {
      await place.start({ etag, ingestMs: 0 });
      const files = await makeFiles(place);
      const name = nameOf(files);
      await killedAfter(3, files, { name, state: "a", then: "b" });
      await killedAfter(3, files, { name, state: "b", then: "c" });
      expect(await machineIn(place, "c").publish(files, name)).toMatchObject({
        outcome: "uploaded",
      });
      await expectEachOnce(files);
    },
  );

  test.each(names)(
    "has each file once after a run under a name of %s was cancelled",
    async (_how, nameOf) => {
      const ends: unknown[] = [];
      for (const puts of cancelledAfter) {
        await place.start({ etag, ingestMs: 0 });
        const files = await makeFiles(place);
        const name = nameOf(files);
        const cancel = new AbortController();
        const machine = machineIn(place, `c${puts}`, { signal: cancel.signal });
        place.emulator.setFault({ on: { target: "storage" }, skip: puts, times: 0, delayMs: 500 });
        const run = machine.publish(files, name);
        const stop = setInterval(() => {
          const sent = place.emulator.requests().filter(({ target }) => target === "storage");
          if (sent.length > puts) cancel.abort();
        }, 5);
        await expect(run).rejects.toMatchObject({ code: "cancelled" });
        clearInterval(stop);
        place.emulator.clearFaults();
        const next = machineIn(place, `c${puts}`).publish(files, name);
        ends.push(
          await next.then(
            ({ outcome }) => outcome,
            (error: unknown) => error,
          ),
        );
        await expectEachOnce(files);
        await place.emulator.stop();
      }
      expect(ends).toEqual(cancelledAfter.map(() => "uploaded"));
    },
    60_000,
  );
});

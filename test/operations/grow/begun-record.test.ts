// What runs on one machine have begun is known to the next one, whatever becomes of a run that takes out what was made.
import { setTimeout as wait } from "node:timers/promises";
import type { Avala } from "../../../src/api/connection";
import { AvalaError } from "../../../src/errors";
import { systemDisk, type Disk } from "../../../src/flow/disk/disk";
import { useGrowingPlace } from "../../support/growing-place";
import { sessionWith } from "../../support/session";

const place = useGrowingPlace();

const isBegunFile = (path: string): boolean => /begun.[^/\\]+\.jsonl$/.test(path);

/** Ends before its second file. */
const broken = async (paths: readonly string[]): Promise<void> => {
  const { avala } = sessionWith(place.emulator);
  let presigns = 0;
  const call: Avala["call"] = async (request) => {
    if (request.route.includes("file-upload-url") && ++presigns > 1)
      throw new AvalaError("cancelled", "killed");
    return avala.call(request);
  };
  const run = place.run({ avala: { ...avala, call }, paths, options: { concurrency: 1 } });
  await expect(run).rejects.toMatchObject({ code: "cancelled" });
};

/** A session in which something happens as it takes records out. */
const sessionOf = (disk: Partial<Disk>): Avala =>
  sessionWith(place.emulator, { ports: { disk: { ...systemDisk, ...disk } } }).avala;

beforeEach(async () => {
  await place.start();
  for (const path of ["a.jpg", "b.jpg", "c.jpg", "d.jpg", "e.jpg"])
    await place.put(path, `content of ${path}`);
  await broken(["a.jpg", "b.jpg"]);
});

test("also where a run is killed while it does that", async () => {
  let isKilled = false;
  const killed = async (): Promise<never> => {
    isKilled = true;
    throw new Error("killed");
  };
  const avala = sessionOf({
    remove: async (path) => {
      if (isBegunFile(path)) isKilled = true;
      await systemDisk.remove(path);
    },
    rewrite: killed,
    openToAppend: (path) =>
      isKilled && isBegunFile(path) ? killed() : systemDisk.openToAppend(path),
  });
  await place.run({ avala, paths: ["c.jpg"] });
  expect(isKilled).toBe(true);
  expect((await place.decide()).next).toMatchObject({ files: { length: 2 }, landed: 1 });
});

test("also where another run begins something while it does that", async () => {
  let beside: Promise<void> | undefined;
  const begins = async (path: string): Promise<void> => {
    if (!isBegunFile(path) || beside !== undefined) return;
    beside = broken(["d.jpg", "e.jpg"]);
    await Promise.race([beside, wait(300)]);
  };
  const avala = sessionOf({
    remove: async (path) => {
      await begins(path);
      await systemDisk.remove(path);
    },
    rewrite: async (path, data) => {
      await begins(path);
      await systemDisk.rewrite(path, data);
    },
  });
  await place.run({ avala, paths: ["c.jpg"] });
  await beside;
  const { next, later } = await place.decide();
  expect([next, ...later]).toMatchObject([
    { files: { length: 2 }, landed: 1 },
    { files: { length: 2 }, landed: 1 },
  ]);
});

// What the store holds under a fixed name once the dataset is made: what is neither what this run put there nor known to be the
// same counts as not compared, whatever way the files went; and where no other run interferes, all of it is compared.
import { join } from "node:path";
import type { Dialect } from "../../emulator";
import { createManifest } from "../../src/files/manifest/manifest";
import { publishDataset } from "../../src/operations/publish/publish";
import type { PublishResult } from "../../src/operations/publish/target";
import { resolveDestination } from "../../src/upload/destination";
import { batchUid } from "../../src/upload/journal/batch";
import {
  CONFIRM,
  heldAtConfirm,
  machineIn,
  warnings,
  type Content,
  type Given,
  type Machine,
} from "../support/machines";
import { contentOf, rivalFiles } from "../support/rival-files";
import { cases } from "../support/night";
import { MIB, useUploadPlace } from "../support/upload-place";

const place = useUploadPlace();
// More than a comparison reads of a store whose ETags are no MD5s.
const COUNT = 20;
const NAME = "set";
const ETAGS = ["md5", "opaque"] as const;

const machine = (name: string, given?: Given): Machine => machineIn(place, name, given);
const filesOf = (whose: string, count = COUNT): Promise<Content> =>
  rivalFiles(place, whose, { count });

const fileOf = async (whose: string, sizeBytes: number): Promise<Content[number]> => ({
  ...(await place.put(`${whose}-large.jpg`, Buffer.alloc(sizeBytes, whose))),
  path: "large.jpg",
});

/** How the run of `ours` ends when `replace` is done between what it sent and its confirm. */
async function endOf(
  ours: Content,
  replace: (machine: Machine) => Promise<unknown>,
  given?: Given,
): Promise<{ readonly end: PublishResult | Error; readonly warned: string }> {
  const one = heldAtConfirm();
  const first = machine("one", { ...given, ...one.given });
  const result = first.publish(ours, NAME).catch((error: unknown) => error as Error);
  await Promise.race([one.reached, result]);
  await replace(first);
  one.letGo();
  return { end: await result, warned: warnings(first).join("\n") };
}

async function leave(files: readonly { readonly path: string }[]): Promise<void> {
  for (const { path } of files)
    await place.emulator.leaveFile(`${NAME}/${path}`, contentOf("THEY", path));
}

/** Sends files to the places of another run's, and confirms nothing. */
async function sendOver(files: Content): Promise<void> {
  const two = heldAtConfirm();
  const sent = machine("two", two.given).publish(files, NAME);
  void sent.catch(() => undefined);
  await two.reached;
}

const again = (): Promise<PublishResult> =>
  filesOf("ours").then((files) => machine("one").publish(files, NAME));

describe("a store whose ETags are no checksums", () => {
  test.each(["form", "managed"] as const)(
    "shows that all files were replaced before the confirm (%s): none counts as compared, then or later",
    async (uploadReply) => {
      await place.start({ dialect: { uploadReply }, ingestMs: 0, etag: "opaque" });
      const ours = await filesOf("ours");
      const { end, warned } = await endOf(ours, () => leave(ours));
      expect(end).toMatchObject({ outcome: "uploaded", unverified: COUNT });
      expect(warned).toMatch(/20 files of the dataset set.*digest.*running again.*\n.*100\.jpg/s);
      expect(await again()).toMatchObject({ outcome: "unverified", unverified: COUNT });
    },
  );

  test.each(["form", "managed"] as const)(
    "shows the next run what was replaced of what one sent that does not wait (%s)",
    async (uploadReply) => {
      await place.start({ dialect: { uploadReply }, ingestMs: 0, etag: "opaque" });
      const ours = await filesOf("ours");
      await machine("one").publish(ours, NAME, { waits: false });
      await leave(ours.slice(3, 4));
      expect(await again()).toMatchObject({ outcome: "unverified", unverified: 1 });
    },
  );

  describe("and a form whose reply was lost", () => {
    const loseReply = (): void =>
      place.emulator.setFault({
        on: { target: "storage", method: "POST" },
        skip: 3,
        times: 1,
        when: "after",
        drop: true,
      });
    beforeEach(() =>
      place.start({ dialect: { uploadReply: "form" }, ingestMs: 0, etag: "opaque" }),
    );

    test("the file counts as not compared where another lies in its place", async () => {
      loseReply();
      const { end, warned } = await endOf(await filesOf("ours"), async ({ events }) => {
        const retried = events.flatMap((event) => (event.kind === "retry" ? [event.what] : []));
        const path = /\d+\.jpg/.exec(retried.join())?.[0] ?? "";
        await leave([{ path }]);
      });
      expect(end).toMatchObject({ outcome: "uploaded", unverified: 1 });
      expect(warned).toMatch(/1 file of the dataset set/);
      expect(await again()).toMatchObject({ outcome: "unverified", unverified: COUNT });
    });

    test("the file is compared where its second try lies there", async () => {
      loseReply();
      const result = await machine("one").publish(await filesOf("ours"), NAME);
      expect(result).toMatchObject({ outcome: "uploaded", unverified: 0 });
      expect(await again()).toMatchObject({ outcome: "unchanged", unverified: 0 });
    });
  });
});

test.each([
  ["nothing", '""'],
  ["one name for all", '"object"'],
  ["one that looks like that of parts", `"${"0".repeat(32)}-1"`],
])("a store whose ETags are %s vouches for no content, hashed or not", async (_what, etag) => {
  await place.start({ dialect: { uploadReply: "form" }, ingestMs: 0, etag: "opaque" });
  const ours = await filesOf("ours");
  const { end } = await endOf(ours, () => leave(ours), { etag });
  expect(end).toMatchObject({ outcome: "uploaded", unverified: COUNT });
  const later = await machine("one", { etag }).publish(ours, NAME);
  expect(later).toMatchObject({ outcome: "unverified", unverified: COUNT });
  const unhashed = ours.map(({ sha256: _, ...file }) => file);
  const again = await machine("one", { etag }).publish(unhashed, NAME);
  expect(again).toMatchObject({ outcome: "unverified", unverified: COUNT });
});

const atPut = {
  md5: { code: "dataset", message: expect.stringContaining("103.jpg") as string },
  opaque: { outcome: "uploaded", unverified: 1 },
};

describe.each(ETAGS)("a small file that went by PUT, to a store of %s ETags", (etag) => {
  test.each(["together", "apart"] as const)(
    "is of another size once another machine's lies there, in parts (%s)",
    async (batches) => {
      await place.start({ dialect: { uploadReply: "managed", batches }, ingestMs: 0, etag });
      const theirs = await fileOf("B", 6 * MIB);
      const ours = [await fileOf("A", 1000), ...(await filesOf("ours", 1))];
      const { end } = await endOf(ours, () => sendOver([theirs]));
      expect(end).toMatchObject({
        code: "dataset",
        message: expect.stringMatching(/large\.jpg: of other content/) as string,
      });
    },
  );

  test("is held against what lies there", async () => {
    await place.start({ dialect: { uploadReply: "managed" }, ingestMs: 0, etag });
    const ours = await filesOf("ours");
    const { end } = await endOf(ours, () => leave(ours.slice(3, 4)));
    expect(end).toMatchObject(atPut[etag]);
  });
});

describe("a file in parts", () => {
  test("is not known to be ours where a store of MD5s calls the whole otherwise", async () => {
    await place.start({ dialect: { uploadReply: "managed" }, ingestMs: 0 });
    const [ours, theirs] = [await fileOf("A", 6 * MIB), await fileOf("B", 6 * MIB)];
    const { end, warned } = await endOf([ours], () => sendOver([theirs]));
    expect(end).toMatchObject({ outcome: "uploaded", unverified: 1 });
    expect(warned).toMatch(/1 file of the dataset set.*large\.jpg/s);
  });

  test.each(ETAGS)("is not ours where it has another size (%s)", async (etag) => {
    await place.start({ dialect: { uploadReply: "managed" }, ingestMs: 0, etag });
    const [ours, theirs] = [await fileOf("A", 6 * MIB), await fileOf("B", 7 * MIB)];
    const { end } = await endOf([ours, ...(await filesOf("ours", 1))], () => sendOver([theirs]));
    expect(end).toMatchObject({ code: "dataset" });
  });

  test("is not known to be ours where all that the store shows has another size", async () => {
    await place.start({ dialect: { uploadReply: "managed" }, ingestMs: 0 });
    const [ours, theirs] = [await fileOf("A", 6 * MIB), await fileOf("B", 7 * MIB)];
    const { end, warned } = await endOf([ours], () => sendOver([theirs]));
    expect(end).toMatchObject({ outcome: "uploaded", unverified: 1 });
    expect(warned).toMatch(/another size for the file: it may show previews/);
  });
});

describe.each(ETAGS)("where no other run interferes, on a store of %s ETags", (etag) => {
  const DIALECTS = cases<Partial<Dialect>>(
    [{ uploadReply: "form" }, { uploadReply: "managed", batches: "together" }],
    [{ uploadReply: "ignored" }, { uploadReply: "managed", batches: "apart" }],
  );

  describe.each(DIALECTS)("by %j", (dialect) => {
    const small = 4;
    const all = async (): Promise<Content> => {
      const large = dialect.uploadReply === "managed" ? [await fileOf("A", 6 * MIB)] : [];
      const empty = { ...(await place.put("empty.jpg", Buffer.alloc(0))), path: "empty.jpg" };
      return [...(await filesOf("ours", small)), empty, ...large];
    };
    beforeEach(() => place.start({ dialect, ingestMs: 0, etag }));

    test("all is compared, then and later, by one list", async () => {
      const files = await all();
      const first = machine("one");
      const end = await first.publish(files, NAME);
      expect(end).toMatchObject({ outcome: "uploaded", unverified: 0 });
      expect(warnings(first)).toEqual([]);
      const lists = place.emulator.requests().filter(({ path }) => path.endsWith("/items/"));
      expect(lists).toHaveLength(1);
      const later = await machine("one").publish(files, NAME);
      expect(later).toMatchObject({ outcome: "unchanged", unverified: 0 });
    });

    test("what a run sent that does not wait is compared by the next", async () => {
      const files = await all();
      await machine("one").publish(files, NAME, { waits: false });
      const later = await machine("one").publish(files, NAME);
      expect(later).toMatchObject({ outcome: "unchanged", unverified: 0 });
    });

    test("what a run sent that was cut off is compared by the next", async () => {
      const files = await all();
      const stop = new AbortController();
      const holds = (route: string): undefined => {
        if (route === CONFIRM) stop.abort();
      };
      const cut = machine("one", { signal: stop.signal, holds }).publish(files, NAME);
      await expect(cut).rejects.toMatchObject({ code: "cancelled" });
      const end = await machine("one").publish(files, NAME);
      expect(end).toMatchObject({ outcome: "uploaded", unverified: 0 });
    });
  });
});

test("what an earlier run is said to have sent is held against what lies there, too", async () => {
  await place.start({ dialect: { uploadReply: "form", batches: "together" }, ingestMs: 0 });
  const ours = await filesOf("ours");
  const before = ours.slice(0, COUNT / 2);
  for (const { path } of before)
    await place.emulator.leaveFile(`${NAME}/${path}`, contentOf("ours", path));
  await leave(before.slice(3, 4));
  const { avala } = machine("one");
  const { digest } = createManifest(ours);
  const uploadUid = batchUid(await resolveDestination(avala, { datasetName: NAME }), digest);
  const target = {
    dataset: { name: NAME, slug: NAME, dataType: "image" as const },
    ...{ files: ours, ifExists: "verify" as const, stored: { uploadUid, entries: before } },
  };
  const options = { waitMs: () => 20_000, stateDirectory: join(place.folder, "one") };
  await expect(publishDataset(avala, target, options)).rejects.toMatchObject({
    code: "dataset",
    message: expect.stringContaining("103.jpg: of other content") as string,
  });
});

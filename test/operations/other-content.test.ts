// Two runs of other content under one fixed name, on machines that share nothing: whoever is told that it went well has its
// own files in the store, and whoever has replaced another's is told so.
import type { AvalaError } from "../../src/errors";
import type { PublishResult } from "../../src/operations/publish/target";
import type { UploadFile } from "../../src/upload/request";
import {
  PRESIGN,
  heldAtConfirm,
  machineIn,
  versionOf,
  warnings,
  type Content,
  type Given,
  type Machine,
} from "../support/machines";
import { rivalFiles } from "../support/rival-files";
import { useUploadPlace } from "../support/upload-place";

const place = useUploadPlace();
const COUNT = 12;
const NAME = "set";

const machine = (name: string, given?: Given): Machine => machineIn(place, name, given);
const filesOf = (whose: string, shared = 0): Promise<Content> =>
  rivalFiles(place, whose, { count: COUNT, shared });

async function stored(): Promise<readonly string[]> {
  return (await place.emulator.objects()).map(({ sha256 }) => sha256).sort();
}

const digestsOf = (files: readonly UploadFile[]): readonly (string | undefined)[] =>
  files.map(({ sha256 }) => sha256).sort();

const replaced = {
  code: "dataset",
  message: expect.stringMatching(
    /set was made \(uid .*\) but holds other content than this run sent.*\n.*101\.jpg/s,
  ) as string,
  hint: expect.stringContaining("Another run sends under this name") as string,
};

const byForm = { uploadReply: "form" } as const;
const FORMS = [
  ["by form", byForm, replaced],
  ["by form, all under the name together", { ...byForm, batches: "together" }, replaced],
  // There the first sends its own again, in another batch.
  ["by form, each in its last batch", { ...byForm, batches: "last" }, { outcome: "uploaded" }],
  ["by form, without batches", { uploadReply: "ignored" }, replaced],
] as const;

/** How a run ended, or what it threw. */
const endOf = (run: Promise<unknown>): Promise<unknown> => run.catch((error: unknown) => error);

describe.each(FORMS)("files that go %s", (_name, dialect, firstEnd) => {
  beforeEach(() => place.start({ dialect, ingestMs: 0 }));

  test("are another run's by the time of the confirm: the run that confirms them says so", async () => {
    const [ours, theirs] = [await filesOf("ours", 1), await filesOf("THEY", 1)];
    const [one, two] = [heldAtConfirm(), heldAtConfirm()];
    const first = machine("one", one.given).publish(ours, NAME);
    await one.reached;
    const second = machine("two", two.given).publish(theirs, NAME);
    await two.reached;
    one.letGo();
    expect(await endOf(first)).toMatchObject(firstEnd);
    two.letGo();
    const end = await endOf(second);
    expect([{ code: "conflict" }, { outcome: "unverified" }]).toContainEqual(
      end instanceof Error
        ? { code: (end as AvalaError).code }
        : { outcome: (end as PublishResult).outcome },
    );
  });

  test("replace those of a dataset that was made meanwhile: no success is claimed", async () => {
    const [ours, theirs] = [await filesOf("ours"), await filesOf("THEY")];
    const two = heldAtConfirm();
    let first: Promise<unknown> = Promise.resolve();
    const second = machine("two", {
      holds: (route, count) => {
        // It has looked whether there is a dataset, and sends its first file.
        if (route === PRESIGN && count === 1) first = machine("one").publish(ours, NAME);
        return route === PRESIGN ? first : two.given.holds?.(route, count);
      },
    });
    const result = second.publish(theirs, NAME);
    await two.reached;
    await expect(first).resolves.toMatchObject({ outcome: "uploaded", unverified: 0 });
    two.letGo();
    await expect(result).resolves.toMatchObject({ outcome: "unverified", unverified: COUNT });
    expect(await stored()).toEqual(digestsOf(theirs));
    expect(warnings(second).join("\n")).toMatch(
      /Another run made the dataset set while this one was sending.*12 files.*100\.jpg/s,
    );
  });
});

describe("files that go by form", () => {
  beforeEach(() => place.start({ dialect: { uploadReply: "form" }, ingestMs: 0 }));

  test("are held against what lies there without one more call of the API", async () => {
    const files = await filesOf("ours");
    const result = await machine("one").publish(files, NAME);
    expect(result).toMatchObject({ outcome: "uploaded", unverified: 0 });
    const requests = place.emulator.requests();
    const isList = ({ path, target }: (typeof requests)[number]): boolean =>
      target === "api" && path.endsWith("/items/");
    expect(requests.filter(isList)).toHaveLength(1);
    const reads = requests.filter(({ target, method }) => target === "storage" && method === "GET");
    expect(reads).toHaveLength(COUNT);
  });

  test("under a name that is made of the content are not", async () => {
    const files = await filesOf("ours");
    await machine("one").publish(files, versionOf(files));
    const reads = place.emulator
      .requests()
      .filter(({ target, method }) => target === "storage" && method === "GET");
    expect(reads).toEqual([]);
  });

  test("are another run's in part: the paths are named", async () => {
    const [ours, theirs] = [await filesOf("ours"), await filesOf("THEY", COUNT - 1)];
    const one = heldAtConfirm();
    const first = machine("one", one.given).publish(ours, NAME);
    await one.reached;
    const last = theirs.at(-1)!;
    await place.emulator.leaveFile(`${NAME}/${last.path}`, `THEY content of ${last.path}`);
    one.letGo();
    await expect(first).rejects.toMatchObject({
      code: "dataset",
      message: expect.stringMatching(/\n.*111\.jpg: of other content[^\n]*$/) as string,
    });
    // What our run has recorded of it counts no more: it is made of what lies there.
    const there = [...ours.slice(0, -1), last];
    expect(await machine("one").publish(there, NAME)).toMatchObject({
      outcome: "unchanged",
      unverified: 0,
    });
  });

  test("and landed in an earlier run of the machine are held against it, too", async () => {
    const [ours, theirs] = [await filesOf("ours", 1), await filesOf("THEY", 1)];
    const stop = new AbortController();
    const one = heldAtConfirm();
    const cut = machine("one", { ...one.given, signal: stop.signal }).publish(ours, NAME);
    await one.reached;
    stop.abort();
    one.letGo();
    await expect(cut).rejects.toMatchObject({ code: "cancelled" });
    const two = heldAtConfirm();
    void machine("two", two.given)
      .publish(theirs, NAME)
      .catch(() => undefined);
    await two.reached;
    await expect(machine("one").publish(ours, NAME)).rejects.toMatchObject(replaced);
    two.letGo();
  });

  test("by a run that ends between its confirm and the comparison are compared by the next", async () => {
    const [ours, theirs] = [await filesOf("ours", 1), await filesOf("THEY", 1)];
    const stop = new AbortController();
    const isMade = (): boolean => place.emulator.datasets().length > 0;
    const cut = machine("one", {
      signal: stop.signal,
      holds: (route) => {
        if (isMade() && route === "GET /datasets/{uid}/") stop.abort();
        if (isMade() && route.endsWith("/items/")) stop.abort();
        return undefined;
      },
    }).publish(ours, NAME);
    await expect(cut).rejects.toMatchObject({ code: "cancelled" });
    for (const { path } of theirs.slice(1))
      await place.emulator.leaveFile(`${NAME}/${path}`, `THEY content of ${path}`);
    await expect(machine("one").publish(ours, NAME)).rejects.toMatchObject({ code: "conflict" });
  });

  test("by a run that does not wait are compared by the next", async () => {
    const ours = await filesOf("ours");
    const first = await machine("one").publish(ours, NAME, { waits: false });
    expect(first).toMatchObject({ outcome: "uploaded", unverified: COUNT });
    const { path } = ours[3]!;
    await place.emulator.leaveFile(`${NAME}/${path}`, `THEY content of ${path}`);
    await expect(machine("one").publish(ours, NAME)).rejects.toMatchObject({
      code: "conflict",
      message: expect.stringContaining(`${path}: of other content`) as string,
    });
  });
});

describe("a store whose ETags are no checksums", () => {
  beforeEach(() => place.start({ dialect: { uploadReply: "form" }, ingestMs: 0, etag: "opaque" }));

  test("shows that what lies there is what was sent", async () => {
    const result = await machine("one").publish(await filesOf("ours"), NAME);
    expect(result).toMatchObject({ outcome: "uploaded", unverified: 0 });
  });

  test("shows that a file was sent again since: it counts as not compared", async () => {
    const ours = await filesOf("ours");
    const one = heldAtConfirm();
    const first = machine("one", one.given);
    const result = first.publish(ours, NAME);
    await one.reached;
    await place.emulator.leaveFile(`${NAME}/105.jpg`, "ours content of 105.jpg");
    one.letGo();
    await expect(result).resolves.toMatchObject({ outcome: "uploaded", unverified: 1 });
    expect(warnings(first).join("\n")).toMatch(/1 file .*105\.jpg/s);
    // No record vouches for it later.
    const again = await machine("one").publish(ours, NAME);
    expect(again).toMatchObject({ outcome: "unverified", unverified: COUNT });
  });
});

// One name, and content that changes between runs and back again: what the store holds is what the last run was given.
import { randomBytes } from "node:crypto";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Avala } from "../../src/api/connection";
import { datasetVersionName } from "../../src/files/manifest/dataset-name";
import { uploadFiles } from "../../src/upload/run";
import type { UploadFile } from "../../src/upload/request";
import type { UploadResult } from "../../src/upload/result";
import { sessionWith } from "../support/session";
import { BY_FORM, MIB, sha256Of, useUploadPlace } from "../support/upload-place";

const place = useUploadPlace();

interface Given {
  readonly avala?: Avala;
  readonly name?: string;
  readonly state?: string | undefined;
  /** What the caller knows to have landed, as the state of a stack does. */
  readonly landed?: UploadResult | undefined;
}

function upload(
  file: UploadFile,
  { avala, name = "set", state = "state", landed }: Given = {},
): Promise<UploadResult> {
  const stored = landed && { uploadUid: landed.uploadUid, entries: landed.manifest.entries };
  const request = { datasetName: name, files: [file], stored };
  const stateDirectory = state === "none" ? undefined : join(place.folder, state);
  return uploadFiles(avala ?? sessionWith(place.emulator).avala, { ...request, stateDirectory });
}

async function stored(): Promise<string | undefined> {
  return (await place.emulator.objects())[0]?.sha256;
}

/** A session whose journal takes no line of what was sent: the run was killed before it could write it. */
function killedBeforeItsRecord(isRecord: (line: string) => boolean): Avala {
  const { avala } = sessionWith(place.emulator);
  const { disk } = avala;
  return {
    ...avala,
    disk: {
      ...disk,
      openToAppend: async (path) => {
        const handle = await disk.openToAppend(path);
        const append = (data: string): Promise<void> =>
          isRecord(data) ? Promise.reject(new Error("killed")) : handle.append(data);
        return { ...handle, append };
      },
    },
  };
}

const isRecordOf =
  (...digests: readonly string[]) =>
  (line: string): boolean =>
    digests.some((digest) => line.includes(digest));

describe("a small file that changes and changes back", () => {
  const [a, b] = [Buffer.from("content A"), Buffer.from("content B")];

  test("is sent again when the run that overwrote it was cut off before its record", async () => {
    await place.start(BY_FORM);
    await upload(await place.put("a.jpg", a));
    const other = await place.put("a.jpg", b);
    await upload(other, { avala: killedBeforeItsRecord(isRecordOf(sha256Of(b))) });
    expect(await stored()).toBe(sha256Of(b));
    const result = await upload(await place.put("a.jpg", a));
    expect(result.sent).toHaveLength(1);
    expect(await stored()).toBe(sha256Of(a));
  });

  test("is sent again when the journal can't take its record back", async () => {
    await place.start(BY_FORM);
    await upload(await place.put("a.jpg", a));
    await upload(await place.put("a.jpg", b), { avala: killedBeforeItsRecord(() => true) });
    await upload(await place.put("a.jpg", a));
    expect(await stored()).toBe(sha256Of(a));
  });

  test("is sent again although the caller knows it to have landed, before the other content did", async () => {
    await place.start(BY_FORM);
    const landed = await upload(await place.put("a.jpg", a));
    await upload(await place.put("a.jpg", b));
    const result = await upload(await place.put("a.jpg", a), { landed });
    expect(result.sent).toHaveLength(1);
    expect(await stored()).toBe(sha256Of(a));
  });

  test("is not overwritten while a record of it can be neither taken back nor removed", async () => {
    await place.start(BY_FORM);
    await upload(await place.put("a.jpg", a));
    const avala = killedBeforeItsRecord(() => true);
    const remove = (): Promise<void> => Promise.reject(new Error("EACCES"));
    const other = await place.put("a.jpg", b);
    const failed = upload(other, { avala: { ...avala, disk: { ...avala.disk, remove } } });
    await expect(failed).rejects.toMatchObject({ failures: [{ error: { code: "journal" } }] });
    expect(await stored()).toBe(sha256Of(a));
  });

  test("is not known to lie overwritten by a run with another journal, unless each content has its name", async () => {
    await place.start(BY_FORM);
    const isStored = async (name: string, data: Buffer): Promise<boolean> =>
      (await place.emulator.objects()).some(
        ({ key, sha256 }) => key.includes(`/${name}/`) && sha256 === sha256Of(data),
      );
    const turns = [
      { data: a, state: "here" },
      { data: b, state: "there" },
      { data: a, state: "here" },
    ];
    for (const { data, state } of turns) {
      const file = await place.put("a.jpg", data);
      await upload(file, { state });
      const name = datasetVersionName("set-{digest}", sha256Of(data));
      await upload(file, { state, name });
    }
    expect(await isStored("set", a)).toBe(false);
    expect(await isStored(datasetVersionName("set-{digest}", sha256Of(a)), a)).toBe(true);
  });

  test("costs the journal no line more than its record when it is new", async () => {
    await place.start(BY_FORM);
    await upload(await place.put("a.jpg", a));
    const journals = join(place.folder, "state", "journals");
    const [name = ""] = await readdir(journals);
    expect((await readFile(join(journals, name), "utf8")).match(/\n/g)).toHaveLength(1);
  });
});

describe("a large file that changes and changes back", () => {
  const [a, b] = [randomBytes(7 * MIB), randomBytes(7 * MIB)];

  test("is sent again by parts, though the server's old session is complete", async () => {
    await place.start();
    await upload(await place.put("a.mcap", a));
    await upload(await place.put("a.mcap", b));
    const result = await upload(await place.put("a.mcap", a));
    expect(result).toMatchObject({ isComplete: true, bytesSent: a.length });
    expect(await stored()).toBe(sha256Of(a));
  });

  test("is sent again when the run that overwrote it was cut off between completion and record", async () => {
    await place.start();
    const files = [await place.put("a.mcap", a), await place.put("b.mcap", b)];
    const other = { ...files[1]!, path: "a.mcap" };
    // Both are complete at the server, all their parts are in the journal, and neither file is.
    for (const file of [files[0]!, other]) {
      await upload(file, { avala: killedBeforeItsRecord(isRecordOf(file.sha256 ?? "")) });
    }
    expect(await stored()).toBe(sha256Of(b));
    await upload(files[0]!);
    expect(await stored()).toBe(sha256Of(a));
  });

  test("is sent again although the caller knows it to have landed, before other content was begun here", async () => {
    await place.start();
    const landed = await upload(await place.put("a.mcap", a), { state: "elsewhere" });
    const other = await place.put("a.mcap", b);
    await upload(other, { avala: killedBeforeItsRecord(isRecordOf(`${sha256Of(b)}",null`)) });
    expect(await stored()).toBe(sha256Of(b));
    await upload(await place.put("a.mcap", a), { landed });
    expect(await stored()).toBe(sha256Of(a));
  });

  test("is sent again where no journal tells who completed it", async () => {
    await place.start();
    for (const data of [a, b, a]) await upload(await place.put("a.mcap", data), { state: "none" });
    expect(await stored()).toBe(sha256Of(a));
  });

  test("goes on with its own session when it was cut off on its second way to the same content", async () => {
    await place.start();
    for (const data of [a, b]) await upload(await place.put("a.mcap", data));
    const file = await place.put("a.mcap", a);
    const gone = new AbortController();
    place.emulator.setFault({
      on: { target: "storage", method: "PUT" },
      skip: 1,
      times: 0,
      stall: true,
    });
    const { avala } = sessionWith(place.emulator, { signal: gone.signal });
    const broken = upload(file, { avala });
    broken.catch(() => undefined);
    // Each part with the digest of the file up to its end.
    await journalTells(`${sha256Of(a.subarray(0, 5 * MIB))}",1`, `${sha256Of(a)}",2`);
    gone.abort();
    await expect(broken).rejects.toMatchObject({ code: "cancelled" });
    place.emulator.clearFaults();
    const before = putsSent();
    await upload(file);
    expect(putsSent() - before).toBe(1);
    expect(await stored()).toBe(sha256Of(a));
  });

  test("has no part of another content that reached the store and not the journal", async () => {
    await place.start();
    const file = await place.put("a.mcap", a);
    // Only the first part lands.
    place.emulator.setFault({
      on: { target: "storage", method: "PUT" },
      skip: 1,
      times: 0,
      reply: { status: 403, body: "<Error><Code>AccessDenied</Code></Error>" },
      delayMs: 200,
    });
    await expect(upload(file)).rejects.toMatchObject({ landed: [] });
    place.emulator.clearFaults();
    // The file is another while it is sent; that run is killed before its record.
    const part = randomBytes(5 * MIB);
    await writeFile(file.absolutePath, Buffer.concat([part, a.subarray(5 * MIB)]));
    const avala = killedBeforeItsRecord(isRecordOf(sha256Of(part)));
    await expect(upload(file, { avala })).rejects.toMatchObject({ landed: [] });
    await writeFile(file.absolutePath, a);
    await upload(file);
    expect(await stored()).toBe(sha256Of(a));
  });
});

function putsSent(): number {
  return place.emulator
    .requests()
    .filter(({ target, method }) => target === "storage" && method === "PUT").length;
}

/** Waits until the journal has a line of any of these digests that is younger than the last whole file. */
async function journalTells(...texts: readonly string[]): Promise<void> {
  const journals = join(place.folder, "state", "journals");
  const count = async (): Promise<number> => {
    const [name = ""] = await readdir(journals);
    const lines = (await readFile(join(journals, name), "utf8")).split("\n");
    return lines.filter((line) => texts.some((text) => line.includes(text))).length;
  };
  const before = await count();
  while ((await count()) <= before) await sleep(5);
}

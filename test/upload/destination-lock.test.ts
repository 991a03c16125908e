// Two runs at once that share a state folder and a name: what each sends, and what lies there in the end.
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Avala } from "../../src/api/connection";
import { datasetVersionName } from "../../src/files/manifest/dataset-name";
import { createManifest } from "../../src/files/manifest/manifest";
import { withDestinationLock } from "../../src/upload/journal/destination-lock";
import { uploadFiles } from "../../src/upload/run";
import type { UploadFile } from "../../src/upload/request";
import type { UploadResult } from "../../src/upload/result";
import { sessionWith } from "../support/session";
import { BY_FORM, sha256Of, useUploadPlace } from "../support/upload-place";

const place = useUploadPlace();
const FILES = 12;

async function makeFiles(whose: string): Promise<UploadFile[]> {
  return Promise.all(
    Array.from({ length: FILES }, async (_, index) => {
      const absolutePath = join(place.folder, whose, `${index}.jpg`);
      await mkdir(dirname(absolutePath), { recursive: true });
      const data = Buffer.from(`${whose} ${index}`);
      await writeFile(absolutePath, data);
      const path = `${index}.jpg`;
      return { path, absolutePath, sizeBytes: data.length, sha256: sha256Of(data) };
    }),
  );
}

const stateDirectory = (): string => join(place.folder, "state");
const send = (avala: Avala, files: readonly UploadFile[]): Promise<UploadResult> =>
  uploadFiles(avala, { datasetName: "set", files, stateDirectory: stateDirectory() });

async function storedDigests(): Promise<readonly string[]> {
  return (await place.emulator.objects()).map(({ sha256 }) => sha256).sort();
}

const digestsOf = (files: readonly UploadFile[]): readonly string[] =>
  files.map(({ sha256 = "" }) => sha256).sort();

/** Both send at once; each looks under its lock whether what lies there is its own when it is done. */
async function sendTogether(of: Record<"ours" | "theirs", readonly UploadFile[]>) {
  const [one, other] = [sessionWith(place.emulator), sessionWith(place.emulator)];
  const run = ({ avala }: typeof one, files: readonly UploadFile[]) =>
    withDestinationLock(avala, { datasetName: "set", files }, stateDirectory(), async (locked) => {
      const result = await send(locked, files);
      return { result, isOwn: (await storedDigests()).join() === digestsOf(files).join() };
    });
  const results = await Promise.all([run(one, of.ours), run(other, of.theirs)]);
  const waited = [...one.events, ...other.events].filter(({ kind }) => kind === "warning");
  return { results, waited };
}

describe("two runs at once under one name", () => {
  test("with other content send one after the other, and each finds its own when it is done", async () => {
    await place.start(BY_FORM);
    const both = { ours: await makeFiles("ours"), theirs: await makeFiles("theirs") };
    const { results, waited } = await sendTogether(both);
    expect(results.map(({ isOwn }) => isOwn)).toEqual([true, true]);
    expect(results.map(({ result }) => result.sent.length)).toEqual([FILES, FILES]);
    expect(waited.length).toBeGreaterThan(0);
  });

  test("with the same content: the second finds that all has landed", async () => {
    await place.start(BY_FORM);
    const ours = await makeFiles("ours");
    const { results } = await sendTogether({ ours, theirs: ours });
    expect(results.map(({ result }) => result.sent.length).sort((a, b) => a - b)).toEqual([
      0,
      FILES,
    ]);
    expect(results.map(({ isOwn }) => isOwn)).toEqual([true, true]);
  });
});

describe("a run that lost its lock", () => {
  /** A session whose lock is gone as soon as `lose` is called. */
  function losing(): { readonly avala: Avala; readonly lose: () => void } {
    const { avala } = sessionWith(place.emulator);
    let onGone = (): void => undefined;
    const hold: Avala["disk"]["hold"] = (path, gone) => {
      onGone = gone;
      return avala.disk.hold(path, gone);
    };
    return { avala: { ...avala, disk: { ...avala.disk, hold } }, lose: () => onGone() };
  }

  test("stops, and fails as a conflict", async () => {
    await place.start(BY_FORM);
    const files = await makeFiles("ours");
    const { avala, lose } = losing();
    const to = { datasetName: "set", files };
    const run = withDestinationLock(avala, to, stateDirectory(), async (locked) => {
      lose();
      return send(locked, files);
    });
    await expect(run).rejects.toMatchObject({ code: "conflict" });
    expect(await storedDigests()).toEqual([]);
  });

  test("fails as a conflict also where it sent all before it saw that", async () => {
    await place.start(BY_FORM);
    const files = await makeFiles("ours");
    const { avala, lose } = losing();
    const to = { datasetName: "set", files };
    const run = withDestinationLock(avala, to, stateDirectory(), async (locked) => {
      await send(locked, files);
      lose();
    });
    await expect(run).rejects.toMatchObject({ code: "conflict" });
  });

  test("goes ahead under a name that is made of its content, since no other content can lie there", async () => {
    await place.start();
    const files = await makeFiles("ours");
    const { avala, lose } = losing();
    const entries = files.map((file) => ({ ...file, sha256: file.sha256 ?? "" }));
    const datasetName = datasetVersionName("set-{digest}", createManifest(entries).digest);
    const to = { datasetName, files };
    await withDestinationLock(avala, to, stateDirectory(), async (locked) => {
      lose();
      return uploadFiles(locked, { ...to, stateDirectory: stateDirectory() });
    });
    expect(await storedDigests()).toEqual(digestsOf(files));
  });
});

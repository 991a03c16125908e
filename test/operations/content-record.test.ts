import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Avala } from "../../src/api/connection";
import { recordContent, recordedContent } from "../../src/operations/publish/content-record";
import { sessionWith } from "../support/session";
import { useUploadPlace } from "../support/upload-place";

const place = useUploadPlace();
const to = { datasetName: "set" };
const recorded = { digest: "a".repeat(64), isCompared: true };
const made = { uid: "ds-1", ...recorded };
const read = (avala: Avala): ReturnType<typeof recordedContent> =>
  recordedContent(avala, to, made.uid, place.folder);

describe("the record of what a dataset was made of", () => {
  test("is read back, also after half a line", async () => {
    await place.start();
    const { avala } = sessionWith(place.emulator);
    await recordContent(avala, to, { ...made, digest: "b".repeat(64) }, place.folder);
    await recordContent(avala, to, made, place.folder);
    expect(await read(avala)).toEqual(recorded);
    expect(await recordedContent(avala, to, "ds-2", place.folder)).toBeUndefined();
  });

  test("says until its files were looked at that they were not, and of earlier lines that they were", async () => {
    await place.start();
    const { avala } = sessionWith(place.emulator);
    await recordContent(avala, to, { ...made, isCompared: false }, place.folder);
    expect(await read(avala)).toEqual({ ...recorded, isCompared: false });
    await recordContent(avala, to, made, place.folder);
    expect(await read(avala)).toEqual(recorded);
  });

  test("says nothing by a line that was not written with this API key", async () => {
    await place.start();
    const { avala } = sessionWith(place.emulator);
    place.emulator.addKey({ key: "avk_second_000000000000", scopes: ["datasets.read"] });
    const second = sessionWith(place.emulator, { apiKey: "avk_second_000000000000" }).avala;
    await recordContent(second, to, made, place.folder);
    expect(await read(second)).toEqual(recorded);
    expect(await read(avala)).toBeUndefined();
    const folder = join(place.folder, "confirmed");
    const [name = ""] = await readdir(folder);
    const text = JSON.stringify(made);
    await writeFile(join(folder, name), `${text}\n${"0".repeat(32)} ${text}\n`);
    expect(await read(avala)).toBeUndefined();
  });
});

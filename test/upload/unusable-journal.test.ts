// A journal that a run can't use, may not believe, or can't get at: what is sent, what is refused, and that nothing hangs.
import { execFileSync } from "node:child_process";
import { mkdir, readdir, symlink, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Avala } from "../../src/api/connection";
import { isAvalaError } from "../../src/errors";
import { datasetVersionName } from "../../src/files/manifest/dataset-name";
import { createManifest } from "../../src/files/manifest/manifest";
import { makeFolder } from "../../src/flow/disk/folders";
import { uploadFiles } from "../../src/upload/run";
import type { UploadFile } from "../../src/upload/request";
import type { UploadResult } from "../../src/upload/result";
import { sessionWith } from "../support/session";
import { BY_FORM, sha256Of, useUploadPlace } from "../support/upload-place";

const place = useUploadPlace();
const posix = process.platform === "win32" ? test.skip : test;
const linux = process.platform === "linux" ? test : test.skip;
const [x, y] = [Buffer.from("content X"), Buffer.from("content Y")];

function refusing(method: "openToAppend" | "readIfPresent" | "hold", code: string): Avala {
  const { avala } = sessionWith(place.emulator);
  const refuse = (): Promise<never> =>
    Promise.reject(Object.assign(new Error(`${code}: refused`), { code }));
  return { ...avala, disk: { ...avala.disk, [method]: refuse } };
}

async function upload(
  data: Buffer,
  given: { avala?: Avala; name?: string; stateDirectory?: string } = {},
): Promise<UploadResult> {
  const file: UploadFile = await place.put("a.jpg", data);
  const { avala = sessionWith(place.emulator).avala, name = "set" } = given;
  const { stateDirectory = join(place.folder, "state") } = given;
  return uploadFiles(avala, { datasetName: name, files: [file], stateDirectory });
}

const stored = async (): Promise<string | undefined> => (await place.emulator.objects())[0]?.sha256;

async function journalFile(): Promise<string> {
  const folder = join(place.folder, "state", "journals");
  const name = (await readdir(folder)).find((one) => one.endsWith(".jsonl"));
  return join(folder, name ?? "");
}

describe("a journal that claims other content and can't be used", () => {
  test.each([
    ["a read-only state folder", "hold", "EROFS"],
    ["a journal that can't be written", "openToAppend", "EACCES"],
    ["another user's journal", "readIfPresent", "EACCES"],
    ["a disk that fails", "readIfPresent", "EIO"],
  ] as const)(
    "%s: sends nothing over it, and the next run is right",
    async (_name, method, code) => {
      await place.start(BY_FORM);
      await upload(x);
      const error = await upload(y, { avala: refusing(method, code) }).catch(
        (caught: unknown) => caught,
      );
      expect(error).toMatchObject({ code: "journal" });
      expect(isAvalaError(error) && error.hint).toBeTruthy();
      expect(await stored()).toBe(sha256Of(x));
      await upload(x);
      expect(await stored()).toBe(sha256Of(x));
    },
  );

  test.each(["hold", "openToAppend", "readIfPresent"] as const)(
    "a name made of the content takes it all the same, without %s",
    async (method) => {
      await place.start(BY_FORM);
      const entry = { path: "a.jpg", sizeBytes: y.length, sha256: sha256Of(y) };
      const name = datasetVersionName("set-{digest}", createManifest([entry]).digest);
      const { sent } = await upload(y, { avala: refusing(method, "EACCES"), name });
      expect(sent).toHaveLength(1);
    },
  );
});

describe("a journal that somebody else could write", () => {
  const wholeLine = (path: string, data: Buffer): string =>
    `${"0".repeat(32)} ${JSON.stringify([path, data.length, sha256Of(data)])}\n`;

  test("has a file sent that it claims, also one that Avala never lists, and says so", async () => {
    await place.start(BY_FORM);
    await upload(y);
    await writeFile(await journalFile(), wholeLine("a.jpg", x) + wholeLine("notes.txt", x));
    const { avala, events } = sessionWith(place.emulator);
    expect((await upload(x, { avala })).sent).toHaveLength(1);
    expect(await stored()).toBe(sha256Of(x));
    expect(events.filter(({ kind }) => kind === "warning")).toHaveLength(1);
    // It was taken back, so it is not said again.
    const again = sessionWith(place.emulator);
    expect((await upload(x, { avala: again.avala })).unchanged).toHaveLength(1);
  });

  test("of another API key is taken back for that key before other content is sent", async () => {
    await place.start(BY_FORM);
    place.emulator.addKey({
      key: "avk_second_000000000000",
      scopes: ["datasets.read", "datasets.write"],
    });
    const second = (): Avala =>
      sessionWith(place.emulator, { apiKey: "avk_second_000000000000" }).avala;
    await upload(x);
    await upload(y, { avala: second() });
    expect((await upload(x)).sent).toHaveLength(1);
    expect(await stored()).toBe(sha256Of(x));
  });

  test("is not read when it is larger than a journal can be", async () => {
    await place.start(BY_FORM);
    await upload(x);
    await truncate(await journalFile(), 257 * 1024 * 1024);
    await expect(upload(y)).rejects.toMatchObject({ code: "journal" });
    expect(await stored()).toBe(sha256Of(x));
  });

  posix("is not followed out of the state folder", async () => {
    await place.start(BY_FORM);
    await upload(x);
    const path = await journalFile();
    const victim = join(place.folder, "victim");
    await writeFile(victim, "");
    const link = join(place.folder, "linked", "journals");
    await mkdir(link, { recursive: true });
    await symlink(victim, join(link, path.split("/").at(-1)!));
    const stateDirectory = join(place.folder, "linked");
    await expect(upload(y, { stateDirectory })).rejects.toMatchObject({ code: "journal" });
  });

  posix("does not hang when it is a pipe", async () => {
    await place.start(BY_FORM);
    await upload(x);
    const path = await journalFile();
    const piped = join(place.folder, "piped", "journals");
    await mkdir(piped, { recursive: true });
    execFileSync("mkfifo", [join(piped, path.split("/").at(-1)!)]);
    const stateDirectory = join(place.folder, "piped");
    await expect(upload(y, { stateDirectory })).rejects.toMatchObject({ code: "journal" });
  });
});

describe("a state folder where no folder can be made", () => {
  linux("under /proc fails at once", async () => {
    await place.start(BY_FORM);
    const upload1 = upload(x, { stateDirectory: "/proc/avala/state" });
    await expect(upload1).rejects.toMatchObject({ code: "journal" });
  });

  posix("behind a link to nowhere fails at once", async () => {
    await place.start(BY_FORM);
    await symlink(join(place.folder, "nowhere"), join(place.folder, "dangling"));
    const deep = join(place.folder, "dangling", "a", "b");
    await expect(makeFolder(deep)).rejects.toMatchObject({ code: "ENOENT" });
  });

  test("is made with all that is above it, and twice", async () => {
    await place.start(BY_FORM);
    const deep = join(place.folder, "a", "b", "c");
    await Promise.all([makeFolder(deep), makeFolder(deep)]);
    await makeFolder(deep);
    expect(await readdir(join(place.folder, "a", "b"))).toEqual(["c"]);
  });
});

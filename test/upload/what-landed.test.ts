// What is said of files that landed where others failed, held against what the next run sends.
import { rm, writeFile } from "node:fs/promises";
import type { UploadError } from "../../src/errors";
import { createManifest } from "../../src/files/manifest/manifest";
import { shortDigest } from "../../src/files/manifest/dataset-name";
import type { UploadFile } from "../../src/upload/request";
import { uploadFiles } from "../../src/upload/run";
import { sessionWith } from "../support/session";
import { rejectionOf } from "../support/thrown";
import { BY_FORM, sha256Of, useUploadPlace } from "../support/upload-place";

const place = useUploadPlace();

type Known = UploadFile & { readonly sha256: string };

const versionOf = (files: readonly Known[]): string =>
  `set-${shortDigest(createManifest(files).digest)}`;

const PRESIGN = "/datasets/manual-upload/file-upload-url/";

const three = (): Promise<[Known, Known, Known]> =>
  Promise.all([
    place.put("a.jpg", Buffer.from("a")),
    place.put("b.jpg", Buffer.from("b")),
    place.put("c.jpg", Buffer.from("c")),
  ]);

function send(datasetName: string, files: readonly Known[]) {
  const { avala } = sessionWith(place.emulator);
  return uploadFiles(avala, { datasetName, files, stateDirectory: `${place.folder}/state` });
}

const failure = (name: string, files: readonly Known[]): Promise<UploadError> =>
  rejectionOf(send(name, files)) as Promise<UploadError>;

const other = (file: Known): Known => ({ ...file, sha256: sha256Of(Buffer.from("x")) });

const KEPT =
  "What landed is kept for the earlier content of these files: restore it and run again, and only the rest is sent. With other content,";

test("under a version, a changed file has all sent under another name, and only the rest once it is as it was", async () => {
  await place.start(BY_FORM);
  const [a, b, c] = await three();
  const [files, changed] = [
    [a, b, c],
    [a, b, other(c)],
  ];
  await writeFile(c.absolutePath, "x");
  const { hint } = await failure(versionOf(files), files);
  expect(hint).toBe(
    `Run again once nothing is writing to the files.\n${KEPT} all files are sent under another name.`,
  );
  expect((await send(versionOf(changed), changed)).sent).toHaveLength(3);
  await writeFile(c.absolutePath, "c");
  expect((await send(versionOf(files), files)).sent).toHaveLength(1);
});

test("under a version, a file that is gone is another content, too", async () => {
  await place.start(BY_FORM);
  const files = await three();
  await rm(files[2].absolutePath);
  const { hint } = await failure(versionOf(files), files);
  expect(hint).toContain(`${KEPT} all files are sent under another name.`);
});

test("under a fixed name, a changed file may have all sent again, as its batch is of the content", async () => {
  await place.start(BY_FORM);
  const [a, b, c] = await three();
  await writeFile(c.absolutePath, "x");
  const { hint } = await failure("set", [a, b, c]);
  expect(hint).toContain(`${KEPT} files that landed may be sent again.`);
  expect((await send("set", [a, b, other(c)])).sent).toHaveLength(3);
});

const RUN_AGAIN = "What landed is kept: run again, and only the rest is sent.";

test("under a fixed name without batches, what landed is kept whatever the others hold", async () => {
  await place.start({ dialect: { uploadReply: "refused" } });
  const [a, b, c] = await three();
  await writeFile(c.absolutePath, "x");
  const { hint } = await failure("set", [a, b, c]);
  expect(hint).toContain(RUN_AGAIN);
  expect((await send("set", [a, b, other(c)])).sent).toHaveLength(1);
});

test("under a version, a file that the server refuses leaves the others where they are", async () => {
  await place.start(BY_FORM);
  const files = await three();
  const reply = { status: 400, body: JSON.stringify({ file_path: ["no such suffix"] }) };
  place.emulator.setFault({ on: { path: PRESIGN }, times: 1, reply });
  const { hint } = await failure(versionOf(files), files);
  expect(hint).toContain(
    `${RUN_AGAIN} Where files are renamed or left out, all files are sent under another name.`,
  );
  const [, b, c] = files;
  expect((await send(versionOf([b, c]), [b, c])).sent).toHaveLength(2);
  expect((await send(versionOf(files), files)).sent).toHaveLength(1);
});

test("under a fixed name, one that is left out may have all sent again", async () => {
  await place.start(BY_FORM);
  const [a, b, c] = await three();
  const reply = { status: 400, body: JSON.stringify({ file_path: ["no such suffix"] }) };
  place.emulator.setFault({ on: { path: PRESIGN }, times: 1, reply });
  const { hint } = await failure("set", [a, b, c]);
  expect(hint).toContain(
    `${RUN_AGAIN} Where files are renamed or left out, files that landed may be sent again.`,
  );
  expect((await send("set", [b, c])).sent).toHaveLength(2);
});

test("where no file has landed, nothing is said of what is kept", async () => {
  await place.start(BY_FORM);
  const files = await three();
  for (const { absolutePath } of files) await rm(absolutePath);
  const { hint } = await failure(versionOf(files), files);
  expect(hint).toContain("No file has landed yet: run again.");
  expect(hint).not.toContain("What landed is kept");
});

import {
  appendFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { randomBytes, randomUUID } from "node:crypto";
import { call, confirm, presign, sendForm, start, stopAll, upload } from "../support/emulator";

let dataDir: string;

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), "avala-emulator-"));
});

afterEach(async () => {
  await stopAll();
  rmSync(dataDir, { recursive: true, force: true });
});

describe("a data folder", () => {
  test("keeps datasets, items, files, exports and open URLs across a restart", async () => {
    const before = await start({ dataDir, storagePort: 0 });
    const content = randomBytes(3_000_000);
    await upload(before, "a.jpg", content);
    await upload(before, "b.jpg", "");
    const { body: dataset } = await confirm(before);
    const { body: made } = await call(before, "POST", "/exports/", {
      body: { dataset: dataset.uid },
    });
    const [objects, items] = [await before.objects(), before.items(dataset.uid)];
    await stopAll();

    const after = await start({ dataDir });
    expect(await after.objects()).toEqual(objects);
    expect(after.items(dataset.uid)).toEqual(items);
    expect((await call(after, "GET", `/datasets/${dataset.uid}/`)).body).toMatchObject({
      item_count: 2,
    });
    const { body: read } = await call(after, "GET", `/exports/${made.uid}/`);
    expect((await fetch(read.download_url)).status).toBe(200);
    expect((await confirm(after)).status).toBe(400);
    await upload(after, "c.jpg", "c");
    expect((await confirm(after, { name: "dogs", slug: "dogs" })).status).toBe(201);
    expect((await call(after, "GET", "/datasets/")).body.results).toMatchObject([
      { name: "dogs" },
      { name: "cats" },
    ]);
  });

  test("keeps the parts of an upload that a restart broke", async () => {
    const options = {
      dataDir,
      dialect: { uploadReply: "managed" as const },
      partSizeBytes: 5 * 2 ** 20,
      multipartFromBytes: 1,
    };
    const file = {
      dataset_name: "cats",
      file_path_in_dataset: "a.jpg",
      content_length: 6 * 2 ** 20,
    };
    const body = { ...file, upload_protocol_version: 2, dataset_upload_uid: randomUUID() };
    const ask = () => call(running, "POST", "/datasets/manual-upload/file-upload-url/", { body });
    let running = await start(options);
    const { upload_uid: uid } = (await ask()).body;
    const part = { body: { part_numbers: [1] } };
    const signed = await call(
      running,
      "POST",
      `/datasets/manual-upload/uploads/${uid}/parts/`,
      part,
    );
    await fetch(signed.body.parts[0]!.url, { method: "PUT", body: Buffer.alloc(5 * 2 ** 20) });
    await stopAll();
    running = await start(options);
    expect((await ask()).body).toMatchObject({
      upload_uid: uid,
      uploaded_parts: [{ part_number: 1 }],
    });
  });

  test("drops a line that a kill tore, and a file that no line names", async () => {
    await upload(await start({ dataDir }), "a.jpg", "a");
    await stopAll();
    appendFileSync(join(dataDir, "state.jsonl"), '{"t":"datasets","k":"x","v":{"uid"');
    writeFileSync(join(dataDir, "blobs", "stray"), "half a file");
    const after = await start({ dataDir });
    expect(await after.objects()).toMatchObject([{ size: 1 }]);
    expect(after.datasets()).toEqual([]);
    expect(readdirSync(join(dataDir, "blobs"))).toHaveLength(1);
  });

  test("that is damaged elsewhere is not guessed at", async () => {
    writeFileSync(join(dataDir, "state.jsonl"), "{\n{}\n");
    await expect(start({ dataDir })).rejects.toThrow("state.jsonl is damaged at line 1");
  });

  test("holds no API key", async () => {
    const emulator = await start({ dataDir, apiKey: "avk_very_secret" });
    await sendForm(await presign(emulator, "a.jpg", 1), "x");
    await stopAll();
    expect(readFileSync(join(dataDir, "state.jsonl"), "utf8")).not.toContain("avk_very_secret");
  });

  test("whose files were taken away gives a 500, and the ledger says why", async () => {
    const emulator = await start({ dataDir });
    rmSync(join(dataDir, "blobs"), { recursive: true });
    const answer = await upload(emulator, "a.jpg", "a");
    expect([answer.status, answer.text]).toEqual([500, expect.stringContaining("Server Error")]);
    expect(emulator.requests().at(-1)).toMatchObject({
      status: 500,
      error: expect.stringContaining("ENOENT") as string,
    });
  });

  test("holds one copy of a file that was sent twice", async () => {
    const emulator = await start({ dataDir });
    for (const content of ["one", "two"]) await upload(emulator, "a.jpg", content);
    expect(readdirSync(join(dataDir, "blobs"))).toHaveLength(1);
  });
});

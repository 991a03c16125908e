// The emulator signing for a real S3 store: forms, PUT and parts are verified by someone else's code.
import { randomUUID } from "node:crypto";
import type { Emulator } from "../../emulator";
import { type Body, call, confirm, presign, sendForm, start, stopAll } from "../support/emulator";
import { type Minio, startMinio } from "../support/minio";
import { describeWithPart } from "../support/parts";

const MIB = 1024 * 1024;
describeWithPart("minio", (minio) => {
  let store: Minio;
  let emulator: Emulator;

  beforeAll(async () => {
    store = await startMinio(minio);
    const { storage } = store;
    emulator = await start({
      storage,
      dialect: { uploadReply: "managed" },
      partSizeBytes: 5 * MIB,
      multipartFromBytes: 6 * MIB,
    });
  });

  afterAll(async () => {
    await stopAll();
    store.stop();
  });

  const managed = async (batch: string, path: string, size: number): Promise<Body> => {
    const body = {
      dataset_name: "parts",
      file_path_in_dataset: path,
      content_length: size,
      upload_protocol_version: 2,
      dataset_upload_uid: batch,
    };
    return (await call(emulator, "POST", "/datasets/manual-upload/file-upload-url/", { body }))
      .body;
  };
  const finish = (uid: string) =>
    call(emulator, "POST", `/datasets/manual-upload/uploads/${uid}/complete/`, { body: {} });

  test("it takes our forms, and refuses what the emulator's own storage refuses", async () => {
    const path = "päth/ü (1)+&'.jpg";
    expect((await sendForm(await presign(emulator, path, 5), "12345")).status).toBe(204);
    const long = await sendForm(await presign(emulator, "b.jpg", 5), "123456");
    expect(long.text).toContain("<Code>EntityTooLarge</Code>");
    const short = await sendForm(await presign(emulator, "b.jpg", 5), "1234");
    expect(short.text).toContain("<Code>EntityTooSmall</Code>");
    const moved = await presign(emulator, "b.jpg", 5);
    moved.fields["key"] += "x";
    expect((await sendForm(moved, "12345")).text).toContain("<Code>AccessDenied</Code>");
    emulator.setFault({ expired: true });
    const late = await sendForm(await presign(emulator, "b.jpg", 5), "12345");
    expect(late.text).toMatch(/<Code>AccessDenied<\/Code>.*Policy expired/);

    const { body } = await confirm(emulator);
    expect(body).toMatchObject({ item_count: 1, size_bytes: 5 });
    const items = await call(emulator, "GET", "/datasets/emulator/cats/items/");
    expect(items.body.results).toMatchObject([{ key: path }]);
    expect(await (await fetch(items.body.results[0]!.url)).text()).toBe("12345");
  });

  test("it takes our PUTs and parts, and the emulator reads from it what has come", async () => {
    const batch = randomUUID();
    const put = await managed(batch, "a.jpg", 5);
    const send = (content: string) =>
      fetch(put.url, { method: "PUT", headers: put.headers, body: content });
    expect((await send("1234")).status).toBe(403);
    expect((await finish(put.upload_uid)).status).toBe(409);
    expect((await send("12345")).status).toBe(200);
    expect((await send("12345")).status).toBe(412);
    expect((await finish(put.upload_uid)).status).toBe(200);

    const content = Buffer.alloc(12 * MIB, "parts");
    const { upload_uid: uid } = await managed(batch, "b.jpg", content.length);
    const at = `/datasets/manual-upload/uploads/${uid}/parts/`;
    const signed = await call(emulator, "POST", at, { body: { part_numbers: [1, 2, 3] } });
    for (const { part_number, url } of signed.body.parts) {
      const piece = content.subarray((part_number - 1) * 5 * MIB, part_number * 5 * MIB);
      expect((await fetch(url, { method: "PUT", body: piece })).status).toBe(200);
      const again = await managed(batch, "b.jpg", content.length);
      expect(again).toMatchObject({ upload_uid: uid });
    }
    expect((await finish(uid)).status).toBe(200);
    const confirmed = await confirm(emulator, {
      name: "parts",
      slug: "parts",
      dataset_upload_uid: batch,
    });
    expect(confirmed.body).toMatchObject({ item_count: 2, size_bytes: content.length + 5 });
    const quota = await call(emulator, "GET", "/datasets/manual-upload/quota/");
    expect(quota.status).toBe(200);
  });

  test("it serves our exports", async () => {
    await confirm(emulator, { name: "export", slug: "export" });
    const [dataset] = emulator.datasets().slice(-1);
    const { body } = await call(emulator, "POST", "/exports/", { body: { dataset: dataset?.uid } });
    const file = Buffer.from(await (await fetch(body.download_url)).arrayBuffer());
    expect(file.subarray(0, 2).toString()).toBe("PK");
  });
});

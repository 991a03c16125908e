import { randomUUID } from "node:crypto";
import type { Emulator } from "../../emulator/index";
import { type Answer, type Body, call, confirm, dial, start, stopAll } from "../support/emulator";

afterEach(stopAll);

const MIB = 1024 * 1024;
const PRESIGN = "/datasets/manual-upload/file-upload-url/";
const PARTS = {
  dialect: { uploadReply: "managed" },
  partSizeBytes: 5 * MIB,
  multipartFromBytes: 6 * MIB,
} as const;

function ask(emulator: Emulator, batch: string, size: number): Promise<Answer> {
  const file = { dataset_name: "cats", file_path_in_dataset: "a.jpg", content_length: size };
  const body = { ...file, upload_protocol_version: 2, dataset_upload_uid: batch };
  return call(emulator, "POST", PRESIGN, { body });
}

function put(target: Pick<Body, "url" | "headers">, body: string | Buffer): Promise<Response> {
  return fetch(target.url, { method: "PUT", headers: target.headers, body });
}

const at = (uid: string, what: string) => `/datasets/manual-upload/uploads/${uid}/${what}/`;

describe("a file that goes by one PUT", () => {
  test("is stored once, whole, and completed", async () => {
    const emulator = await start({ dialect: { uploadReply: "managed" } });
    const batch = randomUUID();
    const { body: target } = await ask(emulator, batch, 5);
    expect(target).toMatchObject({ method: "PUT", complete: false });
    const early = await call(emulator, "POST", at(target.upload_uid, "complete"), { body: {} });
    expect(early.status).toBe(409);
    expect((await put(target, "1234")).status).toBe(403);
    expect((await put(target, "12345")).status).toBe(200);
    expect((await put(target, "54321")).status).toBe(412);
    expect((await confirm(emulator, { dataset_upload_uid: batch })).status).toBe(409);
    for (let n = 0; n < 2; n += 1) {
      const done = await call(emulator, "POST", at(target.upload_uid, "complete"), { body: {} });
      expect(done).toMatchObject({ status: 200, body: { complete: true } });
    }
    expect((await ask(emulator, batch, 5)).body).toMatchObject({
      upload_uid: target.upload_uid,
      complete: true,
    });
    expect((await confirm(emulator, { dataset_upload_uid: batch })).body).toMatchObject({
      item_count: 1,
    });
  });

  test("needs its length, and keeps it in the batch", async () => {
    const emulator = await start({ dialect: { uploadReply: "managed" } });
    const batch = randomUUID();
    const body = {
      dataset_name: "cats",
      file_path_in_dataset: "a.jpg",
      upload_protocol_version: 2,
      dataset_upload_uid: batch,
    };
    expect((await call(emulator, "POST", PRESIGN, { body })).status).toBe(400);
    await ask(emulator, batch, 5);
    expect((await ask(emulator, batch, 6)).status).toBe(409);
  });

  test("is refused once its URL has expired, and taken with a fresh one", async () => {
    const clock = dial();
    const emulator = await start({
      dialect: { uploadReply: "managed" },
      clock,
      presignSeconds: 60,
    });
    const batch = randomUUID();
    const { body: target } = await ask(emulator, batch, 1);
    clock.turn(61_000);
    const late = await put(target, "x");
    expect([late.status, await late.text()]).toEqual([
      403,
      expect.stringContaining("Request has expired"),
    ]);
    expect((await put((await ask(emulator, batch, 1)).body, "x")).status).toBe(200);
  });
});

describe("a file that goes by parts", () => {
  const content = Buffer.alloc(12 * MIB, "parts");
  const piece = (n: number) => content.subarray((n - 1) * 5 * MIB, n * 5 * MIB);

  test("resumes with the parts that the server has, and ends as one object", async () => {
    const emulator = await start(PARTS);
    const batch = randomUUID();
    const { body: target } = await ask(emulator, batch, content.length);
    expect(target).toMatchObject({
      method: "MULTIPART",
      part_size: 5 * MIB,
      part_count: 3,
      uploaded_parts: [],
    });
    const signed = await call(emulator, "POST", at(target.upload_uid, "parts"), {
      body: { part_numbers: [1, 2, 3] },
    });
    const send = (n: number) => put({ url: signed.body.parts[n - 1]!.url, headers: {} }, piece(n));
    expect((await send(3)).status).toBe(200);
    expect((await send(1)).status).toBe(200);
    expect((await put({ url: signed.body.parts[1]!.url, headers: {} }, "short")).status).toBe(403);

    const again = await ask(emulator, batch, content.length);
    expect(again.body).toMatchObject({
      uploaded_parts: [
        { part_number: 1, size: 5 * MIB },
        { part_number: 3, size: 2 * MIB },
      ],
    });
    const early = await call(emulator, "POST", at(target.upload_uid, "complete"), { body: {} });
    expect(early).toMatchObject({
      status: 409,
      body: { detail: "Upload is not complete: 2 of 3 parts." },
    });
    expect((await send(2)).status).toBe(200);
    expect((await send(2)).status).toBe(200);
    expect(
      (await call(emulator, "POST", at(target.upload_uid, "complete"), { body: {} })).status,
    ).toBe(200);
    const [object] = await emulator.objects();
    expect(object?.etag).toMatch(/^[0-9a-f]{32}-3$/);
    expect(content.equals((await emulator.content(object!.key))!)).toBe(true);
  });

  test.each([
    [{}, { part_numbers: ["This field is required."] }],
    [{ part_numbers: [] }, { part_numbers: ["This list may not be empty."] }],
    [{ part_numbers: [0] }, { part_numbers: ["Part numbers go from 1 to 3."] }],
    [{ part_numbers: [4] }, { part_numbers: ["Part numbers go from 1 to 3."] }],
  ])("has no parts to sign for %j", async (body, errors) => {
    const emulator = await start(PARTS);
    const { body: target } = await ask(emulator, randomUUID(), content.length);
    const answer = await call(emulator, "POST", at(target.upload_uid, "parts"), { body });
    expect(answer).toMatchObject({ status: 400, body: errors });
  });

  test("is its user's alone", async () => {
    const emulator = await start(PARTS);
    emulator.addKey({ key: "avk_other", username: "other" });
    const { body: target } = await ask(emulator, randomUUID(), content.length);
    const answer = await call(emulator, "POST", at(target.upload_uid, "complete"), {
      key: "avk_other",
      body: {},
    });
    expect(answer.status).toBe(404);
  });
});

test("a confirm of a batch that nobody presigned is refused", async () => {
  expect((await confirm(await start(), { dataset_upload_uid: randomUUID() })).status).toBe(400);
});

test("a server of the first protocol answers with a form, whatever is asked", async () => {
  const emulator = await start({ dialect: { uploadReply: "ignored" } });
  const { body } = await ask(emulator, randomUUID(), 5);
  expect(body).toMatchObject({ method: "POST", fields: { key: expect.any(String) as string } });
});

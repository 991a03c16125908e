// What a presign may answer: the documented shapes, and the small liberties that servers take with them.
import { getDataset } from "../../src/api/endpoints/datasets/datasets";
import { signParts } from "../../src/api/endpoints/uploads/managed-upload";
import { presignFile, type Presigned } from "../../src/api/endpoints/uploads/presign";
import { reply, scripted } from "../support/scripted-transport";

const MIB = 1024 * 1024;
const url = "https://bucket.s3.amazonaws.com/a.jpg";

function presigned(body: object, sizeBytes = 3): Promise<Presigned> {
  const { avala } = scripted([reply(200, body)]);
  const uploadUid = "5e6ff3a1-60d2-4e10-9d2c-8bd2f6a4e001";
  return presignFile(avala, { datasetName: "cats", path: "a.jpg", sizeBytes, uploadUid });
}

describe("a presign is understood", () => {
  test("that has nothing left to send, and names no method", async () => {
    expect(await presigned({ complete: true, upload_uid: "s1" })).toEqual({
      method: "COMPLETE",
      session: "s1",
    });
  });

  test("that names no method for a PUT", async () => {
    expect(await presigned({ upload_uid: "s1", url, headers: {} })).toMatchObject({
      method: "PUT",
      session: "s1",
    });
  });

  test.each([
    ["a number", { "Content-Length": 3 }, { "Content-Length": "3" }],
    ["an empty list for none", [], {}],
    ["null for none", null, {}],
  ])("whose headers have %s", async (_what, headers, read) => {
    const body = { method: "PUT", upload_uid: "s1", url, headers };
    expect(await presigned(body)).toMatchObject({ target: { url, headers: read } });
  });

  test("whose form has a field that is null, which is not sent", async () => {
    const fields = { key: "k", success_action_redirect: null };
    expect(await presigned({ url, fields })).toMatchObject({ form: { fields: [["key", "k"]] } });
  });

  test("whose uploaded parts have no size, and so are sent again", async () => {
    const uploaded = [
      { part_number: 1, etag: "x" },
      { part_number: 2, size: 5 * MIB },
    ];
    const parts = { part_size: 5 * MIB, part_count: 3, uploaded_parts: uploaded };
    const body = { method: "MULTIPART", upload_uid: "s1", ...parts };
    expect(await presigned(body, 11 * MIB)).toMatchObject({
      uploadedParts: [{ partNumber: 2, sizeBytes: 5 * MIB }],
    });
  });
});

test("no part at all, as of an empty file, is refused", async () => {
  const body = { method: "MULTIPART", upload_uid: "s1", part_size: 5 * MIB, part_count: 0 };
  await expect(presigned(body, 0)).rejects.toMatchObject({
    code: "bad_reply",
    message: expect.stringContaining("part_count") as string,
  });
});

describe("signed parts", () => {
  const signed = (
    asked: readonly number[],
    came: readonly number[],
  ): Promise<readonly number[]> => {
    const parts = came.map((number) => ({ part_number: number, url, headers: {} }));
    const { avala } = scripted([reply(200, { parts })]);
    return signParts(avala, "s1", asked).then((targets) => [...targets.keys()]);
  };

  test("may be fewer than asked", async () => {
    expect(await signed([1, 2, 3], [1])).toEqual([1]);
    expect(await signed([1, 2, 3], [2, 3])).toEqual([2, 3]);
  });

  test.each([
    ["none", []],
    ["one that was not asked for", [1, 4]],
    ["numbered from 0", [0, 1, 2]],
  ])("are refused when they are %s", async (_what, came) => {
    await expect(signed([1, 2, 3], came)).rejects.toMatchObject({ code: "bad_reply" });
  });
});

test("a header that is neither text nor a number is refused", async () => {
  const body = { method: "PUT", upload_uid: "s1", url, headers: { "x-a": true } };
  await expect(presigned(body)).rejects.toMatchObject({ code: "bad_reply" });
});

test("a dataset's status is a word in any case", async () => {
  const { avala } = scripted([reply(200, { uid: "d1", name: "a", slug: "a", status: "CREATED" })]);
  expect(await getDataset(avala, "d1")).toMatchObject({ status: "created" });
});

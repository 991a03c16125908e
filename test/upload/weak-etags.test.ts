// A proxy before a store that returns MD5s makes its ETags weak, or leaves them out.
import type { Transport } from "../../src/api/transport/transport";
import { uploadFiles } from "../../src/upload/run";
import type { UploadResult } from "../../src/upload/result";
import { sessionWith } from "../support/session";
import { BY_FORM, MIB, useUploadPlace } from "../support/upload-place";

const place = useUploadPlace();

/** All but the first reply have the ETag that `proxied` makes of the store's. */
async function uploadSix(proxied: (etag: string) => string | undefined): Promise<UploadResult> {
  const { avala } = sessionWith(place.emulator);
  let count = 0;
  const send: Transport["send"] = async (request) => {
    const reply = await avala.storage.send(request);
    count += 1;
    const { etag = "", ...others } = reply.headers;
    const changed = count > 1 ? proxied(etag) : etag;
    return { ...reply, headers: changed === undefined ? others : { ...others, etag: changed } };
  };
  const names = ["a", "b", "c", "d", "e", "f"];
  const files = await Promise.all(
    names.map((name) => place.put(`${name}.jpg`, Buffer.from(`content of ${name}`))),
  );
  const session = { ...avala, storage: { ...avala.storage, send } };
  return uploadFiles(session, { datasetName: "set", files, concurrency: 1 });
}

describe.each([
  ["by form", BY_FORM],
  ["by PUT", { multipartFromBytes: 100 * MIB }],
])("%s", (_how, options) => {
  beforeEach(() => place.start(options));

  test("a weak MD5 is compared as a strong one", async () => {
    const result = await uploadSix((etag) => `W/${etag}`);
    expect(result).toMatchObject({ checkedByStore: 6, retries: 0, isComplete: true });
  });

  test("a weak ETag of parts is a store's own form, as a strong one", async () => {
    const result = await uploadSix(() => `W/"${"0123456789abcdef".repeat(2)}-2"`);
    expect(result).toMatchObject({ checkedByStore: 1, retries: 0, isComplete: true });
  });
});

test("an error about a response without an ETag says so", async () => {
  await place.start(BY_FORM);
  await expect(uploadSix(() => undefined)).rejects.toThrow(/has no ETag/);
});

// A large file that the server wants by one PUT, which never replaces what lies at its place (412).
import { randomBytes } from "node:crypto";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { createManifest } from "../../src/files/manifest/manifest";
import { datasetVersionName } from "../../src/files/manifest/dataset-name";
import { UNTAGGED } from "../../src/upload/check/place-tag";
import { uploadFiles } from "../../src/upload/run";
import type { UploadFile } from "../../src/upload/request";
import type { UploadResult } from "../../src/upload/result";
import { sessionWith } from "../support/session";
import { MIB, sha256Of, useUploadPlace } from "../support/upload-place";

const place = useUploadPlace();

beforeEach(() => place.start({ multipartFromBytes: 100 * MIB }));

function upload(file: UploadFile, datasetName = "set"): Promise<UploadResult> {
  return uploadAll([file], datasetName);
}

function uploadAll(files: readonly UploadFile[], datasetName: string): Promise<UploadResult> {
  const request = { datasetName, files, concurrency: 1 };
  const stateDirectory = join(place.folder, "state");
  return uploadFiles(sessionWith(place.emulator).avala, { ...request, stateDirectory });
}

async function stored(): Promise<string | undefined> {
  return (await place.emulator.objects())[0]?.sha256;
}

function bytesRequests(): number {
  return place.emulator.requests().filter(({ target }) => target === "storage").length;
}

describe("a large file that goes by one PUT", () => {
  const [a, b] = [randomBytes(2 * MIB), randomBytes(2 * MIB)];

  test.each([
    ["its size", b],
    ["another size", Buffer.concat([b, Buffer.from("more")])],
  ])(
    "is an error when other content of %s lies there, which is not replaced (412)",
    async (_how, data) => {
      await upload(await place.put("a.mcap", a));
      await expect(upload(await place.put("a.mcap", data))).rejects.toMatchObject({
        code: "conflict",
      });
      expect(await stored()).toBe(sha256Of(a));
    },
  );

  test("is not taken for stored by a run that knows nothing of what lies there", async () => {
    const file = await place.put("a.mcap", a);
    await upload(file);
    await rm(join(place.folder, "state"), { recursive: true });
    await expect(upload(await place.put("a.mcap", b))).rejects.toMatchObject({ code: "conflict" });
  });

  test("is taken for stored where its content names the place, whatever journal there is", async () => {
    const files = [await place.put("a.mcap", a), await place.put("b.mcap", b)];
    const name = datasetVersionName("set-{digest}", createManifest(files).digest);
    const denied = { status: 403, body: "<Error><Code>AccessDenied</Code></Error>" };
    place.emulator.setFault({ on: { target: "storage" }, skip: 1, times: 2, reply: denied });
    await expect(uploadAll(files, name)).rejects.toMatchObject({ landed: [{ path: "a.mcap" }] });
    await rm(join(place.folder, "state"), { recursive: true });
    const before = bytesRequests();
    expect(await uploadAll(files, name)).toMatchObject({
      isComplete: true,
      sent: [{ path: "b.mcap" }],
      unchanged: [{ path: "a.mcap" }],
    });
    expect(bytesRequests()).toBe(before + 1);
  });

  test("goes in another batch where a whole set is complete and no journal knows it: its dataset may be deleted", async () => {
    const file = await place.put("a.mcap", a);
    const name = datasetVersionName("set-{digest}", createManifest([file]).digest);
    const first = await upload(file, name);
    await rm(join(place.folder, "state"), { recursive: true });
    const before = bytesRequests();
    const second = await upload(file, name);
    expect(second).toMatchObject({ isComplete: true, unchanged: [{ path: "a.mcap" }] });
    expect(second.uploadUid).not.toBe(first.uploadUid);
    expect(bytesRequests()).toBe(before + 1);
  });

  test("is not taken for stored when its first request was lost and other content lies there", async () => {
    await upload(await place.put("a.mcap", a));
    place.emulator.setFault({ on: { target: "storage", method: "PUT" }, drop: true });
    await expect(upload(await place.put("a.mcap", b))).rejects.toMatchObject({ code: "conflict" });
    expect(await stored()).toBe(sha256Of(a));
  });

  test("is not vouched for by the next run where the store may have kept something else", async () => {
    const file = await place.put("a.mcap", a);
    const no = { status: 400, body: { detail: "No." } };
    place.emulator.setFault(
      { on: { target: "storage", method: "PUT" }, store: "other" },
      { on: { path: "*/complete/" }, times: 0, reply: no },
    );
    await expect(upload(file)).rejects.toMatchObject({ landed: [] });
    place.emulator.clearFaults();
    const { checkedByStore, tags } = await upload(file);
    expect([checkedByStore, tags.get("a.mcap")]).toEqual([0, UNTAGGED]);
  });

  test("is not sent again when only its completion was cut off", async () => {
    const file = await place.put("a.mcap", a);
    place.emulator.setFault({
      on: { path: "*/complete/" },
      times: 0,
      reply: { status: 400, body: { detail: "No." } },
    });
    await expect(upload(file)).rejects.toMatchObject({ landed: [] });
    place.emulator.clearFaults();
    const before = bytesRequests();
    expect((await upload(file)).isComplete).toBe(true);
    expect(bytesRequests()).toBe(before);
    expect(await stored()).toBe(sha256Of(a));
  });
});

// A large file that the server wants by one PUT, which never replaces what lies at its place (412).
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { uploadFiles, type UploadFile, type UploadResult } from "../../src/upload/run";
import { sessionWith } from "../support/session";
import { MIB, sha256Of, useUploadPlace } from "../support/upload-place";

const place = useUploadPlace();

beforeEach(() => place.start({ multipartFromBytes: 100 * MIB }));

function upload(file: UploadFile): Promise<UploadResult> {
  const request = { datasetName: "set", files: [file], partsFromBytes: MIB };
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

  test("is not taken for stored when other content of its size lies there (412)", async () => {
    for (const data of [a, b]) await upload(await place.put("a.mcap", data));
    expect(await stored()).toBe(sha256Of(b));
  });

  test("is sent when other content of another size lies there, in the same run", async () => {
    await upload(await place.put("a.mcap", a));
    const longer = Buffer.concat([b, Buffer.from("more")]);
    expect((await upload(await place.put("a.mcap", longer))).isComplete).toBe(true);
    expect(await stored()).toBe(sha256Of(longer));
  });

  test("is not taken for stored when its first request was lost and other content lies there", async () => {
    await upload(await place.put("a.mcap", a));
    place.emulator.setFault({ on: { target: "storage", method: "PUT" }, drop: true });
    await upload(await place.put("a.mcap", b));
    expect(await stored()).toBe(sha256Of(b));
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

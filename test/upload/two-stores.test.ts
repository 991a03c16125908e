// One set in several stores, each of which reports checksums in its own way, or not at all: each is believed by what it has
// shown itself, and every file ends as sent.
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Avala } from "../../src/api/connection";
import { uploadFiles } from "../../src/upload/run";
import type { UploadFile } from "../../src/upload/request";
import type { UploadResult } from "../../src/upload/result";
import { sessionWith } from "../support/session";
import { useUploadPlace } from "../support/upload-place";

const place = useUploadPlace();
const OPAQUE = '"0123456789abcdef0123456789abcdef"';

let other: Server;
let received = 0;
let etag: string | undefined;
beforeEach(async () => {
  received = 0;
  other = createServer((request, response) => {
    request.resume().on("end", () => {
      received += 1;
      response.writeHead(204, etag === undefined ? {} : { etag });
      response.end();
    });
  });
  await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
});
afterEach(() => new Promise((resolve) => other.close(resolve)));

/** Files whose name begins with `o` go to another store than the emulator's. */
function session(method: "POST" | "PUT"): Avala {
  const { avala } = sessionWith(place.emulator);
  const host = `127.0.0.1:${(other.address() as AddressInfo).port}`;
  const call: Avala["call"] = async (request) => {
    const reply = await avala.call(request);
    const { file_path_in_dataset: path } = (request.body ?? {}) as Record<string, unknown>;
    if (typeof path !== "string" || !path.startsWith("o")) return reply;
    const json = reply.json as Record<string, unknown>;
    const url = `http://${host}/bucket/${path}`;
    const form = { method: "POST", url, fields: { key: path } };
    return { ...reply, json: method === "POST" ? form : { ...json, url } };
  };
  return { ...avala, call, allowStorageHosts: [...avala.allowStorageHosts, host] };
}

function upload(avala: Avala, files: readonly UploadFile[]): Promise<UploadResult> {
  return uploadFiles(avala, { datasetName: "set", files, concurrency: 2 });
}

function files(...names: readonly string[]): Promise<UploadFile[]> {
  return Promise.all(names.map((name) => place.put(name, Buffer.from(`content of ${name}`))));
}

describe("a store that shows nothing beside one that returns MD5s", () => {
  test.each([
    ["gives no ETag", undefined, 1],
    ["gives ETags that only look like MD5s", OPAQUE, 2],
  ])("and %s is sent its forms, and all files end as sent", async (_how, given, posts) => {
    await place.start();
    etag = given;
    const result = await upload(session("POST"), await files("o.jpg", "a.jpg", "b.jpg"));
    expect(result).toMatchObject({ isComplete: true, checkedByStore: 2 });
    expect(result.sent.map(({ path }) => path).sort()).toEqual(["a.jpg", "b.jpg", "o.jpg"]);
    expect(received).toBe(posts);
  });

  test("is sent its PUT once, in one batch", async () => {
    await place.start();
    etag = undefined;
    // What the other store keeps is not seen by the emulator.
    place.emulator.setFault({
      on: { path: "*/complete/" },
      times: 0,
      reply: { status: 200, body: {} },
    });
    const result = await upload(session("PUT"), await files("o.jpg", "a.jpg", "b.jpg"));
    expect(result).toMatchObject({ isComplete: true, checkedByStore: 2 });
    expect(result.sent).toHaveLength(3);
    expect(received).toBe(1);
  });
});

test("a file that a session left out has failed, and the upload with it", async () => {
  await place.start();
  const all = await files("a.jpg", "b.jpg");
  const listed = { path: "c.jpg", absolutePath: "c.jpg", sizeBytes: 1, sha256: "0".repeat(64) };
  await expect(upload(session("POST"), [...all, listed])).rejects.toMatchObject({
    code: "upload",
    failures: [{ path: "c.jpg" }],
  });
});

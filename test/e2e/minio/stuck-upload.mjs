// Publishes one file by parts and hangs at a part: for a test that kills it there.
// node stuck-upload.mjs '{"baseUrl", "apiKey", "storageHost", "file", "sizeBytes", "stateDirectory", "lastPart"}'
// @ts-check
import { connect, publishDataset } from "@avala/pulumi/core";
import { createStorageTransport } from "../../../lib/src/api/transport/storage-transport.js";

const given = JSON.parse(process.argv[2] ?? "{}");
const storage = createStorageTransport();

/** @type {typeof storage.send} */
const send = (request) => {
  const part = Number(new URL(request.url).searchParams.get("partNumber"));
  return part > given.lastPart ? new Promise(() => undefined) : storage.send(request);
};
setInterval(() => undefined, 1000); // what hangs keeps no process alive

const avala = connect({
  apiKey: given.apiKey,
  baseUrl: given.baseUrl,
  allowInsecureBaseUrl: true,
  allowStorageHosts: [given.storageHost],
  ports: { storage: { ...storage, send } },
});
await publishDataset(
  avala,
  {
    dataset: { name: "killed", slug: "killed", dataType: "mcap" },
    files: [{ path: "drive.mcap", absolutePath: given.file, sizeBytes: given.sizeBytes }],
    ifExists: "verify",
  },
  {
    waitMs: () => 60_000,
    stateDirectory: given.stateDirectory,
  },
);

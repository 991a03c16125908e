// Which destination names the journal and the batch of an upload.
import { batchUid } from "../../src/upload/journal/batch";
import { resolveDestination } from "../../src/upload/destination";
import { fingerprint } from "../../src/upload/journal/line-signature";
import { scripted } from "../support/scripted-transport";

const named = async (baseUrl: string) => {
  const { avala } = scripted([], { baseUrl });
  const to = await resolveDestination(avala, { datasetName: "cats", organizationUid: "acme" });
  return { journal: fingerprint(to), batch: batchUid(to, "0123456789ab") };
};

const usual = "https://api.avala.ai/api/v1";

test.each([
  "https://server.avala.ai/api/v1",
  "https://server.avala.ai/api/v1/",
  "https://SERVER.avala.ai:443/api/v1",
  "https://API.avala.ai/api/v1/",
])("%s has the journal and the batch of the API's usual base URL", async (baseUrl) => {
  expect(await named(baseUrl)).toEqual(await named(usual));
});

test.each([
  "https://staging.avala.ai/api/v1",
  "https://server.avala.ai:8443/api/v1",
  "https://server.avala.ai/api/v2",
  "https://server.avala.ai.example.com/api/v1",
])("%s is another server, and shares neither", async (baseUrl) => {
  const [other, known] = [await named(baseUrl), await named(usual)];
  expect(other.journal).not.toBe(known.journal);
  expect(other.batch).not.toBe(known.batch);
});

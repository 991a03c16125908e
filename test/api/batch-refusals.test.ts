// What a refusal says of the second protocol, of its field, or of one batch.
import {
  isBatchRefused,
  isBatchUnknown,
  isProtocolRefused,
} from "../../src/api/endpoints/uploads/batch-refusals";
import { presignFile } from "../../src/api/endpoints/uploads/presign";
import { reply, scripted } from "../support/scripted-transport";

async function refusal(status: number, body: unknown): Promise<unknown> {
  const { avala } = scripted([reply(status, body)]);
  const input = { datasetName: "set", path: "a.jpg", sizeBytes: 1, uploadUid: "uid" };
  return presignFile(avala, input).catch((error: unknown) => error);
}

async function readingOf(status: number, body: unknown): Promise<readonly boolean[]> {
  const error = await refusal(status, body);
  return [isProtocolRefused, isBatchUnknown, isBatchRefused].map((is) => is(error));
}

test.each([
  [{ upload_protocol_version: ["Unknown field."], dataset_upload_uid: ["Unknown field."] }],
  [{ upload_protocol_version: ['"2" is not a valid choice.'] }],
  [{ dataset_upload_uid: ["Unexpected field."] }],
  [{ detail: { dataset_upload_uid: ["This field is not allowed."] } }],
  [{ detail: "Unknown fields: upload_protocol_version, dataset_upload_uid" }],
  [{ detail: "Unsupported protocol version." }],
  [{ non_field_errors: ["Unexpected field."] }],
  [{ detail: "Extra inputs are not permitted" }],
])("%j means that the server does not know the second protocol", async (body) => {
  expect((await readingOf(400, body))[0]).toBe(true);
  expect((await readingOf(422, body))[0]).toBe(true);
});

test.each([
  [400, { dataset_upload_uid: ["This upload batch is closed."] }],
  [400, { dataset_upload_uid: ["This upload has already been confirmed."] }],
  [422, { detail: { dataset_upload_uid: ["A batch takes 50 files."] } }],
  [404, { detail: "No such upload batch." }],
  [409, { detail: "This upload batch has been confirmed." }],
  [410, { dataset_upload_uid: ["Gone."] }],
  [400, { non_field_errors: ["dataset_upload_uid: No uploads in this batch."] }],
])("%i %j is about that batch only", async (status, body) => {
  expect(await readingOf(status, body)).toEqual([false, false, true]);
});

test.each([
  [400, { file_path_in_dataset: ["This path is not allowed."] }],
  [400, { detail: "Files of this type are not allowed." }],
  [400, { content_length: ["Not supported."], non_field_errors: ["Unexpected field."] }],
  [403, { dataset_upload_uid: ["Not allowed."] }],
  [500, { detail: "dataset_upload_uid" }],
])("%i %j is about something else", async (status, body) => {
  expect(await readingOf(status, body)).toEqual([false, false, false]);
});

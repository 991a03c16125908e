// Which fields a refusal is about: what is sent beside the documented form is left out by it.
import { isProtocolRefused } from "../../src/api/endpoints/uploads/batch-refusals";
import { readErrorBody } from "../../src/api/reply/error-body";
import { namedFields, unknownFields } from "../../src/api/reply/refused-fields";
import { ApiError } from "../../src/errors";

function refusal(status: number, body: unknown): ApiError {
  const { detail, fields } = readErrorBody(body, (text) => text);
  return new ApiError("validation", "refused", { status, route: "POST /x/", detail, fields });
}

describe("the second upload protocol is refused", () => {
  test.each([
    [400, { upload_protocol_version: ["This field is not supported."] }],
    [400, { dataset_upload_uid: ["Unknown field."] }],
    [400, { detail: "Unknown fields: upload_protocol_version, dataset_upload_uid" }],
    [400, { detail: "Unsupported protocol version." }],
    [400, { non_field_errors: ["Unexpected field."] }],
    [422, { detail: [{ loc: ["body", "dataset_upload_uid"], msg: "extra fields not permitted" }] }],
    [422, { detail: [{ loc: ["body", "upload_protocol_version"], msg: "Invalid." }] }],
    [400, { error: { code: "validation", message: "upload_protocol_version is not allowed" } }],
    [400, { unknown_fields: ["dataset_upload_uid"] }],
  ])("by %d %j", (status, body) => {
    expect(isProtocolRefused(refusal(status, body))).toBe(true);
  });

  test.each([
    [400, { dataset_upload_uid: ["This upload batch is closed."] }],
    [400, { dataset_upload_uid: ["Unknown upload."] }],
    [422, { detail: "A batch takes 50 files." }],
    [400, { file_path_in_dataset: ["Not allowed."] }],
    [400, { detail: "Uploading is not allowed for this organization." }],
    [403, { upload_protocol_version: ["This field is not supported."] }],
  ])("not by %d %j", (status, body) => {
    expect(isProtocolRefused(refusal(status, body))).toBe(false);
  });
});

describe("of the fields that were sent, a refusal is about", () => {
  const sent = ["project", "project_id"];
  test.each([
    [{ project_id: ["Unknown."] }, ["project_id"]],
    [{ detail: { project_id: ["This needs a project."] } }, ["project_id"]],
    [{ detail: [{ loc: ["body", "project"], msg: "extra fields not permitted" }] }, ["project"]],
    [{ detail: "Unexpected: project, project_id" }, ["project", "project_id"]],
    [{ projects: ["Enter a list."] }, []],
    [{ detail: "The projects are unknown." }, []],
  ])("%j: %j", (body, named) => {
    expect(namedFields(refusal(400, body), sent)).toEqual(named);
  });
});

test("a field is unknown by what is said of it, and not by what is said of its value", () => {
  const batch = ["dataset_upload_uid"];
  const unknown = [
    { detail: "Unknown field: dataset_upload_uid" },
    { non_field_errors: ["Unexpected field dataset_upload_uid."] },
    { dataset_upload_uid: ["Unknown field."] },
  ];
  for (const body of unknown) expect(unknownFields(refusal(400, body), batch)).toEqual(batch);
  const known = [
    { dataset_upload_uid: ["No uploads in this batch."] },
    { detail: "Unknown field: metadata" },
    { detail: "The batch of dataset_upload_uid has already been confirmed." },
  ];
  for (const body of known) expect(unknownFields(refusal(400, body), batch)).toEqual([]);
});

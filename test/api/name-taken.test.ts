import { readErrorBody } from "../../src/api/reply/error-body";
import { isBusy, isNameTaken } from "../../src/api/reply/name-taken";

function isTaken(status: number, body: unknown): boolean {
  return isNameTaken(
    status,
    readErrorBody(body, (text) => text),
  );
}

describe("a name is taken", () => {
  test.each([
    [409, {}],
    [409, { detail: "Conflict." }],
    [400, { detail: "Dataset with the given name already exists." }],
    [400, { detail: "Dataset with the given name already exists.", code: "name_taken" }],
    [422, { detail: "A dataset with this slug already exists." }],
    [400, ["Dataset with the given name already exists."]],
    [400, { name: ["dataset with this name already exists."] }],
    [400, { slug: ["This slug exists."] }],
    [400, { detail: { name: ["This field must be unique."] } }],
    [400, { dataset: { name: ["Already taken."] } }],
    [400, { name: ["This name is used by another dataset."] }],
    [400, { slug: ["Already in use."] }],
    [400, { non_field_errors: ["The fields owner, slug must make a unique set."] }],
    [400, { message: "Name is already in use" }],
    [400, { code: "duplicate_name", detail: "Duplicate dataset." }],
    [400, { code: "name_taken", detail: "No." }],
    [400, { name: [{ message: "No.", code: "unique" }] }],
    [400, { name: ["A dataset called that is already there."] }],
    [422, { detail: [{ loc: ["body", "name"], msg: "already exists" }] }],
    [400, { errors: { name: ["already exists"] } }],
    [400, { error: { message: "Dataset training already exists." } }],
    [409, { detail: "Dataset with this name already exists.", code: "conflict" }],
  ])("by %d %j", (status, body) => {
    expect(isTaken(status, body)).toBe(true);
  });

  test.each([
    [400, {}],
    [400, { detail: "Invalid name." }],
    [400, { name: ["This field may not be blank."] }],
    [400, { name: ["Ensure this field has no more than 255 characters."] }],
    [400, { slug: ["Object with slug=a does not exist."] }],
    [400, { slug: ["Use only letters, digits, hyphens and underscores."] }],
    [400, { name: ["A slash can't be used in a name."] }],
    [400, { detail: "The organization of this name doesn't exist." }],
    [400, { target_url: ["A webhook with this URL already exists."] }],
    [400, { visibility: ["An uploaded dataset must be private."] }],
    [409, { detail: "Some files of this upload are still being processed. Try again." }],
    [409, { detail: "Upload is not complete: 1 of 3 parts.", code: "incomplete" }],
    [400, { code: "duplicate", events: ["Each only once."] }],
    [400, { code: "name_invalid", name: ["Use only letters."] }],
    [403, { detail: "Dataset with the given name already exists." }],
    [500, { detail: "Dataset with the given name already exists." }],
  ])("not by %d %j", (status, body) => {
    expect(isTaken(status, body)).toBe(false);
  });
});

describe("what was asked for has to wait", () => {
  test.each([
    [409, { detail: "Some files of this upload are still being processed. Try again." }],
    [409, { error: { message: "Another confirm is in progress." } }],
    [423, {}],
    [425, {}],
  ])("by %d %j", (status, body) => {
    const read = readErrorBody(body, (text) => text);
    expect(isBusy(status, read)).toBe(true);
  });

  test.each([
    [409, {}],
    [409, { detail: "Dataset with this name already exists. Try again." }],
    [409, { detail: "Upload is not complete.", code: "incomplete" }],
    [400, { detail: "Try again." }],
  ])("not by %d %j", (status, body) => {
    const read = readErrorBody(body, (text) => text);
    expect(isBusy(status, read)).toBe(false);
  });
});

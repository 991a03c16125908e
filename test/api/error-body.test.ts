// The forms of an error's body that servers and their frameworks are known for, each read for people and for programs.
import { readErrorBody } from "../../src/api/reply/error-body";

const read = (body: unknown): ReturnType<typeof readErrorBody> =>
  readErrorBody(body, (text) => text.replaceAll("secret", "***"));

describe("an error's body names its fields", () => {
  test.each([
    ["the guide's", { name: ["Bad."] }],
    ["wrapped in detail", { detail: { name: ["Bad."] } }],
    ["wrapped in errors", { errors: { name: ["Bad."] } }],
    ["wrapped in error", { error: { name: ["Bad."] } }],
    ["as one text", { name: "Bad." }],
    ["with its own codes", { name: [{ message: "Bad.", code: "invalid" }] }],
    ["pydantic's", { detail: [{ loc: ["body", "name"], msg: "Bad.", type: "value_error" }] }],
    ["a list of objects", [{ name: ["Bad."] }]],
    ["a list of entries", { errors: [{ field: "name", message: "Bad." }] }],
    [
      "by attr",
      { type: "validation_error", errors: [{ code: "x", detail: "Bad.", attr: "name" }] },
    ],
    ["JSON:API's", { errors: [{ source: { pointer: "/data/attributes/name" }, detail: "Bad." }] }],
  ])("%s", (_form, body) => {
    expect(read(body)).toMatchObject({ fields: { name: ["Bad."] } });
    expect(read(body).detail).toContain("name: Bad.");
  });

  test("nested ones by their whole path", () => {
    const body = { detail: [{ loc: ["body", "provider_config", "region"], msg: "Bad." }] };
    expect(read(body).fields).toEqual({ "provider_config.region": ["Bad."] });
    expect(read({ items: [{}, { key: ["Bad."] }] }).fields).toEqual({ "items.key": ["Bad."] });
  });

  test("beside words of its own, and not what only describes it", () => {
    const body = { detail: "Refused.", code: "invalid", limit: 3, name: ["Bad."] };
    expect(read(body)).toEqual({
      detail: "Refused. name: Bad. (code invalid)",
      fields: { name: ["Bad."] },
      codes: ["invalid"],
    });
  });
});

describe("an error's body has words of its own", () => {
  test.each([
    [{ detail: "Refused." }],
    [{ detail: ["Refused."] }],
    [{ message: "Refused." }],
    [{ error: "Refused." }],
    [{ error: { message: "Refused." } }],
    [{ errors: ["Refused."] }],
    [{ detail: { message: "Refused." } }],
    [["Refused."]],
    ["Refused."],
    [[{ message: "Refused." }]],
  ])("%j", (body) => {
    expect(read(body)).toEqual({ detail: "Refused.", fields: {}, codes: [] });
  });

  test("without a field's name, where they are of none", () => {
    const body = { non_field_errors: ["Refused."] };
    expect(read(body)).toMatchObject({ detail: "Refused.", fields: body });
  });
});

test("every text of every form passes the mask", () => {
  const bodies = [
    { detail: [{ loc: ["body", "secret"], msg: "secret" }] },
    { error: { message: "secret", code: "secret" } },
    [{ secret: ["secret"] }],
    { errors: [{ field: "secret", message: "secret", code: "secret" }] },
  ];
  for (const body of bodies) expect(JSON.stringify(read(body))).not.toContain("secret");
});

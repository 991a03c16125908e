import { encodePath, encodeQuery, resolveNext } from "../../src/api/route";
import { InputError } from "../../src/errors";
import { thrownBy } from "../support/thrown";

const ROUTE = "GET /datasets/{owner}/{slug}/";
const path = (owner: string, slug = "s"): string => encodePath(ROUTE, ["datasets", owner, slug]);

describe("encodePath", () => {
  test.each([
    ["acme-ai", "/datasets/acme-ai/s/"],
    ["ada@example.com", "/datasets/ada%40example.com/s/"],
    ["a b+c?d#e%", "/datasets/a%20b%2Bc%3Fd%23e%25/s/"],
    ["фото", "/datasets/%D1%84%D0%BE%D1%82%D0%BE/s/"],
    ["%2e%2e", "/datasets/%252e%252e/s/"],
    ["...", "/datasets/.../s/"],
  ])("encodes %j", (owner, expected) => {
    expect(path(owner)).toBe(expected);
  });

  test.each(["", ".", "..", "a/b", "/", "//", "a\\b", "a\nb", "a\u0000", "\u0085", "a\ud800"])(
    "refuses %j, naming the part",
    (owner) => {
      expect(() => path(owner)).toThrow(InputError);
      expect(() => path(owner)).toThrow(/^owner: /);
    },
  );

  test("tells every part that is wrong", () => {
    expect(() => path("..", "")).toThrow(/owner: (.|\n)*slug: /);
  });
});

test("a query leaves out what is undefined, and encodes the rest", () => {
  expect(encodeQuery({ limit: 50, cursor: undefined, name: "a&b=c" })).toBe(
    "?limit=50&name=a%26b%3Dc",
  );
  expect(encodeQuery({ cursor: undefined })).toBe("");
  expect(encodeQuery(undefined)).toBe("");
});

describe("resolveNext", () => {
  const base = "https://api.avala.ai/api/v1";

  test.each([
    [
      "https://api.avala.ai/api/v1/datasets/?cursor=a",
      "https://api.avala.ai/api/v1/datasets/?cursor=a",
    ],
    ["https://api.avala.ai:443/api/v1/datasets/", "https://api.avala.ai/api/v1/datasets/"],
    ["/api/v1/datasets/?cursor=a", "https://api.avala.ai/api/v1/datasets/?cursor=a"],
    ["?cursor=a", "https://api.avala.ai/api/v1/datasets/?cursor=a"],
    ["./?cursor=a", "https://api.avala.ai/api/v1/datasets/?cursor=a"],
  ])("follows %s", (next, expected) => {
    expect(resolveNext(ROUTE, next, base, `${base}/datasets/`)).toBe(expected);
  });

  test.each([
    [base, "https://server.avala.ai/api/v1/datasets/?cursor=a"],
    ["https://server.avala.ai/api/v1", "https://api.avala.ai/api/v1/datasets/?cursor=a"],
  ])("of %s follows %s at the base's own host", (given, next) => {
    const expected = `${given}/datasets/?cursor=a`;
    expect(resolveNext(ROUTE, next, given, `${given}/datasets/`)).toBe(expected);
  });

  test.each([
    "https://app.avala.ai/api/v1/datasets/",
    "https://server.avala.ai:8443/api/v1/datasets/",
    "http://server.avala.ai/api/v1/datasets/",
    "https://user@server.avala.ai/api/v1/datasets/",
    "https://server.avala.ai/admin/",
    "blob:https://api.avala.ai/api/v1/datasets/",
    "https://evil.com/api/v1/datasets/",
    "http://api.avala.ai/api/v1/datasets/",
    "https://api.avala.ai:8443/api/v1/datasets/",
    "https://api.avala.ai.evil.com/api/v1/datasets/",
    "https://user@api.avala.ai/api/v1/datasets/",
    "//evil.com/api/v1/datasets/",
    "https://api.avala.ai/admin/",
    "/api/v1/../../admin/",
    "/api/v10/datasets/",
    "javascript:alert(1)",
  ])("does not take the key to %s", (next) => {
    expect(thrownBy(() => resolveNext(ROUTE, next, base, `${base}/datasets/`)).code).toBe(
      "bad_reply",
    );
  });
});

import { assert, json, property } from "fast-check";
import { canonicalJson } from "../src/canonical-json";

function turnedAround(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(turnedAround);
  if (typeof value !== "object" || value === null) return value;
  const members = Object.entries(value).map(([name, one]) => [name, turnedAround(one)] as const);
  return Object.fromEntries(members.reverse());
}

describe("canonical JSON", () => {
  test("is the same in whatever order an object was put together, and still that object", () => {
    assert(
      property(json(), (text) => {
        const value: unknown = JSON.parse(text);
        expect(canonicalJson(turnedAround(value))).toBe(canonicalJson(value));
        expect(JSON.parse(canonicalJson(value))).toEqual(value);
      }),
    );
  });

  test("orders names as text, numbers too, and leaves out what is absent", () => {
    const value = { b: [1, undefined], a: { 10: "x", 9: "y", gone: undefined } };
    expect(canonicalJson(value)).toBe('{"a":{"10":"x","9":"y"},"b":[1,null]}');
  });
});

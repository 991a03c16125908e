import { withUnreadHidden } from "../../src/api/transport/unread-globals";

const NAME = "avalaTestGlobal";
const seen = (): unknown => Reflect.get(globalThis, NAME);
const hidden = <T>(names: readonly string[], read: () => T): T =>
  withUnreadHidden(names, read, "20.19.0");
afterEach(() => void Reflect.deleteProperty(globalThis, NAME));

test("a global that is read at its first use is hidden, and is there again afterwards", () => {
  let reads = 0;
  const get = (): number => (reads += 1);
  Object.defineProperty(globalThis, NAME, { get, configurable: true });
  expect(hidden([NAME], seen)).toBeUndefined();
  expect(reads).toBe(0);
  expect(seen()).toBe(1);
});

test("it is there again when the reading fails", () => {
  Object.defineProperty(globalThis, NAME, { get: () => "there", configurable: true });
  const fail = (): never => {
    throw new Error("not read");
  };
  expect(() => hidden([NAME], fail)).toThrow("not read");
  expect(seen()).toBe("there");
});

test("what is there without being read, what can't be hidden and what is missing stay as they are", () => {
  Object.defineProperty(globalThis, NAME, { value: "read", configurable: true });
  expect(hidden([NAME, "avalaTestMissing"], seen)).toBe("read");
  expect("avalaTestMissing" in globalThis).toBe(false);
  expect(hidden(["Infinity"], () => Infinity)).toBe(Infinity);
});

test("none is hidden where Node reads it as soon as its description is asked for", () => {
  Object.defineProperty(globalThis, NAME, { get: () => "read", configurable: true });
  expect(withUnreadHidden([NAME], seen, "22.0.0")).toBe("read");
});

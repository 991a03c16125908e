import { withUnreadHidden } from "../../src/api/transport/unread-globals";

const NAME = "avalaTestGlobal";
const seen = (): unknown => Reflect.get(globalThis, NAME);
afterEach(() => void Reflect.deleteProperty(globalThis, NAME));

test("a global that is read at its first use is hidden, and is there again afterwards", () => {
  let reads = 0;
  const get = (): number => (reads += 1);
  Object.defineProperty(globalThis, NAME, { get, configurable: true });
  expect(withUnreadHidden([NAME], seen)).toBeUndefined();
  expect(reads).toBe(0);
  expect(seen()).toBe(1);
});

test("it is there again when the reading fails", () => {
  Object.defineProperty(globalThis, NAME, { get: () => "there", configurable: true });
  const fail = (): never => {
    throw new Error("not read");
  };
  expect(() => withUnreadHidden([NAME], fail)).toThrow("not read");
  expect(seen()).toBe("there");
});

test("what is there without being read, what can't be hidden and what is missing stay as they are", () => {
  Object.defineProperty(globalThis, NAME, { value: "read", configurable: true });
  expect(withUnreadHidden([NAME, "avalaTestMissing"], seen)).toBe("read");
  expect("avalaTestMissing" in globalThis).toBe(false);
  expect(withUnreadHidden(["Infinity"], () => Infinity)).toBe(Infinity);
});

// One JSON value or not, however its bytes are cut.
import { createJsonCheck } from "../../action/export/json-check";

function problemIn(bytes: string | Buffer, pieceBytes: number): string | undefined {
  const check = createJsonCheck();
  const all = Buffer.from(bytes);
  for (let at = 0; at < all.length; at += pieceBytes) {
    const problem = check.push(all.subarray(at, at + pieceBytes));
    if (problem !== undefined) return problem;
  }
  return check.end();
}

describe.each([1, 3, 1000])("in pieces of %i bytes", (pieceBytes) => {
  test.each([
    "{}",
    "[]",
    " [1, -2.5e+10, 0, true, false, null]\n",
    '{"a": {"b": [{}, [], ""]}, "c": "\\u00e4\\n\\"\\\\ ä 𝄞"}',
    "\ufeff[]",
    "[NaN, -Infinity]",
    `${"[".repeat(1000)}${"]".repeat(1000)}`,
  ])("%j is one", (text) => {
    expect(problemIn(text, pieceBytes)).toBeUndefined();
  });

  test.each([
    "",
    "{",
    '{"a"',
    '{"a":',
    '{"a":1',
    '{"a":1,}',
    "[1,]",
    "[1 2]",
    "[,]",
    "{1:2}",
    '{"a" 1}',
    '["a',
    '["\\x"]',
    '["\\u12g4"]',
    '["a\nb"]',
    "[01]",
    "[1.]",
    "[tru]",
    "[nulll]",
    "[]]",
    "[}",
    "{}{}",
    "{} []",
    "[1]x",
    "<html></html>",
    `${"[".repeat(1001)}${"]".repeat(1001)}`,
    `[${"1".repeat(500)}]`,
  ])("%j is not", (text) => {
    expect(problemIn(text, pieceBytes)).toBeDefined();
  });

  test.each(["{}\n[]", '{"a":1}\r\n{"a":2}\r\n', "{}\n\n{}\n"])(
    "%j is one on each line",
    (text) => {
      expect(problemIn(text, pieceBytes)).toBeUndefined();
      const check = createJsonCheck();
      check.push(Buffer.from(text));
      expect(check.isLines).toBe(true);
    },
  );

  test.each(["{}\n{", "{}\nInternal Server Error", "{}\n<html>", "{}\n1", "{}\n,{}", "{}\n}"])(
    "%j goes wrong on its second line",
    (text) => {
      expect(problemIn(text, pieceBytes)).toBeDefined();
    },
  );

  test("one value on several lines is not one on each", () => {
    const check = createJsonCheck();
    expect(check.push(Buffer.from('{\n"a": 1\n}\n'))).toBeUndefined();
    expect([check.end(), check.isLines]).toEqual([undefined, false]);
  });

  test("what is not UTF-8 is not", () => {
    expect(problemIn(Buffer.from([0x5b, 0x22, 0xff, 0x22, 0x5d]), pieceBytes)).toBeDefined();
    expect(problemIn(Buffer.from([0x5b, 0x22, 0xc3]), pieceBytes)).toBeDefined();
  });
});

test("agrees with JSON.parse on what is cut or changed anywhere", () => {
  const text = JSON.stringify({ a: [1, 2.5e-3, "x\u2028\\", { b: null, c: [true] }], d: "" });
  const isJson = (candidate: string): boolean => {
    try {
      JSON.parse(candidate);
      return true;
    } catch {
      return false;
    }
  };
  for (let at = 0; at < text.length; at += 1) {
    for (const put of ["", ",", "]", "}", '"', "1", " ", "e"]) {
      for (const rest of [1, 0]) {
        const candidate = text.slice(0, at) + put + text.slice(at + rest);
        expect([candidate, problemIn(candidate, 7) === undefined]).toEqual([
          candidate,
          isJson(candidate),
        ]);
      }
    }
  }
});

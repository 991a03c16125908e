import { printable, printableLines, redact } from "../src/redact";
import { createSecrets } from "../src/api/secrets";

describe("redact", () => {
  test.each([
    ["a key", "key avk_0123456789abcdef!", "key ***!"],
    ["a key of hex", "key 0123456789abcdef0123456789abcdef01234567.", "key ***."],
    [
      "a presigned URL's query",
      "GET https://s3.amazonaws.com/b/k?X-Amz-Signature=abc&x=1 failed",
      "GET https://s3.amazonaws.com/b/k?*** failed",
    ],
    ["a URL's user", "https://user:pass@host/x", "https://***@host/x"],
    ["nothing secret", "a sha256 of 64: " + "a".repeat(64), "a sha256 of 64: " + "a".repeat(64)],
  ])("masks %s", (_name, text, expected) => {
    expect(redact(text)).toBe(expected);
    expect(redact(redact(text))).toBe(expected);
  });

  test("masks each secret wherever it stands", () => {
    expect(redact("a s3cret, as3cretb", ["s3cret", ""])).toBe("a ***, a***b");
  });

  test.each([
    [
      "one that is a word, only where it stands by itself",
      "pass",
      "pass: password passes",
      "***: password passes",
    ],
    ["one of a letter or two, nowhere", "a", "a file of a dataset", "a file of a dataset"],
    ["one of three letters, by itself", "x7y", "x7y.jpg, ax7yb", "***.jpg, ax7yb"],
  ])("masks of short secrets %s", (_name, secret, text, expected) => {
    expect(redact(text, [secret])).toBe(expected);
  });

  test("is quick on long hostile text", () => {
    const text = `https://${"a".repeat(200_000)}`;
    const startMs = performance.now();
    redact(text);
    expect(performance.now() - startMs).toBeLessThan(1000);
  });
});

describe("printable", () => {
  test("keeps text on one line, of bounded length", () => {
    expect(printable("a\r\n::error::b\u001b[0m\u2028c")).toBe("a ::error::b [0m c");
    expect(printable("x".repeat(600))).toBe(`${"x".repeat(500)}…`);
  });
});

describe("characters that can't be seen", () => {
  const unseen = [
    0x00ad, 0x061c, 0x200b, 0x200c, 0x200d, 0x200e, 0x202e, 0x2060, 0x2064, 0x2066, 0xfeff,
  ].map((code) => [code.toString(16), String.fromCodePoint(code)]);

  test.each(unseen)("U+%s is a blank in what is printed", (_code, character) => {
    expect(printable(`a${character}b`)).toBe("a b");
    expect(printableLines(`a${character}b\nc`)).toBe("a b\nc");
  });

  test("letters, accents and symbols stay", () => {
    const text = "Zoë café ß 日本 العربية ☕ 😀";
    expect(printable(text)).toBe(text);
  });
});

describe("a session's secrets", () => {
  test("are masked before text is cut short", () => {
    const secrets = createSecrets(["avk_first_key_12345"]);
    secrets.add("a-later-secret");
    const text = `${"x".repeat(495)}a-later-secret`;
    expect(secrets.mask(text)).not.toContain("a-lat");
    expect(secrets.mask("avk_first_key_12345 a-later-secret")).toBe("*** ***");
  });

  test("too short to mask are left alone", () => {
    const secrets = createSecrets([]);
    secrets.add("a");
    secrets.add(undefined);
    expect(secrets.mask("banana")).toBe("banana");
  });

  test("are masked in either alphabet of base64, padded or not", () => {
    const secret = "~~~secret>>>???key~";
    const secrets = createSecrets([secret]);
    for (const encoding of ["base64", "base64url"] as const) {
      const text = Buffer.from(secret).toString(encoding);
      expect(secrets.mask(`a ${text} b`)).toBe("a *** b");
    }
    const padded = Buffer.from(secret).toString("base64").replaceAll("+", "-").replaceAll("/", "_");
    expect(secrets.mask(`a ${padded} b`)).toBe("a *** b");
  });

  test("are not shown by the object that holds them", () => {
    expect(JSON.stringify(createSecrets(["avk_first_key_12345"]))).toBe("{}");
  });
});

import { logText, markdownText } from "../../action/report/text";

test.each([
  ["a command at the line's start", "::error::x", ": :error::x"],
  ["one after blanks", "  ::error::x", "  : :error::x"],
  ["one on a later line", "a\n::set-output name=a::b", "a\n: :set-output name=a::b"],
  ["one of the old kind anywhere", "a ##[error]b", "a ## [error]b"],
  ["one behind control characters", "\u001b\r::error::x", ": :error::x"],
])("%s is no command any more", (_name, text, expected) => {
  expect(logText(text, [])).toBe(expected);
});

test("secrets, keys and what a presigned URL carries are masked", () => {
  const text = "key s3cret, avk_0123456789, https://host/path?X-Amz-Signature=abc";
  expect(logText(text, ["s3cret"])).toBe("key ***, ***, https://host/path?***");
});

test("indents stay", () => {
  expect(logText("a:\n  - b", [])).toBe("a:\n  - b");
});

test("Markdown and HTML in a name are text", () => {
  const text = markdownText("<img src=x> [a](b) | `c` @user #1", []);
  expect(text).not.toMatch(/[<>[\]|`@]/);
});

import {
  ApiError,
  AvalaError,
  InputError,
  isApiError,
  isAvalaError,
  UploadError,
} from "../src/errors";
import { listed } from "../src/text";

describe("errors", () => {
  test("are told from others by their brand, also from another copy of the package", () => {
    const fromElsewhere = Object.assign(new Error("x"), {
      [Symbol.for("avala.error")]: true,
      code: "server",
    });
    expect(isAvalaError(new AvalaError("server", "x"))).toBe(true);
    expect(isAvalaError(fromElsewhere)).toBe(true);
    for (const other of [new Error("x"), undefined, null, "x", { code: "server" }]) {
      expect(isAvalaError(other)).toBe(false);
    }
  });

  test("of the API are told from the rest", () => {
    const options = { status: 404, route: "GET /datasets/{uid}/" };
    expect(isApiError(new ApiError("not_found", "x", options))).toBe(true);
    expect(isApiError(new AvalaError("not_found", "x"))).toBe(false);
  });

  test("can't be retried and are not ambiguous unless they say so, and keep their cause", () => {
    const cause = new Error("why");
    expect(new AvalaError("file", "x", { cause })).toMatchObject({
      name: "AvalaError",
      retryable: false,
      ambiguous: false,
      cause,
    });
    expect("cause" in new AvalaError("file", "x")).toBe(false);
  });

  test("of input carry every problem, and show fifty: more than there are inputs", () => {
    const problems = Array.from({ length: 52 }, (_, i) => ({ input: `file ${i}`, text: "is bad" }));
    const error = new InputError(problems);
    expect(error.problems).toHaveLength(52);
    expect(error.message).toContain("52 problems, nothing was sent:");
    expect(error.message).toContain("- file 49: is bad");
    expect(error.message).not.toContain("file 50");
    expect(error.message).toContain("- and 2 more");
    expect(new InputError(problems.slice(0, 1)).message).toBe("file 0: is bad");
  });

  test("of an upload name each file", () => {
    const failures = [{ path: "a.jpg", error: new AvalaError("server", "x") }];
    const error = new UploadError("upload", "1 file failed", {
      failures,
      landed: undefined as never,
    });
    expect(error).toMatchObject({ code: "upload", failures });
  });

  test("lists of nothing are empty", () => {
    expect(listed([])).toBe("");
  });
});

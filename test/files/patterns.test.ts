import { parsePatterns } from "../../src/files/patterns";

const parse = (
  include: string[],
  more: { exclude?: string[]; separator?: "/" | "\\"; roots?: string[] } = {},
) =>
  parsePatterns({
    include,
    exclude: more.exclude ?? [],
    roots: more.roots ?? ["/data/set"],
    separator: more.separator ?? "/",
  });
const globs = (include: string[], more = {}) => parse(include, more).lines.map(({ glob }) => glob);

describe("a line of globs", () => {
  test("is brought to one form", () => {
    expect(globs(["./a//b/*.jpg", "images/", ".", "a/./b", "/data/set/x/*", "/data/set"])).toEqual([
      "a/b/*.jpg",
      "images/**",
      "**",
      "a/b",
      "x/*",
      "**",
    ]);
  });

  test("takes away with !, and !( is an extended glob", () => {
    const { lines, ignore } = parse(["!drafts", "**/*.jpg", "!(a|b).png"], {
      exclude: ["*.tmp", "!x/**"],
    });
    expect(lines.map(({ pattern }) => pattern)).toEqual(["**/*.jpg", "!(a|b).png"]);
    expect(ignore).toEqual(["drafts", "drafts/**", "*.tmp", "*.tmp/**", "x/**"]);
  });

  test("knows what it names in full, also with escapes", () => {
    const [plain, escaped, glob] = parse([".env", "a \\[1\\].jpg", ".data/**/.x*"]).lines;
    expect(plain).toMatchObject({ literal: ".env" });
    expect([...(plain?.hiddenParts ?? [])]).toEqual([".env"]);
    expect(escaped).toMatchObject({ literal: "a [1].jpg" });
    expect(glob).not.toHaveProperty("literal");
    expect([...(glob?.hiddenParts ?? [])]).toEqual([".data"]);
  });

  describe("on Windows", () => {
    const windows = { separator: "\\" as const, roots: ["C:\\work\\set"] };
    test("has backslashes as separators and drive letters in either case", () => {
      expect(
        globs(["images\\**\\*.jpg", "c:\\Work\\set\\x\\*.png", "C:/work/set"], windows),
      ).toEqual(["images/**/*.jpg", "x/*.png", "**"]);
    });
    test("is refused outside the root", () => {
      expect(parse(["D:\\x\\*"], windows).problems).toHaveLength(1);
    });
  });

  test("is refused when it leads out of the root, and all such lines are named at once", () => {
    const lines = [
      "../x",
      "a/../../x",
      "{..,a}/x",
      "@(..|a)/x",
      "/etc/*",
      "/data/settled/*",
      "",
      "  ",
      "a\0b",
    ];
    const { problems } = parse(lines);
    expect(problems.map(({ input }) => input)).toHaveLength(lines.length);
    expect(problems[0]?.input).toBe("include ../x");
  });

  test("may have dots that lead nowhere", () => {
    expect(parse(["a..b/*", "..a", "...", "{a..c}.jpg"]).problems).toEqual([]);
  });

  test("is missed when there is none that takes files", () => {
    expect(parse([]).problems).toHaveLength(1);
    expect(parse(["!a"]).problems).toHaveLength(1);
  });

  test("may be absolute below a root whose name has glob characters", () => {
    const roots = ["/data/[x] (1)"];
    expect(globs(["/data/[x] (1)/*.jpg", "/data/\\[x\\] \\(1\\)/*.png"], { roots })).toEqual([
      "*.jpg",
      "*.png",
    ]);
  });
});

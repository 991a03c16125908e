import { parsePatterns } from "../../src/files/scan/patterns/patterns";

const parse = (
  include: string[],
  more: { exclude?: string[]; separator?: "/" | "\\"; roots?: string[]; home?: string } = {},
) =>
  parsePatterns({
    include,
    exclude: more.exclude ?? [],
    roots: more.roots ?? ["/data/set"],
    separator: more.separator ?? "/",
    home: more.home ?? "/home/me",
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

  test("starts at the user's home with ~, and a folder of that name is ./~", () => {
    const roots = ["/home/me/data"];
    expect(globs(["~/data/x/*.jpg", "~/data", "./~/a", "~b/*"], { roots })).toEqual([
      "x/*.jpg",
      "**",
      "~/a",
      "~b/*",
    ]);
    expect(parse(["**", "!~/data/drafts"], { roots }).ignore).toEqual(["drafts", "drafts/**"]);
    expect(parse(["~/other/*"], { roots }).problems).toHaveLength(1);
    const odd = { home: "/home/me (1)", roots: ["/home/me (1)/data"] };
    expect(globs(["~/data/*"], odd)).toEqual(["*"]);
    const windows = { separator: "\\" as const, home: "C:\\Users\\me", roots: ["C:\\Users\\me"] };
    expect(globs(["~\\x\\*.jpg"], windows)).toEqual(["x/*.jpg"]);
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

describe("a line that would take too long", () => {
  const repeat = (count: number, text: string): string => text.repeat(count);

  test.each([
    ["is longer than any path", repeat(70_000, "a")],
    ["has a range of a million", "{1..1000000}.jpg"],
    ["has a range of a million with zeros", "{0000001..1000000}.jpg"],
    ["has eighteen pairs of braces", repeat(18, "{a,b}")],
    ["has a range times a range", "{1..100}/{1..100}.jpg"],
    ["has braces in braces in braces", `${repeat(20, "{a,")}b${repeat(20, "}")}`],
    ["opens three thousand braces", repeat(3000, "{")],
    ["opens three thousand groups", repeat(3000, "(")],
    ["has a wildcard after each of six letters", `${repeat(6, "*a")}z`],
    ["has wildcards in one alternative", `{${repeat(6, "*a")},b}z`],
    ["has wildcards in a group that is not to match", "!(*a*a*a*a*b)"],
    ["has groups that repeat side by side", `${"*(a|b|c)".repeat(10)}x`],
    ["has groups that are not to match side by side", `${"!(b)".repeat(10)}x`],
    ["has wildcards between classes", `[[:alpha:]]${repeat(5, "*[a-z]")}9`],
    ["has ten globstars", `${repeat(10, "**/a/")}z`],
    ["repeats texts of which one begins with another", "+(a|b|ab)z"],
    ["repeats what matches all", "+(*a)b"],
    ["repeats a group", "*(*(*(a)))b"],
    ["repeats a class or its letter", "+([a]|a)b"],
  ])("is refused: it %s", (_what, line) => {
    for (const pattern of [line, `!${line}`]) {
      const { problems } = parse(["ok/*.jpg", pattern]);
      expect(problems.map(({ input }) => input)).toEqual([expect.stringContaining("include ")]);
      expect(problems[0]?.input.length).toBeLessThan(300);
    }
  });

  test.each(["!!!", "!!a", "!!!!a", "{!a,b}", "{b,!a}"])("is refused: %s", (line) => {
    expect(parse(["a", line]).problems).toHaveLength(1);
  });

  test("is refused together with all others of its kind", () => {
    const lines = ["{1..1000000}", "ok", "!!!", repeat(70_000, "b"), "*(a*)"];
    expect(parse(lines).problems).toHaveLength(4);
  });

  test("is refused when there are too many of them", () => {
    const many = Array.from({ length: 10_001 }, (_, index) => `${index}.jpg`);
    expect(parse(many).problems).toHaveLength(1);
    expect(parse(many.slice(0, 10_000)).problems).toEqual([]);
  });

  test("is refused when lines that take and lines that take away multiply", () => {
    const many = Array.from({ length: 4000 }, (_, index) => `${index}.jpg`);
    expect(parse(many, { exclude: many }).problems).toHaveLength(1);
  });

  test.each([
    "{1..1000}.jpg",
    "{00..99}/frame.png",
    "**/*.{jpg,jpeg,png,tif,tiff,webp}",
    "**/@(*.jpg|*.png|*.gif|*.bmp|*.tif)",
    "{*.jpg,*.png,*.gif,*.bmp,*.tif}",
    "+([0-9]).jpg",
    "*(left|right)_*.png",
    "cam_*_seq_*_*.png",
    "**/raw/**/cam*/**/*.bin",
    "!(drafts)/**",
    "a{b",
    "a(b",
    "[",
    "[[",
    "a}b)c]",
    "{1..10..2}.jpg",
    "{a..z}/*",
    "\\{1..1000000\\}",
    "\\!a",
  ])("is none of %s", (line) => expect(parse([line]).problems).toEqual([]));
});

import { compareVersions, findVersion, isGoodEnough } from "../../scripts/parts/versions";

describe("versions that tools print", () => {
  test.each([
    ["v3.259.0", "3.259.0"],
    ["act version 0.2.89", "0.2.89"],
    ["go version go1.26.8 linux/amd64", "1.26.8"],
    ["DEVELOPMENT.GOGET", undefined],
  ])("%s names %s", (printed, version) => {
    expect(findVersion(printed)).toBe(version);
  });

  test("are compared by number, not by letter", () => {
    expect(compareVersions("3.9.0", "3.10.0")).toBeLessThan(0);
    expect(compareVersions("3.10.0", "3.9.9")).toBeGreaterThan(0);
    expect(compareVersions("1.7.12", "1.7.12")).toBe(0);
  });

  test.each([
    ["v3.150.0", "3.150.0", true],
    ["v3.300.1", "3.150.0", true],
    ["v3.149.9", "3.150.0", false],
    ["v4.0.0", "3.150.0", false],
    ["no version here", "3.150.0", false],
  ])("%s serves where %s is the least: %s", (printed, min, isEnough) => {
    expect(isGoodEnough(printed, min)).toBe(isEnough);
  });
});

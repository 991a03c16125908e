import { readFileSync } from "node:fs";
import { join } from "node:path";
import { VERSION } from "../src/version";

test("the version in the User-Agent is the package's", () => {
  const text = readFileSync(join(__dirname, "..", "package.json"), "utf8");
  expect(VERSION).toBe((JSON.parse(text) as { version: string }).version);
});

// What the package exports is what docs/core.md promises, and the other way round.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as core from "../src/index";

const page = readFileSync(join(__dirname, "../docs/core.md"), "utf8");
const tables = page.slice(page.indexOf("## What is in it"), page.indexOf("The steps of a publish"));
const named = new Set([...tables.matchAll(/`(\w+)`/g)].map(([, name]) => name));

// Errors are told by their code; the classes are there for `instanceof`.
const ERRORS = ["ApiError", "AvalaError", "InputError", "UploadError"];
const GUARDS = ["isApiError", "isAvalaError"];

test("docs/core.md names every function of the core, and no other", () => {
  const exported = Object.keys(core).filter((name) => ![...ERRORS, ...GUARDS].includes(name));
  expect([...named].sort()).toEqual(exported.sort());
});

test("the errors and their guards are in the page's promises", () => {
  for (const name of ["AvalaError", ...GUARDS]) expect(page).toContain(`\`${name}\``);
});

// Writes the table of docs/emulator.md from the emulator's switches, between its markers. Needs `npm run build:lib`.
// A test holds the page to them.
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");
const PAGE = path.join(ROOT, "docs", "emulator.md");
const { SWITCHES, dialectTable } = createRequire(import.meta.url)("../lib/emulator/index.js");

const text = readFileSync(PAGE, "utf8");
const [start, end] = ["<!-- dialect:start -->", "<!-- dialect:end -->"];
const [from, to] = [text.indexOf(start), text.indexOf(end)];
if (from < 0 || to < from) throw new Error(`docs/emulator.md needs ${start} and ${end}.`);
// Prettier would pad every row to the width of the longest.
const kept = `<!-- prettier-ignore-start -->\n${dialectTable(SWITCHES)}\n<!-- prettier-ignore-end -->`;
writeFileSync(PAGE, `${text.slice(0, from)}${start}\n\n${kept}\n\n${text.slice(to)}`);

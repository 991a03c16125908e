// Takes the folder of an exact key, else the newest whose name begins with a restore key. CommonJS: the runner runs it.
"use strict";
const { cpSync, existsSync, readdirSync, rmSync, statSync } = require("node:fs");
const path = require("node:path");

const { INPUT_PATH: folder, INPUT_KEY: key, TEST_CACHE: cache } = process.env;
const beginning = process.env["INPUT_RESTORE-KEYS"] ?? "";
const ageOf = (name) => statSync(path.join(cache, name)).mtimeMs;
const names = existsSync(cache) ? readdirSync(cache) : [];
const alike = beginning === "" ? [] : names.filter((name) => name.startsWith(beginning));
const [newest] = alike.sort((one, other) => ageOf(other) - ageOf(one));
const found = names.includes(key) ? key : newest;
// The runner is another one than the last: whatever that left is gone.
rmSync(folder, { recursive: true, force: true });
if (found !== undefined) cpSync(path.join(cache, found), folder, { recursive: true });
process.stdout.write(found === undefined ? "nothing to restore\n" : `restored ${found}\n`);

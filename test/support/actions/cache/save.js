// Keeps the folder under its key; what is there under one stays. CommonJS: the runner runs it.
"use strict";
const { cpSync, existsSync } = require("node:fs");
const path = require("node:path");

const { INPUT_PATH: folder, INPUT_KEY: key, TEST_CACHE: cache } = process.env;
const to = path.join(cache, key);
if (!existsSync(folder)) process.stdout.write("nothing to save\n");
else if (existsSync(to)) process.stdout.write(`exists ${key}\n`);
else {
  cpSync(folder, to, { recursive: true });
  process.stdout.write(`saved ${key}\n`);
}

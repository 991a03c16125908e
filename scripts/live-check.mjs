#!/usr/bin/env node
// The first hour with a real key: what this server shows of the open questions of docs/api.md, and which dialect it
// speaks. Needs `npm run build:lib`. Read-only, unless `--write` is given. Prints no key, no URL and no e-mail address.
import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { parseArgs } from "node:util";
import { createAsk } from "./live-check/ask.mjs";
import { createFindings, report } from "./live-check/findings.mjs";
import { lookAtExports } from "./live-check/exports.mjs";
import { look } from "./live-check/reading.mjs";
import { write } from "./live-check/writing.mjs";

// Besides what the package promises, the pieces that say what a server did: this file moves with them.
const require = createRequire(import.meta.url);
const core = {
  ...require("../lib/src/index.js"),
  ...require("../lib/src/redact.js"),
  ...require("../lib/src/api/storage/storage.js"),
  ...require("../lib/src/api/storage/storage-hosts.js"),
};

const USAGE = `Usage: AVALA_API_KEY=… node scripts/live-check.mjs [--write] [--dialect FILE]

  --write         also makes one private dataset of three files of less than 1 kB each and an export of it. Both stay:
                  delete them in the dashboard. It also announces one file of 200 MiB, to see how parts are signed; none
                  of that file is sent, and it may count against the storage quota until its session expires, in
                  24 hours. Without --write nothing is changed.
  --dialect FILE  also writes what was seen as a dialect for \`avala-emulator --dialect FILE\`
`;

function readFlags() {
  const options = {
    write: { type: "boolean", default: false },
    dialect: { type: "string" },
    help: { type: "boolean", default: false },
  };
  try {
    return parseArgs({ options }).values;
  } catch (error) {
    console.error(`${error.message}\n\n${USAGE}`);
    process.exit(2);
  }
}

const flags = readFlags();

async function main() {
  const config = core.readConfig({});
  const avala = core.connect(config);
  const findings = createFindings((text) => core.printable(text));
  const context = { ...{ core, avala, findings }, ask: createAsk(avala.baseUrl, config.apiKey) };
  try {
    const known = await look(context);
    await lookAtExports(context);
    if (flags.write) {
      const name = `avala-live-check-${randomBytes(4).toString("hex")}`;
      console.log(
        `Makes the private dataset ${name} of three files of less than 1 kB each, and an export of it. Both stay.\n` +
          "Announces one file of 200 MiB, of which nothing is sent, to see how parts are signed. It may count against the\n" +
          "storage quota until its session expires, in 24 hours.\n",
      );
      await write(context, { ...known, name });
    }
  } finally {
    avala.close();
    console.log(report(findings, { isWriting: flags.write }));
  }
  const dialect = `${JSON.stringify(findings.dialect, null, 2)}\n`;
  if (flags.dialect !== undefined) writeFileSync(flags.dialect, dialect);
}

if (flags.help) console.log(USAGE);
else {
  await main().catch((error) => {
    // A server's words may name people: the code alone says enough, and our own errors have no secret in them.
    const isInput = core.isAvalaError(error) && error.code === "input";
    const why = isInput ? error.message : (error?.code ?? error?.name ?? "unknown");
    // A route is a template, without names. The hint is ours, and says which scope is needed.
    const where =
      error?.route === undefined ? "" : ` (${error.status ?? "no response"} ${error.route})`;
    const hint = error?.code === "permission" ? ` ${error.hint ?? ""}` : "";
    console.error(`The check ended early: ${why}${where}.${hint}`);
    process.exitCode = 1;
  });
}

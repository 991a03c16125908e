// Loaded into a process that is measured: at its end it writes what the process cost into the file that COST_FILE names.
// @ts-check
"use strict";

const { writeFileSync } = require("node:fs");
const { isMainThread } = require("node:worker_threads");

const file = process.env.COST_FILE;
if (isMainThread && file !== undefined) {
  process.once("exit", () => {
    const { user, system } = process.cpuUsage();
    const cost = {
      durationMs: performance.now(),
      cpuMs: (user + system) / 1000,
      peakBytes: process.resourceUsage().maxRSS * 1024,
    };
    writeFileSync(file, JSON.stringify(cost));
  });
}

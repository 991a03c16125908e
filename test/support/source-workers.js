// Lets a worker thread start from a TypeScript file, as jest's transform does for what is required.
// @ts-check
"use strict";

const path = require("node:path");
const threads = require("node:worker_threads");

const { Worker } = threads;

class SourceWorker extends Worker {
  /** @param {string | URL} file @param {import("node:worker_threads").WorkerOptions} [options] */
  constructor(file, options) {
    const isSource = typeof file === "string" && file.endsWith(".ts");
    if (isSource) super(path.join(__dirname, "source-worker.js"), { ...options, argv: [file] });
    else super(file, options);
  }
}

// Once a process: jest gives all test files the same built-in module.
if (Worker.name !== SourceWorker.name) Object.assign(threads, { Worker: SourceWorker });

// Stacks as long as Node's own, and not ten times as long, as jest has them: the tests make tens of thousands of errors that they
// expect, and the stack is most of what such an error costs.
"use strict";

const { runInThisContext } = require("node:vm");

// Jest runs a test file in a context of its own; Node's own errors are made in the process's.
for (const kind of [Error, runInThisContext("Error")]) kind.stackTraceLimit = 10;

// What Node works out when it is first asked for it, a jest test file's copy of `process` works out at each look. axios
// looks twice a request: 7 % of the time of tests that send many.
"use strict";

Object.defineProperty(process, "allowedNodeEnvironmentFlags", {
  value: process.allowedNodeEnvironmentFlags,
});

// What the tests start talks to servers on this machine. Node reads these certificates at each start: 75 of 120 ms of
// processor time, and an `up` starts it four times.
"use strict";

delete process.env["NODE_EXTRA_CA_CERTS"];

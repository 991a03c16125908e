// A real engine or runner takes seconds to start; a test that hangs should still end.
"use strict";

jest.setTimeout(300_000);

// An emulator that limits nothing and lets nothing wait, but for what a test asks for. It does not know who stops it.
import { startEmulator, type Emulator, type EmulatorOptions } from "../../emulator/index";

const QUIET = { requestsPerMinute: 0, burstPerSecond: 0, ingestMs: 0, exportMs: 0 };

export function startQuietly(options: EmulatorOptions = {}): Promise<Emulator> {
  return startEmulator({ ...QUIET, ...options });
}

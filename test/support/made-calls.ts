// What a run's calls come to in an emulator's ledger, and what was announced of them.
import type { Emulator } from "../../emulator";

const ANNOUNCED = /([\d,]+) API calls/;

export function announcedCalls(text: string): number {
  const [, count = ""] = ANNOUNCED.exec(text) ?? [];
  return Number(count.replaceAll(",", ""));
}

/**
 * The calls since `from`, as where each of `datasets` is indexed when its status is asked for the second time: how often it
 * is asked for depends on the machine that the test runs on.
 */
export function madeCalls(emulator: Emulator, datasets: number, from = 0): number {
  const calls = emulator
    .requests()
    .slice(from)
    .filter(({ target }) => target === "api");
  const statusReads = calls.filter(
    ({ method, route }) => method === "GET" && route === "/datasets/{uid}/",
  );
  return calls.length - statusReads.length + 2 * datasets;
}

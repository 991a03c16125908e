// Items whose URLs are other ones than the emulator's, and lead to the same files.
import type { Avala } from "../../src/api/connection";

/** From now on, in all that is listed. */
export function haveUrls(avala: Avala, change: (url: string) => string): void {
  const before = new Map<string, string>();
  const call: Avala["call"] = avala.call.bind(avala);
  const open = avala.storage.open.bind(avala.storage);
  const changed = (text: string): string =>
    text.replace(/(?<="(?:url|data_url)":")[^"]+/g, (url) => {
      const now = change(url);
      before.set(now, url);
      return now;
    });
  jest
    .spyOn(avala, "call")
    .mockImplementation(
      async (request) => JSON.parse(changed(JSON.stringify(await call(request)))) as never,
    );
  jest
    .spyOn(avala.storage, "open")
    .mockImplementation((request) =>
      open({ ...request, url: before.get(request.url) ?? request.url }),
    );
}

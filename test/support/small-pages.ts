// A server whose lists of items come in small pages: what happens between pages takes few files then.
import { createAxiosTransport } from "../../src/api/transport/axios-transport";
import type { Transport } from "../../src/api/transport/transport";

/** Over the network; a page of items holds so many at most, whatever is asked for. */
export function itemsInPagesOf(count: number): Transport {
  const transport = createAxiosTransport({});
  return {
    ...transport,
    send: (request) => {
      const url = new URL(request.url);
      if (!url.pathname.endsWith("/items/")) return transport.send(request);
      url.searchParams.set("limit", String(count));
      return transport.send({ ...request, url: url.href });
    },
  };
}

// The transport of API calls: axios in front, and under it the same library that carries bytes. Knows nothing of Avala.
//
// Node's own client under axios takes 0.7 ms of processor time a call more than this, until it is compiled, of the 1 ms
// that a small file's call then costs; and it has a proxy's answer to CONNECT come as if it was the server's.
import type { AxiosAdapter } from "axios";
import { axiosCore } from "./axios-core";
import { ACCEPTED_ENCODINGS, decodedReply } from "./content-encoding";
import { createStorageTransport } from "./storage-transport";
import type { HttpRequest, HttpResponse, ProxySettings, Transport } from "./transport";

interface AxiosTransportOptions {
  readonly proxy?: ProxySettings | undefined;
}

function asAccepting<Request extends HttpRequest>(request: Request): Request {
  return { ...request, headers: { "Accept-Encoding": ACCEPTED_ENCODINGS, ...request.headers } };
}

/** Request and reply go past axios as a whole, which would copy the headers of each one by one, and more than once. */
function adapterFor(wire: Transport, request: HttpRequest): AxiosAdapter {
  return async (config) => {
    const reply = await decodedReply(await wire.send(asAccepting(request)), request);
    return { data: reply, status: reply.status, statusText: "", headers: {}, config };
  };
}

/**
 * What each call replaces, so that it adds no field to the defaults: axios merges both by a spread, and of an object that a
 * spread begins and new fields follow Node 20 keeps a shape of 0.6 kB until a full collection. One that fields begin has none.
 */
const ofEachCall = { method: "", url: "", adapter: [] };

/**
 * Connections are kept; a redirect is a reply; nothing is parsed and no status is judged.
 * @throws InputError for a proxy that is not a URL
 */
export function createAxiosTransport(options: AxiosTransportOptions = {}): Transport {
  // What waits for a reply for minutes must not hold up other calls.
  const wire = createStorageTransport({ ...options, connections: null });
  // Without the defaults that `axios.create` adds and that would be merged into every call: nothing is transformed or parsed.
  const client = new axiosCore.Axios({ validateStatus: null, ...ofEachCall });
  return {
    send: async (request) => {
      const { method, url } = request;
      const adapter = adapterFor(wire, request);
      return (await client.request<HttpResponse>({ method, url, adapter })).data;
    },
    open: (request) => wire.open(asAccepting(request)),
    close: () => wire.close(),
  };
}

// The toolkit's own fetch, which honours the runner's proxies, with an end to time and size. Knows nothing of GitHub.
import { defaults } from "@actions/github/lib/utils";

const TRY_MS = 15_000;
const MAX_REPLY_BYTES = 1_000_000;

const { fetch: proxiedFetch } = defaults.request as unknown as { readonly fetch: typeof fetch };

export const boundedFetch: typeof fetch = async (url, options) => {
  const limit = AbortSignal.timeout(TRY_MS);
  const signal = options?.signal ? AbortSignal.any([options.signal, limit]) : limit;
  const reply = await proxiedFetch(url, { ...options, signal });
  const { status, statusText } = reply;
  const headers = Object.fromEntries(reply.headers);
  const body = reply.body?.pipeThrough(limitTo(MAX_REPLY_BYTES)) ?? null;
  return new Response(body, { status, statusText, headers });
};

function limitTo(maxBytes: number): TransformStream<Uint8Array, Uint8Array> {
  let bytes = 0;
  return new TransformStream({
    transform(chunk, controller) {
      bytes += chunk.length;
      if (bytes > maxBytes) throw new Error(`The response is larger than ${maxBytes} bytes.`);
      controller.enqueue(chunk);
    },
  });
}

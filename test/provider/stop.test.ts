// The engine's call to stop, as it comes in at the process's own server.
import { connect, createServer, type Http2Server } from "node:http2";
import type { AddressInfo } from "node:net";
import { watchForStop } from "../../provider/process/stop";

let server: Http2Server;

beforeEach(async () => {
  server = createServer();
  server.on("stream", (stream) => {
    stream.respond({ ":status": 200 });
    stream.end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});
afterEach(() => server.close());

async function call(method: string): Promise<void> {
  const client = connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const request = client.request({
    ":method": "POST",
    ":path": `/pulumirpc.ResourceProvider/${method}`,
  });
  await new Promise((resolve, reject) => {
    request.once("error", reject).once("close", resolve).resume().end();
  });
  client.close();
}

describe("the engine's call to stop", () => {
  test("aborts the provider's work", async () => {
    const { signal } = watchForStop();
    await call("Cancel");
    expect(signal.aborted).toBe(true);
  });

  test("is told from the other calls", async () => {
    const { signal } = watchForStop();
    await call("Check");
    expect(signal.aborted).toBe(false);
  });
});

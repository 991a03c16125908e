// The engine as the provider's process sees it: a gRPC server that is there, and then is not.
import { createRequire } from "node:module";
import { EngineService } from "@pulumi/pulumi/proto/engine_grpc_pb";
import { connectEngine } from "../../provider/process/engine";

interface GrpcServer {
  addService(service: unknown, methods: object): void;
  bindAsync(
    address: string,
    credentials: unknown,
    done: (error: Error | null, port: number) => void,
  ): void;
  forceShutdown(): void;
}

interface Grpc {
  readonly Server: new () => GrpcServer;
  readonly ServerCredentials: { createInsecure(): unknown };
}

const grpc = createRequire(require.resolve("@pulumi/pulumi"))("@grpc/grpc-js") as Grpc;

let server: GrpcServer;

async function startEngine(): Promise<string> {
  server = new grpc.Server();
  server.addService(EngineService, {});
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, bound) => {
      if (error === null) resolve(bound);
      else reject(error);
    });
  });
  return `127.0.0.1:${port}`;
}

afterEach(() => {
  server.forceShutdown();
});

describe("an engine that dies", () => {
  test("is noticed by a provider that has nothing to report", async () => {
    const address = await startEngine();
    const gone = new Promise<void>((resolve) => {
      connectEngine(address, resolve);
    });
    server.forceShutdown();
    await expect(gone).resolves.toBeUndefined();
  });
});

describe("an engine that lives", () => {
  test("is not taken for gone while nothing is said", async () => {
    const address = await startEngine();
    let isGone = false;
    connectEngine(address, () => {
      isGone = true;
    });
    // Two looks long.
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    expect(isGone).toBe(false);
  });
});

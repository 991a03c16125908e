// The provider's process without the engine: started as the engine starts it, and spoken to as the engine does.
// Knows nothing of what it provides.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import { Struct, type JavaScriptValue } from "google-protobuf/google/protobuf/struct_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { ResourceProviderClient } from "@pulumi/pulumi/proto/provider_grpc_pb";
import {
  CheckRequest,
  ConfigureRequest,
  CreateRequest,
  type CheckResponse,
  type ConfigureResponse,
  type CreateResponse,
} from "@pulumi/pulumi/proto/provider_pb";

export type Properties = Record<string, JavaScriptValue>;

export interface ProviderProcess {
  /** What `check` makes of the inputs. @throws with its failures */
  check(inputs: Properties): Promise<Properties>;
  /** @throws gRPC's error, whose message is the provider's */
  create(inputs: Properties): Promise<{ readonly id: string; readonly outputs: Properties }>;
  /** What the engine asks of every provider on Ctrl-C. */
  cancel(): Promise<void>;
  /** Ends the process and tells what it printed on its standard error. */
  stop(): Promise<string>;
}

const PROGRAM = require.resolve("@pulumi/pulumi/cmd/dynamic-provider");
/** It tells nobody what it does: an address at which no engine listens would make it stop. */
const NO_ENGINE = "none";
const URN = "urn:pulumi:test::test::pulumi-nodejs:dynamic::test";

interface Grpc {
  readonly credentials: { createInsecure(): never };
}

/** Makes one of the client's calls, and waits for the reply. */
function call<Request, Reply>(
  method: (request: Request, callback: (error: Error | null, reply: Reply) => void) => unknown,
  request: Request,
): Promise<Reply> {
  return new Promise((resolve, reject) => {
    method(request, (error, reply) => {
      if (error === null) resolve(reply);
      else reject(error);
    });
  });
}

function configuration(): ConfigureRequest {
  const request = new ConfigureRequest();
  request.setArgs(Struct.fromJavaScript({}));
  return request;
}

function callsOf(client: ResourceProviderClient): Omit<ProviderProcess, "stop"> {
  return {
    check: async (inputs) => {
      const request = new CheckRequest();
      request.setUrn(URN);
      request.setOlds(Struct.fromJavaScript({}));
      request.setNews(Struct.fromJavaScript(inputs));
      const reply = await call<CheckRequest, CheckResponse>(client.check.bind(client), request);
      const failures = reply.getFailuresList().map((failure) => failure.getReason());
      if (failures.length > 0) throw new Error(failures.join("\n"));
      return reply.getInputs()?.toJavaScript() ?? {};
    },
    create: async (inputs) => {
      const request = new CreateRequest();
      request.setUrn(URN);
      request.setProperties(Struct.fromJavaScript(inputs));
      const reply = await call<CreateRequest, CreateResponse>(client.create.bind(client), request);
      return { id: reply.getId(), outputs: reply.getProperties()?.toJavaScript() ?? {} };
    },
    cancel: async () => {
      await call<Empty, Empty>(client.cancel.bind(client), new Empty());
    },
  };
}

/** Stop it when the test ends. */
export async function startProvider(options: {
  readonly node: string;
  /** Where a program would be: what the provider's code is found from, and relative paths too. */
  readonly folder: string;
  readonly env: NodeJS.ProcessEnv;
}): Promise<ProviderProcess> {
  const child = spawn(options.node, [PROGRAM, NO_ENGINE], {
    cwd: options.folder,
    env: options.env,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let said = "";
  child.stderr.on("data", (chunk: Buffer) => (said += chunk.toString()));
  const closed = once(child, "close");
  const port = await new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout }).once("line", resolve);
    void closed.then(() => {
      reject(new Error(`The provider's process ended:\n${said}`));
    });
  });
  const grpc = createRequire(PROGRAM)("@grpc/grpc-js") as Grpc;
  const client = new ResourceProviderClient(`127.0.0.1:${port}`, grpc.credentials.createInsecure());
  await call<ConfigureRequest, ConfigureResponse>(client.configure.bind(client), configuration());
  return {
    ...callsOf(client),
    stop: async () => {
      client.close();
      child.kill();
      await closed;
      return said;
    },
  };
}

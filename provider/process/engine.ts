// Messages and live progress to the engine, over its own gRPC service. A message that can't be delivered is dropped: it must
// never fail a resource. Knows nothing of Avala.
import { createRequire } from "node:module";
import { LogRequest, LogSeverity } from "@pulumi/pulumi/proto/engine_pb";
import { EngineClient } from "@pulumi/pulumi/proto/engine_grpc_pb";

export interface EngineMessage {
  readonly severity: "info" | "warning";
  readonly text: string;
  /** The resource's row that shows it; absent: the stack's. */
  readonly urn?: string | undefined;
  /** Shown while the update runs, then gone. */
  readonly isEphemeral?: boolean;
}

/** Resolves when the engine has it, or when it can't be delivered. Never rejects. */
export type EngineLog = (message: EngineMessage) => Promise<void>;

interface Grpc {
  readonly credentials: { createInsecure(): never };
}

// The SDK's own copy of gRPC, wherever a package manager put it: it is not a dependency of ours.
function grpcOfTheSdk(): Grpc {
  return createRequire(require.resolve("@pulumi/pulumi"))("@grpc/grpc-js") as Grpc;
}

const ADDRESS = /^[^\s/]+:\d+$/;

function connect(address: string | undefined): EngineClient | undefined {
  if (address === undefined || !ADDRESS.test(address)) return undefined;
  try {
    return new EngineClient(address, grpcOfTheSdk().credentials.createInsecure());
  } catch {
    return undefined;
  }
}

function toRequest(message: EngineMessage): LogRequest {
  const request = new LogRequest();
  request.setSeverity(message.severity === "warning" ? LogSeverity.WARNING : LogSeverity.INFO);
  request.setMessage(message.text);
  request.setUrn(message.urn ?? "");
  request.setEphemeral(message.isEphemeral ?? false);
  return request;
}

const LOOK_EVERY_MS = 2_000;
// An engine at work may be slow to accept a connection; one that is gone refuses each, however long we wait.
const ANSWER_MS = 5_000;
const MAX_SILENT_LOOKS = 2;

/** Looks for the engine every now and then: a provider with nothing to report would outlive an engine that was killed. */
function watchEngine(client: EngineClient, onGone: () => void): void {
  let silentLooks = 0;
  const look = (): void => {
    client.waitForReady(Date.now() + ANSWER_MS, (error) => {
      silentLooks = error === undefined ? 0 : silentLooks + 1;
      if (silentLooks >= MAX_SILENT_LOOKS) onGone();
      else setTimeout(look, LOOK_EVERY_MS).unref();
    });
  };
  look();
}

/**
 * A log to the engine at `address`, which is the first argument of the provider's process. Anything else than an
 * address makes a log that drops what it is given, so that the package can be loaded anywhere. `onGone` is called when
 * the engine does not answer any more, whether there is a message for it or not.
 */
export function connectEngine(
  address: string | undefined,
  onGone: () => void = () => undefined,
): EngineLog {
  const client = connect(address);
  if (client === undefined) return () => Promise.resolve();
  watchEngine(client, onGone);
  // One after the other: calls under way together may arrive in any order, and an old line would be the last.
  let before: Promise<void> = Promise.resolve();
  return (message) => {
    before = before.then(() => send(client, message, onGone));
    return before;
  };
}

// gRPC's UNAVAILABLE: nothing listens at the address any more.
const GONE = 14;

function send(client: EngineClient, message: EngineMessage, onGone: () => void): Promise<void> {
  return new Promise((resolve) => {
    try {
      client.log(toRequest(message), (error) => {
        if (Number(error?.code) === GONE) onGone();
        resolve();
      });
    } catch {
      // The engine is gone, and so is whoever would read the message.
      resolve();
    }
  });
}

// A hostile server's JSON on the real engine: nothing is fetched, and no `up` fails of it.
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { WITH_CHANGES } from "../support/dialects";
import { createAvalaStack, type AvalaStack } from "../support/avala-stack";
import { hostileValues, poison } from "../support/hostile-json";
import { describeWithPart } from "../support/parts";

const PROGRAM = `
import * as avala from "@avala/pulumi";
const dataset = new avala.Dataset("pets", { dataType: "image", onDelete: "delete" });
export const labels = dataset.predefinedLabels;
export const found = avala.getDatasetOutput({ uid: dataset.uid }).predefinedLabels;
`;

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Stands before `target` and puts `labels`, JSON text, into the datasets of its replies. */
function poisoningProxy(target: () => string, labels: () => string): Server {
  return createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const { method = "GET", url = "/", headers } = request;
      const key = headers["x-avala-api-key"];
      const body = Buffer.concat(chunks);
      void fetch(new URL(url, target()), {
        method,
        headers: {
          "content-type": "application/json",
          ...(typeof key === "string" && { "x-avala-api-key": key }),
        },
        ...(body.length > 0 && { body }),
      }).then(async (reply) => {
        const text = await reply.text();
        response.writeHead(reply.status, { "content-type": "application/json" });
        // A page, as of a route that is not there, has no fields.
        const isJson = text.startsWith("{") || text.startsWith("[");
        response.end(isJson ? poison(text, "predefined_labels", labels()) : text);
      });
    });
  });
}

describeWithPart("pulumi", (pulumi) => {
  let it_: AvalaStack;
  let fetched = 0;
  let labels = "null";
  const web = createServer((_request, response) => {
    fetched += 1;
    response.end("fetched");
  });
  const proxy = poisoningProxy(
    () => new URL(it_.avala.baseUrl).origin,
    () => labels,
  );
  let uri: string;
  beforeAll(async () => {
    it_ = await createAvalaStack(pulumi, PROGRAM, WITH_CHANGES);
    uri = await listen(web);
    const path = new URL(it_.avala.baseUrl).pathname;
    it_.stack.setEnv({ AVALA_BASE_URL: `${await listen(proxy)}${path}` });
  });
  afterAll(async () => {
    web.close();
    proxy.close();
    await it_.stop();
  });

  const all = (): readonly (readonly [string, string])[] =>
    Object.entries(hostileValues(uri)).filter(([name]) => name !== "a huge object");

  test.each([
    ["an asset", () => hostileValues(uri)["an asset"] ?? ""],
    // Each in a member of its own, so that one run of the engine meets them all.
    [
      "everything hostile",
      () =>
        `{${all()
          .map(([name, value]) => `${JSON.stringify(name)}:${value}`)
          .join(",")}}`,
    ],
  ])("%s as labels is kept as data from up to destroy", async (_name, hostile) => {
    labels = hostile();
    await it_.stack.up();
    const outputs = it_.stack.outputs();
    expect(outputs["found"]).toEqual(outputs["labels"]);
    await it_.stack.up("--refresh", "--expect-no-changes");
    await it_.stack.destroy();
    expect(fetched).toBe(0);
  });
});

// Webhooks: what is never sent again, what a test of one says, and what became of its messages.
import {
  getWebhookDelivery,
  listWebhookDeliveries,
  type WebhookDelivery,
  type WebhookDeliveryFilter,
} from "../../src/api/endpoints/webhook-deliveries";
import {
  createWebhook,
  testWebhook,
  updateWebhook,
  type WebhookInput,
} from "../../src/api/endpoints/webhooks";
import { startSpeaking } from "../support/dialects";
import { reply, scripted } from "../support/scripted-transport";
import { sessionWith } from "../support/session";

const wire = { uid: "w1", target_url: "https://x.example/", events: [], is_active: true };
const input: WebhookInput = { targetUrl: "https://x.example/", events: ["export.completed"] };

test("an event that no source names is passed on as it is", async () => {
  const { avala, body } = scripted([reply(201, wire)]);
  await createWebhook(avala, { ...input, events: ["quality.alert", "project.imagined"] });
  expect(body()).toMatchObject({ events: ["quality.alert", "project.imagined"] });
});

test("a change never sends a secret", async () => {
  const { avala, body } = scripted([reply(200, wire)]);
  await updateWebhook(avala, "w1", { ...input, isActive: false, secret: "other" } as WebhookInput);
  expect(body()).toEqual({
    ...{ target_url: "https://x.example/", events: ["export.completed"] },
    is_active: false,
  });
});

test.each([
  [
    { success: true, message: "Sent." },
    { isSuccess: true, message: "Sent." },
  ],
  [
    { success: false, message: "500" },
    { isSuccess: false, message: "500" },
  ],
  [{ success: true, message: "" }, { isSuccess: true }],
  [undefined, {}],
])("a test that is answered with %j is %j", async (body, expected) => {
  const { avala } = scripted([reply(200, body)]);
  expect(await testWebhook(avala, "w1")).toEqual(expected);
});

test("a test that quotes the secret does not show it", async () => {
  const { avala } = scripted([
    reply(201, { ...wire, secret: "made-by-the-server" }),
    reply(200, { success: false, message: "signed with made-by-the-server" }),
  ]);
  await createWebhook(avala, input);
  expect((await testWebhook(avala, "w1")).message).toBe("signed with ***");
});

describe("deliveries", () => {
  test("are those of one webhook, or of one status, or all", async () => {
    const emulator = await startSpeaking({});
    const { avala } = sessionWith(emulator);
    const one = await createWebhook(avala, input);
    const other = await createWebhook(avala, input);
    emulator.addDelivery(one.uid, { status: "failed", responseStatus: 500, attempts: 3 });
    emulator.addDelivery(one.uid, {});
    emulator.addDelivery(other.uid, { status: "failed" });
    const count = async (of?: WebhookDeliveryFilter): Promise<number> => {
      const found: WebhookDelivery[] = [];
      for await (const delivery of listWebhookDeliveries(avala, of)) found.push(delivery);
      return found.length;
    };
    expect(await count()).toBe(3);
    expect(await count({ webhookUid: one.uid })).toBe(2);
    expect(await count({ status: "failed" })).toBe(2);
    expect(await count({ webhookUid: one.uid, status: "failed" })).toBe(1);
  });

  test("are read with every field", async () => {
    const { avala } = scripted([
      reply(200, {
        ...{ uid: "d1", subscription: { uid: "w1" }, event_type: "export.completed" },
        ...{ payload: { snake_case: 1 }, response_status: 503, attempts: 2 },
        ...{ next_retry_at: "2026-01-01T00:00:00Z", status: "pending" },
        created_at: "2026-01-01T00:00:00Z",
      }),
    ]);
    expect(await getWebhookDelivery(avala, "d1")).toEqual({
      ...{ uid: "d1", webhookUid: "w1", eventType: "export.completed" },
      ...{ payload: { snake_case: 1 }, responseStatus: 503, attempts: 2 },
      ...{ nextRetryAt: "2026-01-01T00:00:00Z", status: "pending" },
      createdAt: "2026-01-01T00:00:00Z",
    });
  });
});

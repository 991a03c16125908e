// Webhook, as a program constructs it.
import * as pulumi from "@pulumi/pulumi";
import type { WebhookEvent } from "../../src/api/endpoints/webhooks";
import { outputsIn } from "../fields/field";
import { WEBHOOK_FIELDS } from "../fields/webhook";
import { AvalaResource } from "./resource";

export interface WebhookArgs {
  /** https. */
  targetUrl: pulumi.Input<string>;
  /** Their order does not matter. */
  events: pulumi.Input<pulumi.Input<WebhookEvent>[]>;
  /** @default true */
  isActive?: pulumi.Input<boolean>;
  /** What deliveries are signed with. Another one is another webhook. @default made by the server */
  secret?: pulumi.Input<string>;
  /** Have the server send a test message; one that does not arrive fails the `up`. @default false */
  test?: pulumi.Input<boolean>;
}

const OUTPUTS = ["uid", ...outputsIn(WEBHOOK_FIELDS), "createdAt", "updatedAt"];

/** Where Avala reports what happened. */
export class Webhook extends AvalaResource {
  /** Its id: known in a preview also while the resource is to be changed. */
  declare readonly uid: pulumi.Output<string>;
  declare readonly targetUrl: pulumi.Output<string>;
  declare readonly events: pulumi.Output<string[]>;
  declare readonly isActive: pulumi.Output<boolean>;
  /** Secret. Deliveries carry its HMAC-SHA256 of the body in `X-Avala-Webhook-Signature`. */
  declare readonly secret: pulumi.Output<string | undefined>;
  declare readonly createdAt: pulumi.Output<string | undefined>;
  declare readonly updatedAt: pulumi.Output<string | undefined>;

  constructor(name: string, args: WebhookArgs, options?: pulumi.CustomResourceOptions) {
    const secret = args.secret === undefined ? undefined : pulumi.secret(args.secret);
    super({
      kind: "webhook",
      name,
      inputs: options?.id === undefined ? { ...args, secret } : undefined,
      outputs: OUTPUTS,
      options,
    });
    this.uid = this.id;
  }

  /** An existing webhook, by its uid. Its secret is not known. */
  static get(
    name: string,
    id: pulumi.Input<pulumi.ID>,
    options?: pulumi.CustomResourceOptions,
  ): Webhook {
    return new Webhook(name, { targetUrl: "", events: [] }, { ...options, id });
  }
}

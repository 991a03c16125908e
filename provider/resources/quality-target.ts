// QualityTarget, as a program constructs it.
import type * as pulumi from "@pulumi/pulumi";
import { outputsIn } from "../fields/field";
import { QUALITY_TARGET_FIELDS } from "../fields/quality-target";
import { AvalaResource } from "./resource";

export interface QualityTargetArgs {
  /** Uid of the project. Another project is another target. */
  project: pulumi.Input<string>;
  /** At most 255 characters. */
  name: pulumi.Input<string>;
  /** `issue_rate`, `acceptance_rate`, `rejection_rate`, `mean_resolution_time` or `critical_issue_count`. */
  metric: pulumi.Input<string>;
  threshold: pulumi.Input<number>;
  /** How the value is compared with the threshold. Whether that is the goal or its breach, Avala does not document. */
  operator: pulumi.Input<"gt" | "lt" | "gte" | "lte">;
  /** @default the server's own */
  severity?: pulumi.Input<"warning" | "critical">;
  /** @default true */
  isActive?: pulumi.Input<boolean>;
  /** Whether a breach is reported to webhooks (`quality.alert`). @default the server's own */
  notifyWebhook?: pulumi.Input<boolean>;
  /** Their order does not matter. @default none */
  notifyEmails?: pulumi.Input<pulumi.Input<string>[]>;
}

const OUTPUTS = ["uid", ...outputsIn(QUALITY_TARGET_FIELDS)];

/** What a project's quality is held to. `gate-quality-targets` of the Action asks whether one is breached. */
export class QualityTarget extends AvalaResource {
  declare readonly project: pulumi.Output<string>;
  declare readonly uid: pulumi.Output<string>;
  declare readonly name: pulumi.Output<string>;
  declare readonly metric: pulumi.Output<string>;
  declare readonly threshold: pulumi.Output<number>;
  declare readonly operator: pulumi.Output<string>;
  declare readonly severity: pulumi.Output<string | undefined>;
  declare readonly isActive: pulumi.Output<boolean | undefined>;
  declare readonly notifyWebhook: pulumi.Output<boolean | undefined>;
  declare readonly notifyEmails: pulumi.Output<string[] | undefined>;

  constructor(name: string, args: QualityTargetArgs, options?: pulumi.CustomResourceOptions) {
    super({
      kind: "qualityTarget",
      name,
      inputs: options?.id === undefined ? { ...args } : undefined,
      outputs: OUTPUTS,
      options,
    });
  }

  /** An existing target, by the uid of its project, a slash, and its own uid. */
  static get(
    name: string,
    id: pulumi.Input<pulumi.ID>,
    options?: pulumi.CustomResourceOptions,
  ): QualityTarget {
    const args: QualityTargetArgs = {
      ...{ project: "", name: "", metric: "", threshold: 0, operator: "gt" },
    };
    return new QualityTarget(name, args, { ...options, id });
  }
}

// The shape of every handler: all of Pulumi's methods, none left out.
import type { dynamic } from "@pulumi/pulumi";

export type Handler<Inputs, Outputs> = Required<dynamic.ResourceProvider<Inputs, Outputs>>;

// The shape of every handler: all of Pulumi's methods, none left out.
import type { dynamic } from "@pulumi/pulumi";

export type Handler<Inputs, Outputs> = Required<dynamic.ResourceProvider<Inputs, Outputs>>;

/** What each resource does its own way: the configuration is taken by the session, for all of them. */
export type OwnMethods<Inputs, Outputs> = Omit<Handler<Inputs, Outputs>, "configure">;

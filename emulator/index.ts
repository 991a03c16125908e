// The emulator's public names, for tests that run it in their own process. No code.
export type { Clock } from "./clock";
export type { Dialect, SwitchName } from "./dialect/dialect";
export { DEFAULT_DIALECT, mixture, opposites, SWITCHES } from "./dialect/dialect";
export type { Switch } from "./dialect/switch";
export type { Emulator } from "./emulator";
export { startEmulator } from "./emulator";
export type { Fault, FaultMatch, FaultReply } from "./http/faults";
export type { LedgerEntry } from "./http/ledger";
export type { Inspection, ObjectInfo } from "./inspect";
export type { EmulatorOptions, ExternalStorage } from "./options";
export type { NewDelivery } from "./api/resources/deliveries";
export type { NewKey, NewProject, NewTasks } from "./seed";
export type { Dataset, Export, Item, Project, Slice, User } from "./state/records";

// Every example by name: the gallery shows them, the tests draw them and look for what is wrong.
import type { Snapshot } from "../views";
import { app } from "./app";
import { connections } from "./connection";
import { plan } from "./plan";
import { saml } from "./saml";
import { start } from "./start";

export { NOW } from "./frame";

export const examples: Record<string, Snapshot> = { ...start, ...connections, ...plan, ...app, ...saml };

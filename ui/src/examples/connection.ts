// The connection's own page: fresh, and in the middle of it.
import type { Snapshot, WireState, WireView } from "../views";
import { action, ago, connection, prepare, signOn, snapshot } from "./frame";

const wire = (name: string, left_field: string, right_field: string, to_right: boolean, group: string, state: WireState, word: string, left = "", right = ""): WireView => ({
  name,
  left_field,
  right_field,
  to_right,
  group,
  state,
  word,
  left,
  right,
});

const SSO = "Single sign-on";
const SCIM = "Provisioning";
const LOGIN_URL = "https://login.microsoftonline.com/8f2c5d1e-6b0a-4c1d-9f3e-2a7b8c4dc9f1/saml2";
const ENTRA_ID = "https://sts.windows.net/8f2c5d1e-6b0a-4c1d-9f3e-2a7b8c4dc9f1/";
const ENTITY = "https://auth.atlassian.com/saml/c41e7a90-2f36-4d0b-b8a5-6e19d3f70c52";
const ACS = "https://auth.atlassian.com/login/callback?connection=saml-c41e7a90-2f36-4d0b-b8a5-6e19d3f70c52";
const PROVEN = "A log-in went through";
const EQUAL = "Equal on both sides";

const inTheMiddle: WireView[] = [
  wire("Login URL", "Login URL", "Identity provider SSO URL", true, SSO, "set", "Pasted, not proven", LOGIN_URL, LOGIN_URL),
  wire("Entra identifier", "Microsoft Entra Identifier", "Identity provider Entity ID", true, SSO, "equal", PROVEN, ENTRA_ID, ENTRA_ID),
  wire("Certificate", "Certificate (Base64)", "Public x509 certificate", true, SSO, "differs", "Differs", "5A3F…9C41", "B208…07E2"),
  wire("Entity URL", "Identifier (Entity ID)", "Service provider entity URL", false, SSO, "equal", EQUAL, ENTITY, ENTITY),
  wire("ACS URL", "Reply URL (ACS URL)", "SP assertion consumer service URL", false, SSO, "differs", "Differs", "https://auth.atlassian.com/login/callback, default https://auth.atlassian.com/login/callback", ACS),
  wire("SCIM base URL", "Tenant URL", "SCIM base URL", false, SCIM, "none", "Not in the guide yet"),
  wire("SCIM key", "Secret Token", "API key", false, SCIM, "none", "Not in the guide yet"),
];

const fresh = inTheMiddle.map((one) => ({ ...one, state: "none" as const, word: one.group === SSO ? "Not set" : one.word, left: "", right: "" }));
const note =
  "Nobody can read at Atlassian what was pasted there; a log-in that goes through proves it. Provisioning is not part of this guide yet: Lockstep does not look at its two hand-overs.";

export const connections: Record<string, Snapshot> = {
  connection: snapshot({
    page: { kind: "connection" },
    open: connection([prepare("done", "Done"), signOn("done", "Done")], {
      state: "Needs attention: 2 steps",
      status: "attention",
      left_at: { id: "s1.2", number: "1.2", title: "Certificate and Entra values", status: "attention", word: "Needs attention" },
      picture: {
        left: "Atlassian Cloud",
        left_about: "Entra, contoso.com",
        right: "Contoso",
        right_about: "Atlassian organization",
        said: "Login URL: pasted, not proven. Entra identifier: a log-in went through. Certificate: differs, 5A3F…9C41 in Entra, B208…07E2 at Atlassian. Entity URL: equal on both sides. SCIM base URL, SCIM key: not in the guide yet.",
        note,
        wires: inTheMiddle,
      },
      undo_all: action({ do: "undo", step: null }, "Undo all 3 changes…"),
      footer: {
        say: "The certificate at Atlassian stops working on 5 Dec 2026, in 13 days.",
        back: null,
        next: action({ do: "look_at_all" }, "Look again"),
        primary: action({ do: "go_step", id: "s1.2" }, "Continue at 1.2"),
        runs: null,
      },
    }),
  }),
  "connection-fresh": snapshot({
    page: { kind: "connection" },
    theme: "system",
    open: connection([prepare("not_started", "Not started"), signOn("cannot_start", "Cannot start yet, needs 0.3")], {
      state: "Not started",
      status: "not_started",
      entra: { title: "Not signed in", service: "Microsoft Entra ID", who: "Step 0.2 asks you to" },
      atlassian: { title: "No key yet", service: "Atlassian", who: "Step 0.3 asks for it" },
      checked: null,
      left_at: null,
      read_only: true,
      vault: { tone: "warn", strong: "Only in memory, until you close Lockstep.", text: "This computer has no keyring that answers. Keys have to be pasted again next time.", compare: null },
      picture: { left: "Atlassian Cloud", left_about: "Entra, not signed in", right: "Atlassian", right_about: "no organization yet", said: "Login URL, Entra identifier, Certificate, Entity URL, ACS URL: not set. SCIM base URL, SCIM key: not in the guide yet.", note, wires: fresh },
      footer: { say: "Nothing was looked at yet.", back: null, next: null, primary: action({ do: "go_step", id: "plan" }, "Begin at 0.1"), runs: null },
    }),
  }),
  "connection-asks": snapshot({
    page: { kind: "connection" },
    open: connection([prepare("done", "Done"), signOn("done", "Done")], {
      checked: ago(4),
      footer: { say: "3 changes can be taken back.", back: null, next: null, primary: action({ do: "go_step", id: "s1.2" }, "Continue at 1.2"), runs: null },
    }),
    confirm: {
      title: "Undo 3 changes in Entra?",
      text: ["The application Atlassian Cloud is deleted, with its owner and its tag.", "Microsoft keeps it 30 days; until then it can be restored."],
      retype: "Atlassian Cloud",
      go: action({ do: "undo_confirmed", step: null }, "Undo 3 changes"),
      leave: action({ do: "dismiss" }, "Leave it"),
    },
  }),
};

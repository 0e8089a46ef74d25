// Pages of single sign-on: values pasted at Atlassian and brought back, people found by typing, a lock shut and open.
import type { AskView, LockView, StepView } from "../views";
import { action, changeRow, check, connection, footer, onStep, prepare, signOn, step } from "./frame";

const open = connection([prepare("done", "Done"), signOn("done", "Done")]);
const sign = { phase: "Single sign-on" };

const entity = "https://auth.atlassian.com/saml/c41e7a90-2f36-4d0b-b8a5-6e19d3f70c52";
const ask = (id: string, label: string, change: Partial<AskView>): AskView => ({
  id, label, hint: "", example: null, kind: { kind: "text" }, value: null, kept: false, said: null, optional: false, copies: [], path: null, link: null, ...change,
});

const details: StepView = step({
  ...sign,
  id: "saml-details",
  number: "1.3",
  title: "Atlassian SAML details",
  why: ["Atlassian must know where to send people and whose signature to trust. It has no API for this, so you paste three values there by hand."],
  hand: {
    first: true,
    intro: "If Atlassian asks, choose manual.",
    steps: ["Open the directory of your identity provider.", "Choose Set up SAML single sign-on."],
    path: { now: ["Atlassian Administration", "Security", "User security", "Identity providers"], older: [{ when: "2021 to 2025", path: ["Security", "Identity providers"] }] },
    link: { label: "Open Atlassian Administration", url: "https://admin.atlassian.com/" },
    private: [],
    copies: [
      { label: "Identity provider SSO URL", note: "Entra: Login URL", value: "https://login.microsoftonline.com/8f2c1d64-5b7e-4c1a-9e53-0d6a7b42c9f1/saml2" },
      { label: "Identity provider Entity ID", note: "Entra: Microsoft Entra Identifier. The slash at the end belongs to it.", value: "https://sts.windows.net/8f2c1d64-5b7e-4c1a-9e53-0d6a7b42c9f1/" },
    ],
    hand_over: true,
    done: null,
  },
  asks: [
    ask("saml.sp_entity", "Service provider entity URL", { value: entity, said: { tone: "pass", strong: "Right form.", text: "Not your organization, directory or tenant id.", compare: null } }),
    ask("saml.acs", "Service provider assertion consumer service URL", {
      value: "https://auth.atlassian.com/login/callback",
      said: { tone: "fail", strong: "The end is missing.", text: "Copy it again, to its last character.", compare: { yours: "https://auth.atlassian.com/login/callback", expected: "https://auth.atlassian.com/login/callback?connection=saml-c41e7a90" } },
    }),
  ],
  then: ["At Atlassian choose Stop and save SAML. It saves without enforcing."],
  documents: [{ name: "certificate.pem", saved: "", save: action({ do: "save_document", id: "certificate" }, "Save certificate.pem"), elsewhere: null }],
  footer: footer("1 of 2 addresses is right.", null, action({ do: "look" }, "Check the addresses", "First answer: the address.")),
});

export const search = ask("pilot.who", "Who tries it first?", {
  hint: "A person or a group.",
  kind: { kind: "search", chosen: "alex@contoso.com", found: [{ value: "user/1/alex@contoso.com", label: "Alex Wilber", hint: "alex@contoso.com" }, { value: "user/2/allan@contoso.com", label: "Allan Deyoung", hint: "allan@contoso.com, no mailbox" }], running: false },
  value: "user/1/alex@contoso.com",
});

const pilot: StepView = step({
  ...sign,
  id: "pilot",
  number: "1.7",
  title: "Pilot people",
  why: ["A few people try it before everybody does."],
  revealed: { copies: [{ label: "Password of b.simon@contoso.com", note: "Shown once. Lockstep keeps it nowhere.", value: "practice-Pass-1" }], hide: action({ do: "hide_revealed" }, "I have noted it") },
  asks: [search],
  footer: footer("", null, action({ do: "look" }, "Look")),
});

const holds = (admin: boolean): LockView => ({
  title: admin ? "Unlocked: all 3 hold" : "Locked: 2 of 3 hold",
  text: admin ? "Looked at again each minute; it shuts when one no longer holds." : "Missing: an organization admin outside the policy.",
  open: admin,
  checks: [
    check("proven", "pass", "Passed", "A pilot log-in came through within the last hour", "Alex Wilber, 14:02. Counts until 15:02."),
    check("outside", admin ? "pass" : "fail", admin ? "Passed" : "Failed", "An organization admin outside the policy", admin ? "Lee Gu, with a password." : "Adele Vance and Lee Gu are both members."),
    check("way-back", "pass", "Passed", "The way back is saved", "way-back.txt"),
  ],
  confirm: admin ? ask("enforce.confirm", "Type the name of the policy: Pilot SSO", {}) : null,
});

const enforce = (admin: boolean): StepView =>
  step({
    ...sign,
    id: "enforce",
    number: "1.9",
    title: "Policy and enforcement",
    why: ["After this step, members of the policy log in only through Entra."],
    effects: [
      { ...changeRow, id: "pilot", what: "3 people of the pilot", about: "policy “Pilot SSO”", now: "Password or Entra", then: "Entra only", undo: "Yes, by hand", undo_about: "the way back, below" },
      { ...changeRow, id: "others", what: "409 other managed accounts", now: "As it is", then: "As it is", undo: "Not needed", undo_about: "" },
    ],
    lock: holds(admin),
    documents: [{ name: "way-back.txt", saved: "/home/adele/way-back.txt", save: action({ do: "save_document", id: "way-back" }, "Save way-back.txt again"), elsewhere: action({ do: "save_document_elsewhere", id: "way-back" }, "Save a copy elsewhere") }],
    hand: admin
      ? { first: true, intro: "", steps: ["Open the policy.", "Switch on Enforce single sign-on."], path: null, link: null, private: [{ label: "Open the site", url: "https://contoso.atlassian.net/" }], copies: [], hand_over: true, done: null }
      : null,
    footer: footer("Nothing has been enforced.", null, action({ do: "done_by_hand" }, "Show how to enforce", admin ? null : "Locked: 2 of 3 hold.")),
  });

const members: StepView = {
  ...enforce(false),
  changes: {
    made: false,
    note: "0 in Entra, 1 at Atlassian",
    rows: [
      { id: "members", what: "Members of the policy “Pilot SSO”", about: "alex@contoso.com", now: "0 people of the pilot", then: "1 person of the pilot", then_about: "their log-in stays as it is until the policy enforces single sign-on", code: false, undo: "No", undo_about: "No API takes people out of a policy. By hand: the policy’s page, Members.", progress: "" },
    ],
    untouched: "the policy does not enforce yet, and everybody else stays where they are.",
    retype: ask("change.name", "Type the name to go on: Pilot SSO", {
      hint: "This change can’t be undone by Lockstep.",
      value: "pilot",
      said: { tone: "fail", strong: "That is not the name.", text: "Type it as it is shown.", compare: null },
    }),
    undo: null,
  },
  footer: footer("Type the name above.", null, action({ do: "apply", fingerprint: "77c1" }, "Make 1 change at Atlassian", "Type the name above.")),
};

export const saml = {
  "saml-details": onStep(details, open),
  "pilot-search": onStep(pilot, open),
  "enforce-members": onStep(members, open),
  "enforce-locked": onStep(enforce(false), open),
  "enforce-open": onStep(enforce(true), open),
};

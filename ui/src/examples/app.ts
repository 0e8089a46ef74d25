// Step 1.1 in its states: to be done, waiting, refused, undone.
import type { ChangesView, Snapshot, TroubleView } from "../views";
import { changeRow as row, action, ago, check, connection, footer, onStep, prepare, request, signOn, step } from "./frame";
import { text } from "./plan";

const base = { id: "add-app", number: "1.1", phase: "Single sign-on", title: "Add the Atlassian Cloud app" };
const WHY = "One application in Entra holds all it knows about Atlassian: the certificate, the addresses, who may use it. This step creates it from Microsoft’s gallery. Nobody’s log-in changes.";

export const planned: ChangesView = {
  made: false,
  note: "3 in Entra, 0 at Atlassian",
  rows: [
    { ...row, id: "app", what: "Application", about: "registration and enterprise application", now: "Does not exist", then: "Atlassian Cloud, from the gallery, enabled", undo: "Yes, deletes it", undo_about: "Microsoft keeps it 30 days" },
    { ...row, id: "owner", what: "Owner", now: "None", then: "Adele Vance", then_about: "adele@contoso.com", undo: "Yes, removes the owner" },
    { ...row, id: "tag", what: "Tag", about: "so that Lockstep knows its own", now: "None", then: "lockstep:contoso-7f3a", code: true, undo: "Yes, removes the tag" },
  ],
  untouched: "single sign-on is not turned on, nobody is assigned, nothing is sent to Atlassian.",
  retype: null,
  undo: null,
};

const made: ChangesView = {
  made: true,
  note: "14:31, Adele Vance",
  rows: [
    { ...row, id: "app", what: "Application", now: "", then: "Atlassian Cloud, created", undo: "Deletes it", progress: "" },
    { ...row, id: "owner", what: "Owner", now: "", then: "Adele Vance", undo: "Removes the owner" },
    { ...row, id: "tag", what: "Tag", now: "", then: "lockstep:contoso-7f3a", code: true, undo: "Removes the tag" },
  ],
  untouched: null,
  retype: null,
  undo: action({ do: "undo", step: "add-app" }, "Undo 3 changes…"),
};

export const trouble: TroubleView = {
  title: "Microsoft refused: your role is no longer active",
  certain: "Nothing was created. Lockstep looked again 2 s later and found no application of ours.",
  doing: "Change 1 of 3: creating the application Atlassian Cloud in contoso.com.",
  who: "Microsoft",
  said: "Insufficient privileges to complete the operation.",
  facts: [
    { label: "Answer", value: "403 Authorization_RequestDenied", code: true, copy: false },
    { label: "Request id", value: "7d40c2be-0a65-4f3b-91c7-e8b25f6d1a04", code: true, copy: true },
    { label: "When", value: "22 Nov 2026, 14:31:09 UTC", code: false, copy: false },
  ],
  next: [
    {
      title: "Activate Cloud Application Administrator",
      text: "You are eligible for it; your last activation ended at 14:28. Afterwards Lockstep signs you in again.",
      action: action({ do: "open_link", url: "https://entra.microsoft.com/" }, "Open role activation"),
    },
    { title: "Sign in as someone who holds it", text: "Megan Bowen and Lee Gu do now.", action: action({ do: "sign_in_again" }, "Sign in again") },
    { title: "Hand this step over", text: "Writes a file with the exact changes for a colleague.", action: action({ do: "hand_over" }, "Write file") },
  ],
};

const requests = [
  request(8, "GET", "/servicePrincipals/b6f0…41d2", 404, "wait", "one server lags", 118),
  request(7, "GET", "/applications/2d9e…77b0", 200, "pass", "read 2 of 3", 96),
  request(6, "PATCH", "/applications/2d9e…77b0", 204, "pass", "change 3: tag", 241),
  request(5, "POST", "/applications/2d9e…77b0/owners/$ref", 204, "pass", "change 2: owner", 187),
  request(4, "GET", "/servicePrincipals/b6f0…41d2", 200, "pass", "read 1 of 3", 102),
  request(3, "POST", "/applicationTemplates/…/instantiate", 201, "pass", "change 1: application", 1900),
  request(2, "GET", "/servicePrincipals?$filter=…", 200, "pass", "looked for ours first", 143),
  request(1, "GET", "/applicationTemplates?$filter=…", null, "fail", "the line was cut", 88),
];

export const hand = {
  intro: "You may not grant Lockstep write access, or prefer the portal? Do it there; Lockstep then reads what is there.",
  steps: ["Choose **New application** and search for `Atlassian Cloud`.", "Give it the name below and choose **Create**.", "Come back and choose **Look at all again**."],
  path: { now: ["Entra admin center", "Entra ID", "Enterprise apps", "All applications"], older: [{ when: "2023 to 2025", path: ["Identity", "Applications", "Enterprise applications"] }] },
  link: { label: "Open Enterprise apps", url: "https://entra.microsoft.com/" },
  private: [],
  first: false,
  copies: [
    { label: "Name", note: "", value: "Atlassian Cloud" },
    { label: "Identity provider SSO URL", note: "Entra: Login URL", value: "https://login.microsoftonline.com/8f2c1d64-5b7e-4c1a-9e53-0d6a7b42c9f1/saml2" },
  ],
  hand_over: true,
  done: null,
};

const seen = [
  check("ours", "pass", "Passed", "The application exists, as ours", "Atlassian Cloud, tag `lockstep:contoso-7f3a`.", { at: ago(4), evidence: [{ label: "Call", value: "GET /applications/2d9e…77b0 200", code: true, copy: false }] }),
  check("principal", "wait", "Waiting", "The enterprise application is there", "2 of 3 readings agree.", { at: ago(4) }),
  check("enabled", "pass", "Passed", "It is enabled, nobody is assigned", "Assignment is required.", { at: ago(4) }),
  check("saml-off", "pass", "Passed", "Single sign-on is not turned on yet", "As it should be before step 1.2.", { at: ago(4) }),
  check("owner", "pass", "Passed", "You are its owner", "adele@contoso.com.", { at: ago(4) }),
];

export const app: Record<string, Snapshot> = {
  "add-app": onStep(
    step({
      ...base,
      why: [WHY],
      asks: [text],
      changes: planned,
      checks_note: "before the change",
      checks: [
        check("gallery", "pass", "Passed", "The gallery offers Atlassian Cloud", "With SAML and provisioning. Publisher: Atlassian.", { at: ago(8) }),
        check("none-yet", "pass", "Passed", "No application of this template exists yet", "0 of 63 applications in contoso.com.", { at: ago(8) }),
        check("may", "pass", "Passed", "You may do this", "Cloud Application Administrator, active until 17:40.", { at: ago(8) }),
      ],
      hand,
      footer: footer("Continue opens when the application is read back.", action({ do: "go_step", id: "s1.2" }, "Continue", "Continue opens when the application is read back."), action({ do: "apply", fingerprint: "9f3c" }, "Make 3 changes in Entra")),
    }),
    connection([prepare("done", "Done"), signOn("ready", "Ready")]),
    { requests: requests.slice(4) },
  ),
  "add-app-running": onStep(
    step({
      ...base,
      why: [WHY],
      changes: { ...planned, rows: planned.rows.map((one, at) => ({ ...one, progress: ["Made", "Making", ""][at] ?? "" })) },
      wait: { title: "Making 3 changes in Entra", text: "2 of 3. Each is written down before it is made.", since: ago(3), usual: "10 s", longest: "2 min", progress: 0.5, until: null, copies: [], actions: [], stop: action({ do: "cancel" }, "Stop after this one") },
      footer: footer("Making change 2 of 3.", action({ do: "go_step", id: "s1.2" }, "Continue", "Wait until the changes are made."), action({ do: "apply", fingerprint: "9f3c" }, "Make 3 changes in Entra", "They are being made.")),
    }),
    connection([prepare("done", "Done"), signOn("waiting", "Waiting for Microsoft")]),
  ),
  "add-app-done": onStep(
    step({
      ...base,
      why: ["The application stands in Entra. Lockstep now reads it back until three readings in a row agree."],
      wait: { title: "Waiting for Microsoft", text: "The application reaches Microsoft’s servers one by one.", since: ago(24), usual: "30 s", longest: "10 min", progress: 2 / 3, until: null, copies: [], actions: [], stop: action({ do: "cancel" }, "Stop waiting") },
      changes: made,
      checks: seen,
      checks_note: "4 of 5 passed",
      footer: footer("3 changes made. Continue opens when three readings agree.", null, action({ do: "go_step", id: "s1.2" }, "Continue to 1.2", "Three readings have to agree first.")),
    }),
    connection([prepare("done", "Done"), signOn("waiting", "Waiting for Microsoft")]),
    { requests },
  ),
  trouble: onStep(
    step({
      ...base,
      why: [WHY],
      trouble,
      footer: footer("Stopped before change 1 of 3. Nothing was changed.", action({ do: "go_step", id: "s1.2" }, "Continue", "The application has to exist first."), action({ do: "apply", fingerprint: "9f3c" }, "Try the 3 changes again")),
    }),
    connection([prepare("done", "Done"), signOn("attention", "Needs attention")], {
      name: "Practice: Role eligible, not active",
      entra: { title: "contoso.com, practice", service: "Microsoft Entra ID", who: "Adele Vance, no active role" },
    }),
    {
      practice: {
        scenario: "Role eligible, not active",
        given: [
          { label: "Administrator", note: "Eligible for Cloud Application Administrator.", value: "adele@contoso.com" },
          { label: "Organization API key", note: "", value: "PRACTICE-ORG-KEY" },
        ],
      },
      requests: requests.slice(3),
    },
  ),
  "by-hand": onStep(
    step({ ...base, why: [WHY], hand, footer: footer("Nothing was found yet.", null, action({ do: "done_by_hand" }, "I have done it")) }),
    connection([prepare("done", "Done"), signOn("ready", "Ready")], { read_only: true }),
  ),
};

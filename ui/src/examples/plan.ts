// Steps that ask: the plan, sign-in with its rights and its waiting, and the organization key.
import type { AskView, Snapshot } from "../views";
import { action, ago, BACK, check, connection, footer, NOW, onStep, prepare, signOn, step } from "./frame";

export function ask(change: Partial<AskView> & Pick<AskView, "id" | "label">): AskView {
  return { hint: "", example: null, kind: { kind: "text" }, value: null, kept: false, said: null, optional: false, copies: [], path: null, link: null, ...change };
}

export const secretEmpty = ask({
  id: "org-key",
  label: "Organization API key",
  hint: "From Atlassian Administration, Settings, API keys. Not a SCIM key, not a personal API token.",
  kind: { kind: "secret" },
  path: {
    now: ["Atlassian Administration", "Settings", "API keys", "Create API key"],
    older: [{ when: "2021 to 2024", path: ["admin.atlassian.com", "Settings", "Organization API keys"] }],
  },
  link: { label: "Open API keys at Atlassian", url: "https://admin.atlassian.com/" },
});

export const secretKept: AskView = {
  ...secretEmpty,
  kept: true,
  path: null,
  link: null,
  said: { tone: "pass", strong: "Accepted.", text: "“lockstep-setup” of Contoso, expires 12 Mar 2027. Kept in this computer’s keyring.", compare: null },
};

export const secretWrong: AskView = {
  ...secretEmpty,
  said: { tone: "fail", strong: "This is a SCIM key.", text: "It belongs to one directory and can’t open the organization. This field wants the organization API key.", compare: null },
};

export const choice = ask({
  id: "purpose",
  label: "What is this connection for?",
  hint: "It only sets what you are reminded of.",
  kind: {
    kind: "choice",
    options: [
      { value: "production", label: "Production", hint: "People work with it. Lockstep asks for a pilot before anything is enforced." },
      { value: "trial", label: "A trial", hint: "A test tenant or a sandbox organization. Nothing is missed if it is deleted." },
    ],
  },
  value: "production",
});

export const confirm = ask({ id: "guard", label: "Atlassian Guard is active for this organization", hint: "No call tells this. Look at Billing and confirm it here.", kind: { kind: "confirm" }, value: "" });

export const text = ask({ id: "name", label: "Name of the application in Entra", hint: "People see it on their My Apps page. Not taken yet in contoso.com.", value: "Atlassian Cloud" });

export const textWrong = ask({
  id: "acs",
  label: "Service provider assertion consumer service URL",
  value: "https://auth.atlassian.com/login/callback",
  said: {
    tone: "fail",
    strong: "The end is missing.",
    text: "The address stops before the question mark. Without that part Atlassian can’t tell which connection a log-in belongs to. Copy it again, to its last character.",
    compare: {
      yours: "https://auth.atlassian.com/login/callback",
      expected: "https://auth.atlassian.com/login/callback?connection=saml-c41e7a90-…-6e19d3f70c52",
    },
  },
});

const clientId = ask({
  id: "client-id",
  label: "Application (client) ID",
  hint: "Of an app registration of your own. These are its settings:",
  optional: true,
  copies: [
    { label: "Name", note: "Any name will do.", value: "Lockstep" },
    { label: "Redirect URI", note: "Platform: Mobile and desktop applications.", value: "http://localhost" },
  ],
  path: { now: ["Entra admin center", "Entra ID", "App registrations", "New registration"], older: [{ when: "Before 2025", path: ["Azure Active Directory", "App registrations"] }] },
  link: { label: "Open App registrations", url: "https://entra.microsoft.com/" },
});

const rights = [
  { scope: "Application.ReadWrite.All", purpose: "To create the application and set it up.", admin_consent: true, granted: false },
  { scope: "Organization.Read.All", purpose: "To read the tenant’s name and licences.", admin_consent: true, granted: true },
  { scope: "User.Read", purpose: "To know who is signed in.", admin_consent: false, granted: true },
];

const signIn = {
  id: "entra-before",
  number: "0.2",
  phase: "Prepare",
  title: "Before you start: Entra",
  why: ["Lockstep signs you in with your own account in your own browser and looks whether your tenant has what the connection rests on. It only reads."],
};

const open = () => connection([prepare("ready", "Ready"), signOn("cannot_start", "Cannot start yet, needs 0.3")]);

export const plan: Record<string, Snapshot> = {
  plan: onStep(
    step({
      id: "plan",
      number: "0.1",
      phase: "Prepare",
      title: "Plan and names",
      why: ["Six questions, about four minutes. Your answers fill in what the later pages need; each can be changed until it is used."],
      asks: [choice, { ...text, example: "Contoso Atlassian" }, confirm, textWrong],
      footer: footer("2 of 4 answers are right.", action({ do: "go_step", id: "entra-before" }, "Continue", "Answer the two questions that are open first."), null),
    }),
    open(),
  ),
  "sign-in": onStep(
    step({ ...signIn, asks: [clientId], rights, footer: footer("Nobody is signed in yet.", action({ do: "go_step", id: "atlassian-before" }, "Continue", "Sign in first."), action({ do: "sign_in" }, "Sign in to Entra")) }),
    open(),
  ),
  "sign-in-wait": onStep(
    step({
      ...signIn,
      wait: {
        title: "Waiting for you in the browser",
        text: "Sign in there as the administrator of contoso.com, then come back.",
        since: ago(24),
        usual: "1 min",
        longest: "5 min",
        progress: null,
        until: NOW + 276_000,
        copies: [{ label: "Code", note: "Type it on the sign-in page.", value: "H7KQ-2MXD" }],
        actions: [action({ do: "sign_in_again" }, "Open again"), action({ do: "sign_in_by_code" }, "Use a code instead")],
        stop: action({ do: "cancel" }, "Stop waiting"),
      },
      rights,
      footer: footer("The sign-in page is open in your browser.", action({ do: "go_step", id: "atlassian-before" }, "Continue", "Sign in first."), action({ do: "sign_in" }, "Sign in to Entra", "The sign-in is under way.")),
    }),
    open(),
  ),
  "before-atlassian": onStep(
    step({
      id: "atlassian-before",
      number: "0.3",
      phase: "Prepare",
      title: "Before you start: Atlassian",
      why: ["Lockstep looks whether your Atlassian organization has what the connection rests on. It only reads. What is missing here would stop you later, when people already notice."],
      asks: [secretKept],
      checks_note: "2 of 8 passed",
      checks: [
        check("org", "pass", "Passed", "The key opens the organization Contoso", "Organization id `3b8e07f5…7b36`, 1 site: contoso.atlassian.net.", {
          evidence: [{ label: "Call", value: "GET /admin/v1/orgs 200", code: true, copy: false }],
        }),
        check("claimed-uk", "fail", "Failed", "contoso.co.uk is verified, but no account is claimed", "Its 38 people can’t use single sign-on until you claim them.", {
          evidence: [
            { label: "Call", value: "`GET /admin/v1/orgs/3b8e07f5…/domains` 200, then `GET …/users` 200", code: false, copy: false },
            { label: "Expected", value: "1 managed account or more with an address at contoso.co.uk", code: false, copy: false },
            { label: "Found", value: "domain **verified** (dns), **0** managed accounts of 412", code: false, copy: false },
          ],
          fix: {
            title: "claim the accounts of contoso.co.uk",
            text: "Only a claimed account can be made to use single sign-on.",
            path: { now: ["Atlassian Administration", "Directory", "Domains", "contoso.co.uk", "Claim accounts"], older: [] },
            link: { label: "Open Domains at Atlassian", url: "https://admin.atlassian.com/" },
            hand_over: true,
          },
        }),
        check("claimed", "pass", "Passed", "contoso.com is verified and claimed", "412 managed accounts.", { stale: true }),
        check("admins", "warn", "Warning", "Both organization admins are at contoso.com", "Before you enforce single sign-on, one admin must be outside the domains you enforce.", {
          evidence: [{ label: "Found", value: "adele@contoso.com, lee@contoso.com", code: false, copy: false }],
        }),
        check("guard", "unknown", "Could not look", "Atlassian Guard subscription", "No call tells this. Look at Billing and confirm it by hand. Hint: 371 accounts are billable."),
        check("rights", "wait", "Waiting", "What this key may read", "4 of 6 rights probed. Atlassian asked us to pause (429), going on in 9 s.", { running: true }),
        check("site", "skipped", "Does not apply", "A second site", "There is one site only."),
        check("expiry", null, "Not looked yet", "When the key expires", ""),
      ],
      footer: footer("1 check failed. You can fix it now, or continue and come back.", action({ do: "go_step", id: "add-app" }, "Continue"), action({ do: "look" }, "Look at all again")),
    }),
    connection([prepare("attention", "Needs attention"), signOn("cannot_start", "Cannot start yet, needs 0.3")]),
  ),
  "key-wrong": onStep(
    step({
      id: "atlassian-before",
      number: "0.3",
      phase: "Prepare",
      title: "Before you start: Atlassian",
      why: ["Lockstep looks whether your Atlassian organization has what the connection rests on."],
      asks: [secretWrong],
      footer: { say: "The key is not the right one.", back: BACK, next: action({ do: "go_step", id: "add-app" }, "Continue", "Paste the organization API key first."), primary: action({ do: "look" }, "Look at all again", "Paste the organization API key first."), runs: null },
    }),
    connection([prepare("attention", "Needs attention"), signOn("cannot_start", "Cannot start yet, needs 0.3")]),
  ),
};

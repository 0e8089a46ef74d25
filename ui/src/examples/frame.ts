// What most examples share: the clock, a connection with its checklist, a footer, small builders.
import type { Action, ActionView, CheckState, CheckView, ConnectionView, FooterView, PhaseView, RequestView, Snapshot, Status, StepRow, StepView } from "../views";

/** The moment of every example: 22 November 2026, 14:31:32 UTC. */
export const NOW = Date.UTC(2026, 10, 22, 14, 31, 32);
export const ago = (seconds: number) => NOW - seconds * 1000;

export const action = (does: Action, label: string, why: string | null = null): ActionView => ({ action: does, label, enabled: why === null, why_not: why });

export const BACK = action({ do: "go_step", id: "atlassian-before" }, "Back");

export const footer = (say: string, next: ActionView | null, primary: ActionView | null): FooterView => ({ say, back: BACK, next, primary, runs: null });

const row = (id: string, number: string, title: string, status: Status, word: string): StepRow => ({ id, number, title, status, word });

export function prepare(third: Status, word: string): PhaseView {
  return {
    number: "0",
    title: "Prepare",
    summary: third === "done" ? "all verified" : "2 of 3 verified",
    open: third !== "done",
    steps: [
      row("plan", "0.1", "Plan and names", "done", "Done"),
      row("entra-before", "0.2", "Before you start: Entra", "done_not_verified", "Done, not verified"),
      row("atlassian-before", "0.3", "Before you start: Atlassian", third, word),
    ],
  };
}

export function signOn(first: Status, word: string): PhaseView {
  const later: [string, string, string][] = [
    ["1.2", "Certificate and Entra values", "1.1"],
    ["1.3", "Atlassian SAML details", "1.2"],
    ["1.4", "Basic SAML configuration", "1.3"],
    ["1.5", "Choose the e-mail attribute", "1.1"],
    ["1.6", "Attributes and claims", "1.5"],
    ["1.7", "Pilot people", "1.1"],
    ["1.8", "Test log-in", "1.7"],
    ["1.9", "Policy and enforcement", "1.8"],
  ];
  return {
    number: "1",
    title: "Single sign-on",
    summary: first === "cannot_start" ? "cannot start yet" : "0 of 9 verified",
    open: true,
    steps: [
      row("add-app", "1.1", "Add the Atlassian Cloud app", first, word),
      ...later.map(([number, title, needs]) => row(`s${number}`, number, title, "cannot_start", `Cannot start yet, needs ${needs}`)),
    ],
  };
}

const provisioning: PhaseView = {
  number: "2",
  title: "Provisioning",
  summary: "0 of 5 verified",
  open: false,
  steps: [
    row("scim-atlassian", "2.1", "Provisioning in Atlassian", "not_started", "Not started"),
    row("scim-entra", "2.2", "Connect Entra to it", "cannot_start", "Cannot start yet, needs 1.1 and 2.1"),
    row("mappings", "2.3", "Mappings and scope", "cannot_start", "Cannot start yet, needs 2.2"),
    row("on-demand", "2.4", "First people on demand", "cannot_start", "Cannot start yet, needs 2.3"),
    row("watch", "2.5", "Start and watch", "cannot_start", "Cannot start yet, needs 2.4"),
  ],
};

export function connection(phases: PhaseView[], change: Partial<ConnectionView> = {}): ConnectionView {
  const all = [...phases, provisioning];
  const steps = all.flatMap((phase) => phase.steps);
  return {
    id: "contoso-7f3a",
    name: "Contoso production",
    entra: { title: "contoso.com", service: "Microsoft Entra ID", who: "Adele Vance, Cloud Application Administrator" },
    atlassian: { title: "Contoso", service: "Atlassian", who: "Organization key, expires 12 Mar 2027" },
    phases: all,
    verified: steps.filter((step) => step.status === "done").length,
    total: steps.length,
    state: "Ready to go on",
    status: "ready",
    checked: ago(12 * 60),
    left_at: phases[1]?.steps[0] ?? null,
    picture: { left: "Atlassian Cloud", left_about: "Entra, contoso.com", right: "Contoso", right_about: "Atlassian organization", said: "", note: "", wires: [] },
    vault: { tone: "pass", strong: "In this computer’s keyring.", text: "Keys and sign-ins of this connection are kept there, nowhere else.", compare: null },
    read_only: false,
    footer: { say: "", back: null, next: null, primary: null, runs: null },
    undo_all: null,
    ...change,
  };
}

/** What a row of changes mostly leaves empty. */
export const changeRow = { about: "", then_about: "", code: false, undo_about: "", progress: "" };

export function check(id: string, state: CheckState | null, word: string, title: string, detail: string, change: Partial<CheckView> = {}): CheckView {
  return { id, state, word, title, detail, later: false, at: state === null ? null : ago(12), running: false, stale: false, evidence: [], fix: null, ...change };
}

export function step(change: Partial<StepView> & Pick<StepView, "id" | "number" | "phase" | "title" | "footer">): StepView {
  return { why: [], trouble: null, wait: null, revealed: null, asks: [], rights: [], changes: null, effects: [], checks: [], checks_note: "", lock: null, hand: null, then: [], back: null, documents: [], ...change };
}

export function snapshot(change: Partial<Snapshot>): Snapshot {
  return { revision: 1, page: { kind: "start" }, theme: "system", practice: null, connections: [], scenarios: [], clouds: [], open: null, step: null, requests: [], notice: null, confirm: null, ...change };
}

/** A snapshot that shows a step of a connection. */
export function onStep(view: StepView, open: ConnectionView, change: Partial<Snapshot> = {}): Snapshot {
  return snapshot({ page: { kind: "step", id: view.id }, step: view, open, ...change });
}

export function request(seq: number, method: string, path: string, status: number | null, state: CheckState, note: string, millis: number): RequestView {
  const url = `https://graph.microsoft.com/v1.0${path}`;
  return {
    seq,
    at: ago(40 - seq * 4),
    method,
    path,
    url,
    status,
    millis,
    note,
    state,
    sent: `${method} ${url}\nauthorization: Bearer ***\nclient-request-id: 0c1b7e52-94aa-4d1f-8f0e-52b9d6a3e871${method === "PATCH" ? '\n\n{ "tags": ["lockstep:contoso-7f3a"] }' : ""}`,
    saw: status === null ? "" : `${status}\nrequest-id: 5e2f90b1-77c4-4b7a-a3c9-1d08e6f4925c`,
  };
}

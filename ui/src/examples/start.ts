// The start page and help.
import type { ConnectionCard, OptionView, ScenarioCard, Snapshot } from "../views";
import { ago, snapshot } from "./frame";

const clouds: OptionView[] = [
  { value: "global", label: "Global", hint: "login.microsoftonline.com" },
  { value: "usgov_l4", label: "US Government L4", hint: "login.microsoftonline.us" },
];

export const scenarios: ScenarioCard[] = [
  { name: "fresh", title: "Fresh tenant", about: "Nothing is set up on either side. The shortest way to see the whole guide." },
  { name: "half-done", title: "Half-done setup", about: "Somebody began by hand: the application stands, but is not ours yet." },
  { name: "two-apps", title: "Two applications of the same name", about: "Lockstep has to ask which one you mean." },
  { name: "reader", title: "Reader without rights", about: "You may look at everything and change nothing: the route by hand." },
  { name: "pim", title: "Role eligible, not active", about: "Your role has to be activated before Microsoft lets you change anything." },
  { name: "unclaimed", title: "Claimed domain without accounts", about: "The domain is verified, yet nobody could use single sign-on." },
];

const cards: ConnectionCard[] = [
  {
    id: "contoso-7f3a",
    name: "Contoso production",
    between: "contoso.com to contoso.atlassian.net",
    status: "attention",
    word: "Needs attention, 10 of 17 verified",
    checked: ago(12 * 60),
    practice: false,
    current: false,
  },
  {
    id: "practice-1",
    name: "Practice: Fresh tenant",
    between: "Not signed in",
    status: "not_started",
    word: "Not started",
    checked: null,
    practice: true,
    current: false,
  },
];

export const start: Record<string, Snapshot> = {
  "start-first": snapshot({ scenarios, clouds }),
  "start-list": snapshot({ scenarios, clouds, connections: cards }),
  help: snapshot({ page: { kind: "help" }, scenarios }),
  "start-notice": snapshot({
    scenarios,
    connections: cards,
    notice: {
      title: "The record of Contoso production can’t be read to its end",
      certain: "Nothing was overwritten. The last 1 of 212 lines is damaged; the 211 before it are whole.",
      doing: "Opening the connection.",
      who: "this computer",
      said: "Line 212 ends in the middle of a word.",
      facts: [{ label: "File", value: "journal.jsonl", code: true, copy: true }],
      next: [
        {
          title: "Go on without the damaged line",
          text: "Lockstep looks at the live systems and finds out what that line said.",
          action: { action: { do: "open_connection", id: "contoso-7f3a" }, label: "Open it", enabled: true, why_not: null },
        },
      ],
    },
  }),
};

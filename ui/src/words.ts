// The window's own few words: what belongs to no step. Everything about a step comes with the snapshot.

const pad = (n: number) => String(n).padStart(2, "0");

/** "12 s ago", "3 min ago", "today 14:02", "12 Mar 2027". */
export function age(now: number, at: number): string {
  const seconds = Math.max(0, Math.floor((now - at) / 1000));
  if (seconds < 2) return "just now";
  if (seconds < 60) return `${seconds} s ago`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h ago`;
  return `on ${day(at)}`;
}

/** "22 Nov 2026". */
export function day(at: number): string {
  return new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric" }).format(at);
}

/** "14:31:08", in this computer's time. */
export function clock(at: number): string {
  const d = new Date(at);
  return `${pad(d.getHours())}:${pad(d.getMinutes())}:${pad(d.getSeconds())}`;
}

/** "24 s", "3 min 05 s". */
export function lasting(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  if (seconds < 60) return `${seconds} s`;
  return `${Math.floor(seconds / 60)} min ${pad(seconds % 60)} s`;
}

/** "118 ms", "1.9 s". */
export function took(ms: number): string {
  return ms < 1000 ? `${ms} ms` : `${(ms / 1000).toFixed(1)} s`;
}

/** "1 request", "8 requests". */
export function count(n: number, one: string, many = `${one}s`): string {
  return `${n} ${n === 1 ? one : many}`;
}

export const words = {
  product: "Lockstep",
  opening: "Opening Lockstep.",
  skip: "Skip to the page",
  allConnections: "All connections",
  back: "Back",
  close: "Close",
  tryAgain: "Try again",
  copy: "Copy",
  copied: "Copied",
  copiedWhat: (what: string) => `Copied: ${what}.`,
  copyWhat: (what: string) => `Copy: ${what}`,
  opensBrowser: "opens in your browser",
  opensPrivate: "opens in a private window",
  copyAddress: "Copy the address",
  saved: "Saved:",
  notSaved: (name: string) => `${name} is not saved yet.`,
  revealed: "Shown once: note it now",
  search: {
    running: "Looking.",
    none: "Nobody is found by that.",
    found: (n: number) => (n === 1 ? "1 found." : `${n} found.`),
    choose: "Choose one.",
    chosen: "is chosen.",
    another: "Look for another",
  },
  show: "Show",
  hide: "Hide",
  save: "Save",
  replace: "Replace",
  keepPresent: "Keep the present one",
  forgetKey: "Forget this key",
  kept: "kept, not shown",
  optional: "optional",
  example: "Example:",
  yours: "Yours",
  expected: "Expected",
  handOver: "I don’t have this right: hand over",
  older: "Older menu names",
  menuPath: "Menu path",
  refused: {
    title: "Lockstep could not do that",
    certain: "What you typed is still here. Try it once more.",
    who: "Lockstep",
  },
  doing: {
    listen: "Connecting the window to the program behind it.",
    read: "Reading what is to be shown.",
    press: "Doing what you pressed.",
    answer: "Keeping your answer.",
    copy: "Copying to the clipboard.",
  },
  theme: {
    system: "Theme: as your system. Change to light",
    light: "Theme: light. Change to dark",
    dark: "Theme: dark. Change to as your system",
  },
  help: {
    button: "Help and keys",
    title: "Help and keys",
    why: "Lockstep shows what it will change before it changes it, asks the live services afterwards, and tells you how to take each change back. Everything works without a mouse.",
    keys: "Keys",
    keyList: [
      [["Ctrl", "Enter"], "Do the page’s main action, the button at the lower right."],
      [["Alt", "←"], "Go back."],
      [["/"], "Jump to a step by its number or its name."],
      [["?"], "Show this page."],
      [["Ctrl", "+"], "Make everything larger; with − smaller."],
      [["Esc"], "Close a dialog or the list of requests."],
      [["Tab"], "Go to the next thing that can be used. Shift and Tab goes to the one before."],
    ] as [string[], string][],
    marks: "Marks",
    markNote: "Each mark has a word and a shape; none depends on its color.",
    markList: [
      ["pass", "Passed, Done", "The live service was asked and it is so."],
      ["warn", "Warning, Needs attention", "It works, or will, but there is a risk to look at."],
      ["fail", "Failed", "The live service was asked and it is not so. The row says what to do."],
      ["wait", "Waiting", "A service needs time. The box says how long that usually takes."],
      ["unknown", "Could not look", "Nobody can tell from here. This is not the same as wrong."],
      ["skipped", "Does not apply", "This is not needed in your setup."],
    ] as [string, string, string][],
    secrets: "Keys and passwords",
    secretsNote: [
      "A key you paste goes to this computer’s keyring. It is never shown again, never written to a file, and removed from everything you can save or hand over.",
      "Sign-in happens in your own browser. Lockstep never sees a password.",
    ],
    files: "Where things are kept",
    filesNote: "Answers and the record of what was changed are kept on this computer, in Lockstep’s folder, readable by you only. Nothing is sent anywhere but to Microsoft and Atlassian.",
  },
  requests: {
    button: "Requests",
    onPage: " on this page",
    title: "What Lockstep just sent and saw",
    about: (n: number) => `${count(n, "request")} on this page, newest first. Tokens and keys are removed before anything is kept.`,
    none: "Nothing was sent on this page yet.",
    copyAll: "Copy all",
    all: "all requests",
    save: "Save as file",
    sent: "Sent",
    saw: "Seen",
    noAnswer: "no answer",
    removed: "removed",
  },
  readOnly: { title: "Read only", about: "Lockstep changes nothing here" },
  steps: "Steps",
  overview: "The connection",
  verified: "verified",
  connections: "Connections",
  onThisComputer: "Everything about them is kept on this computer.",
  practice: {
    banner: "Practice: nothing real is touched",
    scenario: (title: string) => `Scenario: ${title}`,
    given: "Accounts and keys",
    givenAbout: "What you would be given in a real company. These open nothing outside this computer.",
    leave: "Leave practice",
    tag: "Practice",
  },
  start: {
    first: "Connect Microsoft Entra ID to Atlassian",
    another: "New connection",
    why: [
      "Lockstep walks you page by page through single sign-on, from the first prerequisite to the proven log-in and its enforcement. It shows every change before it makes it, reads it back from both sides afterwards, and tells you how to undo it.",
    ],
    where: "Where",
    real: "Your tenant and your organization",
    realHint: "For Microsoft Entra ID (formerly Azure AD) and Atlassian Cloud with Guard (formerly Access). Nothing is changed before you have seen it.",
    practice: "Practice",
    practiceHint: "The same steps against simulated services on this computer. Nothing real is touched.",
    scenario: "Scenario",
    cloud: "Cloud",
    cloudNote: "where the tenant lives",
    cloudLabel: "Cloud of the tenant and the organization",
    cloudHint: "Most are in the first. People sign in at",
    scenarioNote: "what you will find there",
    name: "Name",
    nameLabel: "Name of the connection",
    nameHint: "It tells this connection from others on this computer. In Entra, the tag and the certificate carry it in short.",
    nameExample: "Contoso production",
    make: "Make the connection",
    begin: "Start practice",
    sayReal: "Next: what you plan. Nothing is sent to anyone yet.",
    sayPractice: "Next: the first step, in the practice room.",
    needsName: "Type a name for the connection first.",
    needsScenario: "Choose a scenario first.",
  },
  connection: {
    crumb: "Connection",
    state: "State",
    checked: "Last checked",
    never: "not yet",
    left: "You left at",
    look: "Look again",
    picture: "The picture of the connection",
    pictureTitle: "The connection: Entra application on the left, Atlassian organization on the right",
    table: "The same as a table",
    tableCaption: "The hand-overs between the two sides",
    handOver: "Hand-over",
    inEntra: "In Entra",
    atAtlassian: "At Atlassian",
    stateHead: "State",
    nothing: "Not known here",
    computer: "On this computer",
    forgetSignIn: "Forget the sign-in",
    forget: "Forget this connection…",
    forgetTitle: (name: string) => `Forget ${name}?`,
    forgetUndo: "Lockstep can then no longer undo what it changed for it, nor tell you what that was.",
    forgetGo: "Forget it",
    forgetLeave: "Keep it",
    forgetNote: "Forgetting deletes Lockstep’s own record of this connection, its sign-in and its key. What runs is stopped first. It changes nothing at Microsoft or Atlassian.",
    undo: "Undo",
    undoNote: "Takes back every change Lockstep made, newest first, and reads back that each is gone. You are asked first.",
  },
  parts: {
    asks: "What we ask you",
    rights: "What Lockstep asks Microsoft for",
    willChange: "What will change",
    changed: "What changed",
    effects: "What it will do",
    checks: "What we see",
    hand: "By hand",
    handOpen: "Show how to do it by hand",
    handFirst: "Do this",
    bringBack: "Bring these back",
    then: "Then",
    lock: "What must hold",
    lockNote: "read live, each minute",
    files: "Files to keep",
    back: "The way back",
  },
  rights: {
    caption: "Rights that this step uses",
    right: "Right",
    purpose: "What it is for",
    state: "Now",
    granted: "Granted",
    notYet: "Not granted yet",
    consent: "an administrator has to agree",
  },
  changes: { what: "What", who: "Who", now: "Now", then: "Will be", isNow: "Is now", undo: "Undo", stays: "Stays as it is:" },
  checks: {
    again: (title: string) => `Look again: ${title}`,
    running: "looking now",
    stale: "out of date",
    toDo: "What to do:",
    result: (word: string, title: string) => `${word}: ${title}`,
    evidence: "Evidence",
    later: (n: number, others: boolean) => `${n} ${others ? "more" : "checks"}: there is nothing to look at yet.`,
  },
  wait: { since: "Since", usual: "Usually", longest: "At longest", left: "Ends in", progress: "Progress" },
  trouble: { doing: "What we were doing", said: (who: string) => `What ${who} said`, next: "What to do next" },
  confirm: { retype: (what: string) => `Type this to go on: ${what}`, needs: "Type the words above first." },
  jump: {
    label: "Jump to a step",
    hint: "Its number or a word of its name",
    none: "No step has this number or name.",
    found: (n: number) => `${count(n, "step")} found.`,
  },
};

//! What the terminal shows: the same words as the window, as text on standard error; JSON goes to standard output.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use app::views::{ChangeRow, ChangesView, CheckState, CheckView, StepView};
use connect::Redactor;
use engine::{Progress, Trouble};

/// A step's heading.
pub fn heading(step: &StepView) {
    eprintln!("\n{} {}", step.number, step.title);
}

/// The table of changes.
pub fn changes(changes: &ChangesView) {
    let title = if changes.made {
        "What changed"
    } else {
        "What will change"
    };
    eprintln!("  {title} ({})", changes.note);
    for row in &changes.rows {
        one(row, &row.what);
    }
    if let Some(untouched) = &changes.untouched {
        eprintln!("  Stays as it is: {untouched}");
    }
}

/// Whom something done by hand will reach.
pub fn effects(effects: &[ChangeRow]) {
    if effects.is_empty() {
        return;
    }
    eprintln!("  What it will do");
    for row in effects {
        one(row, &format!("{}{}", row.what, beside(&row.about)));
    }
}

fn one(row: &ChangeRow, what: &str) {
    let about = beside(&row.then_about);
    eprintln!("    {what}: {} -> {}{about}", row.now, row.then);
    eprintln!("      undo: {}{}", row.undo, beside(&row.undo_about));
}

/// A sentence beside another one, in brackets.
fn beside(about: &str) -> String {
    match about {
        "" => String::new(),
        about => format!(" ({about})"),
    }
}

/// The checks, with what to do about those that did not pass.
pub fn checks(checks: &[CheckView]) {
    for check in checks {
        let detail = if check.detail.is_empty() {
            String::new()
        } else {
            format!(" {}", check.detail)
        };
        eprintln!(
            "  [{}] {}.{detail}",
            check.word,
            check.title.trim_end_matches('.')
        );
        let wrong = !matches!(check.state, Some(CheckState::Pass | CheckState::Skipped));
        if let Some(fix) = check.fix.as_ref().filter(|_| wrong) {
            eprintln!("      To do: {}. {}", fix.title, fix.text);
            if let Some(path) = &fix.path {
                eprintln!("      Where: {}", path.now.join(" > "));
            }
            if let Some(link) = &fix.link {
                eprintln!("      {}", link.url);
            }
        }
    }
}

/// A trouble, whole. It may repeat what was given, and a key in the wrong place is not shown again.
pub fn trouble(trouble: &Trouble) {
    eprint!("{}", Redactor::redact(&in_lines(trouble)));
}

fn in_lines(trouble: &Trouble) -> String {
    let mut lines = vec![String::new(), trouble.title.clone()];
    lines.push(format!("  {}", trouble.certain));
    if !trouble.doing.is_empty() {
        lines.push(format!("  What we were doing: {}", trouble.doing));
    }
    if let Some(said) = &trouble.said {
        lines.push(format!("  {} said: {}", said.by, said.words));
        let id = said
            .request_id
            .as_ref()
            .map(|id| format!(", request id {id}"))
            .unwrap_or_default();
        if !said.answer.is_empty() || !id.is_empty() {
            lines.push(format!("  Answer: {}{id}", said.answer));
        }
    }
    for next in &trouble.next {
        lines.push(format!("  To do: {}. {}", next.title, next.text));
        match &next.act {
            engine::NextDo::Open { url, .. } => lines.push(format!("    {url}")),
            engine::NextDo::Copy { text, .. } => lines.push(format!("    {text}")),
            _ => {}
        }
    }
    lines.push(String::new());
    lines.join("\n")
}

/// How many thousands were counted when it was last said.
static THOUSANDS: AtomicU64 = AtomicU64::new(0);

/// How far a run is.
pub fn progress(progress: Progress) {
    match progress {
        // What is counted at a glance needs no line, and a long count one for each thousand: pages can be small.
        Progress::Counting { seen, of } if THOUSANDS.swap(seen / 1000, Relaxed) < seen / 1000 => {
            match of {
                Some(of) => eprintln!("  counted {seen} of {of}"),
                None => eprintln!("  counted {seen}"),
            }
        }
        Progress::Counting { .. } => {}
        Progress::Making {
            number, of, what, ..
        } => eprintln!("  making change {number} of {of}: {what}"),
        Progress::ReadingBack {
            agreeing, of, what, ..
        } => eprintln!("  reading back {what}: {agreeing} of {of} readings agree"),
        Progress::FindingOut { what, .. } => eprintln!("  finding out how it stands: {what}"),
        Progress::Undoing {
            number, of, what, ..
        } => eprintln!("  undoing {number} of {of}: {what}"),
        Progress::Planning(_) | Progress::Looking { .. } | Progress::Looked { .. } => {}
    }
}

//! The file for the colleague who has the right: what is to be done, where, with which values, and what to send back.

use crate::views::{PathView, StepView};

/// The text of the file.
pub fn text(connection: &str, step: &StepView) -> String {
    let mut lines = vec![
        format!("{} {}", step.number, step.title),
        format!("For the connection {connection}"),
        String::new(),
        "Why".to_owned(),
    ];
    lines.extend(step.why.iter().map(|why| format!("  {why}")));
    if let Some(hand) = &step.hand {
        section(&mut lines, "What to do");
        lines.push(format!("  {}", hand.intro));
        lines.extend(
            hand.steps
                .iter()
                .enumerate()
                .map(|(index, line)| format!("  {}. {line}", index + 1)),
        );
        lines.extend(hand.path.as_ref().map(where_to));
        lines.extend(hand.link.as_ref().map(|link| format!("  {}", link.url)));
        if !hand.copies.is_empty() {
            section(&mut lines, "Values to paste");
            lines.extend(
                hand.copies
                    .iter()
                    .map(|copy| format!("  {}: {}", copy.label, copy.value)),
            );
        }
    }
    if let Some(changes) = step.changes.as_ref().filter(|changes| !changes.made) {
        section(&mut lines, "What Lockstep would have changed");
        lines.extend(changes.rows.iter().map(|row| {
            format!(
                "  {}: from “{}” to “{}” ({})",
                row.what, row.now, row.then, row.then_about
            )
        }));
    }
    if let Some(lock) = &step.lock {
        section(&mut lines, "What has to hold before it is done");
        lines.push(format!("  {}. {}", lock.title, lock.text));
        lines.extend(
            lock.checks
                .iter()
                .map(|check| format!("  {}: {} {}", check.word, check.title, check.detail)),
        );
    }
    let locking = step.lock.iter().flat_map(|lock| &lock.checks);
    let open: Vec<_> = locking
        .chain(&step.checks)
        .filter_map(|check| check.fix.as_ref().map(|fix| (check, fix)))
        .collect();
    if !open.is_empty() {
        section(&mut lines, "What is open now");
        for (check, fix) in open {
            lines.push(format!(
                "  {}: {} {}",
                check.word, check.title, check.detail
            ));
            lines.push(format!("    {}. {}", fix.title, fix.text));
            lines.extend(
                fix.path
                    .as_ref()
                    .map(|path| format!("  {}", where_to(path))),
            );
            lines.extend(fix.link.as_ref().map(|link| format!("    {}", link.url)));
        }
    }
    section(&mut lines, "When it is done");
    lines.push("  Tell whoever sent you this file. Lockstep then looks again and proves it. No password or key belongs into the answer.".to_owned());
    lines.join("\n") + "\n"
}

fn section(lines: &mut Vec<String>, title: &str) {
    lines.push(String::new());
    lines.push(title.to_owned());
}

fn where_to(path: &PathView) -> String {
    let older: Vec<_> = path
        .older
        .iter()
        .map(|older| format!(" ({}: {})", older.when, older.path.join(" > ")))
        .collect();
    format!("  Where: {}{}", path.now.join(" > "), older.join(""))
}

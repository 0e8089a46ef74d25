//! A page as text, as a person would read it out: so that a journey reads as a session and its pictures can be compared.

use app::views::{StepView, TroubleView};

/// A step's page in words.
pub fn picture(page: &StepView) -> String {
    let mut lines = vec![format!("{} {}", page.number, page.title)];
    lines.extend(page.trouble.as_ref().map(trouble_picture));
    lines.extend(page.wait.as_ref().map(|wait| format!("… {}", wait.title)));
    for ask in &page.asks {
        let value = ask
            .value
            .as_deref()
            .unwrap_or(if ask.kept { "(kept)" } else { "(open)" });
        lines.push(format!("? {}: {value}", ask.label));
    }
    if let Some(changes) = &page.changes {
        let made = if changes.made {
            "changed"
        } else {
            "will change"
        };
        lines.extend(changes.rows.iter().map(|row| {
            format!(
                "{made} {}: {} -> {}; undo: {}",
                row.what, row.now, row.then, row.undo
            )
        }));
    }
    lines.extend(page.checks.iter().map(|check| {
        format!(
            "{}: {}",
            if check.word.is_empty() {
                "-"
            } else {
                &check.word
            },
            check.title
        )
    }));
    lines.push(format!("[{}]", page.footer.say));
    if let Some(primary) = page
        .footer
        .primary
        .as_ref()
        .filter(|primary| primary.enabled)
    {
        lines.push(format!("({})", primary.label));
    }
    lines.join("\n")
}

/// A trouble in words.
pub fn trouble_picture(trouble: &TroubleView) -> String {
    let next: Vec<_> = trouble.next.iter().map(|next| next.title.clone()).collect();
    format!(
        "! {} | {} | {}",
        trouble.title,
        trouble.certain,
        next.join("; ")
    )
}

//! The asks of a step.

use engine::{Ask, AskKind as Kind};

use super::Sight;
use super::checks::{link, path};
use crate::views::{AskKind, AskView, CopyView, OptionView, SaidView, Tone};

/// The views of a step's asks.
pub(super) fn asks(sight: &Sight, asks: &[Ask]) -> Vec<AskView> {
    asks.iter().map(|ask| view(sight, ask)).collect()
}

fn view(sight: &Sight, ask: &Ask) -> AskView {
    let secret = ask.kind == Kind::Secret;
    let kept = secret && sight.has_key;
    AskView {
        id: ask.id.clone(),
        label: ask.label.clone(),
        hint: ask.hint.clone(),
        example: ask.example.clone(),
        kind: kind(&ask.kind),
        value: if secret { None } else { sight.answer(ask) },
        kept,
        said: sight
            .said
            .get(&ask.id)
            .cloned()
            .or_else(|| kept.then(|| kept_said(sight))),
        optional: ask.optional,
        copies: ask
            .copies
            .iter()
            .map(|(label, note, value)| CopyView {
                label: label.clone(),
                note: note.clone(),
                value: value.clone(),
            })
            .collect(),
        path: ask.path.as_ref().map(path),
        link: ask.link.as_ref().map(link),
    }
}

fn kept_said(sight: &Sight) -> SaidView {
    SaidView {
        tone: Tone::Plain,
        strong: "Kept.".to_owned(),
        text: sight.vault.text.clone(),
        compare: None,
    }
}

fn kind(kind: &Kind) -> AskKind {
    match kind {
        Kind::Text => AskKind::Text,
        Kind::Secret => AskKind::Secret,
        Kind::Confirm => AskKind::Confirm,
        Kind::Choice { options } => AskKind::Choice {
            options: options
                .iter()
                .map(|option| OptionView {
                    value: option.value.clone(),
                    label: option.label.clone(),
                    hint: option.hint.clone(),
                })
                .collect(),
        },
    }
}

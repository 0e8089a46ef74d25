//! The asks of a step.

use engine::{Ask, AskKind as Kind, AskOption, Link};

use super::Sight;
use super::checks::{link, path};
use crate::views::{AskKind, AskView, CopyView, OptionView, SaidView, Tone};

/// The views of a step's asks.
pub(super) fn asks(sight: &Sight, asks: &[Ask]) -> Vec<AskView> {
    asks.iter().map(|ask| view(sight, ask)).collect()
}

/// One of them.
pub(super) fn view(sight: &Sight, ask: &Ask) -> AskView {
    let secret = ask.kind == Kind::Secret;
    let kept = secret && sight.has_key;
    AskView {
        id: ask.id.clone(),
        label: ask.label.clone(),
        hint: ask.hint.clone(),
        example: ask.example.clone(),
        kind: kind(sight, ask),
        value: if secret { None } else { sight.answer(ask) },
        kept,
        said: sight
            .said
            .get(&ask.id)
            .cloned()
            .or_else(|| kept.then(|| kept_said(sight)))
            .or_else(|| judged(sight, ask)),
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
        link: ask.link.as_ref().or(door(sight, ask).as_ref()).map(link),
    }
}

/// The front door of the place that the path begins at: no deeper address of Atlassian's is documented to be stable.
fn door(sight: &Sight, ask: &Ask) -> Option<Link> {
    let begins = ask.path.as_ref()?.now.first()?;
    (begins == "Atlassian Administration").then(|| Link {
        label: "Open Atlassian Administration".to_owned(),
        url: guide::Links::of(sight.cloud)
            .atlassian(sight.state.known().fact("atlassian.organization")),
    })
}

/// What the step says to the answer that stands.
fn judged(sight: &Sight, ask: &Ask) -> Option<SaidView> {
    let step = sight.step_of(&ask.id)?;
    let answer = sight.state.known().answer(&ask.id)?;
    sight.session?.judged(&step, ask, answer)
}

fn kept_said(sight: &Sight) -> SaidView {
    SaidView {
        tone: Tone::Plain,
        strong: "Kept.".to_owned(),
        text: sight.vault.text.clone(),
        compare: None,
    }
}

fn kind(sight: &Sight, ask: &Ask) -> AskKind {
    match &ask.kind {
        Kind::Search => AskKind::Search {
            chosen: sight.answer(ask).map(|answer| shown(&answer).to_owned()),
            found: sight.found.get(&ask.id).cloned(),
            running: sight.searching == Some(ask.id.as_str()),
        },
        Kind::Text => AskKind::Text,
        Kind::Secret => AskKind::Secret,
        Kind::Confirm => AskKind::Confirm,
        Kind::Choice { options } => AskKind::Choice {
            options: self::options(options),
        },
    }
}

/// Options as views.
pub(crate) fn options(options: &[AskOption]) -> Vec<OptionView> {
    let view = |option: &AskOption| OptionView {
        value: option.value.clone(),
        label: option.label.clone(),
        hint: option.hint.clone(),
    };
    options.iter().map(view).collect()
}

/// The part of a found answer that a person reads: what follows its kind and its id.
fn shown(answer: &str) -> &str {
    answer.splitn(3, '/').nth(2).unwrap_or(answer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_found_answer_is_shown_by_its_name() {
        assert_eq!(shown("user/0f3c/adele@contoso.com"), "adele@contoso.com");
        assert_eq!(shown("group/9a1b/Jira / all"), "Jira / all");
        assert_eq!(shown("typed"), "typed");
    }
}

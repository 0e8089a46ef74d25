//! Troubles: what is certain, what we were doing, what was said, what to do next.

use engine::{Next, NextDo, Trouble};

use crate::views::{Action, ActionView, NextView, PairView, TroubleView};

/// How much of an answer is shown; the whole of it is in the request ledger.
const MOST_WORDS: usize = 400;

/// The view of a trouble. `retry` is what "the same again" means here.
pub(crate) fn trouble(trouble: &Trouble, retry: Option<Action>) -> TroubleView {
    let said = trouble.said.as_ref();
    let mut facts = Vec::new();
    if let Some(said) = said {
        facts.extend(pair("Answer", &said.answer, false));
        facts.extend(
            said.request_id
                .as_deref()
                .and_then(|id| pair("Request id", id, true)),
        );
        facts.extend(said.at.and_then(|at| {
            pair(
                "When",
                &at.strftime("%-d %b %Y, %H:%M:%S UTC").to_string(),
                false,
            )
        }));
    }
    TroubleView {
        title: trouble.title.clone(),
        certain: trouble.certain.clone(),
        doing: trouble.doing.clone(),
        who: said.map(|said| said.by.clone()).unwrap_or_default(),
        said: said.map(|said| cut(&said.words)).unwrap_or_default(),
        facts,
        next: trouble
            .next
            .iter()
            .take(3)
            .map(|one| next(one, retry.as_ref()))
            .collect(),
    }
}

/// The same where there is nothing to do again.
impl From<Trouble> for TroubleView {
    fn from(one: Trouble) -> Self {
        trouble(&one, None)
    }
}

fn cut(words: &str) -> String {
    if words.chars().count() <= MOST_WORDS {
        return words.to_owned();
    }
    words.chars().take(MOST_WORDS).chain("…".chars()).collect()
}

fn pair(label: &str, value: &str, copy: bool) -> Option<PairView> {
    (!value.is_empty()).then(|| PairView {
        label: label.to_owned(),
        value: value.to_owned(),
        code: label != "When",
        copy,
    })
}

fn next(next: &Next, retry: Option<&Action>) -> NextView {
    let action = match &next.act {
        NextDo::Nothing => None,
        NextDo::Retry => retry
            .cloned()
            .map(|action| ("Try again".to_owned(), action)),
        NextDo::SignIn => Some(("Sign in".to_owned(), Action::SignIn)),
        NextDo::SignInByCode => Some(("Use a code".to_owned(), Action::SignInByCode)),
        NextDo::Open { label, url } => Some((label.clone(), Action::OpenLink { url: url.clone() })),
        NextDo::Copy { label, text } => Some((label.clone(), Action::Copy { text: text.clone() })),
        NextDo::Go { step } => Some((
            "Go there".to_owned(),
            Action::GoStep {
                id: step.to_string(),
            },
        )),
        NextDo::HandOver => Some(("Write file".to_owned(), Action::HandOver)),
    };
    NextView {
        title: next.title.clone(),
        text: next.text.clone(),
        action: action.map(|(label, action)| ActionView {
            action,
            label,
            enabled: true,
            why_not: None,
        }),
    }
}

//! The drawing of the connection, and the same in sentences. What each line says is the guide's.

use guide::{HandOver, Joined, shared::plan};

use super::Sight;
use crate::views::{PictureView, WireState, WireView};

/// The hand-overs between the two sides.
pub(super) fn picture(sight: &Sight) -> PictureView {
    let known = sight.state.known();
    let target = guide::target(known.answer(plan::TARGET));
    let told = (target.picture)(sight.state);
    let app = known.fact("app.display_name");
    let tenant = known.fact("entra.tenant_name");
    PictureView {
        left: app.unwrap_or("No application yet").to_owned(),
        left_about: tenant.map_or_else(|| "Entra".to_owned(), |tenant| format!("Entra, {tenant}")),
        right: known
            .fact("atlassian.organization_name")
            .unwrap_or("No organization yet")
            .to_owned(),
        right_about: "Atlassian organization".to_owned(),
        said: said(&told.hand_overs),
        note: told.note.to_owned(),
        wires: told.hand_overs.into_iter().map(wire).collect(),
    }
}

fn wire(one: HandOver) -> WireView {
    WireView {
        name: one.name.to_owned(),
        left_field: one.entra_field.to_owned(),
        right_field: one.other_field.to_owned(),
        to_right: one.from_entra,
        state: match one.joined {
            Joined::NotSet => WireState::None,
            Joined::Set => WireState::Set,
            Joined::Equal => WireState::Equal,
            Joined::Differs => WireState::Differs,
        },
        word: one.word.to_owned(),
        left: one.entra.unwrap_or_default(),
        right: one.other.unwrap_or_default(),
        group: one.group.to_owned(),
    }
}

/// "Login URL, Entra identifier: pasted, not proven. Certificate: differs, 5A3F…9C41 in Entra, B208…07E2 at Atlassian."
fn said(all: &[HandOver]) -> String {
    let mut sentences: Vec<String> = Vec::new();
    for alike in all.chunk_by(|one, next| {
        one.joined != Joined::Differs && (one.joined, one.word) == (next.joined, next.word)
    }) {
        let names: Vec<_> = alike.iter().map(|one| one.name).collect();
        let values = match alike {
            [one] if one.joined == Joined::Differs => format!(
                ", {} in Entra, {} at Atlassian",
                one.entra.as_deref().unwrap_or("none"),
                one.other.as_deref().unwrap_or("none")
            ),
            _ => String::new(),
        };
        let word = alike.first().map(|one| one.word).unwrap_or_default();
        sentences.push(format!(
            "{}: {}{values}.",
            names.join(", "),
            in_sentence(word)
        ));
    }
    sentences.join(" ")
}

/// A word of the drawing inside a sentence.
fn in_sentence(word: &str) -> String {
    let mut letters = word.chars();
    letters
        .next()
        .map(|first| first.to_lowercase().chain(letters).collect())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(name: &'static str, joined: Joined, word: &'static str) -> HandOver {
        HandOver {
            name,
            group: "",
            entra_field: "",
            other_field: "",
            from_entra: true,
            entra: Some("5A3F".into()),
            other: Some("B208".into()),
            joined,
            word,
        }
    }

    #[test]
    fn the_sentences_say_what_the_lines_say() {
        let all = [
            one("Login URL", Joined::Set, "Pasted, not proven"),
            one("Entra identifier", Joined::Set, "Pasted, not proven"),
            one("Certificate", Joined::Differs, "Differs"),
            one("ACS URL", Joined::Differs, "Differs"),
            one("SCIM key", Joined::NotSet, "Not set"),
        ];
        assert_eq!(
            said(&all),
            "Login URL, Entra identifier: pasted, not proven. \
             Certificate: differs, 5A3F in Entra, B208 at Atlassian. \
             ACS URL: differs, 5A3F in Entra, B208 at Atlassian. SCIM key: not set."
        );
    }
}

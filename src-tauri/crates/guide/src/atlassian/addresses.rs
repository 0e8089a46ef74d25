//! The identifiers and reply addresses of an application: what is there, what is wanted, and what an undo leaves. Pure.
//! An address is compared and kept to the character, for Entra compares the query too.

use connect::entra::Application;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::collections::{is_taken_back, taken_back, with};

/// The addresses of an application as they stand, or as they are to stand.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Addresses {
    /// Who may ask.
    pub identifiers: Vec<String>,
    /// Where answers go.
    pub replies: Vec<String>,
    /// Which reply address is the default: the one with the index 0 (entra.md 4.2).
    pub settings: Vec<Value>,
}

/// The two addresses that Atlassian gave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Pair<'a> {
    /// Service provider entity URL.
    pub entity: &'a str,
    /// Service provider assertion consumer service URL.
    pub reply: &'a str,
}

/// Whether entries that are not Atlassian's stay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Others {
    /// As they are.
    Stay,
    /// The person ticked to remove them.
    Go,
}

impl Addresses {
    /// As the application has them.
    pub fn of(application: &Application) -> Self {
        Self {
            identifiers: application.identifier_uris.clone(),
            replies: application.web.redirect_uris.clone(),
            settings: application.web.redirect_uri_settings.clone(),
        }
    }

    /// As a change carries them.
    pub fn read(value: Option<&Value>) -> Option<Self> {
        serde_json::from_value(value?.clone()).ok()
    }

    /// The entries that are not Atlassian's.
    pub fn others(&self, pair: Pair<'_>) -> Vec<&str> {
        let identifiers = self.identifiers.iter().filter(|one| *one != pair.entity);
        let replies = self.replies.iter().filter(|one| *one != pair.reply);
        identifiers.chain(replies).map(String::as_str).collect()
    }

    /// Whether the pair is in, and its reply address the default.
    pub fn hold(&self, pair: Pair<'_>) -> bool {
        self.identifiers.iter().any(|one| one == pair.entity)
            && self.replies.iter().any(|one| one == pair.reply)
            && self.default_reply() == Some(pair.reply)
    }

    /// The default reply address: the one that says so, or the only one.
    pub fn default_reply(&self) -> Option<&str> {
        let said = self
            .settings
            .iter()
            .find(|setting| index(setting) == Some(0))
            .and_then(uri);
        said.or(match &self.replies[..] {
            [only] => Some(only),
            _ => None,
        })
    }

    /// What is to stand once the pair is in: Atlassian's first, as the default, and the others behind it or gone.
    pub fn with(&self, pair: Pair<'_>, others: Others) -> Self {
        let first = |wanted: &str, now: &[String]| {
            let wanted = [wanted.to_owned()];
            match others {
                Others::Stay => with(&wanted, now),
                Others::Go => wanted.to_vec(),
            }
        };
        let replies = first(pair.reply, &self.replies);
        let mut settings = vec![json!({ "uri": pair.reply, "index": 0 })];
        settings.extend(
            self.behind(pair.reply)
                .into_iter()
                .filter(|setting| uri(setting).is_some_and(|uri| is_in(&replies, uri))),
        );
        Self {
            identifiers: first(pair.entity, &self.identifiers),
            replies,
            settings,
        }
    }

    /// The settings of the other reply addresses, numbered on from 1 in the order that they had.
    fn behind(&self, reply: &str) -> Vec<Value> {
        let mut others: Vec<_> = self
            .settings
            .iter()
            .filter(|setting| uri(setting) != Some(reply))
            .cloned()
            .collect();
        others.sort_by_key(|setting| index(setting).unwrap_or(i64::MAX));
        let mut next = 1;
        for setting in &mut others {
            if index(setting).is_some() {
                setting["index"] = json!(next);
                next += 1;
            }
        }
        others
    }

    /// Whether the change from `before` to `after` is made in these.
    pub fn made(&self, before: &Self, after: &Self) -> bool {
        // Made is what an undo of the opposite change would leave.
        is_taken_back(&self.identifiers, &after.identifiers, &before.identifiers)
            && is_taken_back(&self.replies, &after.replies, &before.replies)
            && self.default_reply() == after.default_reply()
    }

    /// What these become when the change from `before` to `after` is undone.
    pub fn undo(&self, before: &Self, after: &Self) -> Self {
        let replies = taken_back(&self.replies, &before.replies, &after.replies);
        let mut settings = before.settings.clone();
        settings.extend(
            self.settings
                .iter()
                .filter(|setting| {
                    let known = |all: &[Value]| all.iter().any(|one| uri(one) == uri(setting));
                    !known(&before.settings) && !known(&after.settings)
                })
                .cloned(),
        );
        settings.retain(|setting| uri(setting).is_some_and(|uri| is_in(&replies, uri)));
        Self {
            identifiers: taken_back(&self.identifiers, &before.identifiers, &after.identifiers),
            replies,
            settings,
        }
    }

    /// Whether the change from `before` to `after` is undone in these.
    pub fn undone(&self, before: &Self, after: &Self) -> bool {
        let moved = before.default_reply() != after.default_reply();
        is_taken_back(&self.identifiers, &before.identifiers, &after.identifiers)
            && is_taken_back(&self.replies, &before.replies, &after.replies)
            && !(moved && self.default_reply() == after.default_reply())
    }

    /// As Graph takes them: collections are replaced as a whole.
    pub fn patch(&self) -> Value {
        let mut web = Map::new();
        web.insert("redirectUris".into(), json!(self.replies));
        web.insert("redirectUriSettings".into(), json!(self.settings));
        json!({ "identifierUris": self.identifiers, "web": web })
    }
}

fn uri(setting: &Value) -> Option<&str> {
    setting.get("uri").and_then(Value::as_str)
}

fn index(setting: &Value) -> Option<i64> {
    setting.get("index").and_then(Value::as_i64)
}

fn is_in(all: &[String], one: &str) -> bool {
    all.iter().any(|known| known == one)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAIR: Pair<'static> = Pair {
        entity: "https://auth.test/saml/c41e",
        reply: "https://auth.test/login/callback?connection=saml-c41e",
    };

    fn addresses(identifiers: &[&str], replies: &[&str], settings: Value) -> Addresses {
        let owned = |all: &[&str]| all.iter().map(|one| (*one).to_owned()).collect();
        Addresses {
            identifiers: owned(identifiers),
            replies: owned(replies),
            settings: settings.as_array().cloned().unwrap_or_default(),
        }
    }

    fn cases() -> Vec<(&'static str, Addresses, Others, Addresses)> {
        let ours = |more: Value| {
            let mut all = vec![json!({"uri": PAIR.reply, "index": 0})];
            all.extend(more.as_array().cloned().unwrap_or_default());
            Value::Array(all)
        };
        vec![
            (
                "an empty application",
                Addresses::default(),
                Others::Stay,
                addresses(&[PAIR.entity], &[PAIR.reply], ours(json!([]))),
            ),
            (
                "what somebody made in the portal stays behind ours",
                addresses(
                    &["https://old"],
                    &["https://b", "https://a"],
                    json!([{"uri": "https://a", "index": 1}, {"uri": "https://b", "index": 0}]),
                ),
                Others::Stay,
                addresses(
                    &[PAIR.entity, "https://old"],
                    &[PAIR.reply, "https://b", "https://a"],
                    ours(
                        json!([{"uri": "https://b", "index": 1}, {"uri": "https://a", "index": 2}]),
                    ),
                ),
            ),
            (
                "it goes when the person ticks so",
                addresses(
                    &["https://old", PAIR.entity],
                    &["https://b"],
                    json!([{"uri": "https://b", "index": 0}]),
                ),
                Others::Go,
                addresses(&[PAIR.entity], &[PAIR.reply], ours(json!([]))),
            ),
            (
                "a reply address without the query is another one",
                addresses(
                    &[PAIR.entity],
                    &["https://auth.test/login/callback"],
                    json!([]),
                ),
                Others::Stay,
                addresses(
                    &[PAIR.entity],
                    &[PAIR.reply, "https://auth.test/login/callback"],
                    ours(json!([])),
                ),
            ),
        ]
    }

    #[test]
    fn the_pair_comes_in_first_and_the_undo_puts_back_exactly() {
        for (what, before, others, wanted) in cases() {
            assert!(!before.hold(PAIR), "{what}");
            let after = before.with(PAIR, others);
            assert_eq!(after, wanted, "{what}");
            assert!(after.hold(PAIR) && after.made(&before, &after), "{what}");
            assert!(!before.made(&before, &after), "{what}");
            assert!(!after.undone(&before, &after), "{what}");
            let undone = after.undo(&before, &after);
            assert_eq!(undone, before, "{what}");
            assert!(undone.undone(&before, &after), "{what}");
            assert_eq!(after.with(PAIR, others), after, "{what}: once is enough");
        }
    }

    #[test]
    fn an_undo_leaves_alone_what_came_meanwhile() {
        let before = Addresses::default();
        let after = before.with(PAIR, Others::Stay);
        let mut now = after.clone();
        now.replies.push("https://new".into());
        now.settings.push(json!({"uri": "https://new", "index": 1}));
        let undone = now.undo(&before, &after);
        assert_eq!(
            undone,
            addresses(
                &[],
                &["https://new"],
                json!([{"uri": "https://new", "index": 1}])
            )
        );
    }

    #[test]
    fn the_order_in_which_graph_answers_does_not_matter() {
        let before = addresses(&["https://old"], &["https://b"], json!([]));
        let after = before.with(PAIR, Others::Stay);
        let mut now = after.clone();
        now.identifiers.reverse();
        now.replies.reverse();
        assert!(now.made(&before, &after) && now.hold(PAIR));
    }

    #[test]
    fn the_only_reply_address_is_the_default() {
        let only = addresses(&[PAIR.entity], &[PAIR.reply], json!([]));
        assert!(only.hold(PAIR));
        let mut two = only.clone();
        two.replies.push("https://b".into());
        assert!(!two.hold(PAIR), "of two without a default neither is it");
        two.settings = vec![json!({"uri": "https://b", "index": 0})];
        assert_eq!(two.default_reply(), Some("https://b"));
    }

    #[test]
    fn what_is_not_atlassians_is_named() {
        let now = addresses(
            &["https://old", PAIR.entity],
            &[PAIR.reply, "https://b"],
            json!([]),
        );
        assert_eq!(now.others(PAIR), ["https://old", "https://b"]);
    }

    #[test]
    fn a_change_carries_them_whole() {
        let all = Addresses::default().with(PAIR, Others::Stay);
        let value = serde_json::to_value(&all).expect("plain data");
        assert_eq!(Addresses::read(Some(&value)), Some(all));
        assert_eq!(Addresses::read(None), None);
    }
}

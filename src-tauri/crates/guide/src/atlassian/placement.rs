//! Which authentication policy accounts are in, from an answer whose shape Atlassian does not publish.
//!
//! Only `email` is known to be in it. The rest is looked for by what its name says, at any depth; what is not found stays unknown,
//! and nothing is concluded from it. It reads no live system.

use std::collections::BTreeSet;

use serde_json::Value;

use super::policy_address::is_id;

/// Where one account is, as far as the answer tells.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Placement {
    /// The account's address, in lower case.
    pub email: Option<String>,
    /// The account's id.
    pub account: Option<String>,
    /// Every id that the answer may mean as the policy's, in lower case.
    pub policies: BTreeSet<String>,
    /// The policy's name.
    pub name: Option<String>,
    /// What is said of its directory: a name, a kind, an id.
    pub directory: Option<String>,
    /// Whether it enforces single sign-on.
    pub enforced: Option<bool>,
    /// Whether it is its directory's default policy.
    pub default: Option<bool>,
}

impl Placement {
    /// Whether the account is in this policy; `None` when the answer names no policy, or several other ones: then nobody knows
    /// which of them it means.
    pub fn is_in(&self, policy: &str) -> Option<bool> {
        match self.policies.contains(&policy.to_lowercase()) {
            true => Some(true),
            false => (self.policies.len() == 1).then_some(false),
        }
    }

    /// Whether the policy belongs to the local directory, which can't enforce single sign-on.
    pub fn is_local(&self) -> Option<bool> {
        self.directory
            .as_deref()
            .map(|directory| directory.to_lowercase().contains("local"))
    }
}

/// The placement of every account of an answer.
pub(super) fn placements(answer: &[Value]) -> Vec<Placement> {
    answer.iter().map(placement).collect()
}

fn placement(item: &Value) -> Placement {
    let mut placement = Placement::default();
    read(item, &[], &mut placement);
    placement
}

fn read(value: &Value, path: &[String], placement: &mut Placement) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                let path = [path, &[plain(name)]].concat();
                read(value, &path, placement);
            }
        }
        Value::Array(items) => {
            for item in items {
                read(item, path, placement);
            }
        }
        Value::String(text) => text_at(text, path, placement),
        Value::Bool(on) => flag_at(*on, path, placement),
        Value::Null | Value::Number(_) => {}
    }
}

/// A name without case, bars and blanks: `policy_id`, `policyId` and `policy-id` are one.
fn plain(name: &str) -> String {
    name.chars()
        .filter(char::is_ascii_alphanumeric)
        .collect::<String>()
        .to_lowercase()
}

fn text_at(text: &str, path: &[String], placement: &mut Placement) {
    let Some(last) = path.last() else { return };
    let says = |word: &str| path.iter().any(|name| name.contains(word));
    let keep = |slot: &mut Option<String>, text: &str| {
        slot.get_or_insert_with(|| text.to_owned());
    };
    if last.ends_with("email") {
        keep(&mut placement.email, &text.to_lowercase());
    } else if last.contains("account") && last.ends_with("id") {
        keep(&mut placement.account, text);
    } else if says("directory") || says("identityprovider") {
        directory(text, &mut placement.directory);
    } else if says("policy") || says("policies") {
        if is_id(text) && (last.ends_with("id") || last.ends_with("ids")) {
            placement.policies.insert(text.to_lowercase());
        } else if last.ends_with("name") {
            keep(&mut placement.name, text);
        }
    }
}

/// Of several texts on the directory, one that says “local” counts most, an id least.
fn directory(text: &str, slot: &mut Option<String>) {
    let tells = |text: &str| match text {
        _ if text.to_lowercase().contains("local") => 2,
        _ if !is_id(text) => 1,
        _ => 0,
    };
    if slot
        .as_deref()
        .is_none_or(|known| tells(text) > tells(known))
    {
        *slot = Some(text.to_owned());
    }
}

fn flag_at(on: bool, path: &[String], placement: &mut Placement) {
    let Some(last) = path.last() else { return };
    let about_sign_on = ["sso", "singlesignon", "saml"];
    let says = |word: &str| path.iter().any(|name| name.contains(word));
    // Two-step verification is enforced too: a flag that does not say that it is about single sign-on tells nothing.
    let enforces = last.contains("enforce") || last.contains("required");
    if last.contains("default") {
        placement.default = any_true(placement.default, Some(on));
    } else if enforces && about_sign_on.iter().any(|word| says(word)) {
        placement.enforced = any_true(placement.enforced, Some(on));
    }
}

/// Of what several answers tell of something dangerous, a yes counts.
pub(super) fn any_true(one: Option<bool>, other: Option<bool>) -> Option<bool> {
    match (one, other) {
        (Some(true), _) | (_, Some(true)) => Some(true),
        _ => one.or(other),
    }
}

/// The same where a no makes safe: it counts only when every answer tells it, and there is one.
pub(super) fn worst(mut told: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    let first = told.next()?;
    told.fold(first, |so_far, next| match (so_far, next) {
        (Some(true), _) | (_, Some(true)) => Some(true),
        (Some(false), Some(false)) => Some(false),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const POLICY: &str = "3b8e07f5-61ad-4f0c-92d8-c5a4e1907b36";

    #[test]
    fn one_meaning_in_many_shapes() {
        let shapes = [
            json!({"email": "B.Simon@contoso.com", "policyId": POLICY, "policyName": "Pilot SSO", "directoryType": "IDP", "ssoEnforced": true, "isDefault": false}),
            json!({"email": "b.simon@contoso.com", "policy": {"id": POLICY.to_uppercase(), "name": "Pilot SSO", "default": false, "directory": {"id": "54ef12ae-255e-46ad-8bfc-e0f0838f42d8", "name": "IDP"}, "sso": {"required": true}}}),
            json!({"email": "b.simon@contoso.com", "authPolicies": [{"auth_policy_id": POLICY, "name": "Pilot SSO", "is_default": false, "identityProvider": "IDP", "enforceSingleSignOn": true}]}),
        ];
        for shape in shapes {
            assert_eq!(
                placements(std::slice::from_ref(&shape)),
                [Placement {
                    email: Some("b.simon@contoso.com".to_owned()),
                    account: None,
                    policies: [POLICY.to_owned()].into(),
                    name: Some("Pilot SSO".to_owned()),
                    directory: Some("IDP".to_owned()),
                    enforced: Some(true),
                    default: Some(false),
                }],
                "{shape}"
            );
        }
    }

    #[test]
    fn what_is_not_said_stays_unknown() {
        for shape in [
            json!({"email": "b.simon@contoso.com"}),
            json!({"email": "b.simon@contoso.com", "authenticationPolicy": null}),
            json!({"email": "b.simon@contoso.com", "accountId": "5f45", "id": POLICY, "policy": "Pilot SSO"}),
        ] {
            let found = &placements(std::slice::from_ref(&shape))[0];
            assert_eq!(found.is_in(POLICY), None, "{shape}");
            assert_eq!((found.is_local(), found.enforced), (None, None), "{shape}");
        }
        assert!(placements(&[]).is_empty());
    }

    #[test]
    fn the_local_directory_is_recognised() {
        let local = |directory: Value| {
            placements(&[json!({"policy": {"id": POLICY, "directory": directory}})])[0].is_local()
        };
        assert_eq!(local(json!({"type": "LOCAL"})), Some(true));
        assert_eq!(
            local(json!({"name": "Contoso", "type": "LOCAL_DIRECTORY"})),
            Some(true)
        );
        assert_eq!(local(json!({"name": "Microsoft Entra ID"})), Some(false));
        assert_eq!(local(json!(POLICY)), Some(false), "an id of a directory");
        assert_eq!(local(json!(null)), None, "nothing said");
    }

    #[test]
    fn another_policy_is_another_one_when_only_one_is_named() {
        const OTHER: &str = "54ef12ae-255e-46ad-8bfc-e0f0838f42d8";
        const THIRD: &str = "0c9d2b1e-7f8a-4e55-b1a3-2f6d9e0c4a71";
        let cases = [
            (json!({"policyId": OTHER}), Some(false)),
            (
                json!({"policyId": OTHER, "policy": {"id": OTHER}}),
                Some(false),
            ),
            (
                json!({"policyId": OTHER, "policies": [{"id": POLICY}]}),
                Some(true),
            ),
            (
                json!({"policies": [{"id": OTHER}, {"id": POLICY.to_uppercase()}]}),
                Some(true),
            ),
            (json!({"policyIds": [OTHER, POLICY]}), Some(true)),
            (
                json!({"policyId": OTHER, "policy": {"organizationId": THIRD}}),
                None,
            ),
        ];
        for (answer, wanted) in cases {
            let found = &placements(std::slice::from_ref(&answer))[0];
            assert_eq!(found.is_in(POLICY), wanted, "{answer}");
        }
    }

    #[test]
    fn a_flag_counts_when_it_is_about_single_sign_on_and_a_yes_counts_most() {
        let cases = [
            (json!({"policy": {"enforced": false}}), None),
            (
                json!({"policy": {"twoStepVerification": {"enforced": true}}}),
                None,
            ),
            (json!({"policy": {"sso": {"enforced": false}}}), Some(false)),
            (
                json!({"ssoEnforced": false, "policy": {"samlEnforced": true}}),
                Some(true),
            ),
            (
                json!({"ssoEnforced": true, "policy": {"samlEnforced": false}}),
                Some(true),
            ),
        ];
        for (answer, wanted) in cases {
            let found = &placements(std::slice::from_ref(&answer))[0];
            assert_eq!(found.enforced, wanted, "{answer}");
        }
        let both = json!({"policies": [{"isDefault": false}, {"isDefault": true}]});
        assert_eq!(placements(&[both])[0].default, Some(true));
    }

    #[test]
    fn of_several_answers_the_unsafe_one_wins() {
        let (yes, no) = (Some(true), Some(false));
        let cases: &[(&[Option<bool>], Option<bool>)] = &[
            (&[], None),
            (&[no], no),
            (&[no, no], no),
            (&[no, None], None),
            (&[None, no], None),
            (&[no, yes], yes),
            (&[None, yes], yes),
        ];
        for (told, wanted) in cases {
            assert_eq!(worst(told.iter().copied()), *wanted, "{told:?}");
        }
    }
}

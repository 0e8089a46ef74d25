//! What Entra sends to Atlassian about a person: read from a claims policy of either kind or from Microsoft's defaults,
//! and written as one. Pure: it reads and writes JSON and calls nothing.
//!
//! The claims are those of atlassian.md 4.4. `name` gets the object id: Atlassian keeps it beside the e-mail to find a
//! person again after a rename, so it must neither be the address nor change. The userPrincipalName, Microsoft's
//! default, is often the address itself; a display name changes and two people can share it.

use people::Attribute;
use serde_json::{Value, json};

/// The namespace of the four claims beside the NameID.
const CLAIMS: &str = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims";
/// The source of `name` that is written.
const STABLE: &str = "objectid";
/// Sources that are no stable id: they change, or people share them.
const UNSTABLE: [&str; 5] = ["mail", "displayname", "givenname", "surname", "othermail"];

/// Where a claim comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Source {
    /// It is not sent.
    Absent,
    /// An attribute of the person, in small letters, as the portal writes it after `user.`.
    User(String),
    /// Computed, constant or different for some people: what it comes to can't be told from here.
    Computed,
}

/// The form of the NameID.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    /// An e-mail address, or whatever Atlassian asks for, which is that.
    Email,
    /// Another one.
    Other,
}

/// What is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Sent {
    pub name_id: Source,
    pub format: Format,
    pub given: Source,
    pub surname: Source,
    pub name: Source,
    pub email: Source,
}

impl Source {
    fn user(id: &str) -> Self {
        Self::User(id.to_lowercase())
    }

    /// Whether it is this attribute, however it is written.
    pub fn is(&self, id: &str) -> bool {
        matches!(self, Self::User(own) if own.eq_ignore_ascii_case(id))
    }

    /// As the portal writes it.
    pub fn words(&self) -> String {
        match self {
            Self::Absent => "nothing".to_owned(),
            Self::User(id) => format!("user.{id}"),
            Self::Computed => "a computed value".to_owned(),
        }
    }
}

impl Sent {
    /// What Microsoft sends for an application of the gallery without any policy (entra.md 4.6).
    pub fn by_default() -> Self {
        Self {
            name_id: Source::user("userprincipalname"),
            format: Format::Email,
            ..Self::basic()
        }
    }

    /// The basic claim set, and no NameID of one's own.
    fn basic() -> Self {
        Self {
            name_id: Source::user("userprincipalname"),
            format: Format::Email,
            given: Source::user("givenname"),
            surname: Source::user("surname"),
            name: Source::user("userprincipalname"),
            email: Source::user("mail"),
        }
    }

    fn without_basic() -> Self {
        Self {
            given: Source::Absent,
            surname: Source::Absent,
            name: Source::Absent,
            email: Source::Absent,
            ..Self::basic()
        }
    }

    /// What Atlassian needs, with the e-mail from this attribute.
    pub fn wanted(email: Attribute) -> Self {
        Self {
            name_id: Source::user(email.name()),
            name: Source::user(STABLE),
            email: Source::user(email.name()),
            ..Self::basic()
        }
    }

    /// Whether log-ins work with it: the NameID from this attribute, as an e-mail address, with first and last name.
    pub fn fits(&self, email: Attribute) -> bool {
        self.name_id.is(email.name()) && self.format == Format::Email && self.has_names()
    }

    /// Whether first and last name are sent.
    pub fn has_names(&self) -> bool {
        self.given != Source::Absent && self.surname != Source::Absent
    }

    /// Whether `name` can find a person again.
    pub fn is_stable(&self) -> bool {
        match &self.name {
            Source::Absent => false,
            Source::User(id) => !UNSTABLE.contains(&id.as_str()),
            Source::Computed => true,
        }
    }

    /// In one line, for the table and as evidence.
    pub fn words(&self) -> String {
        let format = match self.format {
            Format::Email => "",
            Format::Other => " in another form than Email address",
        };
        format!(
            "NameID {}{format}; givenname {}; surname {}; name {}; emailaddress {}",
            self.name_id.words(),
            self.given.words(),
            self.surname.words(),
            self.name.words(),
            self.email.words()
        )
    }

    fn put(&mut self, uri: &str, source: Source) {
        let uri = uri.to_lowercase();
        match uri.strip_prefix(CLAIMS).unwrap_or(&uri) {
            "/nameidentifier" => self.name_id = source,
            "/givenname" => self.given = source,
            "/surname" => self.surname = source,
            "/name" => self.name = source,
            "/emailaddress" => self.email = source,
            _ => {}
        }
    }
}

/// What the object that the portal's page edits says (beta, entra.md 4.6 B).
pub(super) fn of_claims_policy(policy: &Value) -> Sent {
    let mut sent = if policy["includeBasicClaimSet"] == Value::Bool(false) {
        Sent::without_basic()
    } else {
        Sent::by_default()
    };
    for claim in claims_of(policy) {
        let source = source_of(claim);
        if is_name_id(claim) {
            sent.name_id = source;
            sent.format = match claim["nameIdFormat"].as_str() {
                // “default” and nothing leave it to what Atlassian asks for.
                None | Some("default" | "emailAddress") => Format::Email,
                Some(_) => Format::Other,
            };
        } else {
            sent.put(&uri_of(claim), source);
        }
    }
    sent
}

fn claims_of(policy: &Value) -> impl Iterator<Item = &Value> {
    policy["claims"].as_array().into_iter().flatten()
}

fn is_name_id(claim: &Value) -> bool {
    claim["@odata.type"]
        .as_str()
        .is_some_and(|kind| kind.ends_with("samlNameIdClaim"))
}

fn uri_of(claim: &Value) -> String {
    let name = claim["name"].as_str().unwrap_or_default();
    match claim["namespace"].as_str() {
        Some(space) if !space.is_empty() => format!("{}/{name}", space.trim_end_matches('/')),
        _ => name.to_owned(),
    }
}

fn source_of(claim: &Value) -> Source {
    let all = claim["configurations"].as_array();
    let [one] = all.map(Vec::as_slice).unwrap_or_default() else {
        return Source::Computed;
    };
    let is_plain = one["condition"].is_null()
        && one["transformations"].as_array().is_none_or(Vec::is_empty)
        && one["attribute"]["source"] == "user";
    match one["attribute"]["id"].as_str() {
        Some(id) if is_plain => Source::user(id),
        _ => Source::Computed,
    }
}

/// What a claims mapping policy says (entra.md 4.6 A). `None` when its definition can't be read.
pub(super) fn of_mapping_policy(definition: &[String]) -> Option<Sent> {
    let parsed: Value = serde_json::from_str(definition.first()?).ok()?;
    let policy = &parsed["ClaimsMappingPolicy"];
    let includes = match &policy["IncludeBasicClaimSet"] {
        Value::Bool(on) => *on,
        Value::String(word) => word.eq_ignore_ascii_case("true"),
        _ => false,
    };
    let mut sent = if includes {
        Sent::by_default()
    } else {
        Sent::without_basic()
    };
    for entry in policy["ClaimsSchema"].as_array().into_iter().flatten() {
        let source = match (entry["Source"].as_str(), entry["ID"].as_str()) {
            (Some(source), Some(id)) if source.eq_ignore_ascii_case("user") => Source::user(id),
            _ => Source::Computed,
        };
        sent.put(entry["SamlClaimType"].as_str().unwrap_or_default(), source);
    }
    Some(sent)
}

/// The object of the portal's page with what Atlassian needs; everything else that it says stays (beta).
pub(super) fn claims_policy(before: Option<&Value>, email: Attribute) -> Value {
    let ours = |claim: &&Value| {
        let uri = uri_of(claim).to_lowercase();
        let tail = uri.strip_prefix(CLAIMS).unwrap_or_default();
        is_name_id(claim) || ["/givenname", "/surname", "/name", "/emailaddress"].contains(&tail)
    };
    let kept = before.into_iter().flat_map(claims_of);
    let mut claims: Vec<Value> = kept.filter(|claim| !ours(claim)).cloned().collect();
    claims.insert(
        0,
        json!({
            "@odata.type": "#microsoft.graph.samlNameIdClaim",
            "nameIdFormat": "emailAddress",
            "configurations": [from_user(email.name())],
        }),
    );
    for (name, id) in rows(email) {
        claims.push(json!({
            "@odata.type": "#microsoft.graph.customClaim",
            "name": name,
            "namespace": CLAIMS,
            "tokenFormat": ["saml"],
            "samlAttributeNameFormat": null,
            "configurations": [from_user(id)],
        }));
    }
    let mut policy = before.map_or_else(|| json!({}), written);
    policy["includeBasicClaimSet"] = json!(true);
    policy["claims"] = json!(claims);
    policy
}

/// The four claims beside the NameID, with the attribute of each.
fn rows(email: Attribute) -> [(&'static str, &'static str); 4] {
    [
        ("givenname", "givenname"),
        ("surname", "surname"),
        ("name", STABLE),
        ("emailaddress", email.name()),
    ]
}

fn from_user(id: &str) -> Value {
    json!({
        "condition": null,
        "attribute": {
            "@odata.type": "#microsoft.graph.sourcedAttribute",
            "id": id.to_lowercase(),
            "source": "user",
            "isExtensionAttribute": false,
        },
        "transformations": [],
    })
}

/// A policy as it can be written again: without what Microsoft adds by itself and without what is not set.
pub(super) fn written(policy: &Value) -> Value {
    let mut policy = policy.clone();
    if let Some(fields) = policy.as_object_mut() {
        fields.retain(|name, value| name != "id" && !name.starts_with('@') && !value.is_null());
    }
    policy
}

/// What undoes our write of `after` over `before`, seen what stands there now; `None` when nothing of it is left. A row
/// that is as we wrote it becomes what it was before or goes, and so does a setting beside the rows; everything else is somebody
/// else's and stays.
pub(super) fn put_back(now: &Value, before: &Value, after: &Value) -> Option<Value> {
    if same(now, before) {
        return None;
    }
    if same(now, after) {
        return Some(written(before));
    }
    let of = |policy: &Value, claim: &Value| {
        let key = (is_name_id(claim), uri_of(claim).to_lowercase());
        let is = |one: &&Value| (is_name_id(one), uri_of(one).to_lowercase()) == key;
        claims_of(policy).find(is).cloned()
    };
    let row = |claim: &Value| {
        let is_ours = of(after, claim).is_some_and(|ours| bare(&ours) == bare(claim));
        match is_ours {
            true => of(before, claim),
            false => Some(claim.clone()),
        }
    };
    let mut back = now.clone();
    for (name, ours) in after.as_object().into_iter().flatten() {
        if back.get(name) == Some(ours) {
            back[name.as_str()] = before[name.as_str()].clone();
        }
    }
    back["claims"] = claims_of(now).filter_map(row).collect();
    let back = written(&back);
    (!same(&back, now)).then_some(back)
}

/// Whether two policies say the same, however Microsoft writes what is not set.
pub(super) fn same(one: &Value, other: &Value) -> bool {
    bare(&written(one)) == bare(&written(other))
}

/// Without empty fields, switches that are off, and annotations, at every depth: Microsoft shows them whether or not
/// they were written. The kinds of claims stay.
fn bare(value: &Value) -> Value {
    match value {
        Value::Object(fields) => fields
            .iter()
            .filter(|(name, value)| {
                let is_empty = value.is_null()
                    || *value == &Value::Bool(false)
                    || value.as_array().is_some_and(Vec::is_empty);
                let is_kind = name.as_str() == "@odata.type";
                !is_empty && (is_kind || !name.contains('@'))
            })
            .map(|(name, value)| (name.clone(), bare(value)))
            .collect(),
        Value::Array(items) => items.iter().map(bare).collect(),
        other => other.clone(),
    }
}

/// The body of a claims mapping policy with what Atlassian needs.
pub(super) fn mapping_policy(name: &str, email: Attribute) -> Value {
    let rows = std::iter::once(("nameidentifier", email.name())).chain(rows(email));
    let schema: Vec<Value> = rows
        .map(|(claim, id)| {
            json!({
                "Source": "user",
                "ID": id.to_lowercase(),
                "SamlClaimType": format!("{CLAIMS}/{claim}"),
            })
        })
        .collect();
    // The keys are case-sensitive, and the value is a text of JSON (entra.md 4.6).
    let definition = json!({
        "ClaimsMappingPolicy": {
            "Version": 1,
            "IncludeBasicClaimSet": "true",
            "ClaimsSchema": schema,
        }
    });
    json!({
        "displayName": name,
        "definition": [definition.to_string()],
        "isOrganizationDefault": false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use Attribute::{Mail, UserPrincipalName};

    fn name_id(id: &str, format: &str) -> Value {
        json!({
            "@odata.type": "#microsoft.graph.samlNameIdClaim",
            "nameIdFormat": format,
            "configurations": [from_user(id)],
        })
    }

    #[test]
    fn what_is_written_says_what_is_wanted() {
        for email in [Mail, UserPrincipalName] {
            let wanted = Sent::wanted(email);
            assert_eq!(of_claims_policy(&claims_policy(None, email)), wanted);
            let body = mapping_policy("Atlassian", email);
            let definition = [body["definition"][0].as_str().expect("a text").to_owned()];
            assert_eq!(of_mapping_policy(&definition), Some(wanted.clone()));
            assert!(wanted.fits(email) && wanted.is_stable());
            assert!(!wanted.fits(email.other()));
        }
    }

    #[test]
    fn microsofts_defaults_fit_the_user_principal_name_only() {
        let defaults = Sent::by_default();
        assert!(defaults.fits(UserPrincipalName) && !defaults.fits(Mail));
        assert!(
            defaults.is_stable(),
            "the address it may be is said elsewhere"
        );
        let empty = json!({ "includeBasicClaimSet": true, "claims": [] });
        assert_eq!(of_claims_policy(&empty), defaults);
    }

    #[test]
    fn an_undo_takes_only_our_rows_out_once_somebody_else_changed_the_page() {
        let group = json!({ "@odata.type": "#microsoft.graph.customClaim", "name": "groups" });
        let before =
            json!({ "includeBasicClaimSet": true, "claims": [name_id("employeeid", "default")] });
        let after = claims_policy(Some(&before), Mail);
        assert_eq!(put_back(&after, &before, &after), Some(before.clone()));
        assert_eq!(put_back(&before, &before, &after), None);

        let mut now = after.clone();
        now["claims"]
            .as_array_mut()
            .expect("rows")
            .push(group.clone());
        let back = put_back(&now, &before, &after).expect("ours are there");
        assert_eq!(
            back["claims"],
            json!([name_id("employeeid", "default"), group]),
            "the group claim that came since is kept"
        );
        assert_eq!(
            put_back(&back, &before, &after),
            None,
            "and then it is undone"
        );

        let without = json!({ "includeBasicClaimSet": false, "claims": before["claims"] });
        let ours = claims_policy(Some(&without), Mail);
        let mut now = ours.clone();
        now["audienceOverride"] = "urn:other".into();
        let back = put_back(&now, &without, &ours).expect("ours are there");
        assert_eq!(back["includeBasicClaimSet"], false, "that was ours too");
        assert_eq!(back["audienceOverride"], "urn:other");
        assert_eq!(put_back(&back, &without, &ours), None);

        let mut edited = after.clone();
        edited["claims"][0] = name_id("othermail", "default");
        let back = put_back(&edited, &before, &after).expect("four rows are ours");
        assert_eq!(back["claims"], json!([name_id("othermail", "default")]));
    }

    #[test]
    fn policies_are_read_as_they_are_found() {
        let conditional = {
            let mut claim = name_id("mail", "emailAddress");
            claim["configurations"][0]["condition"] = json!({ "userType": "members" });
            claim
        };
        let joined = {
            let mut claim = name_id("mail", "emailAddress");
            claim["configurations"][0]["transformations"] = json!([{ "separator": "@" }]);
            claim
        };
        let mail = Source::user("mail");
        for (claim, source, format) in [
            (name_id("mail", "emailAddress"), mail.clone(), Format::Email),
            (name_id("MAIL", "default"), mail.clone(), Format::Email),
            (name_id("mail", "persistent"), mail, Format::Other),
            (conditional, Source::Computed, Format::Email),
            (joined, Source::Computed, Format::Email),
        ] {
            let policy = json!({ "includeBasicClaimSet": true, "claims": [claim] });
            let sent = of_claims_policy(&policy);
            assert_eq!((&sent.name_id, sent.format), (&source, format), "{policy}");
        }
    }

    #[test]
    fn a_policy_without_the_basic_set_sends_no_names() {
        let policy =
            json!({ "includeBasicClaimSet": false, "claims": [name_id("mail", "emailAddress")] });
        let sent = of_claims_policy(&policy);
        assert!(!sent.has_names() && !sent.is_stable() && !sent.fits(Mail));
    }

    #[test]
    fn a_name_that_people_share_is_no_stable_id() {
        for (id, stable) in [
            ("objectid", true),
            ("employeeid", true),
            ("userprincipalname", true),
            ("displayname", false),
            ("mail", false),
        ] {
            let name = Source::user(id);
            let sent = Sent {
                name,
                ..Sent::by_default()
            };
            assert_eq!(sent.is_stable(), stable, "{id}");
        }
    }

    #[test]
    fn a_mapping_policy_that_nobody_can_read_is_not_guessed() {
        for definition in [vec![], vec!["no JSON".to_owned()]] {
            assert_eq!(of_mapping_policy(&definition), None);
        }
        let theirs = r#"{"ClaimsMappingPolicy":{"Version":1,"IncludeBasicClaimSet":"false","ClaimsSchema":[{"Source":"user","ID":"employeeid","SamlClaimType":"http://schemas.xmlsoap.org/ws/2005/05/identity/claims/nameidentifier"},{"Source":"transformation","ID":"Join","SamlClaimType":"http://schemas.xmlsoap.org/ws/2005/05/identity/claims/name"}]}}"#;
        let sent = of_mapping_policy(&[theirs.to_owned()]).expect("it is read");
        assert!(sent.name_id.is("employeeId") && sent.name == Source::Computed);
        assert!(!sent.has_names());
    }

    #[test]
    fn what_others_set_stays_when_ours_is_written() {
        let department = json!({
            "@odata.type": "#microsoft.graph.customClaim",
            "name": "department",
            "namespace": null,
            "configurations": [from_user("department")],
        });
        let before = json!({
            "@odata.context": "x",
            "id": "p-1",
            "includeBasicClaimSet": false,
            "audienceOverride": "urn:other",
            "groupFilter": null,
            "claims": [name_id("employeeid", "persistent"), department],
        });
        let after = claims_policy(Some(&before), Mail);
        assert_eq!(of_claims_policy(&after), Sent::wanted(Mail));
        assert_eq!(after["audienceOverride"], "urn:other");
        assert!(
            after["claims"]
                .as_array()
                .is_some_and(|all| all.contains(&department))
        );
        assert!(after.get("id").is_none() && after.get("groupFilter").is_none());
    }

    #[test]
    fn empty_fields_and_annotations_make_no_difference() {
        let ours = claims_policy(None, Mail);
        let mut read = ours.clone();
        read["id"] = json!("p-1");
        read["@odata.context"] = json!("x");
        read["groupFilter"] = json!(null);
        read["includeApplicationIdInIssuer"] = json!(false);
        assert!(same(&ours, &read));
        assert!(!same(&ours, &claims_policy(None, UserPrincipalName)));
        let nothing = json!({ "includeBasicClaimSet": true, "claims": [] });
        assert!(!same(&ours, &nothing) && !same(&nothing, &ours));
        let bare = json!({ "includeBasicClaimSet": false, "claims": ours["claims"] });
        assert!(!same(&ours, &bare));
    }
}

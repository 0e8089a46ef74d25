//! What stands in the way of a log-in: the two checks that read the application's settings and the person's accounts, for
//! `login_settings` and `login_person` to judge. Enforcing rests on both as well: a log-in that came through tells what was set then.

use std::ops::ControlFlow;

use async_trait::async_trait;
use connect::entra::{Application, KeyCredential, ServicePrincipal};
use connect::{Call, Graph, Seen};
use engine::{Check, Finding, Known, Skip, Trouble, Verdict, VerdictState};
use people::Attribute;

use super::claims_found;
use super::login_person::{self, Account, Person, Way};
use super::login_reads::Tester;
use super::login_settings::{self, Fault, Settings};
use super::test_login_checks::{finding, tester};
use super::{email_attribute, find_app, saml_details};
use crate::evidence::Proven as _;
use crate::shared::plan::Who;
use crate::shared::sign_in_checks::nobody;
use crate::{Live, trouble};

/// What would keep a log-in that came through from coming through now, or keeps that from being seen; empty where nothing does, and
/// where a colleague does the Entra side.
pub(super) async fn in_the_way(cx: &Live, known: &Known) -> Vec<Finding> {
    if Who::of(known) == Who::AtlassianOnly {
        return Vec::new();
    }
    let (settings, person) =
        futures::join!(SettingsFit.look(cx, known), PersonFits.look(cx, known));
    let keyed = |key: &str, findings: Vec<Finding>| {
        let key = key.to_owned();
        findings
            .into_iter()
            .map(move |found| match found.key.is_empty() {
                true => Finding {
                    key: key.clone(),
                    ..found
                },
                false => found,
            })
    };
    keyed(SettingsFit.id(), settings)
        .chain(keyed(PersonFits.id(), person))
        .filter(|found| !matches!(found.verdict.state, VerdictState::Pass | VerdictState::Warn))
        .collect()
}

pub(super) struct SettingsFit;

#[async_trait]
impl Check<Live> for SettingsFit {
    fn id(&self) -> &'static str {
        "settings"
    }

    fn title(&self) -> &'static str {
        "No setting in Entra stands in the way"
    }

    async fn look(&self, cx: &Live, known: &Known) -> Vec<Finding> {
        let graph = match nobody(cx, known, "The application is read after sign-in") {
            Ok(graph) => graph,
            Err(findings) => return findings,
        };
        let settings = match settings(cx, &graph, known).await {
            Ok(Some(settings)) => settings,
            Ok(None) => {
                let title = "The application does not stand yet";
                return Finding::only(Verdict::skipped(Skip::NothingYet, title, ""));
            }
            Err(trouble) => {
                let title = "The settings of the application could not be read";
                return Finding::only(Verdict::unknown(title, &trouble));
            }
        };
        let faults = login_settings::faults(&settings.value, cx.now());
        if !faults.is_empty() {
            return faults
                .iter()
                .map(|fault| finding(fault, cx, known))
                .map(|found| Finding {
                    verdict: found.verdict.by(&settings.call),
                    ..found
                })
                .collect();
        }
        let verdict = Verdict::new(VerdictState::Pass, self.title(), WHAT_WAS_COMPARED);
        Finding::only(verdict.by(&settings.call))
    }
}

const WHAT_WAS_COMPARED: &str = "Enabled, SAML, identifier, reply URL, certificate, encryption, signed requests, claims, assignment.";

/// The application's settings; `None` while there is no application.
async fn settings(
    cx: &Live,
    graph: &Graph,
    known: &Known,
) -> Result<Option<Seen<Settings>>, Trouble> {
    let Some(found) = find_app::ours(cx, graph, known).await? else {
        return Ok(None);
    };
    let doing = "Reading the settings of the application.";
    let principal = graph
        .saml_principal(&found.principal.id)
        .await
        .map_err(|fault| trouble(&fault, doing))?;
    let settings = Settings {
        rivals: rivals(graph, known, &found.application.id).await,
        foreign_claims_policy: foreign_claims_policy(cx, graph, known, &found.principal.id).await,
        ..of(&found.application, &principal.value, known)
    };
    Ok(Some(principal.map(|_| settings)))
}

/// What is compared, without what takes further calls.
fn of(application: &Application, principal: &ServicePrincipal, known: &Known) -> Settings {
    let text = |value: Option<&str>| value.map(str::to_owned);
    let active = principal.preferred_token_signing_key_thumbprint.clone();
    Settings {
        enabled: principal.account_enabled,
        mode: principal.preferred_single_sign_on_mode.clone(),
        identifiers: application.identifier_uris.clone(),
        reply_urls: application.web.redirect_uris.clone(),
        ends: active
            .as_deref()
            .and_then(|active| end_of(&principal.key_credentials, active)),
        active,
        assignment_required: principal.app_role_assignment_required,
        encrypted: application.token_encryption_key_id.is_some()
            || principal.token_encryption_key_id.is_some(),
        wants_signed_requests: wants_signed(application),
        entity: text(known.answer("saml.sp_entity")),
        acs: text(known.answer("saml.acs")),
        handed: text(known.fact("saml.thumbprint")),
        other_ids: saml_details::other_ids(known)
            .named()
            .map(|(whose, id)| (whose, id.to_owned()))
            .collect(),
        rivals: Vec::new(),
        foreign_claims_policy: None,
    }
}

/// What is wrong with the application's identifier, where it can be read.
pub(super) async fn unlike_identifier(cx: &Live, known: &Known) -> Option<Fault> {
    let graph = cx.graph.as_ref()?;
    let settings = settings(cx, graph, known).await.ok()??;
    login_settings::identifier(&settings.value)
}

fn end_of(credentials: &[KeyCredential], thumbprint: &str) -> Option<jiff::Timestamp> {
    credentials
        .iter()
        .find(|key| {
            key.thumbprint()
                .is_some_and(|own| own.eq_ignore_ascii_case(thumbprint))
        })
        .and_then(|key| key.end_date_time)
}

fn wants_signed(application: &Application) -> bool {
    application
        .request_signature_verification
        .as_ref()
        .and_then(|setting| setting.get("isSignedRequestRequired"))
        .and_then(serde_json::Value::as_bool)
        .unwrap_or(false)
}

/// Other applications with Atlassian's identifier. Not being able to look is no fault of the settings: the identifier itself is
/// compared all the same.
async fn rivals(graph: &Graph, known: &Known, own: &str) -> Vec<String> {
    let Some(entity) = known.answer("saml.sp_entity") else {
        return Vec::new();
    };
    match graph.applications_with_identifier(entity).await {
        Ok(found) => found
            .value
            .into_iter()
            .filter(|other| other.id != own)
            .map(|other| other.display_name)
            .collect(),
        Err(_) => Vec::new(),
    }
}

/// A claims mapping policy that neither we made nor the person chose to keep.
async fn foreign_claims_policy(
    cx: &Live,
    graph: &Graph,
    known: &Known,
    sp: &str,
) -> Option<String> {
    let kept = known.fact("claims.way") == Some("mapping-policy");
    let policies = claims_found::assigned(graph, sp).await.ok()?;
    policies
        .into_iter()
        .map(|policy| policy.display_name.unwrap_or(policy.id))
        .find(|name| !name.contains(&cx.tag()) && !kept)
}

pub(super) struct PersonFits;

#[async_trait]
impl Check<Live> for PersonFits {
    fn id(&self) -> &'static str {
        "person"
    }

    fn title(&self) -> &'static str {
        "Nothing about the person stands in the way"
    }

    async fn look(&self, cx: &Live, known: &Known) -> Vec<Finding> {
        let (who, _) = match tester(cx, known, "Nobody was chosen to log in").await {
            Ok(tester) => tester,
            Err(findings) => return findings,
        };
        let graph = match nobody(cx, known, "The person is read after sign-in") {
            Ok(graph) => graph,
            Err(findings) => return findings,
        };
        let (person, call) = match person(cx, &graph, known, &who).await {
            Ok(Some(person)) => person,
            Ok(None) => {
                let title = format!("{} is not in the tenant any more", who.shown());
                let verdict = Verdict::new(
                    VerdictState::Fail,
                    title,
                    "Choose somebody else of the pilot.",
                );
                return Finding::only(verdict.compared("a person", "none"));
            }
            Err(trouble) => {
                let title = "The person could not be read";
                return Finding::only(Verdict::unknown(title, &trouble));
            }
        };
        let faults = login_person::faults(&person);
        if faults.is_empty() {
            let verdict = Verdict::new(VerdictState::Pass, self.title(), words(&person));
            return Finding::only(verdict.by(&call));
        }
        faults
            .iter()
            .map(|fault| finding(fault, cx, known))
            .collect()
    }
}

fn words(person: &Person) -> String {
    let way = match &person.way {
        Way::Direct => "assigned by name".to_owned(),
        Way::Through(group) => format!("assigned through “{group}”"),
        Way::OnlyNested(_) | Way::None | Way::NotRead => "gets through unassigned".to_owned(),
    };
    let account = match person.account {
        Account::Managed { .. } => "the account is managed and active",
        Account::Missing | Account::NotRead => "the account could not be read",
    };
    let name_id = person.name_id.as_deref().unwrap_or_default();
    format!("NameID {name_id}; {way}; {account}.")
}

/// The person as both sides see them; `None` when Entra does not know them any more.
async fn person(
    cx: &Live,
    graph: &Graph,
    known: &Known,
    who: &Tester,
) -> Result<Option<(Person, Call)>, Trouble> {
    let Some(id) = who.id.as_deref().or(who.upn.as_deref()) else {
        return Ok(None);
    };
    let seen = match graph.user(id).await {
        Ok(seen) => seen,
        Err(fault) if fault.is_not_found() => return Ok(None),
        Err(fault) => return Err(trouble(&fault, "Reading who logs in.")),
    };
    let found = seen.value;
    let (way, assignment_required) = way(graph, known, &found.id).await;
    let name_id = name_id(cx, graph, known, &found).await;
    let address = who.address.clone().or_else(|| name_id.1.clone());
    let (account, domain_verified) = at_atlassian(cx, known, address.as_deref()).await;
    let person = Person {
        upn: found.user_principal_name.clone().unwrap_or_default(),
        enabled: found.account_enabled,
        attribute: name_id.0,
        name_id: name_id.1,
        address,
        way,
        of_pilot: of_pilot(graph, known, &found.id).await,
        assignment_required,
        account,
        domain_verified,
    };
    Ok(Some((person, seen.call)))
}

/// The attribute that becomes the NameID, and what it holds for this person. Where what is sent can't be told, the attribute that
/// was chosen counts.
async fn name_id(
    cx: &Live,
    graph: &Graph,
    known: &Known,
    person: &connect::entra::Person,
) -> (String, Option<String>) {
    let sent = match known.fact("app.service_principal") {
        Some(sp) => claims_found::found(cx, graph, sp).await.ok(),
        None => None,
    };
    let email = email_attribute::chosen(known).unwrap_or(Attribute::Mail);
    let source = sent
        .and_then(|found| found.case(email, known).sent())
        .map(|sent| sent.name_id);
    let is = |name: &str| source.as_ref().is_some_and(|source| source.is(name));
    let attribute = if is("mail") {
        Attribute::Mail
    } else if is("userprincipalname") {
        Attribute::UserPrincipalName
    } else {
        email
    };
    let value = match attribute {
        Attribute::Mail => person.mail.clone(),
        Attribute::UserPrincipalName => person.user_principal_name.clone(),
    };
    (
        attribute.name().to_owned(),
        value.filter(|value| !value.is_empty()),
    )
}

/// Whether a person is of the pilot; `None` when it could not be read, or no pilot is chosen.
async fn of_pilot(graph: &Graph, known: &Known, person: &str) -> Option<bool> {
    let pilot = known.fact("pilot.id")?;
    match known.fact("pilot.type") {
        Some("group") => holds(graph, pilot, person).await,
        _ => Some(pilot == person),
    }
}

/// How a person was let in, and whether that is needed.
async fn way(graph: &Graph, known: &Known, person: &str) -> (Way, bool) {
    let Some(sp) = known.fact("app.service_principal") else {
        return (Way::NotRead, true);
    };
    let required = match graph.saml_principal(sp).await {
        Ok(principal) => principal.value.app_role_assignment_required != Some(false),
        Err(_) => true,
    };
    let Ok(assignments) = graph.assignments(sp).await else {
        return (Way::NotRead, required);
    };
    if assignments
        .value
        .iter()
        .any(|one| one.principal_id == person)
    {
        return (Way::Direct, required);
    }
    let groups: Vec<_> = assignments
        .value
        .iter()
        .filter(|one| one.principal_type.as_deref() == Some("Group"))
        .map(|one| {
            (
                one.principal_id.clone(),
                one.principal_display_name.clone().unwrap_or_default(),
            )
        })
        .collect();
    (through(graph, &groups, person).await, required)
}

/// Whether a person is in one of these groups: directly, or only in a group inside it.
async fn through(graph: &Graph, groups: &[(String, String)], person: &str) -> Way {
    let mut way = Way::None;
    for (id, name) in groups {
        match holds(graph, id, person).await {
            Some(true) => return Way::Through(name.clone()),
            Some(false) => {}
            None => return Way::NotRead,
        }
        let Ok(inner) = graph.nested_groups(id).await else {
            continue;
        };
        for inner in inner.value {
            if holds(graph, &inner.id, person).await == Some(true) {
                way = Way::OnlyNested(name.clone());
            }
        }
    }
    way
}

/// Whether somebody is a direct member of a group; `None` when it could not be read.
async fn holds(graph: &Graph, group: &str, person: &str) -> Option<bool> {
    let mut found = false;
    let read = graph
        .each_member(group, |people, _| {
            found = found || people.iter().any(|member| member.id == person);
            if found {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        })
        .await;
    read.is_ok().then_some(found)
}

/// The account with an address, and whether the address's domain is verified.
async fn at_atlassian(cx: &Live, known: &Known, address: Option<&str>) -> (Account, Option<bool>) {
    let (Some(atlassian), Some(organization), Some(address)) =
        (&cx.atlassian, known.fact("atlassian.organization"), address)
    else {
        return (Account::NotRead, None);
    };
    let domain = crate::words::domain_of(address);
    let verified = match atlassian.domains(organization).await {
        Ok(domains) => Some(
            domains
                .value
                .iter()
                .any(|own| own.is_verified() && own.name.eq_ignore_ascii_case(&domain)),
        ),
        Err(_) => None,
    };
    let mut account = Account::Missing;
    let read = atlassian
        .managed_users(organization, |users, progress| {
            cx.counting.seen(progress.seen, progress.total);
            let own = users.into_iter().find(|user| {
                user.email
                    .as_deref()
                    .is_some_and(|email| email.eq_ignore_ascii_case(address))
            });
            let Some(own) = own else {
                return ControlFlow::Continue(());
            };
            let active = own
                .account_status
                .is_none_or(|status| status.eq_ignore_ascii_case("active"));
            account = Account::Managed { active };
            ControlFlow::Break(())
        })
        .await;
    match read {
        Ok(_) => (account, verified),
        Err(_) => (Account::NotRead, verified),
    }
}

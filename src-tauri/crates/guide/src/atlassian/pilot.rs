//! The pilot: an existing person or group, or a test user that is made, assigned to the application with the right
//! role. What is there already is left as it is.

use async_trait::async_trait;
use connect::{FaultKind, Graph};
use engine::{
    Ask, AskOption, Change, Check, Facts, Judgement, Known, Plan, State, Step, StepId, Trouble,
    TroubleKind, Undo,
};
use serde_json::{Value, json};

use super::app_role::role_for_people;
use super::count_people::upn_of;
use super::gone::is_gone;
use super::pilot_asks::{self, NEW_UPN, USER, WHO, Wish, wish};
use super::{add_app, people_search, pilot_checks, pilot_found, test_user};
use crate::principal::{Principal, PrincipalKind};
use crate::shared::plan::Who;
use crate::shared::rights;
use crate::shared::sign_in::{read_only, signed_in};
use crate::{Live, trouble, words};

/// The step's id.
pub const ID: StepId = StepId::of("pilot");
/// The fact: the assignment.
const ASSIGNMENT: &str = "pilot.assignment";

/// The step.
pub struct Pilot;

#[async_trait]
impl Step<Live> for Pilot {
    fn id(&self) -> StepId {
        ID
    }

    fn title(&self) -> &'static str {
        "Pilot people"
    }

    fn text(&self) -> &'static str {
        include_str!("pilot.md")
    }

    fn needs(&self) -> &'static [StepId] {
        const NEEDS: &[StepId] = &[add_app::ID];
        NEEDS
    }

    fn asks(&self, state: &State) -> Vec<Ask> {
        let known = state.known();
        if Who::of(known) == Who::AtlassianOnly {
            return Vec::new();
        }
        pilot_asks::asks(known)
    }

    async fn search(
        &self,
        cx: &Live,
        _known: &Known,
        ask: &str,
        text: &str,
    ) -> Result<Vec<AskOption>, Trouble> {
        let (Some(graph), WHO) = (&cx.graph, ask) else {
            return Ok(Vec::new());
        };
        let (people, groups) = futures::join!(
            people_search::people(graph, text),
            people_search::groups(graph, text)
        );
        Ok([people?, groups?].concat())
    }

    fn judge(&self, _cx: &Live, known: &Known, ask: &str, value: &str) -> Option<Judgement> {
        match ask {
            NEW_UPN => pilot_asks::judge_upn(value, known.fact("entra.user")),
            _ => None,
        }
    }

    async fn plan(&self, cx: &Live, known: &Known) -> Result<Plan, Trouble> {
        let (Some(graph), Some(sp)) = (&cx.graph, known.fact("app.service_principal")) else {
            return Ok(Plan::ByHand);
        };
        if !rights::unseen(graph, &ID, known).is_empty() {
            return Ok(Plan::ByHand);
        }
        let mut changes = Vec::new();
        let who = match wish(known) {
            Wish::Nobody => return Ok(Plan::ByHand),
            Wish::Existing(who) => Some(who),
            Wish::New { name, upn } => match ours(graph, known, &upn).await? {
                Some(who) => Some(who),
                None => {
                    pilot_found::may_be_made(graph, &upn).await?;
                    changes.push(user_change(&name, &upn));
                    None
                }
            },
        };
        if let Some(who) = &who
            && let Some(facts) = pilot_found::assigned(graph, sp, who, known).await?
        {
            return Ok(Plan::AlreadySo(facts));
        }
        if read_only(known) {
            return Ok(Plan::ByHand);
        }
        changes.push(assign_change(graph, sp, who.as_ref(), known).await?);
        Ok(Plan::Changes {
            changes,
            untouched: "nobody else is assigned, and no policy at Atlassian changes.".into(),
        })
    }

    async fn apply(&self, cx: &Live, known: &Known, change: &Change) -> Result<Facts, Trouble> {
        let graph = signed_in(cx)?;
        match change.id.as_str() {
            "user" => make_user(cx, graph, change).await,
            "assign" => assign(cx, graph, known, change).await,
            _ => Err(unknown(change)),
        }
    }

    async fn read_back(
        &self,
        cx: &Live,
        known: &Known,
        change: &Change,
    ) -> Result<Option<Facts>, Trouble> {
        let graph = signed_in(cx)?;
        match change.id.as_str() {
            "user" => user_facts(graph, change).await,
            "assign" => {
                let who = target(known, change)?;
                pilot_found::assigned(graph, principal(known)?, &who, known).await
            }
            _ => Err(unknown(change)),
        }
    }

    async fn undo(&self, cx: &Live, known: &Known, change: &Change) -> Result<(), Trouble> {
        let graph = signed_in(cx)?;
        match change.id.as_str() {
            "user" => delete_user(graph, known).await,
            "assign" => unassign(graph, known, change).await,
            _ => Err(unknown(change)),
        }
    }

    async fn undone(&self, cx: &Live, known: &Known, change: &Change) -> Result<bool, Trouble> {
        let graph = signed_in(cx)?;
        match change.id.as_str() {
            "user" => match known.fact(USER) {
                Some(id) => pilot_found::person(graph, id)
                    .await
                    .map(|who| who.is_none()),
                None => Ok(true),
            },
            "assign" => {
                let (sp, who) = (principal(known)?, target(known, change)?);
                if is_gone(graph, sp).await? {
                    return Ok(true);
                }
                let found = pilot_found::assignment(graph, sp, &who.id).await?;
                Ok(found.is_none())
            }
            _ => Err(unknown(change)),
        }
    }

    fn checks(&self) -> &'static [&'static dyn Check<Live>] {
        pilot_checks::ALL
    }
}

/// The test user that this connection made, if it is still there.
async fn ours(graph: &Graph, known: &Known, upn: &str) -> Result<Option<Principal>, Trouble> {
    let Some(id) = known.fact(USER) else {
        return Ok(None);
    };
    let found = pilot_found::person(graph, id).await?;
    let same = found.filter(|person| upn_of(person).eq_ignore_ascii_case(upn));
    Ok(same.map(|person| Principal::user(person.id, upn)))
}

fn user_change(name: &str, upn: &str) -> Change {
    Change {
        id: "user".into(),
        system: "Entra".into(),
        what: "Test user".into(),
        about: "with a password that is shown once; it has to be changed at the first sign-in"
            .into(),
        now: "Does not exist".into(),
        then: format!("{name}, {upn}"),
        then_about:
            "mail set to the same address; your policies may ask it to register a second factor"
                .into(),
        code: false,
        before: None,
        after: Some(test_user::account(name, upn)),
        undo: Undo::Delete {
            said: "Yes, deletes it".into(),
            about: "Microsoft keeps it 30 days".into(),
        },
    }
}

async fn assign_change(
    graph: &Graph,
    sp: &str,
    who: Option<&Principal>,
    known: &Known,
) -> Result<Change, Trouble> {
    let seen = graph
        .saml_principal(sp)
        .await
        .map_err(|fault| trouble(&fault, "Reading the roles of the application."))?;
    let role = role_for_people(&seen.value.app_roles);
    let (then, about, upn) = match (who, wish(known)) {
        (Some(who), _) => {
            let (then, about) = described(graph, who).await;
            (then, about, None)
        }
        (None, Wish::New { name, upn }) => {
            let about = "the test user above".to_owned();
            (format!("{name}, {upn}"), about, Some(upn))
        }
        (None, _) => return Err(gone()),
    };
    Ok(Change {
        id: "assign".into(),
        system: "Entra".into(),
        what: "Users and groups".into(),
        about: format!("with the role {}", role.name),
        now: "Not assigned".into(),
        then,
        then_about: about,
        code: false,
        before: None,
        after: Some(json!({
            "role": role.id,
            "who": who.map(ToString::to_string),
            "upn": upn,
        })),
        undo: Undo::PutBack {
            said: "Yes, removes the assignment".into(),
        },
    })
}

/// Who would be assigned, and what has to be known before it is.
async fn described(graph: &Graph, who: &Principal) -> (String, String) {
    if who.kind == PrincipalKind::User {
        return (who.name.clone(), "one person".to_owned());
    }
    let (count, nested, licences) = futures::join!(
        graph.user_members_count(&who.id),
        graph.nested_groups(&who.id),
        graph.licences()
    );
    let mut parts = Vec::new();
    if let Ok(count) = count {
        let count = usize::try_from(count.value).unwrap_or(usize::MAX);
        parts.push(words::count(count, "direct member", "direct members"));
    }
    if let Ok(nested) = nested
        && !nested.value.is_empty()
    {
        let groups = words::count(nested.value.len(), "group", "groups");
        parts.push(format!("{groups} inside, whose members can’t log in by it"));
    }
    if licences.is_ok_and(|licences| !licences.value.p1) {
        parts.push("without effect: no Microsoft Entra ID P1 was found".to_owned());
    }
    (format!("{} (group)", who.name), parts.join("; "))
}

async fn make_user(cx: &Live, graph: &Graph, change: &Change) -> Result<Facts, Trouble> {
    let doing = "Making the test user.";
    let account = change.after.clone().unwrap_or_default();
    let upn = account["userPrincipalName"].as_str().unwrap_or_default();
    let password = test_user::new_password().ok_or_else(no_random_bytes)?;
    let body = test_user::with_password(&account, &password);
    let made = graph.create_user(body).await;
    match made {
        Ok(made) => {
            cx.reveal(format!("Password of {upn}"), password);
            Ok(Facts::new().with(USER, made.value.id))
        }
        Err(fault) => {
            let told = trouble(&fault, doing);
            // The answer is lost, so the account may exist: its password would be lost with it.
            if told.is_uncertain() {
                cx.reveal(format!("Password of {upn}, if it was made"), password);
            }
            Err(told)
        }
    }
}

async fn user_facts(graph: &Graph, change: &Change) -> Result<Option<Facts>, Trouble> {
    let account = change.after.clone().unwrap_or_default();
    let upn = account["userPrincipalName"].as_str().unwrap_or_default();
    let found = pilot_found::person(graph, upn).await?;
    Ok(found.map(|person| Facts::new().with(USER, person.id)))
}

async fn delete_user(graph: &Graph, known: &Known) -> Result<(), Trouble> {
    let Some(id) = known.fact(USER) else {
        return Ok(());
    };
    match graph.delete_user(id).await {
        Err(fault) if !fault.is_not_found() => Err(trouble(&fault, "Deleting the test user.")),
        _ => Ok(()),
    }
}

/// How often a refusal is taken for “not known everywhere yet”, right after somebody was made (entra.md 5.2).
const TRIES: u32 = 6;

async fn assign(
    cx: &Live,
    graph: &Graph,
    known: &Known,
    change: &Change,
) -> Result<Facts, Trouble> {
    let doing = "Assigning the pilot to the application.";
    let (sp, who) = (principal(known)?, target(known, change)?);
    let role = text(change, "role")?;
    for attempt in 1.. {
        let fault = match graph.assign(sp, &who.id, role).await {
            Ok(made) => return Ok(facts_of(&who, &made.value.id)),
            Err(fault) => fault,
        };
        let refused = matches!(
            fault.kind,
            FaultKind::BadRequest | FaultKind::NotFound | FaultKind::Conflict
        );
        // Refused because it stands already? Codes don't tell, so it is read.
        if refused && let Some(facts) = pilot_found::assigned(graph, sp, &who, known).await? {
            return Ok(facts);
        }
        let just_made = known.fact(USER) == Some(who.id.as_str());
        if !(refused && just_made && attempt < TRIES) {
            return Err(trouble(&fault, doing));
        }
        tokio::time::sleep(cx.patience.spacing).await;
    }
    Err(gone())
}

async fn unassign(graph: &Graph, known: &Known, change: &Change) -> Result<(), Trouble> {
    let doing = "Removing the assignment.";
    let (sp, who) = (principal(known)?, target(known, change)?);
    if is_gone(graph, sp).await? {
        return Ok(());
    }
    let Some(assignment) = pilot_found::assignment(graph, sp, &who.id).await? else {
        return Ok(());
    };
    match graph.unassign(sp, &assignment.id).await {
        Err(fault) if !fault.is_not_found() => Err(trouble(&fault, doing)),
        _ => Ok(()),
    }
}

/// What is certain of the pilot at once; the rest is read with the assignment.
fn facts_of(who: &Principal, assignment: &str) -> Facts {
    Facts::new()
        .with("pilot.id", &who.id)
        .with("pilot.type", who.kind.word())
        .with("pilot.name", &who.name)
        .with(ASSIGNMENT, assignment)
}

fn principal(known: &Known) -> Result<&str, Trouble> {
    known.fact("app.service_principal").ok_or_else(gone)
}

/// Whom a change assigns: the one it names, or the test user that was made before it.
fn target(known: &Known, change: &Change) -> Result<Principal, Trouble> {
    let named = text(change, "who").ok().and_then(Principal::parse);
    let made = || {
        let (id, upn) = (known.fact(USER)?, text(change, "upn").ok());
        Some(Principal::user(id, upn.unwrap_or(id)))
    };
    named.or_else(made).ok_or_else(gone)
}

fn text<'a>(change: &'a Change, name: &str) -> Result<&'a str, Trouble> {
    let after = change.after.as_ref();
    after
        .and_then(|after| after.get(name))
        .and_then(Value::as_str)
        .ok_or_else(|| unknown(change))
}

fn gone() -> Trouble {
    Trouble::new(
        TroubleKind::Refused,
        "The application or the pilot is not there",
        "Nothing was changed.",
    )
    .next(
        "Look again",
        "Lockstep plans afresh from what is there now.",
        engine::NextDo::Retry,
    )
}

fn no_random_bytes() -> Trouble {
    crate::local_trouble(
        "This computer gives no random bytes",
        "Nothing was changed.",
        "A password can’t be made up without them.",
    )
    .next(
        "Make the test user by hand",
        "Then choose it above as a person that exists.",
        engine::NextDo::Nothing,
    )
}

fn unknown(change: &Change) -> Trouble {
    Trouble::new(
        TroubleKind::BadInput,
        format!("This version does not know the change “{}”", change.id),
        "Nothing was changed.",
    )
}

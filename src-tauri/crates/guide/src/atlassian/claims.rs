//! Attributes and claims: the NameID from the chosen attribute, first and last name, and a stable id. It looks first
//! what is sent already, and never touches a policy of others without being told to.

use async_trait::async_trait;
use connect::Graph;
use engine::{
    Ask, Change, ChangeStanding, Check, Facts, Known, Plan, State, Step, StepId, Trouble,
    TroubleKind,
};
use serde_json::{Value, json};

use super::claims_changes::{change, decided_ask, instead_ask, policy_ask};
use super::claims_found;
use super::claims_way::{Decision, Way};
use super::gone::is_gone;
use super::sent_claims;
use super::{certificate, claims_checks, email_attribute, usage};
use crate::shared::plan::Who;
use crate::shared::rights;
use crate::shared::sign_in::{read_only, signed_in};
use crate::{Live, trouble};

/// The step's id.
pub const ID: StepId = StepId::of("claims");
/// The ask: what becomes of a claims mapping policy that others assigned?
pub const POLICY: &str = "claims.policy";
/// The ask: the other way, after Microsoft refused the first one.
pub const INSTEAD: &str = "claims.instead";
/// The ask whether other claims are to be sent although people log in through the application.
pub const IN_USE_CONFIRMED: &str = "claims.in_use";
/// The changes that reach log-ins at once, and until when. A policy of claims has an effect only once it is assigned.
const CUTTING: (&[&str], &str) = (
    &["detach", "claims", "assign"],
    "while the address that Entra sends is not that of their Atlassian account",
);
const UNTOUCHED: &str =
    "certificate, addresses and assignments stay as they are, and so do all other applications.";
/// The fact: how the claims are set.
const WAY: &str = "claims.way";
/// The fact: the claims mapping policy that was made.
pub(super) const MADE: &str = "claims.policy_id";

/// The step.
pub struct Claims;

#[async_trait]
impl Step<Live> for Claims {
    fn id(&self) -> StepId {
        ID
    }

    fn title(&self) -> &'static str {
        "Attributes and claims"
    }

    fn text(&self) -> &'static str {
        include_str!("claims.md")
    }

    fn needs(&self) -> &'static [StepId] {
        const NEEDS: &[StepId] = &[certificate::ID, email_attribute::ID];
        NEEDS
    }

    fn asks(&self, state: &State) -> Vec<Ask> {
        let known = state.known();
        if Who::of(known) == Who::AtlassianOnly {
            return Vec::new();
        }
        let mut asks = Vec::new();
        if let Some(answer) = known.answer(POLICY) {
            asks.push(decided_ask(answer));
        }
        if known.answer(INSTEAD).is_some() || was_refused(state) {
            asks.push(instead_ask());
        }
        asks.extend(usage::given(known, IN_USE_CONFIRMED));
        asks
    }

    async fn plan(&self, cx: &Live, known: &Known) -> Result<Plan, Trouble> {
        let (Some(graph), Some(sp), Some(email)) = (
            &cx.graph,
            known.fact("app.service_principal"),
            email_attribute::chosen(known),
        ) else {
            return Ok(Plan::ByHand);
        };
        if !rights::lacking(graph, &ID, known).is_empty() {
            return Ok(Plan::ByHand);
        }
        let found = claims_found::found(cx, graph, sp).await?;
        match found.case(email, known).decide() {
            Decision::Fits(way) => Ok(Plan::AlreadySo(Facts::new().with(WAY, way.word()))),
            Decision::Ask => Ok(Plan::Asks {
                because: "A claims mapping policy is assigned to this application. It overrides the portal’s page.".into(),
                asks: vec![policy_ask(&found, email)],
            }),
            Decision::Do(_) if read_only(known) => Ok(Plan::ByHand),
            Decision::Do(moves) => {
                let changes = moves.iter().map(|one| change(*one, cx, &found, email));
                Ok(usage::plan(
                    (known, cx.now()),
                    IN_USE_CONFIRMED,
                    CUTTING,
                    changes.collect(),
                    UNTOUCHED,
                ))
            }
        }
    }

    async fn apply(&self, cx: &Live, known: &Known, change: &Change) -> Result<Facts, Trouble> {
        let (graph, sp) = (signed_in(cx)?, principal(known)?);
        match change.id.as_str() {
            "detach" => unassign(graph, sp, before_id(change)?).await,
            "claims" => put(graph, sp, change.after.clone().unwrap_or_default()).await,
            "policy" => make(graph, change).await,
            "assign" => assign(graph, sp, made(known)?).await,
            _ => Err(unknown(change)),
        }
    }

    async fn read_back(
        &self,
        cx: &Live,
        known: &Known,
        change: &Change,
    ) -> Result<Option<Facts>, Trouble> {
        let (graph, sp) = (signed_in(cx)?, principal(known)?);
        let so = |so: bool, way: Way| so.then(|| Facts::new().with(WAY, way.word()));
        Ok(match change.id.as_str() {
            "detach" => (!is_assigned(graph, sp, before_id(change)?).await?).then(Facts::new),
            "claims" => so(
                says(graph, sp, change.after.as_ref()).await?,
                Way::ClaimsPolicy,
            ),
            "policy" => named(graph, change)
                .await?
                .map(|id| Facts::new().with(MADE, id)),
            "assign" => so(
                is_assigned(graph, sp, made(known)?).await?,
                Way::MappingPolicy,
            ),
            _ => return Err(unknown(change)),
        })
    }

    async fn undo(&self, cx: &Live, known: &Known, change: &Change) -> Result<(), Trouble> {
        let (graph, sp) = (signed_in(cx)?, principal(known)?);
        // A policy stands by itself; the rest went with the application.
        if change.id != "policy" && is_gone(graph, sp).await? {
            return Ok(());
        }
        match change.id.as_str() {
            "detach" => assign(graph, sp, before_id(change)?).await.map(drop),
            "claims" => match to_put_back(graph, sp, change).await? {
                Some(policy) => put(graph, sp, policy).await.map(drop),
                None => Ok(()),
            },
            "policy" => match known.fact(MADE) {
                Some(id) => delete(graph, id).await,
                None => Ok(()),
            },
            "assign" => match known.fact(MADE) {
                Some(id) => unassign(graph, sp, id).await.map(drop),
                None => Ok(()),
            },
            _ => Err(unknown(change)),
        }
    }

    async fn undone(&self, cx: &Live, known: &Known, change: &Change) -> Result<bool, Trouble> {
        let (graph, sp) = (signed_in(cx)?, principal(known)?);
        if change.id != "policy" && is_gone(graph, sp).await? {
            return Ok(true);
        }
        match change.id.as_str() {
            "detach" => is_assigned(graph, sp, before_id(change)?).await,
            "claims" => Ok(to_put_back(graph, sp, change).await?.is_none()),
            "policy" => named(graph, change).await.map(|found| found.is_none()),
            "assign" => match known.fact(MADE) {
                Some(id) => is_assigned(graph, sp, id).await.map(|is| !is),
                None => Ok(true),
            },
            _ => Err(unknown(change)),
        }
    }

    fn confirmations(&self) -> &'static [&'static str] {
        &[IN_USE_CONFIRMED]
    }

    fn checks(&self) -> &'static [&'static dyn Check<Live>] {
        claims_checks::ALL
    }
}

/// Whether Microsoft refused the object of the portal's page, so that the other way is worth offering.
fn was_refused(state: &State) -> bool {
    state.step(&ID).is_some_and(|step| {
        step.changes.iter().any(|record| {
            record.change.id == "claims" && matches!(record.standing, ChangeStanding::Failed(_))
        })
    })
}

/// An object that changes nothing about Microsoft's defaults.
fn defaults() -> Value {
    json!({ "includeBasicClaimSet": true, "claims": [] })
}

async fn put(graph: &Graph, sp: &str, policy: Value) -> Result<Facts, Trouble> {
    let doing = "Writing what the portal’s page Attributes & Claims shows.";
    graph
        .put_claims_policy(sp, policy)
        .await
        .map_err(|fault| trouble(&fault, doing))?;
    Ok(Facts::new().with(WAY, Way::ClaimsPolicy.word()))
}

/// Whether the object of the portal's page says this; `None` stands for Microsoft's defaults.
async fn says(graph: &Graph, sp: &str, wanted: Option<&Value>) -> Result<bool, Trouble> {
    let found = claims_found::claims_policy(graph, sp).await?;
    let defaults = defaults();
    let (found, wanted) = (
        found.as_ref().unwrap_or(&defaults),
        wanted.unwrap_or(&defaults),
    );
    Ok(sent_claims::same(found, wanted))
}

/// What an undo has to write; `None` when nothing of ours stands there any more. What somebody else changed since is
/// left to them: then only our own rows go.
async fn to_put_back(graph: &Graph, sp: &str, change: &Change) -> Result<Option<Value>, Trouble> {
    let now = claims_found::claims_policy(graph, sp).await?;
    let now = now.unwrap_or_else(defaults);
    let before = change.before.clone().unwrap_or_else(defaults);
    let after = change.after.clone().unwrap_or_default();
    Ok(sent_claims::put_back(&now, &before, &after))
}

async fn make(graph: &Graph, change: &Change) -> Result<Facts, Trouble> {
    let doing = "Making the claims mapping policy.";
    // After a lost answer one may be there already: ours carries the tag in its name.
    if let Some(id) = named(graph, change).await? {
        return Ok(Facts::new().with(MADE, id));
    }
    let body = change.after.clone().unwrap_or_default();
    let made = graph
        .create_claims_mapping_policy(body)
        .await
        .map_err(|fault| trouble(&fault, doing))?;
    Ok(Facts::new().with(MADE, made.value.id))
}

/// The id of the policy that a change makes, found by name and content.
async fn named(graph: &Graph, change: &Change) -> Result<Option<String>, Trouble> {
    let all = graph
        .all_claims_mapping_policies()
        .await
        .map_err(|fault| trouble(&fault, "Looking for the claims mapping policy."))?;
    let after = change.after.as_ref();
    let name = after.and_then(|after| after["displayName"].as_str());
    let definition = after.and_then(|after| after["definition"][0].as_str());
    let ours = all.value.into_iter().find(|policy| {
        policy.display_name.as_deref() == name
            && policy.definition.first().map(String::as_str) == definition
    });
    Ok(ours.map(|policy| policy.id))
}

async fn assign(graph: &Graph, sp: &str, policy: &str) -> Result<Facts, Trouble> {
    let doing = "Assigning the claims mapping policy to the application.";
    if is_assigned(graph, sp, policy).await? {
        return Ok(Facts::new());
    }
    graph
        .assign_claims_mapping_policy(sp, policy)
        .await
        .map_err(|fault| trouble(&fault, doing))?;
    Ok(Facts::new())
}

async fn unassign(graph: &Graph, sp: &str, policy: &str) -> Result<Facts, Trouble> {
    let doing = "Taking the claims mapping policy off the application.";
    match graph.unassign_claims_mapping_policy(sp, policy).await {
        Err(fault) if !fault.is_not_found() => Err(trouble(&fault, doing)),
        _ => Ok(Facts::new()),
    }
}

async fn delete(graph: &Graph, policy: &str) -> Result<(), Trouble> {
    match graph.delete_claims_mapping_policy(policy).await {
        Err(fault) if !fault.is_not_found() => {
            Err(trouble(&fault, "Deleting the claims mapping policy."))
        }
        _ => Ok(()),
    }
}

async fn is_assigned(graph: &Graph, sp: &str, policy: &str) -> Result<bool, Trouble> {
    let assigned = claims_found::assigned(graph, sp).await?;
    Ok(assigned.iter().any(|one| one.id == policy))
}

fn principal(known: &Known) -> Result<&str, Trouble> {
    known
        .fact("app.service_principal")
        .ok_or_else(|| missing("The application is not known yet"))
}

fn made(known: &Known) -> Result<&str, Trouble> {
    known
        .fact(MADE)
        .ok_or_else(|| missing("The claims mapping policy is not made yet"))
}

fn missing(title: &str) -> Trouble {
    Trouble::new(TroubleKind::Refused, title, "Nothing was changed.").next(
        "Look again",
        "Lockstep plans afresh from what is there now.",
        engine::NextDo::Retry,
    )
}

fn before_id(change: &Change) -> Result<&str, Trouble> {
    let before = change.before.as_ref();
    before
        .and_then(|before| before["id"].as_str())
        .ok_or_else(|| unknown(change))
}

fn unknown(change: &Change) -> Trouble {
    Trouble::new(
        TroubleKind::BadInput,
        format!("This version does not know the change “{}”", change.id),
        "Nothing was changed.",
    )
}

//! Basic SAML configuration: Atlassian's two addresses into the application, the site as where a log-in starts and
//! where it ends. Lists are read, merged and written; what somebody made in the portal stays unless the person says so.

use async_trait::async_trait;
use connect::{Fault, Graph, Meaning};
use engine::{
    Ask, Change, Check, Facts, Judgement, Known, NextDo, Plan, State, Step, StepId, Trouble,
    TroubleKind,
};
use serde_json::{Value, json};

use super::addresses::Addresses;
use super::basic_saml_plan::{address_of, others_ask, proposed, relay_state, site, site_ask};
use super::holders::{holders, in_use};
use super::saml_app::{SAML, SamlApp, after, before, read, there, to_plan, unknown};
use super::saml_details::pair;
use super::{basic_saml_checks, certificate, saml_details, usage};
use crate::shared::plan::Who;
use crate::shared::sign_in::{read_only, signed_in};
use crate::{Live, trouble, words};

/// The step's id.
pub const ID: StepId = StepId::of("basic-saml");
/// The ask what becomes of entries that are not Atlassian's.
pub const OTHERS: &str = "saml.other_addresses";
/// The ask whether the addresses are to change although people log in through the application.
pub const IN_USE_CONFIRMED: &str = "saml.addresses_in_use";
/// The changes that reach log-ins at once, and until when; none where nobody can log in yet.
const CUTTING: (&[&str], &str) = (
    &["addresses"],
    "unless these are the addresses that Atlassian shows now",
);
/// The ask for the site, where no key tells it. It is called as the fact that the key teaches.
pub const SITE: &str = "atlassian.site";
/// How often an identifier is tried that Entra does not take at first (entra.md 4.2).
const TRIES: usize = 3;
/// How many readings pass between two tries: thirty seconds at the usual pace.
const READINGS_BETWEEN: usize = 6;

/// The step.
pub struct BasicSaml;

#[async_trait]
impl Step<Live> for BasicSaml {
    fn id(&self) -> StepId {
        ID
    }

    fn title(&self) -> &'static str {
        "Basic SAML configuration"
    }

    fn text(&self) -> &'static str {
        include_str!("basic_saml.md")
    }

    fn needs(&self) -> &'static [StepId] {
        const NEEDS: &[StepId] = &[saml_details::ID];
        NEEDS
    }

    fn asks(&self, state: &State) -> Vec<Ask> {
        let known = state.known();
        if Who::of(known) == Who::AtlassianOnly {
            return Vec::new();
        }
        let mut asks = Vec::new();
        if known.fact(SITE).is_none() {
            asks.push(site_ask());
        }
        if let Some(chosen) = known.answer(OTHERS) {
            asks.push(others_ask().default(chosen));
        }
        asks.extend(usage::given(known, IN_USE_CONFIRMED));
        asks
    }

    fn judge(&self, _cx: &Live, _known: &Known, ask: &str, value: &str) -> Option<Judgement> {
        (ask == SITE && !value.is_empty() && address_of(value).is_none()).then(|| {
            Judgement::bad(
                "That is no address of a site.",
                "It is what people type to open Jira or Confluence, up to the first slash.",
            )
            .expected("https://your-name.atlassian.net")
        })
    }

    async fn plan(&self, cx: &Live, known: &Known) -> Result<Plan, Trouble> {
        let (Some(graph), Some(pair)) = (&cx.graph, pair(known)) else {
            return Ok(Plan::ByHand);
        };
        let Some(app) = to_plan(cx, graph, known).await? else {
            return Ok(Plan::ByHand);
        };
        let now = Addresses::of(&app.application);
        let answer = known.answer(OTHERS);
        let changes = proposed(&app, pair, site(known).as_deref(), answer);
        if changes.is_empty() {
            return Ok(Plan::AlreadySo(
                Facts::new().with("saml.identifiers_set", "yes"),
            ));
        }
        if read_only(known) {
            return Ok(Plan::ByHand);
        }
        let found = holders(graph, Some(&app.application.id), pair.entity).await?;
        if let Some(holder) = found.others.first() {
            return Err(in_use(cx, holder, pair.entity));
        }
        let others = now.others(pair);
        if !others.is_empty() && answer.is_none() {
            return Ok(Plan::Asks {
                because: format!(
                    "The application has {} that are not Atlassian’s: {}.",
                    words::count(others.len(), "address", "addresses"),
                    words::list(&others)
                ),
                asks: vec![others_ask()],
            });
        }
        let untouched = "nobody is assigned, and no policy changes.";
        Ok(usage::plan(
            (known, cx.now()),
            IN_USE_CONFIRMED,
            match app.application.identifier_uris.is_empty() {
                true => (&[], ""),
                false => CUTTING,
            },
            changes,
            untouched,
        ))
    }

    async fn apply(&self, cx: &Live, known: &Known, change: &Change) -> Result<Facts, Trouble> {
        let graph = signed_in(cx)?;
        let app = there(cx, graph, known).await?;
        match change.id.as_str() {
            "addresses" => write_addresses(cx, graph, known, &app, change).await,
            "sign-on" | "relay" => {
                let value = json!(after(change, "site").ok_or_else(|| unknown(change))?);
                write(graph, &app, one_patch(change, value)).await?;
                Ok(Facts::new())
            }
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
        let Some(app) = read(cx, graph, known).await? else {
            return Ok(None);
        };
        Ok(match change.id.as_str() {
            "addresses" => {
                let (before, after) = both(change)?;
                Addresses::of(&app.application)
                    .made(&before, &after)
                    .then(|| Facts::new().with("saml.identifiers_set", "yes"))
            }
            "sign-on" | "relay" => {
                (one_now(&app, change) == after(change, "site").map(str::to_owned)).then(Facts::new)
            }
            _ => return Err(unknown(change)),
        })
    }

    async fn undo(&self, cx: &Live, known: &Known, change: &Change) -> Result<(), Trouble> {
        let graph = signed_in(cx)?;
        let Some(app) = read(cx, graph, known).await? else {
            return Ok(());
        };
        // What somebody else changed since is left to them.
        if is_undone(&app, change)? {
            return Ok(());
        }
        match change.id.as_str() {
            "addresses" => {
                let (before, after) = both(change)?;
                let patch = Addresses::of(&app.application)
                    .undo(&before, &after)
                    .patch();
                graph
                    .update_application(&app.application.id, patch)
                    .await
                    .map(|_| ())
                    .map_err(|fault| trouble(&fault, "Putting the addresses back."))
            }
            _ => write(graph, &app, one_patch(change, before(change, "value"))).await,
        }
    }

    async fn undone(&self, cx: &Live, known: &Known, change: &Change) -> Result<bool, Trouble> {
        let graph = signed_in(cx)?;
        match read(cx, graph, known).await? {
            Some(app) => is_undone(&app, change),
            None => Ok(true),
        }
    }

    fn confirmations(&self) -> &'static [&'static str] {
        &[IN_USE_CONFIRMED]
    }

    fn checks(&self) -> &'static [&'static dyn Check<Live>] {
        basic_saml_checks::ALL
    }
}

fn both(change: &Change) -> Result<(Addresses, Addresses), Trouble> {
    let before = Addresses::read(change.before.as_ref());
    let after = Addresses::read(change.after.as_ref());
    before.zip(after).ok_or_else(|| unknown(change))
}

/// What stands where a change of one value writes.
fn one_now(app: &SamlApp, change: &Change) -> Option<String> {
    match change.id.as_str() {
        "sign-on" => app.principal.login_url.clone(),
        _ => relay_state(app).map(str::to_owned),
    }
}

/// The patch of a change of one value: the site, or what stood there before.
fn one_patch(change: &Change, value: Value) -> Value {
    match change.id.as_str() {
        "sign-on" => json!({ "loginUrl": value }),
        _ if value.is_string() => json!({ "samlSingleSignOnSettings": { "relayState": value } }),
        _ => json!({ "samlSingleSignOnSettings": value }),
    }
}

fn is_undone(app: &SamlApp, change: &Change) -> Result<bool, Trouble> {
    if change.id == "addresses" {
        let (before, after) = both(change)?;
        return Ok(Addresses::of(&app.application).undone(&before, &after));
    }
    Ok(one_now(app, change).as_deref() != after(change, "site"))
}

async fn write(graph: &Graph, app: &SamlApp, patch: Value) -> Result<(), Trouble> {
    graph
        .update_service_principal(&app.principal.id, patch)
        .await
        .map(|_| ())
        .map_err(|fault| trouble(&fault, "Writing where a log-in starts and ends."))
}

/// Writes the addresses once the application is seen in SAML mode: the tenant's policy on identifiers exempts SAML
/// applications only, and its servers may learn of the mode late.
async fn write_addresses(
    cx: &Live,
    graph: &Graph,
    known: &Known,
    app: &SamlApp,
    change: &Change,
) -> Result<Facts, Trouble> {
    if app.mode() != SAML {
        return Err(not_saml());
    }
    let (before, after) = both(change)?;
    let now = Addresses::of(&app.application);
    // The plan was made from the same reading a moment ago; whatever came in between stays.
    let then = if now == before {
        after
    } else {
        now.undo(&after, &before)
    };
    let mut tried = 0;
    loop {
        let refused = match graph
            .update_application(&app.application.id, then.patch())
            .await
        {
            Ok(_) => return Ok(Facts::new().with("saml.identifiers_set", "yes")),
            Err(fault) => fault,
        };
        tried += 1;
        if refused.means(Meaning::DuplicateIdentifier) {
            return Err(held(cx, graph, app, &then, &refused).await);
        }
        if !refused.means(Meaning::ForeignIdentifier) || tried >= TRIES {
            return Err(not_written(&refused));
        }
        wait(cx, graph, known).await?;
    }
}

/// Waits between two tries, reading at each pause, so that a stop ends the wait.
async fn wait(cx: &Live, graph: &Graph, known: &Known) -> Result<(), Trouble> {
    use engine::Context;
    for _ in 0..READINGS_BETWEEN {
        tokio::time::sleep(cx.patience.spacing).await;
        read(&cx.fresh(), &graph.fresh_pass(), known).await?;
    }
    Ok(())
}

/// Who holds the identifier; it may have come in between since the plan.
async fn held(
    cx: &Live,
    graph: &Graph,
    app: &SamlApp,
    then: &Addresses,
    refused: &Fault,
) -> Trouble {
    let identifier = then.identifiers.first().map_or("", String::as_str);
    match holders(graph, Some(&app.application.id), identifier).await {
        Ok(found) if !found.others.is_empty() => in_use(cx, &found.others[0], identifier),
        _ => Trouble {
            title: "Another application of this tenant holds the identifier".into(),
            ..not_written(refused)
        },
    }
}

/// What a refused identifier means after every try.
fn not_written(fault: &Fault) -> Trouble {
    let trouble = trouble(fault, "Writing Atlassian’s addresses into the application.");
    if !fault.means(Meaning::ForeignIdentifier) {
        return trouble;
    }
    Trouble {
        title: "Your tenant does not let the identifier be added".into(),
        next: Vec::new(),
        ..trouble
    }
    .next(
        "Ask for an exemption",
        "An application management policy allows only identifiers of your own domains. Whoever manages it can exempt this application, or all SAML applications (restriction identifierUris).",
        NextDo::Nothing,
    )
    .next(
        "Enter it in the portal",
        "The way stands on this page under By hand, with the values to paste.",
        NextDo::Nothing,
    )
    .next(
        "Try again",
        format!("It was tried {TRIES} times, half a minute apart."),
        NextDo::Retry,
    )
}

fn not_saml() -> Trouble {
    Trouble::new(
        TroubleKind::Refused,
        "The application is not in SAML mode any more",
        "Nothing was changed.",
    )
    .doing("Writing Atlassian’s addresses into the application.")
    .next(
        "Turn SAML on first",
        "Entra takes addresses of another organization only then.",
        NextDo::Go {
            step: certificate::ID,
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use connect::FaultKind;

    #[test]
    fn a_policy_of_the_tenant_is_named_and_nothing_else_is_taken_for_it() {
        let mut refused = Fault::new(FaultKind::BadRequest);
        refused.message =
            Some("Failed to add identifier URI x. All newly added URIs must contain".into());
        assert_eq!(
            not_written(&refused).title,
            "Your tenant does not let the identifier be added"
        );
        refused.message = Some("Invalid value specified for property".into());
        assert_eq!(
            not_written(&refused).title,
            trouble(&refused, "").title,
            "another refusal is shown as it came"
        );
    }
}

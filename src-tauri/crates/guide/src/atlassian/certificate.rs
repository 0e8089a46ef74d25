//! The certificate: SAML turned on, a certificate made and activated, people who are mailed before it ends, and the
//! values that Atlassian needs, as Microsoft publishes them.

use async_trait::async_trait;
use connect::{Fault, Graph, Meaning};
use engine::{
    Ask, Change, Check, Document, Facts, Judgement, Known, NextDo, Plan, State, Step, StepId,
    Trouble,
};
use serde_json::{Value, json};

use super::certificate_plan::{
    Proposed, Wish, another_ask, cutting, expired_asks, is_notify, lets_in_again, proposed,
    which_asks,
};
use super::saml_app::{SAML, SamlApp, after, before, read, texts, there, to_plan, unknown};
use super::signing::Signing;
use super::{add_app, certificate_checks, collections, federation, notify, renewal, usage};
use crate::shared::plan::Who;
use crate::shared::sign_in::signed_in;
use crate::{Live, fill, trouble};

/// The step's id.
pub const ID: StepId = StepId::of("certificate");
/// The ask for the addresses that are mailed before the certificate ends.
pub const NOTIFY: &str = notify::NOTIFY;
/// The ask whether another certificate is wanted: the thumbprint of the one it takes the place of.
pub const NEW_CERTIFICATE: &str = "saml.new_certificate";
/// The ask which of several certificates Atlassian has: its thumbprint.
pub const WHICH: &str = "saml.which_certificate";
/// The ask whether another certificate is to sign although people log in through the application.
pub const IN_USE_CONFIRMED: &str = "saml.certificate_in_use";
/// The fact: what the keys of the certificate that Lockstep made have in common. Only the change itself teaches it and
/// the next one, so that an undo never touches somebody else's.
const MADE: &str = "saml.made";
/// The fact: the thumbprint of that certificate.
const MADE_THUMBPRINT: &str = "saml.made_thumbprint";
/// The fact: when Lockstep activated a certificate. Microsoft's metadata may be behind for some minutes after.
pub(super) const ACTIVATED_AT: &str = "saml.activated_at";

/// The step.
pub struct Certificate;

#[async_trait]
impl Step<Live> for Certificate {
    fn id(&self) -> StepId {
        ID
    }

    fn title(&self) -> &'static str {
        "Certificate and Entra values"
    }

    fn text(&self) -> &'static str {
        include_str!("certificate.md")
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
        let mut asks = vec![notify::ask(known)];
        if let Some(thumbprint) = known.fact("saml.thumbprint") {
            asks.push(another_ask(thumbprint));
        }
        asks.extend(usage::given(known, IN_USE_CONFIRMED));
        asks.extend(renewal::open_asks(known));
        asks
    }

    fn judge(&self, _cx: &Live, known: &Known, ask: &str, value: &str) -> Option<Judgement> {
        (ask == NOTIFY).then(|| notify::judge(known, value))
    }

    async fn plan(&self, cx: &Live, known: &Known) -> Result<Plan, Trouble> {
        let Some(graph) = &cx.graph else {
            return Ok(Plan::ByHand);
        };
        let Some(app) = to_plan(cx, graph, known).await? else {
            return Ok(Plan::ByHand);
        };
        let wish = Wish::of(cx, known);
        match proposed(&app, known, &wish) {
            // Whoever writes by hand may leave out the addresses; a check warns, and the values are there all the same.
            Proposed::Changes(changes)
                if changes.is_empty() || (wish.by_hand && changes.iter().all(is_notify)) =>
            {
                let mut facts = app.facts();
                facts.learn(&federation::facts(graph, known, &app).await);
                Ok(Plan::AlreadySo(facts))
            }
            _ if wish.by_hand => Ok(Plan::ByHand),
            Proposed::Ask(expired) => Ok(expired_asks(&expired, &app)),
            Proposed::Choose(several) => Ok(which_asks(&several, &wish)),
            Proposed::HandOver(next) => Ok(renewal::plan((known, cx.now()), &next)),
            // A confirmation would only make the time longer in which nobody gets in; it was given before.
            Proposed::Changes(changes) if lets_in_again(&changes, &wish) => Ok(Plan::Changes {
                changes,
                untouched: UNTOUCHED.to_owned(),
            }),
            Proposed::Changes(changes) => Ok(usage::plan(
                (known, cx.now()),
                IN_USE_CONFIRMED,
                cutting(&changes),
                changes,
                UNTOUCHED,
            )),
            Proposed::PortalOnly => Ok(Plan::ByHand),
        }
    }

    async fn apply(&self, cx: &Live, known: &Known, change: &Change) -> Result<Facts, Trouble> {
        let graph = signed_in(cx)?;
        let app = there(cx, graph, known).await?;
        let learned = match change.id.as_str() {
            "mode" => {
                let patch = json!({ "preferredSingleSignOnMode": SAML });
                write(graph, &app, patch, "Turning SAML single sign-on on.").await?;
                Facts::new().with("saml.mode", SAML)
            }
            "certificate" => make(graph, &app, change).await?,
            "activate" => activate(graph, known, &app, change)
                .await?
                .with(ACTIVATED_AT, cx.now().to_string()),
            "notify" => notify_people(graph, &app, change).await?,
            _ => return Err(unknown(change)),
        };
        // Whichever change comes first brings the values along: an application that is taken over may lack only one.
        let mut facts = app.facts();
        if known.fact("saml.login_url").is_none() {
            facts.learn(&federation::facts(graph, known, &app).await);
        }
        facts.learn(&learned);
        Ok(facts)
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
            "mode" => (app.mode() == SAML).then(|| Facts::new().with("saml.mode", SAML)),
            "certificate" => made(&app, known, change).map(|made| made_facts(change, made)),
            "activate" => {
                let wanted = activated(known, change);
                let active = app
                    .active()
                    .filter(|active| wanted.is_some_and(|wanted| active.is(wanted)));
                active.map(Signing::facts)
            }
            "notify" => {
                let wanted = texts(change.after.as_ref(), "add");
                let now = &app.principal.notification_email_addresses;
                notify::missing(now, &wanted).is_empty().then(Facts::new)
            }
            _ => return Err(unknown(change)),
        })
    }

    async fn undo(&self, cx: &Live, known: &Known, change: &Change) -> Result<(), Trouble> {
        let graph = signed_in(cx)?;
        let Some(app) = read(cx, graph, known).await? else {
            return Ok(());
        };
        let patch = match change.id.as_str() {
            "mode" => json!({ "preferredSingleSignOnMode": before(change, "mode") }),
            "certificate" => without_certificate(&app, known),
            "activate" => {
                json!({ "preferredTokenSigningKeyThumbprint": before(change, "thumbprint") })
            }
            "notify" => {
                let now = &app.principal.notification_email_addresses;
                let (before, after) = lists(change);
                json!({ "notificationEmailAddresses": collections::taken_back(now, &before, &after) })
            }
            _ => return Err(unknown(change)),
        };
        // What somebody else changed since is left to them.
        if is_undone(&app, known, change) {
            return Ok(());
        }
        let doing = "Undoing a single sign-on setting of the application.";
        write(graph, &app, patch, doing).await
    }

    async fn undone(&self, cx: &Live, known: &Known, change: &Change) -> Result<bool, Trouble> {
        let graph = signed_in(cx)?;
        let Some(app) = read(cx, graph, known).await? else {
            return Ok(true);
        };
        Ok(is_undone(&app, known, change))
    }

    fn documents(&self, cx: &Live, known: &Known) -> Vec<Document> {
        // One file only, so that nobody pastes the other certificate.
        let next = next_document(known).or_else(|| pem_document(cx, known));
        next.into_iter().collect()
    }

    fn confirmations(&self) -> &'static [&'static str] {
        &[IN_USE_CONFIRMED]
    }

    fn checks(&self) -> &'static [&'static dyn Check<Live>] {
        certificate_checks::ALL
    }
}

const UNTOUCHED: &str = "nobody is assigned, no address is written, nothing is sent to Atlassian. Certificates that exist stay.";

/// The certificate as a file; also offered where it is pasted.
pub(super) fn pem_document(cx: &Live, known: &Known) -> Option<Document> {
    let name = "atlassian-cloud-signing.cer";
    Some(Document {
        id: "certificate".into(),
        name: name.into(),
        label: format!("Save {name}"),
        text: format!("{}\n", fill(&cx.cloud, known, "saml.pem")?),
    })
}

/// The certificate that waits for Atlassian, as a file.
fn next_document(known: &Known) -> Option<Document> {
    let name = "atlassian-cloud-signing-new.cer";
    Some(Document {
        id: "next-certificate".into(),
        name: name.into(),
        label: format!("Save {name}"),
        text: format!("{}\n", renewal::waiting_pem(known)?),
    })
}

async fn write(graph: &Graph, app: &SamlApp, patch: Value, doing: &str) -> Result<(), Trouble> {
    graph
        .update_service_principal(&app.principal.id, patch)
        .await
        .map(|_| ())
        .map_err(|fault| trouble(&fault, doing))
}

async fn make(graph: &Graph, app: &SamlApp, change: &Change) -> Result<Facts, Trouble> {
    let (Some(name), Some(Ok(ends))) =
        (after(change, "name"), after(change, "ends").map(str::parse))
    else {
        return Err(unknown(change));
    };
    let made = graph
        .add_token_signing_certificate(&app.principal.id, name, ends)
        .await
        .map_err(|fault| not_made(&fault))?
        .value;
    let certificate = saml::Certificate::read(&made.key);
    let made = Signing {
        id: made.custom_key_identifier.unwrap_or_default(),
        thumbprint: made.thumbprint.to_uppercase(),
        base64: certificate.ok().map(|certificate| certificate.base64()),
        name: name.to_owned(),
        starts: made.start_date_time,
        ends: made.end_date_time,
    };
    Ok(made_facts(change, &made))
}

/// A cloud without the call says so at the first try (entra.md 1.1).
fn not_made(fault: &Fault) -> Trouble {
    let trouble = trouble(fault, "Making a signing certificate.");
    if !fault.means(Meaning::NoSuchCall) {
        return trouble;
    }
    let words = "The portal does it: its way stands on this page under By hand. Lockstep then goes on from there.";
    Trouble {
        title: "Microsoft has no call that makes a certificate in this cloud".into(),
        next: Vec::new(),
        ..trouble
    }
    .next("Make it in the portal", words, NextDo::Nothing)
}

/// The certificate that a change made: the one on record, or one of our name that was not there before.
fn made<'a>(app: &'a SamlApp, known: &Known, change: &Change) -> Option<&'a Signing> {
    let before = texts(change.before.as_ref(), "known");
    let name = after(change, "name")?;
    let is_new = |one: &&Signing| !before.contains(&one.id);
    let mut new = app.certificates.iter().filter(is_new);
    let on_record = known
        .fact(MADE)
        .filter(|made| !before.iter().any(|id| id == made));
    match on_record {
        Some(made) => new.find(|one| one.id == made),
        None => new.find(|one| one.name == name),
    }
}

/// What making it teaches. While another one goes on signing, that one stays the one of the other steps.
fn made_facts(change: &Change, made: &Signing) -> Facts {
    let facts = if renewal::signs_on(change) {
        renewal::facts(made)
    } else {
        made.facts()
    };
    let facts = facts.with(MADE_THUMBPRINT, &made.thumbprint);
    match made.id.as_str() {
        "" => facts,
        id => facts.with(MADE, id),
    }
}

/// The thumbprint that a change activates: the one it names, or that of the certificate made just before.
fn activated<'a>(known: &'a Known, change: &'a Change) -> Option<&'a str> {
    after(change, "thumbprint").or(known.fact(MADE_THUMBPRINT))
}

async fn activate(
    graph: &Graph,
    known: &Known,
    app: &SamlApp,
    change: &Change,
) -> Result<Facts, Trouble> {
    let thumbprint = activated(known, change).ok_or_else(|| unknown(change))?;
    let patch = json!({ "preferredTokenSigningKeyThumbprint": thumbprint });
    write(graph, app, patch, "Activating the certificate.").await?;
    let one = app.certificates.iter().find(|one| one.is(thumbprint));
    Ok(one.map(Signing::facts).unwrap_or_default())
}

async fn notify_people(graph: &Graph, app: &SamlApp, change: &Change) -> Result<Facts, Trouble> {
    let now = &app.principal.notification_email_addresses;
    let add = notify::missing(now, &texts(change.after.as_ref(), "add"));
    let patch = json!({ "notificationEmailAddresses": collections::with(now, &add) });
    let doing = "Writing who is mailed before the certificate ends.";
    write(graph, app, patch, doing).await?;
    Ok(Facts::new())
}

fn lists(change: &Change) -> (Vec<String>, Vec<String>) {
    (
        texts(change.before.as_ref(), "all"),
        texts(change.after.as_ref(), "all"),
    )
}

/// The keys and passwords without those of the certificate that Lockstep made. No call removes one; the lists are
/// written again without it, and Graph keeps the private keys of the rest by their ids (entra.md 9).
fn without_certificate(app: &SamlApp, known: &Known) -> Value {
    let made = known.fact(MADE);
    let theirs = |entry: &Value| entry.get("customKeyIdentifier").and_then(Value::as_str) != made;
    let keys = app.principal.key_credentials.iter();
    let keys: Vec<_> = keys
        .filter_map(|key| serde_json::to_value(key).ok())
        .filter(theirs)
        .collect();
    let passwords = app.principal.password_credentials.iter();
    let passwords: Vec<_> = passwords.filter(|entry| theirs(entry)).cloned().collect();
    json!({ "keyCredentials": keys, "passwordCredentials": passwords })
}

fn is_undone(app: &SamlApp, known: &Known, change: &Change) -> bool {
    match change.id.as_str() {
        "mode" => app.mode() != SAML,
        "certificate" => {
            let made = known.fact(MADE);
            !app.certificates
                .iter()
                .any(|one| Some(one.id.as_str()) == made)
        }
        "activate" => {
            let ours = activated(known, change);
            ours.is_none_or(|ours| {
                app.preferred()
                    .is_none_or(|now| !now.eq_ignore_ascii_case(ours))
            })
        }
        "notify" => {
            let (before, after) = lists(change);
            let now = &app.principal.notification_email_addresses;
            collections::is_taken_back(now, &before, &after)
        }
        _ => false,
    }
}

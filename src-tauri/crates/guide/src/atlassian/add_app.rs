//! Adding the Atlassian Cloud application: found by name in the gallery, instantiated, marked as ours, owned and
//! enabled; or an existing one taken over, never silently.

use async_trait::async_trait;
use connect::{Graph, Seen};
use engine::{
    Ask, AskKind, Change, Check, Entry, Facts, Known, Plan, State, Step, StepId, Trouble,
    TroubleKind, Undo,
};
use serde_json::{Value, json};

use super::find_app::{
    self, EXISTING, Found, NEW, by_id, by_name, existing_ask, others, ours, template,
    without_template_ask,
};
use super::saml_details::{self, DIRECTORY_IDLE};
use super::usage::{self, IN_USE};
use super::{app_checks, before_atlassian, before_entra};
use crate::shared::plan::Who;
use crate::shared::sign_in::{read_only, signed_in};
use crate::{Live, trouble};

/// The step's id.
pub const ID: StepId = StepId::of("add-app");
/// The ask for the application's name.
pub const NAME: &str = "app.name";

/// The step.
pub struct AddApp;

#[async_trait]
impl Step<Live> for AddApp {
    fn id(&self) -> StepId {
        ID
    }

    fn title(&self) -> &'static str {
        "Add the Atlassian Cloud app"
    }

    fn text(&self) -> &'static str {
        include_str!("add_app.md")
    }

    fn needs(&self) -> &'static [StepId] {
        const NEEDS: &[StepId] = &[before_entra::ID, before_atlassian::ID];
        NEEDS
    }

    fn asks(&self, state: &State) -> Vec<Ask> {
        let known = state.known();
        if Who::of(known) == Who::AtlassianOnly {
            return Vec::new();
        }
        // What is said of it can turn out wrong later, so that it stays on the page.
        let in_use = find_app::is_taken_over(known).then(usage::ask);
        if known.fact("app.object").is_some() {
            return in_use.into_iter().collect();
        }
        let name = Ask::new(
            NAME,
            AskKind::Text,
            "Name of the application in Entra",
            "People see it on their My Apps page.",
        )
        .default(find_app::GALLERY_NAME);
        match known.answer(EXISTING) {
            None => vec![name],
            Some(NEW) => vec![find_app::chosen_ask(NEW), name],
            // One that is taken over keeps its name.
            Some(existing) => [find_app::chosen_ask(existing)]
                .into_iter()
                .chain(in_use)
                .collect(),
        }
    }

    async fn plan(&self, cx: &Live, known: &Known) -> Result<Plan, Trouble> {
        let Some(graph) = &cx.graph else {
            return Ok(Plan::ByHand);
        };
        if let Some(found) = ours(cx, graph, known).await? {
            return taking(cx, graph, &found, known).await;
        }
        let Some(template) = template(cx, graph, known).await? else {
            return Ok(Plan::Asks {
                because: "Microsoft’s gallery does not offer Atlassian Cloud in this tenant."
                    .into(),
                asks: vec![without_template_ask()],
            });
        };
        let others = others(cx, graph, &template.id).await?;
        let chosen = known.answer(EXISTING).filter(|chosen| {
            *chosen == NEW || others.iter().any(|found| found.application.id == *chosen)
        });
        match chosen {
            Some(chosen) if chosen != NEW => {
                match others.iter().find(|found| found.application.id == chosen) {
                    Some(found) => taking(cx, graph, found, known).await,
                    None => Ok(Plan::ByHand),
                }
            }
            None if !others.is_empty() => Ok(Plan::Asks {
                because: format!(
                    "{} of the template Atlassian Cloud found.",
                    crate::words::count(others.len(), "application", "applications")
                ),
                asks: vec![existing_ask(&others)],
            }),
            _ if read_only(known) => Ok(Plan::ByHand),
            _ => Ok(Plan::Changes {
                changes: create(cx, graph, known, &template).await?,
                untouched: UNTOUCHED.into(),
            }),
        }
    }

    async fn apply(&self, cx: &Live, known: &Known, change: &Change) -> Result<Facts, Trouble> {
        let graph = signed_in(cx)?;
        match change.id.as_str() {
            "create" => instantiate(graph, change).await,
            "mark" => mark(graph, known, change).await,
            "owner" => add_owner(graph, known, change).await,
            "enable" => set_enabled(graph, known, change, true).await,
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
        let found = match change.id.as_str() {
            "create" => created(graph, known, change).await?,
            _ => by_id(graph, target(known, change)?).await?,
        };
        let Some(found) = found else { return Ok(None) };
        let so = match change.id.as_str() {
            "create" => true,
            "mark" => is_marked(&found, change),
            "owner" => owns(graph, &found, text(change, "owner")?).await?.value,
            "enable" => found.principal.account_enabled != Some(false),
            _ => return Err(unknown(change)),
        };
        Ok(so.then(|| found.facts()))
    }

    async fn undo(&self, cx: &Live, known: &Known, change: &Change) -> Result<(), Trouble> {
        let graph = signed_in(cx)?;
        match change.id.as_str() {
            "create" => delete(graph, known).await,
            "mark" => unmark(graph, known, change).await,
            "owner" => remove_owner(graph, known, change).await,
            "enable" => set_enabled(graph, known, change, false).await.map(|_| ()),
            _ => Err(unknown(change)),
        }
    }

    async fn undone(&self, cx: &Live, known: &Known, change: &Change) -> Result<bool, Trouble> {
        let graph = signed_in(cx)?;
        let Some(id) = known.fact("app.object") else {
            return Ok(true);
        };
        let Some(found) = by_id(graph, id).await? else {
            return Ok(true);
        };
        Ok(match change.id.as_str() {
            "create" => false,
            "mark" => !found
                .application
                .tags
                .iter()
                .any(|tag| Some(tag.as_str()) == text(change, "tag").ok()),
            "owner" => !owns(graph, &found, text(change, "owner")?).await?.value,
            "enable" => found.principal.account_enabled == Some(false),
            _ => return Err(unknown(change)),
        })
    }

    fn follows(&self, known: &Known, entry: &Entry) -> Vec<Entry> {
        let Entry::Answered { ask, value, .. } = entry else {
            return Vec::new();
        };
        // What was said of one application tells nothing of another; what was confirmed of a directory rests on both.
        let rests: &[(StepId, &str)] = match ask.as_str() {
            _ if known.answer(ask) == Some(value) => &[],
            EXISTING => &[(ID, IN_USE), (saml_details::ID, DIRECTORY_IDLE)],
            IN_USE => &[(saml_details::ID, DIRECTORY_IDLE)],
            _ => &[],
        };
        let said = rests.iter().filter(|(_, ask)| known.answer(ask).is_some());
        said.map(|(step, ask)| Entry::Answered {
            step: step.clone(),
            ask: (*ask).to_owned(),
            value: String::new(),
        })
        .collect()
    }

    fn checks(&self) -> &'static [&'static dyn Check<Live>] {
        app_checks::ALL
    }
}

const UNTOUCHED: &str =
    "single sign-on is not turned on, nobody is assigned, nothing is sent to Atlassian.";

/// The changes that make a new application.
async fn create(
    cx: &Live,
    graph: &Graph,
    known: &Known,
    template: &connect::entra::Template,
) -> Result<Vec<Change>, Trouble> {
    let name = known.answer(NAME).unwrap_or(find_app::GALLERY_NAME);
    // A name that nobody else uses, so that a lost answer finds ours and never a namesake (entra.md 3.3).
    let temporary = format!("{name} ({})", cx.connection);
    let change = Change {
        id: "create".into(),
        system: "Entra".into(),
        what: "Application".into(),
        about: "registration and enterprise application".into(),
        now: "Does not exist".into(),
        then: format!(
            "{name}, {}, enabled",
            if cx.cloud.non_gallery_template.as_deref() == Some(&template.id) {
                "without template"
            } else {
                "from the gallery"
            }
        ),
        then_about: format!("at first called “{temporary}”, so that no other is mistaken for it"),
        code: false,
        before: None,
        after: Some(json!({ "template": template.id, "temporary": temporary })),
        undo: Undo::Delete {
            said: "Yes, deletes it".into(),
            about: "Microsoft keeps it 30 days".into(),
        },
    };
    Ok(vec![
        change,
        mark_change(cx, Some(name), None),
        owner_change(graph).await?,
    ])
}

/// The same as [`missing`], once it is said of one that is taken over whether people log in through it.
async fn taking(cx: &Live, graph: &Graph, found: &Found, known: &Known) -> Result<Plan, Trouble> {
    if find_app::is_taken_over(known) && known.answer(IN_USE).is_none() {
        return Ok(Plan::Asks {
            because: format!("{} stood before Lockstep came.", found.name()),
            asks: vec![usage::ask()],
        });
    }
    missing(cx, graph, found, known).await
}

/// What an application that stands still lacks. For one that is taken over, this is the whole plan.
async fn missing(cx: &Live, graph: &Graph, found: &Found, known: &Known) -> Result<Plan, Trouble> {
    let mut changes = Vec::new();
    let name = known.answer(NAME).unwrap_or(find_app::GALLERY_NAME);
    let temporary = format!("{name} ({})", cx.connection);
    let rename = (found.name() == temporary).then_some(name);
    if !found.application.tags.contains(&cx.tag()) || rename.is_some() {
        changes.push(mark_change(cx, rename, Some(found)));
    }
    let me = me(graph).await?;
    if !owns(graph, found, &me.0).await?.value {
        changes.push(owner_change(graph).await?);
    }
    if found.principal.account_enabled == Some(false) {
        changes.push(enable_change());
    }
    for change in &mut changes {
        if let Some(Value::Object(after)) = &mut change.after {
            after.insert("application".into(), json!(found.application.id));
        }
    }
    // Where Lockstep only reads it marks nothing: the one that was chosen is known from then on, and checks tell the rest.
    if changes.is_empty() || read_only(known) {
        return Ok(Plan::AlreadySo(found.facts()));
    }
    Ok(Plan::Changes {
        changes,
        untouched: "its single sign-on settings, its assignments and its name stay as they are."
            .into(),
    })
}

fn mark_change(cx: &Live, rename: Option<&str>, found: Option<&Found>) -> Change {
    let tags = found
        .map(|found| found.application.tags.clone())
        .unwrap_or_default();
    let now = if tags.is_empty() {
        "None".to_owned()
    } else {
        tags.join(", ")
    };
    Change {
        id: "mark".into(),
        system: "Entra".into(),
        what: if rename.is_some() {
            "Tag and name".into()
        } else {
            "Tag".into()
        },
        about: found.filter(|_| rename.is_none()).map_or_else(
            || "so that Lockstep knows its own".to_owned(),
            |found| {
                format!(
                    "of {}, application (client) ID {}",
                    found.name(),
                    found.application.app_id
                )
            },
        ),
        now: if found.is_some() { now } else { "None".into() },
        then: cx.tag(),
        then_about: rename
            .map(|name| format!("and the name “{name}”"))
            .unwrap_or_default(),
        code: true,
        before: Some(json!({ "tags": tags })),
        after: Some(json!({ "tag": cx.tag(), "name": rename })),
        undo: Undo::PutBack {
            said: "Yes, removes the tag".into(),
        },
    }
}

async fn owner_change(graph: &Graph) -> Result<Change, Trouble> {
    let (id, name, address) = me(graph).await?;
    Ok(Change {
        id: "owner".into(),
        system: "Entra".into(),
        what: "Owner".into(),
        about: "may manage the application later too".into(),
        now: "Not you".into(),
        then: name,
        then_about: address,
        code: false,
        before: None,
        after: Some(json!({ "owner": id })),
        undo: Undo::PutBack {
            said: "Yes, removes the owner".into(),
        },
    })
}

fn enable_change() -> Change {
    Change {
        id: "enable".into(),
        system: "Entra".into(),
        what: "Enabled for users to sign in".into(),
        about: "of the enterprise application".into(),
        now: "No".into(),
        then: "Yes".into(),
        then_about: "nobody is assigned by it".into(),
        code: false,
        before: Some(json!({ "accountEnabled": false })),
        after: Some(json!({ "accountEnabled": true })),
        undo: Undo::PutBack {
            said: "Yes, disables it again".into(),
        },
    }
}

async fn me(graph: &Graph) -> Result<(String, String, String), Trouble> {
    let me = graph
        .me()
        .await
        .map_err(|fault| trouble(&fault, "Reading who is signed in."))?
        .value;
    Ok((me.id, me.display_name, me.user_principal_name))
}

async fn instantiate(graph: &Graph, change: &Change) -> Result<Facts, Trouble> {
    let made = graph
        .instantiate(text(change, "template")?, text(change, "temporary")?)
        .await;
    match made {
        Ok(made) => Ok(Found {
            application: made.value.application,
            principal: made.value.service_principal,
            registration_call: made.call.clone(),
            call: made.call,
        }
        .facts()),
        // It can answer 404 although it created the application (entra.md 3.3): looked up by its unique name.
        Err(fault) if fault.is_not_found() => Err(Trouble {
            kind: TroubleKind::Uncertain,
            ..trouble(&fault, CREATING)
        }),
        Err(fault) => Err(trouble(&fault, CREATING)),
    }
}

const CREATING: &str = "Creating the application from Microsoft’s gallery.";

/// The application that was made: by its temporary name, and once that was changed, by its id. The id alone tells nothing
/// of an attempt: it can be that of one which somebody has deleted meanwhile.
async fn created(graph: &Graph, known: &Known, change: &Change) -> Result<Option<Found>, Trouble> {
    let (template, temporary) = (text(change, "template")?, text(change, "temporary")?);
    if let Some(found) = by_name(graph, template, temporary).await? {
        return Ok(Some(found));
    }
    match known.fact("app.object") {
        Some(id) => by_id(graph, id).await,
        None => Ok(None),
    }
}

async fn mark(graph: &Graph, known: &Known, change: &Change) -> Result<Facts, Trouble> {
    let doing = "Marking the application as this connection’s.";
    let id = target(known, change)?;
    // Collections are replaced as a whole: read, add, write (entra.md 4.2).
    let mut tags = graph
        .application(id)
        .await
        .map_err(|fault| trouble(&fault, doing))?
        .value
        .tags;
    let tag = text(change, "tag")?;
    if !tags.iter().any(|known| known == tag) {
        tags.push(tag.to_owned());
    }
    let mut patch = json!({ "tags": tags });
    if let Ok(name) = text(change, "name") {
        patch["displayName"] = json!(name);
    }
    graph
        .update_application(id, patch)
        .await
        .map_err(|fault| trouble(&fault, doing))?;
    Ok(Facts::new().with("app.object", id))
}

fn is_marked(found: &Found, change: &Change) -> bool {
    let tagged = found
        .application
        .tags
        .iter()
        .any(|tag| Some(tag.as_str()) == text(change, "tag").ok());
    let named = text(change, "name").map_or(true, |name| found.name() == name);
    tagged && named
}

async fn unmark(graph: &Graph, known: &Known, change: &Change) -> Result<(), Trouble> {
    let doing = "Removing this connection’s tag.";
    let Some(id) = known.fact("app.object") else {
        return Ok(());
    };
    let tag = text(change, "tag")?;
    let application = match graph.application(id).await {
        Ok(application) => application.value,
        Err(fault) if fault.is_not_found() => return Ok(()),
        Err(fault) => return Err(trouble(&fault, doing)),
    };
    let tags: Vec<_> = application
        .tags
        .into_iter()
        .filter(|known| known != tag)
        .collect();
    graph
        .update_application(id, json!({ "tags": tags }))
        .await
        .map(|_| ())
        .map_err(|fault| trouble(&fault, doing))
}

async fn add_owner(graph: &Graph, known: &Known, change: &Change) -> Result<Facts, Trouble> {
    let doing = "Making you an owner of the application.";
    let id = target(known, change)?;
    let owner = text(change, "owner")?;
    // Whoever instantiates may be an owner already; adding twice is refused.
    let owners = graph
        .owners(id)
        .await
        .map_err(|fault| trouble(&fault, doing))?;
    if !owners.value.iter().any(|known| known.id == owner) {
        graph
            .add_owner(id, owner)
            .await
            .map_err(|fault| trouble(&fault, doing))?;
    }
    Ok(Facts::new().with("app.object", id))
}

async fn remove_owner(graph: &Graph, known: &Known, change: &Change) -> Result<(), Trouble> {
    let Some(id) = known.fact("app.object") else {
        return Ok(());
    };
    match graph.remove_owner(id, text(change, "owner")?).await {
        Err(fault) if !fault.is_not_found() => Err(trouble(&fault, "Removing you as an owner.")),
        _ => Ok(()),
    }
}

/// Whether somebody owns an application.
pub(super) async fn owns(graph: &Graph, found: &Found, owner: &str) -> Result<Seen<bool>, Trouble> {
    let owners = graph.owners(&found.application.id).await;
    let owners =
        owners.map_err(|fault| trouble(&fault, "Reading the owners of the application."))?;
    Ok(owners.map(|owners| owners.iter().any(|known| known.id == owner)))
}

async fn set_enabled(
    graph: &Graph,
    known: &Known,
    change: &Change,
    enabled: bool,
) -> Result<Facts, Trouble> {
    let doing = if enabled {
        "Enabling the application."
    } else {
        "Disabling the application again."
    };
    let found = by_id(graph, target(known, change)?).await?;
    let Some(found) = found else {
        return if enabled {
            Err(gone(doing))
        } else {
            Ok(Facts::new())
        };
    };
    let patch = json!({ "accountEnabled": enabled });
    let written = graph
        .update_service_principal(&found.principal.id, patch)
        .await;
    written.map_err(|fault| trouble(&fault, doing))?;
    Ok(found.facts())
}

async fn delete(graph: &Graph, known: &Known) -> Result<(), Trouble> {
    let Some(id) = known.fact("app.object") else {
        return Ok(());
    };
    match graph.delete_application(id).await {
        Err(fault) if !fault.is_not_found() => Err(trouble(&fault, "Deleting the application.")),
        _ => Ok(()),
    }
}

/// The application that a change is about: the one taken over, or the one made.
fn target<'a>(known: &'a Known, change: &'a Change) -> Result<&'a str, Trouble> {
    let named = change
        .after
        .as_ref()
        .and_then(|after| after.get("application"))
        .and_then(Value::as_str);
    named
        .or(known.fact("app.object"))
        .ok_or_else(|| gone("Finding the application."))
}

fn text<'a>(change: &'a Change, name: &str) -> Result<&'a str, Trouble> {
    let value = change
        .after
        .as_ref()
        .and_then(|after| after.get(name))
        .and_then(Value::as_str);
    value.ok_or_else(|| unknown(change))
}

fn gone(doing: &str) -> Trouble {
    Trouble::new(
        TroubleKind::Refused,
        "The application is gone",
        "Nothing was changed.",
    )
    .doing(doing)
    .next(
        "Look again",
        "Lockstep plans afresh from what is there now.",
        engine::NextDo::Retry,
    )
}

fn unknown(change: &Change) -> Trouble {
    Trouble::new(
        TroubleKind::BadInput,
        format!("This version does not know the change “{}”", change.id),
        "Nothing was changed.",
    )
}

//! Finding the Atlassian application in Entra: ours by id or tag, others of the same template, never a namesake
//! by chance. It only reads.

use connect::entra::{Application, ServicePrincipal, Template};
use connect::{Call, Graph};
use engine::{Ask, AskKind, AskOption, Facts, Known, Trouble};

use crate::{Live, trouble};

/// The gallery application's name (entra.md 3.1); its template id is found by it at run time.
pub(super) const GALLERY_NAME: &str = "Atlassian Cloud";
/// The ask: which of the existing applications, or a new one?
pub const EXISTING: &str = "app.existing";
/// The ask: an application without template where the gallery has none?
pub const WITHOUT_TEMPLATE: &str = "app.without_template";
/// The answer for making a new application.
pub(super) const NEW: &str = "new";

/// Whether the application is one that stood before, taken over. One that was made since the choice is not that one.
pub(super) fn is_taken_over(known: &Known) -> bool {
    let is_it = |chosen: &str| {
        known
            .fact("app.object")
            .is_none_or(|object| object == chosen)
    };
    known
        .answer(EXISTING)
        .is_some_and(|chosen| chosen != NEW && is_it(chosen))
}

/// An application and its service principal.
pub(super) struct Found {
    pub application: Application,
    pub principal: ServicePrincipal,
    /// The call that saw the registration.
    pub registration_call: Call,
    /// The call that saw the enterprise application.
    pub call: Call,
}

impl Found {
    /// What later steps build on.
    pub fn facts(&self) -> Facts {
        let facts = Facts::new()
            .with("app.object", &self.application.id)
            .with("app.client", &self.application.app_id)
            .with("app.service_principal", &self.principal.id)
            .with("app.display_name", self.name());
        match &self.application.application_template_id {
            Some(template) => facts.with("app.template", template),
            None => facts,
        }
    }

    /// How people are signed in by it; `None` where nothing is set up.
    fn mode(&self) -> Option<&str> {
        let mode = self.principal.preferred_single_sign_on_mode.as_deref();
        mode.filter(|mode| !mode.is_empty())
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.application.display_name
    }
}

/// The template to make the application from: the gallery's, or the one without template when it was chosen.
pub(super) async fn template(
    cx: &Live,
    graph: &Graph,
    known: &Known,
) -> Result<Option<Template>, Trouble> {
    let doing = "Looking for Atlassian Cloud in Microsoft’s gallery.";
    let found = graph
        .templates_named(GALLERY_NAME)
        .await
        .map_err(|fault| trouble(&fault, doing))?;
    let usable =
        |template: &&Template| template.supports_saml() && template.display_name == GALLERY_NAME;
    if let Some(template) = found.value.iter().find(usable) {
        return Ok(Some(template.clone()));
    }
    if known.answer(WITHOUT_TEMPLATE) != Some("yes") {
        return Ok(None);
    }
    let Some(id) = &cx.cloud.non_gallery_template else {
        return Ok(None);
    };
    let doing = "Looking for the template without a gallery entry.";
    graph
        .template(id)
        .await
        .map(|template| Some(template.value))
        .map_err(|fault| trouble(&fault, doing))
}

/// The application that this connection made or took over: by the recorded id, or by its tag.
pub(super) async fn ours(
    cx: &Live,
    graph: &Graph,
    known: &Known,
) -> Result<Option<Found>, Trouble> {
    if let Some(id) = known.fact("app.object")
        && let Some(found) = by_id(graph, id).await?
    {
        return Ok(Some(found));
    }
    let doing = "Looking for an application with this connection’s tag.";
    let tagged = graph
        .applications_tagged(&cx.tag())
        .await
        .map_err(|fault| trouble(&fault, doing))?;
    match tagged.value.into_iter().next() {
        Some(application) => with_principal(graph, application, &tagged.call).await,
        None => Ok(None),
    }
}

/// An application by its object id; `None` when it is gone, or half of it can't be seen yet.
pub(super) async fn by_id(graph: &Graph, id: &str) -> Result<Option<Found>, Trouble> {
    match graph.application(id).await {
        Ok(seen) => with_principal(graph, seen.value, &seen.call).await,
        Err(fault) if fault.is_not_found() => Ok(None),
        Err(fault) => Err(trouble(&fault, "Reading the application.")),
    }
}

/// An application of this template with exactly this name; used with the unique temporary name only.
pub(super) async fn by_name(
    graph: &Graph,
    template: &str,
    name: &str,
) -> Result<Option<Found>, Trouble> {
    let found = graph.applications_named(name).await;
    let found = found
        .map_err(|fault| trouble(&fault, "Looking for the application by its temporary name."))?;
    let ours = found
        .value
        .into_iter()
        .find(|application| application.application_template_id.as_deref() == Some(template));
    match ours {
        Some(application) => with_principal(graph, application, &found.call).await,
        None => Ok(None),
    }
}

async fn with_principal(
    graph: &Graph,
    application: Application,
    registration_call: &Call,
) -> Result<Option<Found>, Trouble> {
    let found = graph.service_principal_of_app(&application.app_id).await;
    let found = found.map_err(|fault| trouble(&fault, "Reading the enterprise application."))?;
    Ok(found.value.map(|principal| Found {
        application,
        principal,
        registration_call: registration_call.clone(),
        call: found.call,
    }))
}

/// Every application of the template that does not carry this connection's tag.
pub(super) async fn others(
    cx: &Live,
    graph: &Graph,
    template: &str,
) -> Result<Vec<Found>, Trouble> {
    let doing = "Looking for applications of the same template.";
    let all = graph
        .applications_of_template(template)
        .await
        .map_err(|fault| trouble(&fault, doing))?;
    let mut found = Vec::new();
    for application in all
        .value
        .into_iter()
        .filter(|application| !application.tags.contains(&cx.tag()))
    {
        found.extend(with_principal(graph, application, &all.call).await?);
    }
    Ok(found)
}

/// The ask that puts the existing applications to the person, each with what tells it from the others.
pub(super) fn existing_ask(others: &[Found]) -> Ask {
    let mut options: Vec<_> = others
        .iter()
        .map(|found| AskOption {
            value: found.application.id.clone(),
            label: format!("Take over {}", found.name()),
            hint: differences(found),
        })
        .collect();
    options.push(AskOption {
        value: NEW.into(),
        label: "Make a new application beside it".into(),
        hint: "The existing one stays as it is. People may mix the two up.".into(),
    });
    Ask::new(
        EXISTING,
        AskKind::Choice { options },
        "There is an application of this template already. Which one shall it be?",
        "Taking over changes only what is listed afterwards, and each change can be undone.",
    )
}

/// The choice that was made, with the way back to all that was found.
pub(super) fn chosen_ask(chosen: &str) -> Ask {
    let taken = if chosen == NEW {
        (
            "A new application",
            "Beside the existing ones, which stay as they are.",
        )
    } else {
        (
            "The existing application",
            "It is taken over; only what is listed below changes.",
        )
    };
    Ask::choice(
        EXISTING,
        "Which application shall it be?",
        "",
        &[
            (chosen, taken.0, taken.1),
            (
                "",
                "Choose again",
                "Shows what was found, with what tells one from the other.",
            ),
        ],
    )
}

fn differences(found: &Found) -> String {
    let principal = &found.principal;
    let mut parts = Vec::new();
    if let Some(created) = found.application.created_date_time {
        parts.push(format!("made {}", created.strftime("%-d %b %Y")));
    }
    parts.push(if principal.account_enabled == Some(false) {
        "disabled".into()
    } else {
        "enabled".into()
    });
    parts.push(match found.mode() {
        None => "single sign-on not set up".into(),
        Some(mode) => format!("single sign-on mode {mode}"),
    });
    match found
        .application
        .tags
        .iter()
        .find(|tag| tag.starts_with("lockstep:"))
    {
        Some(tag) => parts.push(format!("marked by another Lockstep connection ({tag})")),
        None => parts.push("not made by Lockstep".into()),
    }
    parts.push(format!(
        "application (client) ID {}",
        found.application.app_id
    ));
    let mut text = parts.join(", ");
    if let Some(first) = text.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    format!("{text}.")
}

/// The ask for an application without template.
pub(super) fn without_template_ask() -> Ask {
    Ask::new(
        WITHOUT_TEMPLATE,
        AskKind::Confirm,
        "Make an application without template",
        "The gallery of this cloud does not offer Atlassian Cloud. SAML and provisioning are then set up by the same steps; only the logo and the preset mappings are missing.",
    )
}

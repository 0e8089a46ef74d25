//! The checks of the application: what the gallery offers, namesakes, the right to do it, and, once it stands,
//! that both halves are there, marked, owned, enabled and untouched.

use async_trait::async_trait;
use connect::{FaultKind, Graph};
use engine::{Check, Finding, Known, Skip, Trouble, Verdict, VerdictState};

use super::add_app::owns;
use super::find_app::{Found, GALLERY_NAME, others, ours, template};
use crate::evidence::Proven;
use crate::fill;
use crate::shared::rights;
use crate::shared::sign_in::{read_only, write_scopes};
use crate::shared::sign_in_checks::nobody;
use crate::{Live, trouble, words};

const TEXT: &str = include_str!("add_app.md");

/// All of them, in the order on screen.
pub(super) const ALL: &[&'static dyn Check<Live>] = &[
    &Template, &Namesakes, &Allowed, &Exists, &Enabled, &Owner, &Untouched,
];

fn with_fix(verdict: Verdict, key: &str, cx: &Live, known: &Known) -> Verdict {
    fill::with_fix(TEXT, key, verdict, cx, known, &[])
}

struct Template;

#[async_trait]
impl Check<Live> for Template {
    fn id(&self) -> &'static str {
        "template"
    }

    fn title(&self) -> &'static str {
        "The gallery offers Atlassian Cloud"
    }

    async fn look(&self, cx: &Live, known: &Known) -> Vec<Finding> {
        let graph = match nobody(cx, known, "The gallery is read after sign-in") {
            Ok(graph) => graph,
            Err(findings) => return findings,
        };
        let found = match graph.templates_named(GALLERY_NAME).await {
            Ok(found) => found,
            Err(fault) => {
                let trouble = trouble(&fault, "Reading Microsoft’s gallery.");
                return Finding::only(Verdict::unknown("The gallery could not be read", &trouble));
            }
        };
        let exact = found
            .value
            .iter()
            .find(|template| template.display_name == GALLERY_NAME);
        let names: Vec<_> = found
            .value
            .iter()
            .map(|template| template.display_name.clone())
            .collect();
        let verdict = match exact {
            Some(template) if template.supports_saml() => {
                let publisher = template.publisher.clone().unwrap_or_default();
                let both = if template.supports_provisioning() {
                    "With SAML and provisioning."
                } else {
                    "With SAML; provisioning is proven at its own step."
                };
                Verdict::new(
                    VerdictState::Pass,
                    "The gallery offers Atlassian Cloud",
                    format!("{both} Publisher: {publisher}."),
                )
            }
            Some(_) => with_fix(
                Verdict::new(
                    VerdictState::Fail,
                    "The gallery’s Atlassian Cloud offers no SAML",
                    "",
                ),
                "template",
                cx,
                known,
            ),
            None if known.answer(super::find_app::WITHOUT_TEMPLATE) == Some("yes") => Verdict::new(
                VerdictState::Warn,
                "The gallery does not offer Atlassian Cloud",
                "You chose an application without template.",
            ),
            None => with_fix(
                Verdict::new(
                    VerdictState::Fail,
                    "The gallery does not offer Atlassian Cloud",
                    "",
                ),
                "template",
                cx,
                known,
            ),
        };
        let found_words = if names.is_empty() {
            "none".to_owned()
        } else {
            names.join(", ")
        };
        Finding::only(
            verdict
                .by(&found.call)
                .compared("Atlassian Cloud with saml among its modes", &found_words),
        )
    }
}

struct Namesakes;

#[async_trait]
impl Check<Live> for Namesakes {
    fn id(&self) -> &'static str {
        "namesakes"
    }

    fn title(&self) -> &'static str {
        "No other application of this template"
    }

    async fn look(&self, cx: &Live, known: &Known) -> Vec<Finding> {
        let graph = match nobody(cx, known, "Applications are read after sign-in") {
            Ok(graph) => graph,
            Err(findings) => return findings,
        };
        Finding::only(
            self.judge(cx, known, &graph)
                .await
                .unwrap_or_else(|trouble| {
                    Verdict::unknown("The applications could not be read", &trouble)
                }),
        )
    }
}

impl Namesakes {
    async fn judge(&self, cx: &Live, known: &Known, graph: &Graph) -> Result<Verdict, Trouble> {
        let Some(template) = template(cx, graph, known).await? else {
            return Ok(Verdict::skipped(
                Skip::NotAvailable,
                "There is no template to compare with",
                "See above.",
            ));
        };
        let ours = ours(cx, graph, known).await?;
        let own = ours.as_ref().map(|found| found.application.id.clone());
        let others: Vec<_> = others(cx, graph, &template.id)
            .await?
            .into_iter()
            .filter(|found| Some(&found.application.id) != own.as_ref())
            .collect();
        let names: Vec<_> = others
            .iter()
            .map(|found| format!("{} ({})", found.name(), found.application.app_id))
            .collect();
        let verdict = if others.is_empty() {
            Verdict::new(
                VerdictState::Pass,
                "No other application of this template exists",
                "",
            )
        } else {
            let title = format!(
                "{} of this template",
                words::count(others.len(), "other application", "other applications")
            );
            with_fix(
                Verdict::new(VerdictState::Warn, title, format!("{}.", names.join(", "))),
                "namesake",
                cx,
                known,
            )
        };
        let found = if names.is_empty() {
            "none".to_owned()
        } else {
            names.join(", ")
        };
        Ok(verdict
            .told("Call", "GET /applications by the template’s id")
            .compared("none but ours", &found))
    }
}

struct Allowed;

#[async_trait]
impl Check<Live> for Allowed {
    fn id(&self) -> &'static str {
        "allowed"
    }

    fn title(&self) -> &'static str {
        "Lockstep may make the changes"
    }

    async fn look(&self, cx: &Live, known: &Known) -> Vec<Finding> {
        let graph = match nobody(cx, known, "Rights are known after sign-in") {
            Ok(graph) => graph,
            Err(findings) => return findings,
        };
        if read_only(known) {
            let verdict = Verdict::skipped(
                Skip::NoApi,
                "Lockstep only reads",
                "You chose so. Do this step by hand.",
            );
            return Finding::only(with_fix(verdict, "read-only", cx, known));
        }
        let wanted = write_scopes();
        let missing: Vec<_> = wanted
            .iter()
            .filter(|scope| !graph.session().has(scope))
            .map(|scope| scope.name)
            .collect();
        let verdict = if missing.is_empty() {
            Verdict::new(
                VerdictState::Pass,
                "Lockstep may make the changes",
                "The right to manage applications is granted.",
            )
        } else {
            let detail = format!("Not granted yet: {}.", words::list(&missing));
            let verdict = Verdict::skipped(
                Skip::NothingYet,
                "The right to add applications is not granted yet",
                detail,
            );
            with_fix(verdict, "consent", cx, known)
        };
        rights::as_granted(verdict, &graph)
    }
}

/// The application, or what a check says while it can't be judged.
async fn standing(cx: &Live, known: &Known, title: &str) -> Result<(Graph, Found), Vec<Finding>> {
    let graph = nobody(cx, known, title)?;
    match ours(cx, &graph, known).await {
        Ok(Some(found)) => Ok((graph, found)),
        Ok(None) => Err(Finding::only(Verdict::skipped(
            Skip::NothingYet,
            title,
            "Make the changes first.",
        ))),
        Err(trouble) => Err(Finding::only(Verdict::unknown(
            "The application could not be read",
            &trouble,
        ))),
    }
}

struct Exists;

#[async_trait]
impl Check<Live> for Exists {
    fn id(&self) -> &'static str {
        "exists"
    }

    fn title(&self) -> &'static str {
        "The application exists, as ours"
    }

    async fn look(&self, cx: &Live, known: &Known) -> Vec<Finding> {
        let graph = match nobody(cx, known, "The application is read after sign-in") {
            Ok(graph) => graph,
            Err(findings) => return findings,
        };
        let Some(id) = known.fact("app.object") else {
            return match standing(cx, known, "The application does not stand yet").await {
                Ok((_, found)) => Finding::only(self.judge(cx, known, &found)),
                Err(findings) => findings,
            };
        };
        match graph.application(id).await {
            Ok(application) => {
                let call = application.call.clone();
                match ours(cx, &graph, known).await {
                    Ok(Some(found)) => Finding::only(self.judge(cx, known, &found).by(&call)),
                    Ok(None) => {
                        let title = "The enterprise application can’t be seen yet";
                        Finding::only(
                            Verdict::new(
                                VerdictState::Wait,
                                title,
                                "The registration is there, its service principal is not.",
                            )
                            .by(&call),
                        )
                    }
                    Err(trouble) => Finding::only(Verdict::unknown(
                        "The enterprise application could not be read",
                        &trouble,
                    )),
                }
            }
            Err(fault) if fault.kind == FaultKind::NotFound => {
                let verdict = Verdict::new(
                    VerdictState::Fail,
                    "The application is gone",
                    "It was there when Lockstep last looked.",
                );
                let verdict = with_fix(verdict, "gone", cx, known).compared("200", "404");
                Finding::only(match &fault.call {
                    Some(call) => verdict.by(call),
                    None => verdict,
                })
            }
            Err(fault) => {
                let trouble = trouble(&fault, "Reading the application.");
                Finding::only(Verdict::unknown(
                    "The application could not be read",
                    &trouble,
                ))
            }
        }
    }
}

impl Exists {
    fn judge(&self, cx: &Live, known: &Known, found: &Found) -> Verdict {
        let tag = cx.tag();
        let tags = found.application.tags.join(", ");
        let marked = found.application.tags.contains(&tag);
        let verdict = if marked {
            Verdict::new(
                VerdictState::Pass,
                "The application exists, as ours",
                format!("{}, tag {tag}.", found.name()),
            )
        } else if read_only(known) {
            Verdict::new(
                VerdictState::Pass,
                "The application exists, as you chose it",
                format!(
                    "{}. Lockstep only reads, so it carries no tag of ours.",
                    found.name()
                ),
            )
        } else {
            let detail = format!(
                "{} lacks the tag {tag}. Make the changes again.",
                found.name()
            );
            Verdict::new(
                VerdictState::Fail,
                "The application is not marked as ours",
                detail,
            )
        };
        verdict.compared(
            &format!("tag {tag}, registration and enterprise application"),
            &format!("tags {tags}, service principal {}", found.principal.id),
        )
    }
}

struct Enabled;

#[async_trait]
impl Check<Live> for Enabled {
    fn id(&self) -> &'static str {
        "enabled"
    }

    fn title(&self) -> &'static str {
        "The application is enabled"
    }

    async fn look(&self, cx: &Live, known: &Known) -> Vec<Finding> {
        let (_, found) = match standing(
            cx,
            known,
            "Enabled is looked at once the application stands",
        )
        .await
        {
            Ok(found) => found,
            Err(findings) => return findings,
        };
        let seen = format!(
            "accountEnabled {}",
            found
                .principal
                .account_enabled
                .map_or("not told".to_owned(), |on| on.to_string())
        );
        let verdict = if found.principal.account_enabled == Some(false) {
            with_fix(
                Verdict::new(
                    VerdictState::Fail,
                    "The application is disabled",
                    "Nobody can sign in through it.",
                ),
                "disabled",
                cx,
                known,
            )
        } else {
            Verdict::new(VerdictState::Pass, "The application is enabled", "")
        };
        Finding::only(
            verdict
                .by(&found.call)
                .compared("accountEnabled true", &seen),
        )
    }
}

struct Owner;

#[async_trait]
impl Check<Live> for Owner {
    fn id(&self) -> &'static str {
        "owner"
    }

    fn title(&self) -> &'static str {
        "You are an owner"
    }

    async fn look(&self, cx: &Live, known: &Known) -> Vec<Finding> {
        let (graph, found) = match standing(
            cx,
            known,
            "The owner is looked at once the application stands",
        )
        .await
        {
            Ok(found) => found,
            Err(findings) => return findings,
        };
        let me = match graph.me().await {
            Ok(me) => me.value,
            Err(fault) => {
                let trouble = trouble(&fault, "Reading who is signed in.");
                return Finding::only(Verdict::unknown(
                    "The owners could not be compared",
                    &trouble,
                ));
            }
        };
        let name = me.display_name.clone();
        let seen = match owns(&graph, &found, &me.id).await {
            Ok(seen) => seen,
            Err(trouble) => {
                let title = "The owners could not be read";
                return Finding::only(Verdict::unknown(title, &trouble));
            }
        };
        let verdict = match seen.value {
            true => Verdict::new(VerdictState::Pass, format!("{name} is an owner"), ""),
            false => with_fix(
                Verdict::new(
                    VerdictState::Warn,
                    format!("{name} is not an owner"),
                    "The application works all the same.",
                ),
                "owner",
                cx,
                known,
            ),
        };
        Finding::only(verdict.by(&seen.call))
    }
}

struct Untouched;

#[async_trait]
impl Check<Live> for Untouched {
    fn id(&self) -> &'static str {
        "untouched"
    }

    fn title(&self) -> &'static str {
        "Single sign-on is not touched yet"
    }

    async fn look(&self, cx: &Live, known: &Known) -> Vec<Finding> {
        let (_, found) = match standing(
            cx,
            known,
            "The mode is looked at once the application stands",
        )
        .await
        {
            Ok(found) => found,
            Err(findings) => return findings,
        };
        let mode = found
            .principal
            .preferred_single_sign_on_mode
            .as_deref()
            .unwrap_or_default();
        let verdict = match mode_said(mode, known) {
            (VerdictState::Pass, title, detail) => Verdict::new(VerdictState::Pass, title, detail),
            (state, title, detail) => {
                with_fix(Verdict::new(state, title, detail), "sso-touched", cx, known)
            }
        };
        let seen = if mode.is_empty() { "not set" } else { mode };
        Finding::only(verdict.by(&found.call).compared(
            "preferredSingleSignOnMode not set, or as a later step set it",
            seen,
        ))
    }
}

/// What is said to the mode. A later step that turned SAML on, or found it on and went on from there, has said so as a
/// fact; then it is no news here.
fn mode_said(mode: &str, known: &Known) -> (VerdictState, String, &'static str) {
    if mode.is_empty() {
        let title = "Single sign-on is not touched yet".to_owned();
        return (VerdictState::Pass, title, "Nobody’s log-in changes.");
    }
    if known.fact("saml.mode") == Some(mode) {
        let title = format!("Single sign-on is set to {mode}, as its own step shows");
        return (VerdictState::Pass, title, "Nobody’s log-in changes by it.");
    }
    (
        VerdictState::Warn,
        format!("Single sign-on is set to {mode} already"),
        "Lockstep did not do that, and leaves it as it is.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mode_that_a_later_step_set_is_no_warning_and_any_other_one_is() {
        let cases = [
            ("", None, VerdictState::Pass),
            ("", Some("saml"), VerdictState::Pass),
            ("saml", None, VerdictState::Warn),
            ("saml", Some("saml"), VerdictState::Pass),
            ("password", Some("saml"), VerdictState::Warn),
        ];
        for (mode, fact, wanted) in cases {
            let mut known = Known::default();
            if let Some(fact) = fact {
                known.facts = known.facts.with("saml.mode", fact);
            }
            assert_eq!(mode_said(mode, &known).0, wanted, "{mode} {fact:?}");
        }
    }
}

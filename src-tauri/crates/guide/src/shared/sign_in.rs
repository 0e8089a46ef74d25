//! Signing in to Entra: with which rights and as which client, and making a registration of one's own.

use async_trait::async_trait;
use connect::{Graph, Phase, Scope};
use engine::{
    Ask, AskKind, Change, Check, Facts, Known, MenuPath, Plan, State, Step, StepId, Trouble,
    TroubleKind,
};

use super::registration::{
    find_registration, has_principal, registration_change, registration_facts, tagged,
};
use super::sign_in_checks::{ClockRight, SignedIn};
use crate::shared::plan::{self, Who};
use crate::shared::scopes;
use crate::{Live, trouble};

/// The step's id.
pub const ID: StepId = StepId::of("sign-in");
/// The ask: may Lockstep write, or only read?
pub const RIGHTS: &str = "entra.rights";
/// The ask: as which client?
pub const CLIENT: &str = "entra.client_kind";
/// The ask: the client id of one's own registration.
pub const CLIENT_ID: &str = "entra.client_id";
/// The ask: the tenant of one's own registration, which may serve no other.
pub const TENANT: &str = "entra.tenant_choice";
/// The fact: the client id of the registration that Lockstep made.
pub const MADE_CLIENT: &str = "registration.client";

pub(super) const TEXT: &str = include_str!("sign_in.md");
/// The name of the registration that Lockstep makes for itself.
pub(super) const REGISTRATION: &str = "Lockstep setup";

/// The step.
pub struct SignInStep;

/// Whether the person lets Lockstep only read.
pub fn read_only(known: &Known) -> bool {
    known.answer(RIGHTS) == Some("read")
}

/// The client id to sign in with, from the answers. `None` while the person has not given one.
pub fn client_id(cloud: &connect::Cloud, known: &Known) -> Option<String> {
    match known.answer(CLIENT) {
        Some("own") => known.answer(CLIENT_ID).map(str::to_owned),
        Some("make") => known
            .fact(MADE_CLIENT)
            .map(str::to_owned)
            .or_else(|| cloud.quick_client.clone()),
        Some("quick") => cloud.quick_client.clone(),
        _ => None,
    }
}

/// The scopes of the first sign-in: who it is, and no more.
pub fn first_scopes() -> Vec<&'static Scope> {
    Phase::SignIn.scopes()
}

/// Whether the registration to sign in with is to be made by Lockstep, which writes.
pub fn makes_registration(known: &Known) -> bool {
    known.answer(CLIENT) == Some("make") && !read_only(known)
}

/// The scopes that making a registration or adding the application asks for on top.
pub fn write_scopes() -> Vec<&'static Scope> {
    Phase::App.scopes()
}

#[async_trait]
impl Step<Live> for SignInStep {
    fn id(&self) -> StepId {
        ID
    }

    fn title(&self) -> &'static str {
        "Sign in to Microsoft"
    }

    fn text(&self) -> &'static str {
        TEXT
    }

    fn needs(&self) -> &'static [StepId] {
        const NEEDS: &[StepId] = &[plan::ID];
        NEEDS
    }

    fn asks(&self, state: &State) -> Vec<Ask> {
        let known = state.known();
        if Who::of(known) == Who::AtlassianOnly {
            return Vec::new();
        }
        let mut asks = vec![rights_ask(), client_ask()];
        if known.answer(CLIENT) == Some("own") {
            asks.push(own_client_ask());
            asks.push(tenant_ask());
        }
        asks
    }

    async fn plan(&self, cx: &Live, known: &Known) -> Result<Plan, Trouble> {
        if !makes_registration(known) {
            return Ok(Plan::AlreadySo(Facts::new()));
        }
        let Some(graph) = &cx.graph else {
            return Ok(Plan::ByHand);
        };
        if known.fact(MADE_CLIENT).is_some() {
            return Ok(Plan::AlreadySo(Facts::new()));
        }
        if let Some(facts) = find_registration(graph, &cx.tag()).await? {
            return Ok(Plan::AlreadySo(facts));
        }
        Ok(Plan::Changes {
            changes: vec![registration_change(&cx.tag())],
            untouched: "nothing is consented to yet. Your tenant’s settings and every other application stay as they are."
                .to_owned(),
        })
    }

    async fn apply(&self, cx: &Live, _known: &Known, change: &Change) -> Result<Facts, Trouble> {
        let graph = signed_in(cx)?;
        let doing = "Registering Lockstep as an application in Entra.";
        // Made in two writes; after a lost answer only the missing half is made.
        let application = match tagged(graph, &cx.tag()).await? {
            Some(application) => application,
            None => {
                let body = change.after.clone().unwrap_or_default();
                graph
                    .create_application(body)
                    .await
                    .map_err(|fault| trouble(&fault, doing))?
                    .value
            }
        };
        if !has_principal(graph, &application.app_id).await? {
            graph
                .create_service_principal(&application.app_id)
                .await
                .map_err(|fault| trouble(&fault, doing))?;
        }
        Ok(registration_facts(&application))
    }

    async fn read_back(
        &self,
        cx: &Live,
        _known: &Known,
        _change: &Change,
    ) -> Result<Option<Facts>, Trouble> {
        find_registration(signed_in(cx)?, &cx.tag()).await
    }

    async fn undo(&self, cx: &Live, known: &Known, _change: &Change) -> Result<(), Trouble> {
        let Some(id) = known.fact("registration.object") else {
            return Ok(());
        };
        match signed_in(cx)?.delete_application(id).await {
            Err(fault) if !fault.is_not_found() => {
                Err(trouble(&fault, "Deleting Lockstep’s registration."))
            }
            _ => Ok(()),
        }
    }

    async fn undone(&self, cx: &Live, known: &Known, _change: &Change) -> Result<bool, Trouble> {
        let Some(id) = known.fact("registration.object") else {
            return Ok(true);
        };
        match signed_in(cx)?.application(id).await {
            Ok(_) => Ok(false),
            Err(fault) if fault.is_not_found() => Ok(true),
            Err(fault) => Err(trouble(
                &fault,
                "Looking whether Lockstep’s registration is gone.",
            )),
        }
    }

    fn checks(&self) -> &'static [&'static dyn Check<Live>] {
        &[&SignedIn, &ClockRight]
    }
}

/// The Graph of the person who signed in, or the trouble that nobody did.
pub(crate) fn signed_in(cx: &Live) -> Result<&Graph, Trouble> {
    cx.graph.as_ref().ok_or_else(|| {
        Trouble::new(
            TroubleKind::NeedsPerson,
            "Nobody is signed in to Entra",
            "Nothing was changed.",
        )
        .doing("Preparing a call to Microsoft Graph.")
        .next(
            "Sign in",
            "The sign-in page opens in your browser.",
            engine::NextDo::SignIn,
        )
    })
}

fn rights_ask() -> Ask {
    Ask::choice(
        RIGHTS,
        "What may Lockstep do in Entra?",
        "You can change this later and sign in again.",
        &[
            ("write", "Read, and make the changes I confirm", "Each right is asked for when you come to the step that needs it."),
            ("read", "Only read", "Lockstep asks for rights to read only, and never writes. You do each step by hand, and it proves them."),
        ],
    )
    .default("write")
}

fn client_ask() -> Ask {
    Ask::choice(
        CLIENT,
        "As which registration does Lockstep sign in?",
        "Microsoft shows this name on the consent page and in its sign-in log.",
        &[
            (
                "own",
                "A registration of my own",
                "Recommended for production: you decide what it may do, and can delete it afterwards.",
            ),
            (
                "make",
                "Let Lockstep make a registration",
                "You sign in once with Microsoft’s tool, Lockstep shows and makes the registration, then you sign in with it.",
            ),
            (
                "quick",
                "Microsoft Graph Command Line Tools",
                "The quick way for a trial. What you consent to here is shared with everybody who uses that tool in your tenant, \
                 the log shows Microsoft’s name, and some tenants block it.",
            ),
        ],
    )
}

fn own_client_ask() -> Ask {
    let mut ask = Ask::new(
        CLIENT_ID,
        AskKind::Text,
        "Application (client) ID",
        "From the overview of your registration. Register it with exactly these settings.",
    );
    ask.example = Some("11111111-2222-3333-4444-555555555555".to_owned());
    ask.path = Some(MenuPath {
        now: [
            "Entra admin center",
            "Identity",
            "Applications",
            "App registrations",
            "New registration",
        ]
        .map(str::to_owned)
        .to_vec(),
        older: vec![(
            "2020 to 2023".to_owned(),
            [
                "Azure portal",
                "Azure Active Directory",
                "App registrations",
                "New registration",
            ]
            .map(str::to_owned)
            .to_vec(),
        )],
    });
    let scopes: Vec<_> = scopes::all().into_iter().map(|scope| scope.name).collect();
    ask.copies = vec![
        (
            "Name".into(),
            "Any name will do.".into(),
            REGISTRATION.into(),
        ),
        (
            "Supported account types".into(),
            "Only your own directory.".into(),
            "Accounts in this organizational directory only".into(),
        ),
        (
            "Redirect URI".into(),
            "Platform: Mobile and desktop applications. No port, no path.".into(),
            "http://localhost".into(),
        ),
        (
            "API permissions".into(),
            "Microsoft Graph, delegated. No client secret.".into(),
            scopes.join(" "),
        ),
        (
            "Allow public client flows".into(),
            "Only if you want to sign in with a code.".into(),
            "No".into(),
        ),
    ];
    ask
}

/// A registration for one directory must not be used without naming it (AADSTS50194, entra.md 1.1).
fn tenant_ask() -> Ask {
    let mut ask = Ask::new(
        TENANT,
        AskKind::Text,
        "Directory (tenant) ID",
        "It stands beside the application (client) ID. A verified domain name of the tenant will do too.",
    );
    ask.example = Some("contoso.com".to_owned());
    ask
}

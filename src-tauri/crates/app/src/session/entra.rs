//! Signing in to Entra and staying signed in.

use super::*;
use connect::Scope;

use crate::home::write_whole;

/// The file of a connection in which a challenge stands that nobody satisfied yet.
const CLAIMS: &str = "wanted-claims.json";

impl Session {
    /// Signs in, with the rights that these steps want on top of who it is. Rights that were had stay.
    pub async fn sign_in(
        &self,
        way: SignInWay<'_>,
        steps: &[StepId],
        stage: impl Fn(SignInStage) + Send + Sync,
        cancel: &CancellationToken,
    ) -> Result<(), Trouble> {
        let known = self.known();
        let Some(client) = sign_in::client_id(&self.cloud, &known) else {
            return Err(no_client());
        };
        let tenant = known.fact("entra.tenant").or(known.answer(sign_in::TENANT));
        let tenant = tenant.map_or(Tenant::Organizations, |tenant| {
            Tenant::Id(tenant.to_owned())
        });
        let mut request = SignInRequest::new(client, tenant, self.scopes_for(&known, steps));
        request.login_hint = known.fact("entra.user").map(str::to_owned);
        // A challenge that could not be satisfied silently is satisfied by this sign-in (entra.md 1.5).
        request.claims = self.wanted_claims();
        if self.granted_silently(&request, cancel).await? {
            return Ok(());
        }
        let doing = "Signing in to Microsoft Entra ID.";
        let signed_in = match way {
            SignInWay::Browser(browser) => {
                connect::sign_in(&self.http, &self.cloud, &request, browser, stage, cancel).await
            }
            SignInWay::Code => {
                connect::sign_in_by_code(&self.http, &self.cloud, &request, stage, cancel).await
            }
            SignInWay::Silent => return Err(somebody_has_to(&request)),
        };
        let entra = signed_in.map_err(|fault| trouble(&fault, doing))?;
        self.same_tenant(&known, &entra)?;
        // What satisfies a challenge is used before anything is renewed: a renewed token has to satisfy it anew.
        if request.claims.is_none() {
            let granted = self.take_up_granted(&entra);
            stoppable(cancel, "Stopped. Nothing was changed.", granted).await?;
        }
        self.take_session(entra).await;
        self.forget_claims();
        self.learn_who(cancel).await
    }

    /// The claims that the next sign-in has to carry: those of the present sign-in's challenge, or of one in an earlier run
    /// of the program.
    pub(super) fn wanted_claims(&self) -> Option<String> {
        let present = self.sides().entra.clone();
        let present = present.and_then(|entra| entra.wanted_claims());
        present.or_else(|| std::fs::read_to_string(self.folder.join(CLAIMS)).ok())
    }

    /// Keeps what a challenge asked for: whoever signs in next may be in front of another run of the program. It is no
    /// secret, only what the tenant's policy wants.
    pub(super) fn keep_claims(&self) {
        let present = self.sides().entra.clone();
        if let Some(claims) = present.and_then(|entra| entra.wanted_claims())
            && let Err(error) = write_whole(&self.folder.join(CLAIMS), claims.as_bytes())
        {
            // This run still knows them; another one is challenged once more.
            tracing::warn!(%error, "the wanted claims could not be kept");
        }
    }

    fn forget_claims(&self) {
        // Where it can't be deleted, one more sign-in carries claims that it need not.
        let _ = std::fs::remove_file(self.folder.join(CLAIMS));
    }

    /// Takes up the rights to read that were consented to before, by this person or by somebody for everybody; nobody is
    /// asked. What is not granted is asked for at its step.
    async fn take_up_granted(&self, entra: &connect::Session) {
        let read = scopes::wanted(&before_entra::ID, &self.known());
        let _ = entra.need(&read).await;
    }

    /// The scopes to sign in with.
    fn scopes_for(&self, known: &Known, steps: &[StepId]) -> Vec<&'static Scope> {
        let making =
            sign_in::makes_registration(known) && known.fact(sign_in::MADE_CLIENT).is_none();
        let mut all = sign_in::first_scopes();
        let registration = making.then(sign_in::write_scopes).unwrap_or_default();
        let wanted = steps.iter().flat_map(|step| scopes::wanted(step, known));
        // What was granted to another application, such as the one that made the registration, is not this one's to ask for.
        let same = self.signed_in_as() == sign_in::client_id(&self.cloud, known);
        let had = self.granted().filter(|_| same).unwrap_or_default();
        let kept = scopes::every()
            .into_iter()
            .filter(|scope| had.iter().any(|name| name == scope.name))
            .filter(|scope| !(scope.writes && sign_in::read_only(known)));
        for scope in registration.into_iter().chain(wanted).chain(kept) {
            if !all.contains(&scope) {
                all.push(scope);
            }
        }
        all
    }

    /// Whether a step works with a right that is not granted. Nobody signed in lacks every right.
    pub fn lacks_right(&self, step: &StepId) -> bool {
        let wanted = scopes::wanted(step, &self.known());
        let entra = self.sides().entra.clone();
        entra.is_none_or(|entra| !entra.lacks(&wanted).is_empty())
    }

    /// Whether a step can't even be read with the rights of the sign-in: it looks for people, reads a log, or has to see
    /// policies before it can tell what would change.
    pub fn reads_with_more_rights(&self, step: &StepId) -> bool {
        let known = self.known();
        let searched = self
            .asks(step, None)
            .iter()
            .any(|ask| ask.kind == AskKind::Search);
        let wanted = scopes::wanted(step, &known);
        searched || wanted.iter().any(|scope| !scope.writes)
    }

    /// Whether the present sign-in gets the wanted rights without asking the person again.
    pub(super) async fn granted_silently(
        &self,
        request: &SignInRequest,
        cancel: &CancellationToken,
    ) -> Result<bool, Trouble> {
        let entra = self.sides().entra.clone();
        let Some(entra) = entra.filter(|entra| entra.client_id() == request.client_id) else {
            return Ok(false);
        };
        let lacking = !entra.lacks(&request.scopes).is_empty();
        if request.claims.is_some() || !lacking {
            return Ok(false);
        }
        let asked = stoppable(
            cancel,
            "Stopped. Nothing was changed.",
            entra.need(&request.scopes),
        )
        .await?;
        Ok(asked.is_ok())
    }

    pub(super) fn same_tenant(
        &self,
        known: &Known,
        entra: &connect::Session,
    ) -> Result<(), Trouble> {
        match known.fact("entra.tenant") {
            Some(tenant) if tenant != entra.tenant_id() => {
                let fault = SignInFault::WrongTenant {
                    wanted: known.fact("entra.tenant_name").unwrap_or(tenant).to_owned(),
                    got: entra.tenant_id().to_owned(),
                };
                Err(trouble(
                    &connect::Fault::sign_in(fault),
                    "Comparing the tenant with this connection’s.",
                ))
            }
            _ => Ok(()),
        }
    }

    /// Forgets the sign-in on this computer.
    pub async fn sign_out(&self) -> Result<(), Trouble> {
        self.sides().entra = None;
        let gone = self
            .vault
            .delete(&self.connection.id, Item::RefreshToken)
            .await;
        gone.map_err(|fault| trouble(&fault, "Forgetting the sign-in."))
    }

    pub(super) async fn take_session(&self, entra: connect::Session) {
        if let Some(refresh) = entra.refresh_token().await {
            self.keep(Item::RefreshToken, &refresh).await;
        }
        let (vault, id) = (self.vault.clone(), self.connection.id.clone());
        entra.on_rotated(move |refresh| {
            let (vault, id, refresh) = (vault.clone(), id.clone(), refresh.clone());
            // A keyring that is shut right now keeps the token in memory; the next rotation tries again.
            tokio::spawn(async move { vault.put(&id, Item::RefreshToken, &refresh).await });
        });
        self.sides().entra = Some(entra);
    }

    /// Records who signed in and to which tenant; its name is read when it may be.
    pub(super) async fn learn_who(&self, cancel: &CancellationToken) -> Result<(), Trouble> {
        let Some(graph) = self.live().graph else {
            return Ok(());
        };
        let entra = graph.session().clone();
        let mut facts = Facts::new()
            .with("entra.tenant", entra.tenant_id())
            .with("entra.client", entra.client_id())
            .with("entra.user", entra.user_principal_name())
            .with("entra.user_id", entra.object_id())
            .with("entra.user_name", entra.name());
        // Who signed in stands already; a stop leaves out the name of the tenant only.
        let name = match cancel.run_until_cancelled(graph.organization()).await {
            Some(Ok(tenant)) => tenant
                .value
                .verified_domains
                .iter()
                .find(|domain| domain.is_default)
                .map(|domain| domain.name.clone()),
            Some(Err(_)) | None => None,
        };
        let of_address = entra
            .user_principal_name()
            .split_once('@')
            .map(|(_, domain)| domain.to_owned());
        if let Some(name) = name.or(of_address) {
            facts = facts.with("entra.tenant_name", name);
        }
        self.record(Entry::Learned {
            step: sign_in::ID,
            facts,
        })
    }

    /// Takes up the sign-in that the vault keeps, with the rights to read that were granted before. Without a network
    /// it stays in the vault, and the next run tries again.
    pub(super) async fn resume_entra(&self) {
        let known = self.known();
        let (Some(tenant), Some(client)) = (known.fact("entra.tenant"), known.fact("entra.client"))
        else {
            return;
        };
        let kept = self
            .vault
            .get(&self.connection.id, Item::RefreshToken)
            .await;
        let Ok(Some(refresh)) = kept else { return };
        let resumed =
            connect::Session::resume(&self.http, &self.cloud, client, tenant, refresh).await;
        if let Ok(entra) = resumed {
            self.take_up_granted(&entra).await;
            self.take_session(entra).await;
        }
    }

    /// Renews the sign-in before a run: one that ended meanwhile, so that the run does not fail on it, and one whose
    /// role was missing, because a role that was activated since stands only in a new token (entra.md 2.3).
    pub(super) async fn renew(&self, cancel: &CancellationToken) -> Result<(), Trouble> {
        stoppable(
            cancel,
            "Stopped. Nothing was changed.",
            self.renew_at_leisure(),
        )
        .await
    }

    async fn renew_at_leisure(&self) {
        let entra = self.sides().entra.clone();
        let Some(entra) = entra else {
            return self.resume_entra().await;
        };
        let renewed = match entra.access_token().await {
            Ok(token) if self.lacked_role() => entra.refresh_instead_of(&token).await,
            other => other,
        };
        if let Err(fault) = renewed
            && fault.as_sign_in().is_some()
        {
            self.sides().entra = None;
        }
    }

    pub(super) fn lacked_role(&self) -> bool {
        let state = self.state();
        let looked = state
            .step(&before_entra::ID)
            .and_then(|step| step.looked.get(before_entra::ROLE));
        looked.is_some_and(|looked| {
            looked
                .findings
                .iter()
                .any(|finding| finding.verdict.state == VerdictState::Fail)
        })
    }
}

/// Nobody is asked to sign in, and it can't go on without.
fn somebody_has_to(request: &SignInRequest) -> Trouble {
    let rights: Vec<_> = request.scopes.iter().map(|scope| scope.name).collect();
    Trouble::new(
        TroubleKind::NeedsPerson,
        "Somebody has to sign in to Microsoft Entra ID",
        "Nothing was changed.",
    )
    .doing(format!(
        "Going on needs these rights: {}.",
        rights.join(", ")
    ))
    .next(
        "Sign in",
        "Leave out --no-sign-in, and sign in when you are asked.",
        NextDo::SignIn,
    )
}

fn no_client() -> Trouble {
    Trouble::new(
        TroubleKind::BadInput,
        "It is not chosen yet as which registration Lockstep signs in",
        "Nothing was sent.",
    )
    .next(
        "Choose it",
        "On the sign-in page.",
        NextDo::Go { step: sign_in::ID },
    )
}

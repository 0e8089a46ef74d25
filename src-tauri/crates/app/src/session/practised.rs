//! What a person does by hand at a step, done by the autopilot in practice: on the same pages, by the same forms, with the
//! same mistakes possible. It gives back what the person would bring back.

use connect::autopilot::{AutopilotFault, Hands, LogIn, Outcome};

use super::*;

/// What was brought back: ask and answer.
pub type BroughtBack = Vec<(String, String)>;

/// The name of the identity provider directory and of the policy that practice makes.
const DIRECTORY: &str = "Contoso Entra";
const POLICY: &str = "Pilot SSO";

impl Session {
    /// Does what is done by hand before a step can be verified, as far as it is not done yet, and gives back the answers
    /// to its asks. Nothing anywhere but in practice.
    ///
    /// # Errors
    /// Where a page of practice refuses, in its words.
    pub async fn practise(&self, step: &StepId) -> Result<BroughtBack, Trouble> {
        if self.cloud.practice.is_none() {
            return Ok(Vec::new());
        }
        let known = self.known();
        let unanswered = |ask: &str| known.answer(ask).is_none();
        let done = match step.as_str() {
            "saml-details" if unanswered("saml.sp_entity") => self.set_up_saml(&known).await,
            "pilot" if unanswered("pilot.who") => Ok(self.pilot()),
            "test-login" if unanswered("login.word") => self.try_log_in(&known).await,
            "enforce" if unanswered("policy.address") => self.add_policy(&known).await,
            _ => Ok(Vec::new()),
        };
        done.map_err(|fault| refused_by_hand(&fault))
    }

    /// Enforces single sign-on by hand behind the open lock of a step, says that it was done, and logs in once more.
    ///
    /// # Errors
    /// Where the lock is shut: then nothing is done. Where a page of practice refuses.
    pub async fn practise_enforcing(&self, step: &StepId) -> Result<(), Trouble> {
        if self.lock(step).is_none_or(|lock| !lock.is_open()) {
            return Err(Trouble::new(
                TroubleKind::Refused,
                "Enforcing is locked",
                "Nothing was enforced.",
            ));
        }
        let known = self.known();
        let enforced = self.enforce_by_hand(&known).await;
        enforced.map_err(|fault| refused_by_hand(&fault))?;
        self.done_by_hand(step)?;
        self.practise_log_in_after(step).await
    }

    /// Logs in once more as the pilot does and says what it looked like, where single sign-on is enforced and nobody said so since;
    /// whether it did.
    ///
    /// # Errors
    /// Where a page of practice can't be walked through.
    pub async fn practise_taken_over(&self, step: &StepId) -> Result<bool, Trouble> {
        let known = self.known();
        let since = known.by_hand_at(step);
        if since.is_none() || known.answered_at("enforce.after") >= since {
            return Ok(false);
        }
        self.practise_log_in_after(step).await.map(|()| true)
    }

    async fn practise_log_in_after(&self, step: &StepId) -> Result<(), Trouble> {
        let seen = self.try_log_in(&self.known()).await;
        let seen = seen.map_err(|fault| refused_by_hand(&fault))?;
        let asked_password = seen.iter().any(|(_, word)| word == "password-asked");
        let word = if asked_password {
            "password"
        } else {
            "redirected"
        };
        let asks = self.asks(step, None);
        if let Some(ask) = asks.iter().find(|ask| ask.id == "enforce.after") {
            self.answer(step, ask, word).await?;
        }
        Ok(())
    }

    /// Logs in at the site as the pilot does, in a private window.
    ///
    /// # Errors
    /// Where the pages of practice can't be walked through; a refused log-in is none.
    pub async fn practise_log_in(&self) -> Result<(), Trouble> {
        let logged_in = self.try_log_in(&self.known()).await;
        logged_in.map(drop).map_err(|fault| refused_by_hand(&fault))
    }

    /// Takes back by hand what was done by hand, the last first: for an undo of everything in practice.
    ///
    /// # Errors
    /// Where a page of practice refuses.
    pub async fn practise_undoing(&self) -> Result<(), Trouble> {
        let undone = self.undo_by_hand(&self.known()).await;
        undone.map_err(|fault| refused_by_hand(&fault))?;
        let state = self.state();
        let steps = self.guide().steps().map(|step| step.id());
        for step in steps.filter(|id| state.step(id).is_some_and(|step| step.by_hand.is_some())) {
            self.undone_by_hand(&step)?;
        }
        // What these addresses led to is gone; whoever sets it up again gets others.
        for (step, ask) in [
            ("saml-details", "saml.sp_entity"),
            ("saml-details", "saml.acs"),
            ("test-login", "login.word"),
            ("enforce", "policy.address"),
            ("enforce", "policy.open"),
        ] {
            self.record(Entry::Answered {
                step: StepId::of(step),
                ask: ask.to_owned(),
                value: String::new(),
            })?;
        }
        for step in crate::left_by_hand(self, None) {
            self.undone_by_hand(&step)?;
        }
        Ok(())
    }

    async fn set_up_saml(&self, known: &Known) -> Result<BroughtBack, AutopilotFault> {
        let hands = Hands::new(&self.cloud)?;
        let fact = |name: &str| known.fact(name).unwrap_or_default().to_owned();
        let (directory, which) = match hands.identity_provider().await? {
            Some(there) => (there, "existing"),
            None => (hands.add_identity_provider(DIRECTORY).await?, "new"),
        };
        let pem = guide::fill(&self.cloud, known, "saml.pem").unwrap_or_default();
        let addresses = hands
            .set_up_saml(
                &directory,
                &fact("saml.entity_id"),
                &fact("saml.login_url"),
                &pem,
            )
            .await?;
        let domain = fact("entra.tenant_name");
        if !domain.is_empty() {
            match hands.link_domain(&directory, &domain).await {
                // The form is offered only for a domain that is not linked yet.
                Ok(()) | Err(AutopilotFault::Lost { .. }) => {}
                Err(fault) => return Err(fault),
            }
        }
        let mut brought = BroughtBack::new();
        // What a person said of the directory counts more. The second is asked of one that was there only.
        if known.answer("saml.directory").is_none() {
            brought.push(("saml.directory".to_owned(), which.to_owned()));
            brought.push(("saml.directory_idle".to_owned(), "yes".to_owned()));
        }
        brought.push(("saml.sp_entity".to_owned(), addresses.entity));
        brought.push(("saml.acs".to_owned(), addresses.acs));
        Ok(brought)
    }

    /// Somebody of practice who administers nothing.
    fn pilot(&self) -> BroughtBack {
        let accounts = self
            .cloud
            .practice
            .as_ref()
            .map(|practice| practice.accounts.as_slice())
            .unwrap_or_default();
        let pilot = accounts.get(2).or(accounts.last());
        pilot
            .map(|account| ("pilot.who".to_owned(), account.user_principal_name.clone()))
            .into_iter()
            .collect()
    }

    async fn try_log_in(&self, known: &Known) -> Result<BroughtBack, AutopilotFault> {
        let hands = Hands::new(&self.cloud)?;
        // Who was chosen a moment ago is not learned before the next look.
        let chosen = guide::fill(&self.cloud, known, "login.who");
        let upn = chosen
            .as_deref()
            .or(known.fact("pilot.upn"))
            .unwrap_or_default();
        let outcome = hands
            .log_in_at_site(&self.who_logs_in(&hands, upn)?)
            .await?;
        let word = match &outcome {
            Outcome::LoggedIn { .. } => "came-in",
            Outcome::AskedPassword => "password-asked",
            Outcome::Refused { .. } | Outcome::AadSts { .. } => "error-page",
        };
        let mut back = vec![("login.word".to_owned(), word.to_owned())];
        match outcome {
            Outcome::Refused { address, .. } => back.push(("login.seen".to_owned(), address)),
            Outcome::AadSts { code, .. } => back.push(("login.seen".to_owned(), code)),
            Outcome::LoggedIn { .. } | Outcome::AskedPassword => {}
        }
        Ok(back)
    }

    /// An account of practice, or the test account whose password was just shown.
    fn who_logs_in(&self, hands: &Hands, upn: &str) -> Result<LogIn, AutopilotFault> {
        let shown = self.revealed.shown();
        match shown.into_iter().next() {
            Some((_, password)) if hands.account(upn).is_err() => Ok(LogIn {
                email: upn.to_owned(),
                user_name: upn.to_owned(),
                password,
            }),
            _ => hands.account(upn),
        }
    }

    async fn add_policy(&self, known: &Known) -> Result<BroughtBack, AutopilotFault> {
        let hands = Hands::new(&self.cloud)?;
        // One that enforces already is taken over, as a person would who knows of it.
        if let Some((name, address)) = hands.enforcing_policy().await? {
            return Ok(vec![
                ("policy.name".to_owned(), name),
                ("policy.address".to_owned(), address),
                ("policy.open".to_owned(), "enforces".to_owned()),
            ]);
        }
        let name = known.answer("policy.name").unwrap_or(POLICY);
        let directory = hands.identity_provider().await?.unwrap_or_default();
        let policy = hands.add_policy(&directory, name).await?;
        Ok(vec![
            ("policy.name".to_owned(), name.to_owned()),
            ("policy.address".to_owned(), policy.address),
            ("policy.open".to_owned(), "yes".to_owned()),
        ])
    }

    async fn enforce_by_hand(&self, known: &Known) -> Result<(), AutopilotFault> {
        let hands = Hands::new(&self.cloud)?;
        hands
            .enforce(known.fact("policy.id").unwrap_or_default())
            .await
    }

    async fn undo_by_hand(&self, known: &Known) -> Result<(), AutopilotFault> {
        let hands = Hands::new(&self.cloud)?;
        // What was there before Lockstep came stays there.
        let taken_over = known.answer("policy.open") == Some("enforces");
        if let Some(policy) = known.fact("policy.id") {
            hands.stop_enforcing(policy).await?;
        }
        if let Some(policy) = known.fact("policy.id").filter(|_| !taken_over) {
            for member in known
                .fact("policy.members")
                .unwrap_or_default()
                .split(' ')
                .filter(|member| !member.is_empty())
            {
                hands.remove_from_policy(policy, member).await?;
            }
            hands.delete_policy(policy).await?;
        }
        if let Some(directory) = hands.identity_provider().await? {
            hands
                .unlink_domain(
                    &directory,
                    known.fact("entra.tenant_name").unwrap_or_default(),
                )
                .await?;
            hands.delete_saml(&directory).await?;
            hands.delete_identity_provider(&directory).await?;
        }
        Ok(())
    }
}

fn refused_by_hand(fault: &AutopilotFault) -> Trouble {
    Trouble::new(
        TroubleKind::Refused,
        "A practice page refused what the autopilot did by hand",
        "What was done before stands.",
    )
    .doing(fault.to_string())
}

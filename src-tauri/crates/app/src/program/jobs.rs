//! What runs beside the window: signing in, looking, making changes, undoing. One job at a time.

use super::*;

/// How often it is seen whether the page has to be looked at again.
const TICK: std::time::Duration = std::time::Duration::from_secs(2);
/// How old a look at a page with a lock may become before it is repeated.
const LOCK_AGE: jiff::SignedDuration = jiff::SignedDuration::from_secs(60);
/// What takes so long is not planned anew each time it is looked at by itself.
const LONG: jiff::SignedDuration = jiff::SignedDuration::from_secs(10);
/// Between two moments at which it is seen whether it has to be repeated, and for what a look takes longer than the last time.
const SPARE: jiff::SignedDuration = jiff::SignedDuration::from_secs(15);
/// How old a look at a page that waits may become: logs are minutes behind, and may be asked a few times a minute.
const WAITING_AGE: jiff::SignedDuration = jiff::SignedDuration::from_secs(20);
/// The same in practice, where everything takes seconds.
const PRACTICE_AGE: jiff::SignedDuration = jiff::SignedDuration::from_secs(3);

/// How long the last look took: from the first check that was seen to the last one. Of ten thousand accounts it is some two hundred
/// calls, one after the other.
fn took(known: &engine::StepState) -> jiff::SignedDuration {
    let looked = || known.looked.values().map(|looked| looked.at);
    match (looked().min(), looked().max()) {
        (Some(first), Some(last)) => last.duration_since(first),
        _ => jiff::SignedDuration::ZERO,
    }
}

/// After how long a look is repeated that took so long. What takes long is repeated less often, so that no more than a quarter of the
/// time, and of the calls that a service bears, goes into it; but before what it saw first is too old to count, which is seen again
/// only as long after the next one began.
fn repeated_after(
    took: jiff::SignedDuration,
    fresh_for: jiff::SignedDuration,
) -> jiff::SignedDuration {
    let latest = fresh_for - took * 2 - SPARE;
    LOCK_AGE.max((took * 3).min(latest))
}

impl Program {
    pub(super) fn sign_in(&self, by_code: bool) {
        let Some((session, step)) = self.here() else {
            return;
        };
        let browser = self.browser(&session);
        self.job(
            step.clone(),
            match by_code {
                true => Kind::SignInByCode,
                false => Kind::SignIn,
            },
            move |program, session, _, cancel| async move {
                let watching = program.clone();
                let stage = move |stage| watching.stage(stage);
                let way = if by_code {
                    SignInWay::Code
                } else {
                    SignInWay::Browser(&*browser)
                };
                session
                    .sign_in(way, std::slice::from_ref(&step), stage, &cancel)
                    .await?;
                program.look_in_job(&session, &step, cancel).await
            },
        );
    }

    /// Takes up the sign-in of last time, beside the window: without a network that takes its time.
    pub(super) fn take_up(&self) {
        self.job(None, Kind::TakingUp, |_, session, _, cancel| async move {
            session.take_up(&cancel).await
        });
    }

    pub(super) fn stage(&self, stage: SignInStage) {
        let doing = match stage {
            SignInStage::Waiting {
                url,
                until,
                browser,
            } => Doing::WaitingForBrowser {
                url,
                until,
                unopened: browser.map(|fault| fault.because),
            },
            SignInStage::Code {
                user_code,
                verification_uri,
                until,
            } => Doing::WaitingForCode {
                code: user_code,
                url: verification_uri,
                until,
            },
            SignInStage::Redeeming => Doing::SigningIn,
        };
        if let Some(job) = &mut self.desktop().job {
            job.doing = doing;
        }
        self.changed();
    }

    pub(super) fn browser(&self, session: &Session) -> Arc<dyn Browser> {
        match std::env::var(connect::signin::BROWSER_VARIABLE) {
            Ok(wish) if wish == "autopilot" => match Autopilot::new(&session.cloud) {
                Ok(autopilot) => Arc::new(autopilot),
                Err(_) => Arc::new(DeskBrowser(self.0.desk.clone())),
            },
            _ => match CommandBrowser::from_environment() {
                Some(command) => Arc::new(command),
                None => Arc::new(DeskBrowser(self.0.desk.clone())),
            },
        }
    }

    pub(super) async fn open_sign_in_page(&self) -> Shown {
        let url = match self.desktop().job.as_ref().map(|job| &job.doing) {
            Some(Doing::WaitingForBrowser { url, .. }) => url.clone(),
            _ => return Ok(()),
        };
        self.opens(url, |desk, url| desk.open(url)).await?;
        if let Some(Job {
            doing: Doing::WaitingForBrowser { unopened, .. },
            ..
        }) = &mut self.desktop().job
        {
            *unopened = None;
        }
        Ok(())
    }

    pub(super) async fn sign_out(&self) -> Shown {
        let Some(session) = self.session() else {
            return Ok(());
        };
        Ok(session.sign_out().await?)
    }

    pub(super) fn look_here(&self) {
        if let Some((_, step)) = self.here() {
            self.look(step);
        }
    }

    pub(super) fn look(&self, step: StepId) {
        self.job(
            step.clone(),
            Kind::Look,
            move |program, session, _, cancel| async move {
                program.look_in_job(&session, &step, cancel).await
            },
        );
    }

    /// Looks and plans nothing, which reads as much once more: what was planned is planned again before it is made.
    fn only_look(&self, step: StepId) {
        self.job(
            step.clone(),
            Kind::Look,
            move |program, session, _, cancel| async move {
                let on = program.on_progress();
                session.look(std::slice::from_ref(&step), on, cancel).await
            },
        );
    }

    /// Plans and looks: a plan that fails does not keep the checks from saying what they see.
    pub(super) async fn look_in_job(
        &self,
        session: &Arc<Session>,
        step: &StepId,
        cancel: CancellationToken,
    ) -> Result<(), Trouble> {
        let planned = session.plan(step, self.on_progress(), cancel.clone()).await;
        let planned = planned.map(|proposal| self.proposed(proposal));
        let looked = session
            .look(std::slice::from_ref(step), self.on_progress(), cancel)
            .await;
        planned.and(looked)
    }

    pub(super) fn proposed(&self, proposal: Proposal) {
        let mut desktop = self.desktop();
        let fingerprint = proposal.fingerprint.clone();
        let before = desktop.proposals.insert(proposal.step.clone(), proposal);
        // What was typed for other changes is not meant for these.
        if before.is_none_or(|before| before.fingerprint != fingerprint) {
            desktop.retyped = None;
        }
    }

    /// A page with a lock is looked at again each minute, so that what it says is true when somebody acts on it; one that
    /// waits for a service more often, so that nobody has to press for news.
    pub(super) fn keep_looking(&self) {
        let program = std::sync::Arc::downgrade(&self.0);
        tokio::spawn(async move {
            loop {
                tokio::time::sleep(TICK).await;
                let Some(inner) = program.upgrade() else {
                    return;
                };
                Program(inner).look_by_itself();
            }
        });
    }

    fn look_by_itself(&self) {
        let Some((session, step)) = self.here() else {
            return;
        };
        let state = session.state();
        let Some(known) = state.step(&step) else {
            return;
        };
        let locked = session.lock(&step).is_some() && known.by_hand.is_none();
        let waits = state.standing(session.guide(), &step) == engine::Standing::Waiting
            && !session.lacks_right(&step);
        let took = took(known);
        let often = match (waits, locked) {
            (true, _) if session.cloud.practice.is_some() => PRACTICE_AGE,
            (true, _) => WAITING_AGE,
            (false, true) => {
                let lock = session.guide().step(&step).and_then(|step| step.lock());
                lock.map_or(LOCK_AGE, |lock| repeated_after(took, lock.fresh_for))
            }
            (false, false) => return,
        };
        let now = Timestamp::now();
        let newest = known.looked.values().map(|looked| looked.at).max();
        let old = newest.is_some_and(|at| now.duration_since(at) >= often);
        if old && self.desktop().job.is_none() {
            match took < LONG {
                true => self.look(step),
                false => self.only_look(step),
            }
        }
    }

    pub(super) fn look_at(&self, check: String) {
        let Some((_, step)) = self.here() else { return };
        self.job(
            step.clone(),
            Kind::Look,
            move |program, session, on, cancel| async move {
                let _ = &program;
                session.look_at(&step, &check, on, cancel).await
            },
        );
    }

    pub(super) fn look_at_all(&self) {
        let Some(session) = self.session() else {
            return;
        };
        let steps: Vec<_> = session.guide().steps().map(|step| step.id()).collect();
        self.job(None, Kind::Look, move |_, session, on, cancel| async move {
            let state = session.state();
            let can = |id: &StepId| {
                !matches!(
                    state.standing(session.guide(), id),
                    engine::Standing::CannotStart(_)
                )
            };
            let steps: Vec<_> = steps.into_iter().filter(can).collect();
            session.look(&steps, on, cancel).await
        });
    }

    pub(super) fn apply(&self, fingerprint: String) {
        let Some((_, step)) = self.here() else { return };
        // A name that was typed is for this once.
        let typed = self.desktop().retyped.take();
        self.job(
            step.clone(),
            Kind::Write,
            move |program, session, on, cancel| async move {
                let applied = session
                    .apply(&step, &fingerprint, typed.as_deref(), on, cancel.clone())
                    .await;
                match applied {
                    Ok(Applied::Made) => {
                        program.desktop().proposals.remove(&step);
                        program.look_in_job(&session, &step, cancel).await
                    }
                    Ok(Applied::Moved(proposal)) => {
                        program.proposed(*proposal);
                        Err(moved())
                    }
                    Err(trouble) if trouble.kind == TroubleKind::Cancelled => {
                        // What was made by then is on record; what was proposed before is not so any more.
                        program.desktop().proposals.remove(&step);
                        Err(trouble)
                    }
                    Err(trouble) => {
                        // What is there now is shown beside the trouble, so that trying again is shown first as well.
                        if let Ok(proposal) =
                            session.plan(&step, program.on_progress(), cancel).await
                        {
                            program.proposed(proposal);
                        }
                        Err(trouble)
                    }
                }
            },
        );
    }

    pub(super) fn undo(&self, step: Option<StepId>) {
        let Some(session) = self.session() else {
            return;
        };
        self.desktop().undo_asked = None;
        let last = session
            .undo_plan(step.as_ref())
            .items
            .last()
            .map(|item| item.step.clone());
        let Some(here) = step.clone().or(last) else {
            return;
        };
        // How far an undo is stands on the page of its step; of all, on the page from which it can be done again.
        self.desktop().page = Page::Step {
            id: here.to_string(),
        };
        self.job(
            here.clone(),
            Kind::Write,
            move |program, session, on, cancel| async move {
                let seen = looked_at(&session, step.as_ref());
                session.undo(step.as_ref(), on, cancel.clone()).await?;
                program.look_after_undo(&session, &seen, cancel).await
            },
        );
    }

    /// Looks again at everything that rested on what is gone, so that no page calls done what is no more. What can't be
    /// planned any more, because what it needs is gone as well, is no trouble of an undo that went well.
    async fn look_after_undo(
        &self,
        session: &Arc<Session>,
        seen: &[StepId],
        cancel: CancellationToken,
    ) -> Result<(), Trouble> {
        self.desktop().proposals.clear();
        session
            .look(seen, self.on_progress(), cancel.clone())
            .await?;
        if let Some((_, here)) = self.here()
            && let Ok(proposal) = session.plan(&here, self.on_progress(), cancel).await
        {
            self.proposed(proposal);
        }
        Ok(())
    }

    pub(super) fn by_hand(
        &self,
        said: impl FnOnce(&Session, &StepId) -> Result<(), Trouble>,
    ) -> Shown {
        let Some((session, step)) = self.here() else {
            return Ok(());
        };
        said(&session, &step)?;
        // The name that opened the way was typed for this once.
        self.desktop().forget_typed(&session);
        self.look(step);
        Ok(())
    }

    pub(super) fn cancel(&self) {
        let desktop = self.desktop();
        for job in desktop.job.iter().chain(&desktop.beside) {
            job.cancel.cancel();
        }
    }

    /// Shows that a service is asked for an answer, for as long as what it gives is held. A later one takes the place of
    /// the one before: whoever types on does not want what was asked for half a word.
    pub(super) fn beside(&self, step: &StepId, doing: Doing) -> Beside {
        let cancel = CancellationToken::new();
        let before = self.desktop().beside.replace(Job {
            step: Some(step.clone()),
            doing,
            kind: Kind::Look,
            since: Timestamp::now(),
            cancel: cancel.clone(),
            gave_way: false,
        });
        if let Some(before) = before {
            before.cancel.cancel();
        }
        self.changed();
        Beside(self.clone(), cancel)
    }

    pub(super) fn stopped(&self, trouble: Trouble) {
        self.desktop().stopped = Some(trouble.certain);
        self.changed();
    }

    /// Runs one job. What is pressed while another runs waits for its end or takes its place, as [`Kind`] says.
    pub(super) fn job<F, W>(&self, step: impl Into<Option<StepId>>, kind: Kind, work: W)
    where
        W: FnOnce(Program, Arc<Session>, OnProgress, CancellationToken) -> F + Send + 'static,
        F: Future<Output = Result<(), Trouble>> + Send + 'static,
    {
        let Some(session) = self.session() else {
            return;
        };
        let step = step.into();
        let Some(cancel) = self.begins(&step, kind) else {
            let start = move |program: &Self| program.job(step, kind, work);
            return self.pressed_meanwhile(Next {
                kind,
                start: Box::new(start),
            });
        };
        self.changed();
        let running = work(self.clone(), session, self.on_progress(), cancel);
        let program = self.clone();
        tokio::spawn(async move {
            let ended = running.await;
            program.ended(step, ended);
        });
    }

    /// Takes the place of the job, where none runs.
    fn begins(&self, step: &Option<StepId>, kind: Kind) -> Option<CancellationToken> {
        let mut desktop = self.desktop();
        if desktop.job.is_some() {
            return None;
        }
        if let Some(step) = step {
            desktop.troubles.remove(step);
        }
        desktop.stopped = None;
        let cancel = CancellationToken::new();
        desktop.job = Some(Job {
            step: step.clone(),
            doing: match kind {
                Kind::TakingUp => Doing::TakingUp,
                Kind::SignIn | Kind::SignInByCode => Doing::SigningIn,
                Kind::Look | Kind::Write => Doing::Planning,
            },
            kind,
            since: Timestamp::now(),
            cancel: cancel.clone(),
            gave_way: false,
        });
        Some(cancel)
    }

    fn pressed_meanwhile(&self, next: Next) {
        let mut desktop = self.desktop();
        let Desktop { job, then, .. } = &mut *desktop;
        let Some(job) = job else {
            // It has ended since: nothing is in the way any more.
            drop(desktop);
            return (next.start)(self);
        };
        let press = next.kind.pressed_during(job.kind);
        let has_place = then
            .as_ref()
            .is_none_or(|before| before.kind.is_replaced_by(next.kind));
        if press == Press::IsNone || !has_place {
            return;
        }
        *then = Some(next);
        if press == Press::TakesOver {
            job.gave_way = true;
            job.cancel.cancel();
        }
    }

    fn ended(&self, step: Option<StepId>, ended: Result<(), Trouble>) {
        let then = {
            let mut desktop = self.desktop();
            let gave_way = desktop.job.take().is_some_and(|job| job.gave_way);
            match ended {
                Ok(()) => {}
                Err(trouble) if trouble.kind == TroubleKind::Cancelled => {
                    desktop.stopped = Some(trouble.certain).filter(|_| !gave_way);
                }
                Err(trouble) => match step {
                    Some(step) => {
                        desktop.troubles.insert(step, trouble);
                    }
                    None => desktop.notice = Some((trouble, Some(Action::LookAtAll))),
                },
            }
            desktop.then.take()
        };
        match then {
            // It says itself that something changed: in between nothing is at rest.
            Some(next) => (next.start)(self),
            None => self.changed(),
        }
    }

    pub(super) fn on_progress(&self) -> OnProgress {
        let program = self.clone();
        Arc::new(move |progress: Progress| {
            if let Some(job) = &mut program.desktop().job {
                job.take(progress);
            }
            program.changed();
        })
    }
}

/// What follows the running job.
pub(crate) struct Next {
    kind: Kind,
    start: Box<dyn FnOnce(&Program) + Send>,
}

/// What is asked beside the job; gone from the screen when dropped.
pub(super) struct Beside(Program, CancellationToken);

impl Beside {
    pub(super) fn cancel(&self) -> &CancellationToken {
        &self.1
    }
}

impl Drop for Beside {
    fn drop(&mut self) {
        // One that has taken its place meanwhile is not cancelled, and stays.
        self.1.cancel();
        let mut desktop = self.0.desktop();
        desktop.beside.take_if(|shown| shown.cancel.is_cancelled());
        drop(desktop);
        self.0.changed();
    }
}

/// What was looked at of all that an undo reaches. It is asked before: an undo forgets what was seen of what it undoes.
fn looked_at(session: &Session, step: Option<&StepId>) -> Vec<StepId> {
    let state = session.state();
    let mut steps = session.undo_reach(step);
    steps.retain(|id| state.step(id).is_some_and(|known| !known.looked.is_empty()));
    steps
}

fn moved() -> Trouble {
    Trouble::new(
        TroubleKind::Refused,
        "Something changed in Entra since this was shown",
        "Nothing was changed. Above is what would be changed now.",
    )
    .doing("Planning once more before writing.")
    .next(
        "Read the table again",
        "Then press the button again.",
        engine::NextDo::Nothing,
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::SignedDuration;

    #[test]
    fn what_takes_long_is_repeated_less_often_and_before_it_is_too_old() {
        let fresh_for = SignedDuration::from_mins(5);
        for (took, after) in [
            (0, 60),
            (2, 60),
            (20, 60),
            (40, 120),
            (60, 165),
            (90, 105),
            (140, 60),
        ] {
            let took = SignedDuration::from_secs(took);
            let repeated = repeated_after(took, fresh_for);
            assert_eq!(repeated, SignedDuration::from_secs(after), "{took}");
            // What was seen first is seen again in time, as long as any look could be.
            let age = took + repeated + took;
            assert!(
                age < fresh_for || took > SignedDuration::from_secs(110),
                "{took}"
            );
        }
    }
}

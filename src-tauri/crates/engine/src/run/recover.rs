//! Finding out how changes stand that hang in the air: after a lost answer, after a stop, after a crash.

use super::words::{still_open, stopped_in_the_middle};
use super::{Context, Progress, Run};
use crate::settle::{Until, settle};
use crate::{
    Change, ChangeRecord, ChangeStanding, Entry, Facts, Settled, Step, StepId, Trouble, TroubleKind,
};

impl<Cx: Context> Run<'_, Cx> {
    /// Finds out how the changes stand that hang in the air, after a crash or a lost answer. Without such changes it
    /// costs nothing.
    pub async fn recover(&self, id: &StepId) -> Result<(), Trouble> {
        let step = self.step(id)?;
        for open in self.journal.state().open_changes(id) {
            (self.progress)(Progress::FindingOut {
                step: step.id(),
                change: open.change.id.clone(),
                what: open.change.what.clone(),
            });
            match open.standing {
                ChangeStanding::Undoing => self.recover_undoing(step, &open).await?,
                ChangeStanding::Done => self.recover_unseen(step, &open.change).await?,
                _ => self.recover_intended(step, &open.change).await?,
            }
        }
        Ok(())
    }

    /// The same for several steps, in the order of the guide: what one finds out, a later one may need. All are tried;
    /// the first trouble is told.
    pub(super) async fn recover_all(&self, steps: &[StepId]) -> Result<(), Trouble> {
        let mut outcome = Ok(());
        for step in self.guide.steps().filter(|step| steps.contains(&step.id())) {
            match self.recover(&step.id()).await {
                Err(trouble) if trouble.kind == TroubleKind::Cancelled => return Err(trouble),
                found_out => outcome = outcome.and(found_out),
            }
        }
        outcome
    }

    async fn recover_intended(&self, step: &dyn Step<Cx>, change: &Change) -> Result<(), Trouble> {
        match self.settled(step, change, Until::Known).await? {
            Settled::Agreed(facts) => self.done(step, change, facts, true),
            Settled::NotSeen => self.failed(step, change, &stopped_in_the_middle(change)),
            Settled::Stopped => Err(still_open(change, "changed")),
        }
    }

    /// The change was made, but the run ended before every server showed it. A plan from a server that is behind would
    /// make it twice. When it stays unseen, somebody removed it since, and the plan is to say so.
    async fn recover_unseen(&self, step: &dyn Step<Cx>, change: &Change) -> Result<(), Trouble> {
        match self.settled(step, change, Until::Known).await? {
            Settled::Agreed(facts) => self.seen(step, change, facts),
            Settled::NotSeen => self.seen(step, change, Facts::new()),
            Settled::Stopped => Err(still_open(change, "changed everywhere")),
        }
    }

    async fn recover_undoing(
        &self,
        step: &dyn Step<Cx>,
        open: &ChangeRecord,
    ) -> Result<(), Trouble> {
        match self.undone(step, &open.change, Until::Known).await? {
            Settled::Agreed(()) => self.record(Entry::Undone {
                step: step.id(),
                change: open.change.id.clone(),
            }),
            // It still stands, so it is a made change again, and can be undone again.
            Settled::NotSeen => self.done(step, &open.change, open.facts.clone(), true),
            Settled::Stopped => Err(still_open(&open.change, "undone")),
        }
    }

    /// Reads until several readings agree that a change is undone.
    pub(super) async fn undone(
        &self,
        step: &dyn Step<Cx>,
        change: &Change,
        until: Until,
    ) -> Result<Settled<()>, Trouble> {
        let known = self.known();
        let note = format!("reading back the undo: {}", change.what);
        settle(
            self.cx.patience(),
            until,
            &self.cancel,
            |_| {},
            || {
                let (cx, known) = (self.cx.fresh().noted(&note), known.clone());
                async move { Ok(step.undone(&cx, &known, change).await?.then_some(())) }
            },
        )
        .await
    }

    /// Nobody knows whether the change was made: look until that is certain.
    pub(super) async fn find_out(
        &self,
        step: &dyn Step<Cx>,
        change: &Change,
        trouble: Trouble,
    ) -> Result<(), Trouble> {
        (self.progress)(Progress::FindingOut {
            step: step.id(),
            change: change.id.clone(),
            what: change.what.clone(),
        });
        match self.settled(step, change, Until::Known).await {
            Ok(Settled::Agreed(facts)) => self.done(step, change, facts, true),
            Ok(Settled::NotSeen) => {
                let trouble = trouble.certain(format!(
                    "{} was not changed: Lockstep looked for it afterwards, and it is not there.",
                    change.what
                ));
                let trouble = Trouble {
                    kind: TroubleKind::Refused,
                    ..trouble
                };
                self.failed(step, change, &trouble)?;
                Err(trouble)
            }
            Ok(Settled::Stopped) | Err(_) => Err(trouble.certain(format!(
                "It is not known yet whether this was changed: {}. Lockstep looks before it goes on, and makes nothing twice.",
                change.what
            ))),
        }
    }

    pub(super) async fn settled(
        &self,
        step: &dyn Step<Cx>,
        change: &Change,
        until: Until,
    ) -> Result<Settled<Facts>, Trouble> {
        let patience = self.cx.patience();
        let known = self.known();
        let on_reading = |agreeing| {
            (self.progress)(Progress::ReadingBack {
                step: step.id(),
                change: change.id.clone(),
                what: change.what.clone(),
                agreeing,
                of: patience.agreeing,
            });
        };
        settle(patience, until, &self.cancel, on_reading, || {
            let cx = self
                .cx
                .fresh()
                .noted(&format!("reading back: {}", change.what));
            let known = known.clone();
            async move { step.read_back(&cx, &known, change).await }
        })
        .await
    }
}

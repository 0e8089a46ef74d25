//! Undoing: the last made first, each one on record before it is sent and read back after it.

use super::words::{not_undone_yet, taken_back_first, undo_refused};
use super::{Context, Progress, Run};
use crate::settle::Until;
use crate::{ChangeStanding, Entry, Settled, StepId, Trouble, UndoItem, UndoPlan, order};

impl<Cx: Context> Run<'_, Cx> {
    /// What an undo would do.
    pub fn undo_plan(&self, step: Option<&StepId>) -> UndoPlan {
        UndoPlan::of(self.guide, &self.journal.state(), step)
    }

    /// What has to be taken back by hand before an undo; `None` where nothing has to.
    pub fn taken_back_first(&self, step: Option<&StepId>) -> Option<Trouble> {
        let first = self.by_hand_first(&order::in_reach(self.guide, step))?;
        Some(taken_back_first(self.guide, &first))
    }

    /// Undoes a step, and what rests on it, or all; each one is read back. Stops at the first that can't be undone.
    pub async fn undo(&self, step: Option<&StepId>) -> Result<UndoPlan, Trouble> {
        if let Some(trouble) = self.taken_back_first(step) {
            return Err(trouble);
        }
        let reach = order::in_reach(self.guide, step);
        self.recover_all(&reach).await?;
        self.nothing_stands(&reach).await?;
        let plan = self.undo_plan(step);
        for (index, item) in plan.items.iter().enumerate() {
            if self.cancel.is_cancelled() {
                return Err(Trouble::cancelled(format!(
                    "{index} of {} changes were undone.",
                    plan.items.len()
                )));
            }
            (self.progress)(Progress::Undoing {
                step: item.step.clone(),
                change: item.change.id.clone(),
                what: item.change.what.clone(),
                number: index + 1,
                of: plan.items.len(),
            });
            self.undo_one(item).await?;
        }
        Ok(plan)
    }

    /// The step among these that has to be taken back by hand before anything is undone.
    fn by_hand_first(&self, reach: &[StepId]) -> Option<StepId> {
        let state = self.journal.state();
        reach
            .iter()
            .filter(|id| state.step(id).is_some_and(|step| step.by_hand.is_some()))
            .find(|id| self.guide.step(id).is_some_and(|step| step.undone_first()))
            .cloned()
    }

    /// Asks the other side about each step that has to be taken back by hand first. The record alone may be of another mind: somebody
    /// did it elsewhere, or said that it is taken back and it is not. What stands is recorded as done, so that its page leads back.
    async fn nothing_stands(&self, reach: &[StepId]) -> Result<(), Trouble> {
        let known = self.known();
        let cx = self.cx.fresh().noted("look: before the undo");
        for id in reach {
            let Some(step) = self.guide.step(id).filter(|step| step.undone_first()) else {
                continue;
            };
            if let Some(seen) = step.still_stands(&cx, &known).await {
                self.record(Entry::DoneByHand { step: id.clone() })?;
                return Err(taken_back_first(self.guide, id).doing(seen));
            }
        }
        Ok(())
    }

    async fn undo_one(&self, item: &UndoItem) -> Result<(), Trouble> {
        let step = self.step(&item.step)?;
        self.record(Entry::Undoing {
            step: item.step.clone(),
            change: item.change.id.clone(),
        })?;
        let known = self.known();
        let cx = self
            .cx
            .fresh()
            .noted(&format!("undo: {}", item.change.what));
        let until = match step.undo(&cx, &known, &item.change).await {
            Ok(()) => Until::Made,
            Err(trouble) if trouble.is_uncertain() => Until::Known,
            Err(trouble) => {
                self.stands(item)?;
                return Err(trouble);
            }
        };
        match self.undone(step, &item.change, until).await? {
            Settled::Agreed(()) => self.record(Entry::Undone {
                step: item.step.clone(),
                change: item.change.id.clone(),
            }),
            Settled::Stopped => Err(Trouble::cancelled(format!(
                "The undo was sent, but not read back yet: {}.",
                item.change.what
            ))),
            Settled::NotSeen if until == Until::Known => {
                self.stands(item)?;
                Err(undo_refused(&item.change))
            }
            Settled::NotSeen => Err(not_undone_yet(&item.change)),
        }
    }

    /// The undo certainly did not happen: the change is a made one again, with what was learned by it.
    fn stands(&self, item: &UndoItem) -> Result<(), Trouble> {
        let state = self.journal.state();
        let undoing = state.open_changes(&item.step).into_iter().find(|open| {
            open.change.id == item.change.id && open.standing == ChangeStanding::Undoing
        });
        self.record(Entry::Done {
            step: item.step.clone(),
            change: item.change.id.clone(),
            facts: undoing.map(|open| open.facts).unwrap_or_default(),
            found: true,
        })
    }
}

//! Looking: every check of some steps, each resource once, all at the same time.

use futures::StreamExt;
use futures::stream::FuturesUnordered;

use super::{Context, Progress, Run};
use crate::{Check, Entry, Finding, Known, StepId, Trouble, TroubleKind};

impl<Cx: Context> Run<'_, Cx> {
    /// Looks at every check of these steps, each resource once, all at the same time. What was looked at before a
    /// stop is kept.
    pub async fn look(&self, steps: &[StepId]) -> Result<(), Trouble> {
        let found_out = self.recover_all(steps).await;
        if let Err(trouble) = &found_out
            && trouble.kind == TroubleKind::Cancelled
        {
            return found_out;
        }
        // Only now: what was found out belongs to what is known.
        let (cx, known) = (self.cx.fresh(), self.known());
        let mut running = FuturesUnordered::new();
        for id in steps {
            for check in self.step(id)?.checks() {
                running.push(self.look_at(&cx, &known, id, *check));
            }
        }
        self.gather(&mut running).await?;
        // A change that could not be found out about stops no look at anything else, but it is told.
        found_out
    }

    /// Looks at one check.
    pub async fn look_at_check(&self, id: &StepId, check: &str) -> Result<(), Trouble> {
        let Some(check) = self
            .step(id)?
            .checks()
            .iter()
            .find(|known| known.id() == check)
        else {
            return Err(Trouble::new(
                TroubleKind::BadInput,
                "There is no such check",
                "Nothing was read.",
            ));
        };
        let (cx, known) = (self.cx.fresh(), self.known());
        let mut running = FuturesUnordered::new();
        running.push(self.look_at(&cx, &known, id, *check));
        self.gather(&mut running).await
    }

    async fn gather<F>(&self, running: &mut FuturesUnordered<F>) -> Result<(), Trouble>
    where
        F: Future<Output = (StepId, String, Vec<Finding>)>,
    {
        loop {
            let next = tokio::select! {
                () = self.cancel.cancelled() => {
                    return Err(Trouble::cancelled("What was looked at before is kept. Nothing was changed."));
                }
                next = running.next() => next,
            };
            let Some((step, check, findings)) = next else {
                return Ok(());
            };
            self.record(Entry::Looked {
                step: step.clone(),
                check: check.clone(),
                findings,
            })?;
            (self.progress)(Progress::Looked { step, check });
        }
    }

    async fn look_at(
        &self,
        cx: &Cx,
        known: &Known,
        id: &StepId,
        check: &dyn Check<Cx>,
    ) -> (StepId, String, Vec<Finding>) {
        (self.progress)(Progress::Looking {
            step: id.clone(),
            check: check.id().to_owned(),
        });
        // Every request says which look it was for: who reads the ledger sees why it was sent, and who measures sees which
        // requests waited for each other.
        let number = self.guide.number(id).unwrap_or_default();
        let cx = cx.noted(&format!("look: {number} {}", check.title()));
        let mut findings = check.look(&cx, known).await;
        for finding in &mut findings {
            finding.verdict.at.get_or_insert(self.journal.now());
        }
        (id.clone(), check.id().to_owned(), findings)
    }
}

//! Lives of the program: each opens the journal, goes through the guide or undoes it, and comes to its end.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use engine::{
    Applied, Change, Clock, Entry, FixedClock, Guide, Journal, MemoryStore, Plan, Record, Run,
    State, StepId, Trouble, TroubleKind, dependents,
};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::world::{Cx, Deed, World};

/// How a life ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// By itself.
    Whole,
    /// The power is cut at this point.
    Cut(usize),
    /// The person stops it at this point.
    Stop(usize),
    /// The disk is full after so many records.
    Full(usize),
}

/// What is done in a life.
#[derive(Debug, Clone)]
pub enum Errand {
    /// Every step in turn: plan, show, make, look. Between showing and making, somebody else does these deeds.
    Climb(Vec<(usize, Deed)>),
    /// Undo everything.
    Undo,
}

/// A stop waits for a write that was sent, and for no more.
const STOPS_WITHIN: Duration = Duration::from_millis(100);

/// A connection: a guide, a world, a journal.
pub struct Connection {
    pub guide: Guide<Cx>,
    pub world: Arc<World>,
    pub store: MemoryStore,
}

impl Connection {
    pub fn new(guide: Guide<Cx>, objects: &[(&str, u64)]) -> Self {
        let store = MemoryStore::default();
        let world = World::new(objects, &store);
        Self {
            guide,
            world,
            store,
        }
    }

    /// Opens the journal as a new start of the program does.
    pub fn open(&self, store: MemoryStore) -> Journal {
        Journal::open(Box::new(store), clock()).expect("no end of a life damages the journal")
    }

    pub fn run<'a>(&'a self, journal: &'a Journal, cancel: &CancellationToken) -> Run<'a, Cx> {
        Run {
            guide: &self.guide,
            cx: Cx::new(&self.world),
            journal,
            cancel: cancel.clone(),
            progress: Arc::new(|_| {}),
        }
    }

    /// One life. `None` when the power was cut.
    pub async fn live(&self, errand: &Errand, end: End) -> Option<Result<(), Trouble>> {
        let store = match end {
            End::Full(appends) => self.store.full_after(appends),
            _ => self.store.reopened(),
        };
        let journal = self.open(store);
        let cancel = CancellationToken::new();
        let run = self.run(&journal, &cancel);
        let torn = self.world.torn();
        let outcome = match end {
            End::Cut(polls) => until_poll(polls, self.go(&run, errand)).await,
            End::Stop(polls) => Some(self.stop(polls, &run, errand).await),
            End::Whole | End::Full(_) => Some(self.go(&run, errand).await),
        };
        if outcome.is_some() && self.world.torn() > torn {
            self.world
                .wrong("a write was given up though the power was on".into());
        }
        if self.state() != journal.state() {
            self.world
                .wrong("the state is not what the journal's bytes say".into());
        }
        outcome
    }

    /// Lives without trouble until nothing is left to do.
    pub async fn live_on(&self, errand: &Errand) -> Result<(), Trouble> {
        self.world.clear_up();
        let mut outcome = Ok(());
        for _ in 0..6 {
            tokio::time::sleep(crate::world::CALM * 2).await;
            outcome = self
                .live(errand, End::Whole)
                .await
                .expect("the power is on");
            if outcome.is_ok() {
                return outcome;
            }
        }
        outcome
    }

    /// The state that the journal's bytes say.
    pub fn state(&self) -> State {
        self.open(self.store.reopened()).state()
    }

    async fn go(&self, run: &Run<'_, Cx>, errand: &Errand) -> Result<(), Trouble> {
        match errand {
            Errand::Undo => run.undo(None).await.map(|_| ()),
            Errand::Climb(others) => {
                for (place, step) in self.guide.steps().enumerate() {
                    let deeds = others.iter().filter(|(at, _)| *at == place);
                    self.climb(run, &step.id(), deeds.map(|(_, deed)| deed))
                        .await?;
                    run.look(&[step.id()]).await?;
                }
                Ok(())
            }
        }
    }

    async fn climb<'a>(
        &self,
        run: &Run<'_, Cx>,
        step: &StepId,
        others: impl Iterator<Item = &'a Deed>,
    ) -> Result<(), Trouble> {
        let mut others: Vec<_> = others.collect();
        for _ in 0..8 {
            let proposal = run.plan(step).await?;
            let Plan::Changes { changes, .. } = &proposal.plan else {
                return Ok(());
            };
            self.world.show(step, changes);
            for deed in others.drain(..) {
                self.world.somebody_else(deed);
            }
            let sent = self.world.sent();
            let typed = proposal.to_type();
            match run
                .apply(step, &proposal.fingerprint, typed.as_deref())
                .await?
            {
                Applied::Made => return Ok(()),
                Applied::Moved(_) if self.world.sent() > sent => self
                    .world
                    .wrong(format!("{step} moved, and yet something was sent")),
                Applied::Moved(_) => {}
            }
        }
        Ok(())
    }

    async fn stop(&self, polls: usize, run: &Run<'_, Cx>, errand: &Errand) -> Result<(), Trouble> {
        let mut stopped = None;
        let going = self.go(run, errand);
        let outcome = at_poll(polls, going, || {
            stopped = Some(Instant::now());
            run.cancel.cancel();
        })
        .await;
        if let Some(stopped) = stopped {
            let took = stopped.elapsed();
            if took > STOPS_WITHIN {
                self.world.wrong(format!("stopping took {took:?}"));
            }
        }
        outcome
    }
}

pub fn clock() -> Arc<dyn Clock> {
    Arc::new(FixedClock::at(
        "2026-11-22T10:00:00Z".parse().expect("a time"),
    ))
}

/// Drops the future when it was asked so many times: whatever it waited for never comes back to it.
async fn until_poll<T>(polls: usize, future: impl Future<Output = T>) -> Option<T> {
    let mut future = pin!(future);
    let mut asked = 0;
    poll_fn(|cx| {
        if asked == polls {
            return Poll::Ready(None);
        }
        asked += 1;
        future.as_mut().poll(cx).map(Some)
    })
    .await
}

/// Does something before the future is asked that many times.
async fn at_poll<T>(polls: usize, future: impl Future<Output = T>, act: impl FnOnce()) -> T {
    let mut future = pin!(future);
    let mut act = Some(act);
    let mut asked = 0;
    poll_fn(|cx| {
        if asked == polls
            && let Some(act) = act.take()
        {
            act();
        }
        asked += 1;
        future.as_mut().poll(cx)
    })
    .await
}

/// Everything on record.
pub fn entries(store: &MemoryStore) -> Vec<Entry> {
    let text = store.text();
    let read = |line| serde_json::from_str::<Record>(line).expect("a record");
    text.lines().map(read).map(|record| record.entry).collect()
}

/// Goes through the journal and names every undo of something that another made change, which can be undone, rested on.
pub fn undone_too_early(guide: &Guide<Cx>, store: &MemoryStore) -> Vec<String> {
    let mut made: Vec<(StepId, Change)> = Vec::new();
    let mut intended: Vec<(StepId, Change)> = Vec::new();
    let mut early = Vec::new();
    for entry in entries(store) {
        match entry {
            Entry::Intended { step, change } => intended.push((step, change)),
            Entry::Done { step, change, .. } => {
                let is_it = |(at, what): &&(StepId, Change)| *at == step && what.id == change;
                if let Some(found) = intended.iter().rev().find(is_it) {
                    made.push(found.clone());
                }
            }
            Entry::Undoing { step, change } => {
                let place = made
                    .iter()
                    .rposition(|(at, what)| *at == step && what.id == change);
                let Some(place) = place else {
                    early.push(format!("{change} is undone, but was not made"));
                    continue;
                };
                made.remove(place);
                let resting = dependents(guide, &step);
                let rests = made.iter().enumerate().find(|(at, (other, what))| {
                    what.undo.possible()
                        && (resting.contains(other) || (*other == step && *at >= place))
                });
                if let Some((_, (_, other))) = rests {
                    early.push(format!("{change} is undone before {}", other.id));
                }
            }
            _ => {}
        }
    }
    early
}

/// Whether a run ended because of a stop.
pub fn is_stop(outcome: &Result<(), Trouble>) -> bool {
    matches!(outcome, Err(trouble) if trouble.kind == TroubleKind::Cancelled)
}

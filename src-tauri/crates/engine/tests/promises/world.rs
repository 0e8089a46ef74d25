//! The world outside: objects with names and values, on several servers of which some are behind. It loses answers,
//! refuses, fails to be read, and notes everything that is done to it.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use engine::{Change, Context, Entry, MemoryStore, Patience, Record, StepId, Trouble, TroubleKind};
use tokio::sync::OnceCell;
use tokio::time::{Instant, sleep};

/// An object. Its name does not have to be the only one of its kind: that is what making something twice shows in.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Object {
    pub id: String,
    pub name: String,
    pub value: u64,
}

/// Something that is done to the world.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Deed {
    Create {
        name: String,
    },
    Put {
        name: String,
        value: u64,
    },
    Delete {
        id: String,
    },
    /// Every object of that name.
    Clear {
        name: String,
    },
}

/// How a write goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    Fine,
    Refused,
    /// The answer is lost; the deed is done, this many milliseconds later.
    LostButDone(u64),
    /// The answer is lost, and the deed is not done.
    LostNotDone,
}

/// How many servers there are and how they behave.
#[derive(Debug, Clone, Default)]
pub struct Weather {
    /// How far each server is behind, in milliseconds.
    pub behind: Vec<u64>,
    /// How the next writes go; after the last, fine.
    pub fates: VecDeque<Fate>,
    /// Whether the next reads fail; after the last, none does.
    pub blind: VecDeque<bool>,
}

/// On the way there, and back.
const WAY: Duration = Duration::from_millis(20);
/// Later than this after a write, every server shows it: the slowest deed and the slowest server of the properties.
pub const CALM: Duration = Duration::from_secs(15);

pub struct World {
    inner: Mutex<Inner>,
    store: MemoryStore,
}

#[derive(Default)]
struct Inner {
    past: Vec<(Option<Instant>, BTreeSet<Object>)>,
    coming: Vec<(Instant, Deed)>,
    weather: Weather,
    turn: BTreeMap<String, usize>,
    passes: u64,
    ids: u64,
    sent: usize,
    torn: usize,
    reads: Vec<(u64, String)>,
    shown: BTreeMap<StepId, Vec<Change>>,
    wrongs: Vec<String>,
}

impl World {
    /// A world with these objects; writes to it have to stand in the journal's `store` before.
    pub fn new(objects: &[(&str, u64)], store: &MemoryStore) -> Arc<Self> {
        let objects = objects.iter().map(|(name, value)| Object {
            id: (*name).to_owned(),
            name: (*name).to_owned(),
            value: *value,
        });
        let inner = Inner {
            past: vec![(None, objects.collect())],
            weather: Weather {
                behind: vec![0],
                ..Weather::default()
            },
            ..Inner::default()
        };
        Arc::new(Self {
            inner: Mutex::new(inner),
            store: store.clone(),
        })
    }

    pub fn set_weather(&self, weather: Weather) {
        assert!(!weather.behind.is_empty(), "there is at least one server");
        self.lock().weather = weather;
    }

    /// From now on no write goes wrong and every read succeeds; servers stay behind.
    pub fn clear_up(&self) {
        let weather = &mut self.lock().weather;
        weather.fates.clear();
        weather.blind.clear();
    }

    /// What is there in truth.
    pub fn objects(&self) -> BTreeSet<Object> {
        self.lock().now().clone()
    }

    pub fn named(&self, name: &str) -> Vec<Object> {
        let of_name = |object: &Object| object.name == name;
        self.objects().into_iter().filter(of_name).collect()
    }

    /// Somebody else does something; no answer is lost on them.
    pub fn somebody_else(&self, deed: &Deed) {
        self.lock().happen(Instant::now(), deed);
    }

    /// The changes of a step that a person has before their eyes.
    pub fn show(&self, step: &StepId, changes: &[Change]) {
        self.lock().shown.insert(step.clone(), changes.to_vec());
    }

    /// How many writes left for the world.
    pub fn sent(&self) -> usize {
        self.lock().sent
    }

    /// How many writes were given up between sending and answer.
    pub fn torn(&self) -> usize {
        self.lock().torn
    }

    /// Which pass read what, in order.
    pub fn reads(&self) -> Vec<(u64, String)> {
        self.lock().reads.clone()
    }

    /// Every promise that was seen broken.
    pub fn wrongs(&self) -> Vec<String> {
        self.lock().wrongs.clone()
    }

    pub fn wrong(&self, what: String) {
        self.lock().wrongs.push(what);
    }

    /// A change is about to be made: it must have been shown, and be the last thing on record.
    pub fn expect_intended(&self, step: &StepId, change: &Change) {
        let shown = self.lock().shown.get(step).cloned().unwrap_or_default();
        if !shown.contains(change) {
            self.wrong(format!("{} is made unshown", change.id));
        }
        let last = self.last_record();
        if !matches!(&last, Some(Entry::Intended { step: at, change: what }) if at == step && what == change)
        {
            self.wrong(format!(
                "{} is made, and the last record is {last:?}",
                change.id
            ));
        }
    }

    /// A change is about to be undone: that must be the last thing on record.
    pub fn expect_undoing(&self, step: &StepId, change: &Change) {
        let last = self.last_record();
        if !matches!(&last, Some(Entry::Undoing { step: at, change: what }) if at == step && *what == change.id)
        {
            self.wrong(format!(
                "{} is undone, and the last record is {last:?}",
                change.id
            ));
        }
    }

    fn last_record(&self) -> Option<Entry> {
        let text = self.store.text();
        let record: Record = serde_json::from_str(text.lines().last()?).ok()?;
        Some(record.entry)
    }

    /// Writes. Returns the new object's id.
    pub async fn write(&self, deed: Deed) -> Result<String, Trouble> {
        let fate = {
            let mut inner = self.lock();
            inner.sent += 1;
            inner.weather.fates.pop_front().unwrap_or(Fate::Fine)
        };
        let mut flight = Flight {
            world: self,
            landed: false,
        };
        sleep(WAY).await;
        let answer = self.lock().receive(&deed, fate);
        sleep(WAY).await;
        flight.landed = true;
        answer
    }

    async fn read(&self, pass: u64, name: &str) -> Result<Vec<Object>, Trouble> {
        let blind = {
            let mut inner = self.lock();
            inner.reads.push((pass, name.to_owned()));
            inner.weather.blind.pop_front().unwrap_or(false)
        };
        sleep(reading_time(name)).await;
        if blind {
            return Err(trouble(TroubleKind::Refused, "the service is away"));
        }
        Ok(self.lock().seen_by_next_server(name))
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().expect("no test panics while it holds it")
    }
}

/// Reading takes another time for each object, so that the order of answers is not the order of questions.
pub fn reading_time(name: &str) -> Duration {
    let sum: u64 = name.bytes().map(u64::from).sum();
    Duration::from_millis(5 + sum * 7 % 60)
}

impl Inner {
    fn receive(&mut self, deed: &Deed, fate: Fate) -> Result<String, Trouble> {
        let now = Instant::now();
        let lost = trouble(TroubleKind::Uncertain, "no answer came");
        match fate {
            Fate::Refused => Err(trouble(TroubleKind::Refused, "refused")),
            Fate::LostNotDone => Err(lost),
            Fate::LostButDone(later) => {
                self.coming
                    .push((now + Duration::from_millis(later), deed.clone()));
                Err(lost)
            }
            Fate::Fine => Ok(self.happen(now, deed)),
        }
    }

    fn happen(&mut self, at: Instant, deed: &Deed) -> String {
        let mut objects = self.now().clone();
        let mut id = String::new();
        match deed {
            Deed::Create { name } => {
                self.ids += 1;
                id = format!("{name}#{}", self.ids);
                objects.insert(Object {
                    id: id.clone(),
                    name: name.clone(),
                    value: 0,
                });
            }
            Deed::Put { name, value } => {
                let put = |object: Object| match object.name == *name {
                    true => Object {
                        value: *value,
                        ..object
                    },
                    false => object,
                };
                objects = objects.into_iter().map(put).collect();
            }
            Deed::Delete { id } => objects.retain(|object| object.id != *id),
            Deed::Clear { name } => objects.retain(|object| object.name != *name),
        }
        self.past.push((Some(at), objects));
        id
    }

    /// What is there in truth, after everything that was on its way and is due has happened.
    fn now(&mut self) -> &BTreeSet<Object> {
        let now = Instant::now();
        self.coming.sort_by_key(|(at, _)| *at);
        while self.coming.first().is_some_and(|(at, _)| *at <= now) {
            let (at, deed) = self.coming.remove(0);
            self.happen(at, &deed);
        }
        &self.past[self.past.len() - 1].1
    }

    /// The servers answer in turn, each with what it knows.
    fn seen_by_next_server(&mut self, name: &str) -> Vec<Object> {
        self.now();
        let turn = self.turn.entry(name.to_owned()).or_default();
        let behind = Duration::from_millis(self.weather.behind[*turn % self.weather.behind.len()]);
        *turn += 1;
        let now = Instant::now();
        let known = self
            .past
            .iter()
            .rev()
            .find(|(at, _)| at.is_none_or(|at| at + behind <= now));
        let objects = known.map(|(_, objects)| objects.iter().cloned());
        objects
            .into_iter()
            .flatten()
            .filter(|object| object.name == name)
            .collect()
    }
}

/// Notices a write that nobody waited for.
struct Flight<'a> {
    world: &'a World,
    landed: bool,
}

impl Drop for Flight<'_> {
    fn drop(&mut self) {
        if !self.landed {
            self.world.lock().torn += 1;
        }
    }
}

fn trouble(kind: TroubleKind, title: &str) -> Trouble {
    Trouble::new(kind, title, "What is certain is told by the engine.")
}

type Answer = Result<Vec<Object>, Trouble>;

/// One pass over the world: it reads each object once.
#[derive(Clone)]
pub struct Cx {
    pub world: Arc<World>,
    pass: u64,
    memory: Arc<Mutex<BTreeMap<String, Arc<OnceCell<Answer>>>>>,
}

impl Cx {
    pub fn new(world: &Arc<World>) -> Self {
        world.lock().passes += 1;
        Self {
            world: world.clone(),
            pass: world.lock().passes,
            memory: Arc::default(),
        }
    }

    pub async fn read(&self, name: &str) -> Answer {
        let cell = self
            .memory
            .lock()
            .expect("no test panics while it holds it")
            .entry(name.to_owned())
            .or_default()
            .clone();
        cell.get_or_init(|| self.world.read(self.pass, name))
            .await
            .clone()
    }
}

impl Context for Cx {
    fn fresh(&self) -> Self {
        Self::new(&self.world)
    }

    fn noted(&self, _note: &str) -> Self {
        self.clone()
    }

    /// As many readings as servers, because they answer in turn; longer than the slowest of them is behind.
    fn patience(&self) -> Patience {
        let servers = self.world.lock().weather.behind.len();
        Patience {
            spacing: Duration::from_secs(1),
            agreeing: u32::try_from(servers).expect("a few servers"),
            at_most: CALM * 4,
            absence: CALM,
        }
    }
}

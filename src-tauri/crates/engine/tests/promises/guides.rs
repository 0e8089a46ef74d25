//! Guides made up of a few words: which step needs which, what each wants to be so, and what its checks read.

use async_trait::async_trait;
use engine::{
    Change, Check, Facts, Finding, Guide, Known, Phase, Plan, Step, StepId, Trouble, Undo, Verdict,
    VerdictState,
};
use serde_json::json;

use crate::world::{Cx, Deed, Object};

/// What a step wants to be so. Names are for one want only.
#[derive(Debug, Clone)]
pub struct Want {
    /// The object.
    pub name: String,
    /// A value for an object that is there; `None` wants it to be there.
    pub value: Option<u64>,
    /// Whether it can be undone.
    pub can_be_undone: bool,
}

/// A step as its parts.
#[derive(Debug, Clone, Default)]
pub struct Script {
    /// Steps that it needs, by place.
    pub needs: Vec<usize>,
    /// What it wants.
    pub wants: Vec<Want>,
    /// What each of its checks reads, one after the other.
    pub checks: Vec<Vec<String>>,
    /// Whether what was done by hand has to be taken back first.
    pub undone_first: bool,
}

/// What stands in the world while something done by hand shuts people out.
pub const SHUT_DOOR: &str = "shut door";

/// The id of the step at a place.
pub fn id(place: usize) -> StepId {
    StepId::read(format!("step-{place}"))
}

/// A guide of these steps. It lives as long as the tests do, as a real one lives as long as the program.
pub fn guide(scripts: &[Script]) -> Guide<Cx> {
    let steps: Vec<&'static dyn Step<Cx>> = scripts
        .iter()
        .enumerate()
        .map(|(place, script)| {
            let step = Scripted::new(place, script);
            Box::leak(Box::new(step)) as &'static dyn Step<Cx>
        })
        .collect();
    let phase = Phase {
        title: "All",
        steps: steps.leak(),
    };
    Guide {
        target: "made up",
        phases: vec![phase].leak(),
    }
}

struct Scripted {
    id: StepId,
    needs: &'static [StepId],
    wants: Vec<Want>,
    checks: &'static [&'static dyn Check<Cx>],
    undone_first: bool,
}

impl Scripted {
    fn new(place: usize, script: &Script) -> Self {
        let needs: Vec<StepId> = script.needs.iter().map(|need| id(*need)).collect();
        let checks: Vec<&'static dyn Check<Cx>> = script
            .checks
            .iter()
            .enumerate()
            .map(|(number, reads)| {
                let check = Reading {
                    id: format!("check-{number}").leak(),
                    reads: reads.clone(),
                };
                Box::leak(Box::new(check)) as &'static dyn Check<Cx>
            })
            .collect();
        Self {
            id: id(place),
            needs: needs.leak(),
            wants: script.wants.clone(),
            checks: checks.leak(),
            undone_first: script.undone_first,
        }
    }

    fn is_so(change: &Change, objects: &[Object]) -> Option<Facts> {
        let object = objects.first()?;
        let so = match &change.after {
            Some(value) => json!(object.value) == *value,
            None => true,
        };
        so.then(|| Facts::new().with(fact(&change.id), &object.id))
    }
}

fn fact(name: &str) -> String {
    format!("id of {name}")
}

fn change(want: &Want, there: &[Object]) -> Option<Change> {
    let before = there.first().map(|object| object.value);
    match (want.value, before) {
        (None, Some(_)) => return None,
        (Some(wanted), Some(value)) if wanted == value => return None,
        _ => {}
    }
    let undo = match (want.can_be_undone, want.value) {
        (false, _) => Undo::Impossible {
            because: "It was sent.".into(),
            name: want.name.clone(),
        },
        (true, Some(_)) => Undo::PutBack { said: "Yes".into() },
        (true, None) => Undo::Delete {
            said: "Yes".into(),
            about: String::new(),
        },
    };
    Some(Change {
        id: want.name.clone(),
        system: "World".into(),
        what: want.name.clone(),
        about: String::new(),
        now: format!("{before:?}"),
        then: format!("{:?}", want.value),
        then_about: String::new(),
        code: false,
        before: before.map(|value| json!(value)),
        after: want.value.map(|value| json!(value)),
        undo,
    })
}

#[async_trait]
impl Step<Cx> for Scripted {
    fn id(&self) -> StepId {
        self.id.clone()
    }

    fn title(&self) -> &'static str {
        "A step"
    }

    fn text(&self) -> &'static str {
        ""
    }

    fn needs(&self) -> &'static [StepId] {
        self.needs
    }

    async fn plan(&self, cx: &Cx, _known: &Known) -> Result<Plan, Trouble> {
        let mut changes = Vec::new();
        let mut facts = Facts::new();
        for want in &self.wants {
            let there = cx.read(&want.name).await?;
            if let Some(object) = there.first() {
                facts = facts.with(fact(&want.name), &object.id);
            }
            changes.extend(change(want, &there));
        }
        match changes.is_empty() {
            true => Ok(Plan::AlreadySo(facts)),
            false => Ok(Plan::Changes {
                changes,
                untouched: String::new(),
            }),
        }
    }

    async fn apply(&self, cx: &Cx, _known: &Known, change: &Change) -> Result<Facts, Trouble> {
        cx.world.expect_intended(&self.id, change);
        let name = change.id.clone();
        match change.after.as_ref().and_then(serde_json::Value::as_u64) {
            Some(value) => {
                cx.world.write(Deed::Put { name, value }).await?;
                Ok(Facts::new())
            }
            None => {
                let id = cx.world.write(Deed::Create { name }).await?;
                Ok(Facts::new().with(fact(&change.id), id))
            }
        }
    }

    async fn read_back(
        &self,
        cx: &Cx,
        _known: &Known,
        change: &Change,
    ) -> Result<Option<Facts>, Trouble> {
        let objects = cx.read(&change.id).await?;
        Ok(Self::is_so(change, &objects))
    }

    async fn undo(&self, cx: &Cx, known: &Known, change: &Change) -> Result<(), Trouble> {
        cx.world.expect_undoing(&self.id, change);
        let deed = match (&change.undo, &change.before, known.fact(&fact(&change.id))) {
            (Undo::PutBack { .. }, Some(before), _) => Deed::Put {
                name: change.id.clone(),
                value: before.as_u64().unwrap_or_default(),
            },
            (Undo::Delete { .. }, _, Some(id)) => Deed::Delete { id: id.to_owned() },
            (_, _, fact) => {
                let id = &change.id;
                cx.world
                    .wrong(format!("{id} is undone with the fact {fact:?}"));
                return Ok(());
            }
        };
        cx.world.write(deed).await.map(|_| ())
    }

    async fn undone(&self, cx: &Cx, known: &Known, change: &Change) -> Result<bool, Trouble> {
        let objects = cx.read(&change.id).await?;
        Ok(match &change.undo {
            Undo::Delete { .. } => {
                let id = known.fact(&fact(&change.id)).unwrap_or_default();
                objects.iter().all(|object| object.id != id)
            }
            _ => objects
                .iter()
                .all(|object| Some(json!(object.value)) == change.before),
        })
    }

    fn checks(&self) -> &'static [&'static dyn Check<Cx>] {
        self.checks
    }

    fn undone_first(&self) -> bool {
        self.undone_first
    }

    async fn still_stands(&self, cx: &Cx, _known: &Known) -> Option<String> {
        let doors = cx.read(SHUT_DOOR).await.ok()?;
        (!doors.is_empty()).then(|| "A door is shut.".to_owned())
    }
}

struct Reading {
    id: &'static str,
    reads: Vec<String>,
}

#[async_trait]
impl Check<Cx> for Reading {
    fn id(&self) -> &'static str {
        self.id
    }

    fn title(&self) -> &'static str {
        "A check"
    }

    async fn look(&self, cx: &Cx, known: &Known) -> Vec<Finding> {
        let mut seen: Vec<String> = known
            .facts
            .iter()
            .map(|(name, _)| name.to_owned())
            .collect();
        for name in &self.reads {
            match cx.read(name).await {
                Ok(objects) => seen.push(format!("{objects:?}")),
                Err(trouble) => {
                    return Finding::only(Verdict::unknown("Could not look", &trouble));
                }
            }
        }
        Finding::only(Verdict::new(VerdictState::Pass, "Seen", seen.join(", ")))
    }
}

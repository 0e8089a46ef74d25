//! `lockstep undo`: undoes the changes of a step, or of all, each read back.

use app::Session;
use engine::{NextDo, StepId, Trouble, TroubleKind, UndoItem, UndoPlan};
use serde_json::{Value, json};

use crate::ended::Ended;
use crate::{Way, enter, terminal, which};

/// Arguments of `lockstep undo`.
#[derive(clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    way: Way,
    /// The step, by id or number; what rests on it is undone as well.
    step: Option<String>,
    /// Undo everything.
    #[arg(long, conflicts_with = "step")]
    all: bool,
    /// Say that what was done by hand at this step, by id or number, was taken back by hand.
    #[arg(long, value_name = "STEP")]
    taken_back: Vec<String>,
    /// Undo without asking; it is shown all the same.
    #[arg(long)]
    yes: bool,
    /// A report as JSON on standard output.
    #[arg(long)]
    pub json: bool,
}

/// What came of it.
#[derive(Default)]
struct Outcome {
    /// What was undone.
    plan: UndoPlan,
    /// Steps of which something stays that was done by hand.
    left: Vec<StepId>,
    /// Why nothing was undone, where a person has to go on.
    because: String,
}

/// Undoes.
pub async fn undo(arguments: Arguments) -> Result<Ended, Trouble> {
    let home = enter::home()?;
    let connection = which::existing(&home, &arguments.way)?;
    eprintln!("Connection {} (id {})", connection.name, connection.id);
    let session = enter::open(&home, connection).await?;
    for taken_back in &arguments.taken_back {
        let step = named(&session, taken_back)?;
        session.undone_by_hand(&step)?;
        let title = session.titled(&step);
        eprintln!("Noted: what was done by hand at {title} is taken back.");
    }
    let outcome = match (&arguments.step, arguments.all) {
        (Some(name), _) => {
            let step = named(&session, name)?;
            reaching(&session, &arguments, Some(&step)).await?
        }
        (None, true) => reaching(&session, &arguments, None).await?,
        (None, false) if arguments.taken_back.is_empty() => {
            let title = "Undo what? Name a step, or give --all";
            return Err(Trouble::new(
                TroubleKind::BadInput,
                title,
                "Nothing was sent.",
            ));
        }
        (None, false) => Outcome::default(),
    };
    let ended = outcome.ended();
    if arguments.json {
        crate::check::print(&outcome.report(&session, ended));
    }
    Ok(ended)
}

/// Undoes a step with what rests on it, or all.
async fn reaching(
    session: &Session,
    arguments: &Arguments,
    step: Option<&StepId>,
) -> Result<Outcome, Trouble> {
    if arguments.way.autopilot && arguments.yes && step.is_none() {
        session.practise_undoing().await?;
        eprintln!("  Practice: the autopilot took back by hand what was done at Atlassian.");
    }
    // Nobody signs in for an undo that would be refused.
    if let Some(trouble) = session.taken_back_first(step) {
        return Err(with_the_way(session, trouble));
    }
    let plan = session.undo_plan(step);
    let left = app::left_by_hand(session, step);
    show(session, &plan, &left);
    let not_undone = |because: &str| Outcome {
        left: left.clone(),
        because: because.to_owned(),
        ..Outcome::default()
    };
    let mut known = session.guide().steps();
    let hanging = known.any(|known| !session.state().open_changes(&known.id()).is_empty());
    if plan.items.is_empty() && !hanging {
        eprintln!("There is nothing to undo.");
        return Ok(not_undone(""));
    }
    if !arguments.yes && !terminal::confirmed(&format!("Undo these {}", plan.items.len())) {
        let because = "Nothing was undone. Give --yes, or type yes.";
        eprintln!("{because}");
        return Ok(not_undone(because));
    }
    let undone = made_undone(session, arguments, step, &plan).await?;
    eprintln!("{} undone and read back.", undone.items.len());
    for id in &left {
        eprintln!("Still to take back by hand: {}.", session.titled(id));
    }
    Ok(Outcome {
        plan: undone,
        left,
        because: String::new(),
    })
}

async fn made_undone(
    session: &Session,
    arguments: &Arguments,
    step: Option<&StepId>,
    plan: &UndoPlan,
) -> Result<UndoPlan, Trouble> {
    let cancel = terminal::stop_on_interrupt();
    // Undoing writes, so the right to write is needed again where the sign-in was forgotten.
    let mut steps: Vec<_> = plan.items.iter().map(|item| item.step.clone()).collect();
    steps.dedup();
    if session.wants_sign_in_anywhere() || steps.iter().any(|step| session.lacks_right(step)) {
        enter::sign_in(session, &arguments.way, &steps, &cancel).await?;
    }
    session.undo(step, enter::on_progress(), cancel).await
}

/// What has to be taken back first, with how: there is no page here on which it stands.
fn with_the_way(session: &Session, trouble: Trouble) -> Trouble {
    for next in &trouble.next {
        if let NextDo::Go { step } = &next.act {
            show_way_back(session, step);
        }
    }
    trouble.next(
        "Then say so",
        "Add --taken-back with the number of that step.",
        NextDo::Nothing,
    )
}

impl Outcome {
    /// What stays, because no call takes it back, waits for a person.
    fn ended(&self) -> Ended {
        let whole = self.plan.impossible.is_empty() && self.left.is_empty();
        match whole && self.because.is_empty() {
            true => Ended::Verified,
            false => Ended::WaitsForPerson,
        }
    }

    fn report(&self, session: &Session, ended: Ended) -> Value {
        let changes = |items: &[UndoItem]| -> Vec<_> {
            let told = |item: &UndoItem| json!({ "step": session.titled(&item.step), "change": item.change.what });
            items.iter().map(told).collect()
        };
        let left = self
            .left
            .iter()
            .map(|id| json!({ "step": session.titled(id), "how": session.undo_by_hand_lines(id) }));
        json!({
            "connection": { "id": session.connection.id, "name": session.connection.name },
            "ended": ended.word(),
            "exit_code": ended.code(),
            "because": self.because,
            "undone": changes(&self.plan.items),
            "impossible": changes(&self.plan.impossible),
            "left_by_hand": left.collect::<Vec<_>>(),
            "trouble": null,
        })
    }
}

fn named(session: &Session, name: &str) -> Result<StepId, Trouble> {
    let guide = session.guide();
    let found = guide
        .steps()
        .map(|step| step.id())
        .find(|id| id.as_str() == name || guide.number(id).as_deref() == Some(name));
    found.ok_or_else(|| {
        Trouble::new(
            TroubleKind::BadInput,
            format!("There is no step called {name}"),
            "Nothing was sent.",
        )
    })
}

fn show(session: &Session, plan: &UndoPlan, left: &[StepId]) {
    for item in &plan.items {
        let (how, about) = item.change.undo.said();
        eprintln!("  {}: {how}. {about}", item.change.what);
    }
    for item in &plan.impossible {
        eprintln!(
            "  {}: can’t be undone. {}",
            item.change.what,
            item.change.undo.said().1
        );
    }
    for id in left {
        show_way_back(session, id);
    }
    if let Some(cuts) = app::undo_cuts(session, plan) {
        eprintln!("  {cuts}");
    }
}

/// What was done by hand and stays, with how it is taken back.
fn show_way_back(session: &Session, id: &StepId) {
    let title = session.titled(id);
    eprintln!("  By hand: what was done at {title} stays until a person takes it back:");
    for line in session.undo_by_hand_lines(id) {
        eprintln!("    {line}");
    }
}

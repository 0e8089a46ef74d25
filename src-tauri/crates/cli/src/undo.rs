//! `lockstep undo`: undoes the changes of a step, or of all, each read back.

use app::Session;
use engine::{StepId, Trouble, TroubleKind, UndoPlan};

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
    taken_back: Option<String>,
    /// Undo without asking; it is shown all the same.
    #[arg(long)]
    yes: bool,
}

/// Undoes.
pub async fn undo(arguments: Arguments) -> Result<Ended, Trouble> {
    let home = enter::home()?;
    let connection = which::existing(&home, &arguments.way)?;
    let session = enter::open(&home, connection).await?;
    if let Some(taken_back) = &arguments.taken_back {
        session.undone_by_hand(&named(&session, taken_back)?)?;
        if arguments.step.is_none() && !arguments.all {
            eprintln!("Noted: what was done by hand there is taken back.");
            return Ok(Ended::Verified);
        }
    }
    let step = match (&arguments.step, arguments.all) {
        (Some(name), _) => Some(named(&session, name)?),
        (None, true) => None,
        (None, false) => {
            let title = "Undo what? Name a step, or give --all";
            return Err(Trouble::new(
                TroubleKind::BadInput,
                title,
                "Nothing was sent.",
            ));
        }
    };
    if arguments.way.autopilot && arguments.yes && step.is_none() {
        session.practise_undoing().await?;
        eprintln!("  Practice: the autopilot took back by hand what was done at Atlassian.");
    }
    // Nobody signs in for an undo that would be refused.
    if let Some(trouble) = session.taken_back_first(step.as_ref()) {
        return Err(trouble.next(
            "Then say so",
            "Add --taken-back with the number of that step.",
            engine::NextDo::Nothing,
        ));
    }
    let plan = session.undo_plan(step.as_ref());
    show(&plan);
    let hanging = session
        .guide()
        .steps()
        .any(|known| !session.state().open_changes(&known.id()).is_empty());
    if plan.items.is_empty() && !hanging {
        eprintln!("There is nothing to undo.");
        return Ok(Ended::Verified);
    }
    if !arguments.yes && !terminal::confirmed(&format!("Undo these {}", plan.items.len())) {
        eprintln!("Nothing was undone. Give --yes, or type yes.");
        return Ok(Ended::WaitsForPerson);
    }
    let cancel = terminal::stop_on_interrupt();
    // Undoing writes, so the right to write is needed again where the sign-in was forgotten.
    let mut steps: Vec<_> = plan.items.iter().map(|item| item.step.clone()).collect();
    steps.dedup();
    if session.wants_sign_in_anywhere() || steps.iter().any(|step| session.lacks_right(step)) {
        enter::sign_in(&session, &arguments.way, &steps, &cancel).await?;
    }
    let undone = session
        .undo(step.as_ref(), enter::on_progress(), cancel)
        .await?;
    eprintln!("{} undone and read back.", undone.items.len());
    Ok(if undone.impossible.is_empty() {
        Ended::Verified
    } else {
        Ended::WaitsForPerson
    })
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

fn show(plan: &UndoPlan) {
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
}

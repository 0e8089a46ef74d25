//! `lockstep run`: the whole guide, step by step.

use std::path::PathBuf;
use std::sync::Arc;

use app::views::StepView;
use app::{Connection, Home, Services, Session};
use connect::CancellationToken;
use engine::{Applied, AskKind, Guide, Plan, Proposal, Standing, StepId, Trouble, TroubleKind};

use crate::answers::{self, Answers};
use crate::ended::Ended;
use crate::which::{self, Place};
use crate::{Way, enter, open, paint, terminal};

/// How often a plan that moved is shown again before the run gives up: somebody else is at work then.
const MOST_MOVES: usize = 3;
/// How many questions one after the other are answered from the file while a step is planned; no step has so many.
const MOST_QUESTIONS: usize = 8;

/// Practice writes its logs within seconds.
const LONGEST_WAIT: std::time::Duration = std::time::Duration::from_secs(30);
const BETWEEN_LOOKS: std::time::Duration = std::time::Duration::from_secs(1);

/// Arguments of `lockstep run`.
#[derive(clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    way: Way,
    /// Answers to what the guide asks.
    #[arg(long, value_name = "FILE")]
    answers: Option<PathBuf>,
    /// Start the built-in practice services with this scenario and use them. Services and connection end with the command.
    #[arg(long, value_name = "S", conflicts_with = "cloud")]
    practice: Option<String>,
    /// Make the connection where there is none of that name yet. Needed only beside other connections.
    #[arg(long)]
    new: bool,
    /// Stop after this step, by id or number.
    #[arg(long, value_name = "STEP")]
    until: Option<String>,
    /// Make the changes without asking, also those that can't be undone; they are shown all the same.
    #[arg(long)]
    yes: bool,
    /// Say that this step, by id or number, was done by hand.
    #[arg(long, value_name = "STEP")]
    done: Option<String>,
    /// A report as JSON on standard output.
    #[arg(long)]
    pub json: bool,
    /// Print a commented answers file.
    #[arg(long)]
    example_answers: bool,
}

/// What a run carries along.
struct Going {
    session: Arc<Session>,
    way: Way,
    answers: Answers,
    yes: bool,
    cancel: CancellationToken,
}

/// Why a run stopped before the end.
struct Stop {
    ended: Ended,
    because: String,
}

/// Runs the guide.
pub async fn run(arguments: Arguments) -> Result<Ended, Trouble> {
    if arguments.example_answers {
        print!("{}", answers::example());
        return Ok(Ended::Verified);
    }
    let answers = arguments
        .answers
        .as_deref()
        .map(answers::read)
        .transpose()?
        .unwrap_or_default();
    let home = enter::home()?;
    // Two runs at once must not both find the name free.
    let making = home.while_making()?;
    let place = match &arguments.practice {
        Some(scenario) => which::for_practice(&home, &arguments.way, scenario)?,
        None => which::for_run(&home, &arguments.way, arguments.new)?,
    };
    let connection = match place {
        Place::There(connection) => connection,
        Place::New { name, services } => {
            // Nothing is made for a step that does not exist.
            for step in [&arguments.until, &arguments.done].into_iter().flatten() {
                step_named(app::first_guide(), step)?;
            }
            made(&home, &name, services)?
        }
    };
    drop(making);
    let id = connection.id.clone();
    let ended = in_connection(&home, connection, &arguments, answers).await;
    if arguments.practice.is_some() {
        // Its services end with the command, so there is nothing to come back to.
        home.forget(&id)?;
    }
    ended
}

/// Makes a connection, and says so.
fn made(home: &Home, name: &str, services: Services) -> Result<Connection, Trouble> {
    let practice = matches!(services, Services::Practice(_));
    // What an earlier practice left behind when it was killed.
    if practice {
        home.forget_practice();
    }
    let connection = home.create(name, services)?;
    if !practice {
        eprintln!(
            "New connection {} (id {}), kept in {}",
            connection.name,
            connection.id,
            home.folder(&connection.id).display()
        );
    }
    Ok(connection)
}

async fn in_connection(
    home: &Home,
    connection: Connection,
    arguments: &Arguments,
    answers: Answers,
) -> Result<Ended, Trouble> {
    let going = begin(home, connection, arguments, answers).await?;
    let named = |name: &String| step_named(going.session.guide(), name);
    let until = arguments.until.as_ref().map(named).transpose()?;
    if let Some(done) = arguments.done.as_ref().map(named).transpose()? {
        going.done_by_hand(&done)?;
    }
    let went = going.go(until.as_ref()).await;
    let (ended, because, trouble) = match went {
        Ok(None) => (Ended::Verified, String::new(), None),
        Ok(Some(stop)) => (stop.ended, stop.because, None),
        Err(trouble) => (
            Ended::of(&trouble),
            connect::Redactor::redact(&trouble.title),
            Some(trouble),
        ),
    };
    if let Some(trouble) = &trouble {
        paint::trouble(trouble);
    }
    if arguments.json {
        crate::check::report(&going.session, ended, &because, trouble.as_ref(), None);
    }
    match ended {
        Ended::Verified => eprintln!("\nEverything up to here is verified.{}", going.not_quite()),
        Ended::WaitsForPerson => eprintln!(
            "\nWaits for a person: {because}\n{}",
            goes_on(arguments.practice.as_deref())
        ),
        Ended::Failed | Ended::BadInput => eprintln!("\nStopped: {because}"),
    }
    Ok(ended)
}

async fn begin(
    home: &Home,
    connection: Connection,
    arguments: &Arguments,
    answers: Answers,
) -> Result<Going, Trouble> {
    let mut way = arguments.way.clone();
    way.autopilot |= arguments.practice.is_some();
    let session = enter::open(home, connection).await?;
    Ok(Going {
        answers: with_practice(&session, &way, answers),
        session,
        way,
        yes: arguments.yes,
        cancel: match &arguments.practice {
            Some(_) => terminal::stop_practice_on_interrupt(),
            None => terminal::stop_on_interrupt(),
        },
    })
}

/// What the autopilot answers where the file does not: what a person would who just wants to try.
fn with_practice(session: &Session, way: &Way, answers: Answers) -> Answers {
    let Some(practice) = session.cloud.practice.as_ref().filter(|_| way.autopilot) else {
        return answers;
    };
    let mut all = Answers::from([
        ("plan.who".to_owned(), "both".to_owned()),
        ("plan.stage".to_owned(), "trial".to_owned()),
        ("atlassian.guard".to_owned(), "yes".to_owned()),
    ]);
    match &practice.client_id {
        Some(client) => {
            all.insert("entra.client_kind".to_owned(), "own".to_owned());
            all.insert("entra.client_id".to_owned(), client.clone());
            all.insert("entra.tenant_choice".to_owned(), practice.tenant_id.clone());
        }
        None => {
            all.insert("entra.client_kind".to_owned(), "quick".to_owned());
        }
    }
    all.extend(answers);
    all
}

fn step_named<Cx>(guide: &Guide<Cx>, name: &str) -> Result<StepId, Trouble> {
    let found = guide
        .steps()
        .map(|step| step.id())
        .find(|id| id.as_str() == name || guide.number(id).as_deref() == Some(name));
    found.ok_or_else(|| {
        let all: Vec<_> = guide
            .steps()
            .map(|step| {
                format!(
                    "{} ({})",
                    step.id(),
                    guide.number(&step.id()).unwrap_or_default()
                )
            })
            .collect();
        Trouble::new(
            TroubleKind::BadInput,
            format!("There is no step called {name}"),
            "Nothing was sent.",
        )
        .next("Name one of these", all.join(", "), engine::NextDo::Nothing)
    })
}

impl Going {
    /// Notes that a step was done by hand.
    fn done_by_hand(&self, step: &StepId) -> Result<(), Trouble> {
        if self.session.lock(step).is_some_and(|lock| !lock.is_open()) {
            // It may be so all the same, and an undo has to know it.
            eprintln!(
                "  Noted, although not everything held that has to hold before it. Look at the checks below."
            );
        }
        self.session.done_by_hand(step)
    }

    /// Goes through the guide; `None` when everything up to the end is verified.
    async fn go(&self, until: Option<&StepId>) -> Result<Option<Stop>, Trouble> {
        let steps: Vec<_> = self.session.guide().steps().map(|step| step.id()).collect();
        let last = steps.iter().position(|id| Some(id) == until);
        let steps = &steps[..last.map_or(steps.len(), |last| last + 1)];
        for id in steps {
            if let Some(stop) = self.step(id).await? {
                return Ok(Some(stop));
            }
        }
        self.look_once_more(steps).await?;
        // What nobody could look at holds nobody up on the way, and is not verified at its end.
        let open = open::steps(&self.session, steps);
        if open.is_empty() {
            return Ok(None);
        }
        let because = format!("not verified yet:\n  {}", open.join("\n  "));
        Ok(stop(Ended::WaitsForPerson, because))
    }

    /// A later step may have proven what could not be looked at before: what was done by hand there is learned of by a plan, and
    /// what rests on it is seen by a second look.
    async fn look_once_more(&self, steps: &[StepId]) -> Result<(), Trouble> {
        let guide = self.session.guide();
        let is_open =
            |id: &StepId| self.session.state().standing(guide, id) == Standing::DoneNotVerified;
        if !steps.iter().any(is_open) {
            return Ok(());
        }
        let by_hand = |id: &&StepId| guide.step(id).is_some_and(|step| step.hand_first());
        for id in steps.iter().filter(by_hand) {
            self.session
                .plan(id, enter::on_progress(), self.cancel.clone())
                .await?;
        }
        for id in steps.iter().filter(|id| is_open(id)) {
            self.look(id).await?;
        }
        Ok(())
    }

    async fn step(&self, id: &StepId) -> Result<Option<Stop>, Trouble> {
        if let Standing::CannotStart(needs) =
            self.session.state().standing(self.session.guide(), id)
        {
            let numbers: Vec<_> = needs
                .iter()
                .filter_map(|need| self.session.guide().number(need))
                .collect();
            return Ok(stop(
                Ended::Failed,
                format!("{} needs {} first", self.title(id), numbers.join(" and ")),
            ));
        }
        self.session.went(id)?;
        if let Some(view) = app::step_view(&self.session, id, None) {
            paint::heading(&view);
        }
        if self.session.reads_with_more_rights(id) && self.session.lacks_right(id) {
            eprintln!("  The right to read this is asked for now.");
            self.sign_in(id).await?;
        }
        self.give_answers(id).await?;
        self.practise(id).await?;
        if *id == app::key_step() {
            enter::key(&self.session, &self.way).await?;
        }
        if let Some(ask) = self.session.open_asks(id, None).first() {
            self.show_by_hand(id);
            let mut text = format!("answer “{}” ({})", ask.label, ask.id);
            text.push_str(&belongs_to(ask));
            return Ok(stop(Ended::WaitsForPerson, text));
        }
        if self.session.wants_sign_in(id) {
            self.sign_in(id).await?;
        }
        if let Some(stopped) = self.changes(id).await? {
            return Ok(Some(stopped));
        }
        self.keep_documents(id)?;
        self.look_until_told(id).await?;
        self.session.misnamed(id, &self.answers, None)?;
        if let Some(stopped) = self.behind_lock(id).await? {
            return Ok(Some(stopped));
        }
        Ok(self.judge(id))
    }

    /// Looks; in practice, where nobody has to be bothered with coming back, again while a service needs time.
    async fn look_until_told(&self, id: &StepId) -> Result<(), Trouble> {
        let begin = std::time::Instant::now();
        loop {
            self.look(id).await?;
            let standing = self.session.state().standing(self.session.guide(), id);
            let patient = self.way.autopilot && begin.elapsed() < LONGEST_WAIT;
            if standing != Standing::Waiting || !patient || self.cancel.is_cancelled() {
                return Ok(());
            }
            tokio::time::sleep(BETWEEN_LOOKS).await;
        }
    }

    async fn look(&self, id: &StepId) -> Result<(), Trouble> {
        let (on, cancel) = (enter::on_progress(), self.cancel.clone());
        self.session
            .look(std::slice::from_ref(id), on, cancel)
            .await
    }

    /// In practice the autopilot does by hand what a person would, and its answers count where the file has none.
    async fn practise(&self, id: &StepId) -> Result<(), Trouble> {
        if !self.way.autopilot {
            return Ok(());
        }
        let brought_back = self.session.practise(id).await?;
        if !brought_back.is_empty() {
            eprintln!(
                "  Practice: the autopilot did by hand what this step wants, and brings it back."
            );
        }
        for (ask, value) in brought_back {
            let asks = self.session.asks(id, None);
            if let Some(ask) = asks.iter().find(|known| known.id == ask) {
                self.give_value(id, ask, &value).await?;
            }
        }
        Ok(())
    }

    /// Saves the files of a step into the connection's folder: nobody is there to press a button.
    fn keep_documents(&self, id: &StepId) -> Result<(), Trouble> {
        for document in self.session.documents(id) {
            let path = self.session.save_document(id, &document.id)?;
            eprintln!("  Saved {}", path.display());
        }
        Ok(())
    }

    /// The name that has to be typed before it is shown how to do what can shut people out: from the answers file, or on the
    /// terminal.
    fn confirmed_by_name(&self, id: &StepId) -> Option<Stop> {
        let confirm = self.session.guide().step(id)?.lock()?.confirm?;
        let asks = self.session.asks(id, None);
        let label = asks
            .iter()
            .find(|ask| ask.id == confirm)
            .map(|ask| ask.label.clone());
        let label = label.unwrap_or_default();
        let typed = self
            .answers
            .get(confirm)
            .cloned()
            .or_else(|| terminal::typed(&label));
        if typed.is_some_and(|typed| self.session.confirms(id, confirm, &typed)) {
            return None;
        }
        stop(
            Ended::WaitsForPerson,
            format!("{}: {label} ({confirm})", self.title(id)),
        )
    }

    /// The route by hand, on a step that leads with it.
    fn show_by_hand(&self, id: &StepId) {
        let leads = self
            .session
            .guide()
            .step(id)
            .is_some_and(|step| step.hand_first());
        for line in self.session.by_hand_lines(id).iter().filter(|_| leads) {
            eprintln!("  {line}");
        }
    }

    /// What lies behind the lock of a step is done by hand: by the autopilot in practice, else by the person, who says so
    /// with --done.
    async fn behind_lock(&self, id: &StepId) -> Result<Option<Stop>, Trouble> {
        let state = self.session.state();
        let done = state.step(id).is_some_and(|state| state.by_hand.is_some());
        if done && self.way.autopilot && self.session.practise_taken_over(id).await? {
            eprintln!("  Practice: the autopilot logged in once more, to see how it is enforced.");
            self.look_until_told(id).await?;
        }
        let Some(lock) = self.session.lock(id).filter(|_| !done) else {
            return Ok(None);
        };
        if !lock.is_open() {
            return Ok(None);
        }
        if self.way.autopilot {
            self.session.practise_enforcing(id).await?;
            eprintln!("  Practice: the autopilot enforced it by hand, and logged in once more.");
            self.look_until_told(id).await?;
            return Ok(None);
        }
        if let Some(view) = app::step_view(&self.session, id, None) {
            paint::checks(&view.checks);
            paint::effects(&view.effects);
        }
        if let Some(stopped) = self.confirmed_by_name(id) {
            return Ok(Some(stopped));
        }
        self.show_by_hand(id);
        let number = self.session.guide().number(id).unwrap_or_default();
        Ok(stop(
            Ended::WaitsForPerson,
            format!(
                "{}: do what is written above, then add --done {number}",
                self.title(id)
            ),
        ))
    }

    /// What a verified guide does not prove, in a sentence.
    fn not_quite(&self) -> String {
        let checks: Vec<_> = self
            .session
            .guide()
            .steps()
            .filter_map(|step| app::step_view(&self.session, &step.id(), None))
            .flat_map(|view| view.checks)
            .collect();
        let of = |state| {
            checks
                .iter()
                .filter(|check| check.state == Some(state))
                .count()
        };
        let (warn, unknown) = (
            of(app::views::CheckState::Warn),
            of(app::views::CheckState::Unknown),
        );
        match (warn, unknown) {
            (0, 0) => String::new(),
            (warn, 0) => format!(" Warnings: {warn}, named above."),
            (warn, unknown) => {
                format!(" Warnings: {warn}; could not be looked at: {unknown}; both named above.")
            }
        }
    }

    async fn sign_in(&self, id: &StepId) -> Result<(), Trouble> {
        let steps = std::slice::from_ref(id);
        enter::sign_in(&self.session, &self.way, steps, &self.cancel).await
    }

    /// Gives every answer of the file that this step asks for; an answer can bring up another ask.
    async fn give_answers(&self, id: &StepId) -> Result<(), Trouble> {
        for _ in 0..3 {
            for ask in self.session.asks(id, None) {
                self.give(id, &ask).await?;
            }
        }
        Ok(())
    }

    /// Gives the answer of the file, and says whether it has one that was not given yet.
    async fn give(&self, id: &StepId, ask: &engine::Ask) -> Result<bool, Trouble> {
        let answer = self.answers.get(&ask.id);
        match answer.filter(|_| ask.kind != AskKind::Secret) {
            Some(value) => self.give_value(id, ask, value).await,
            None => Ok(false),
        }
    }

    /// Gives an answer, and says whether it was not given yet.
    async fn give_value(
        &self,
        id: &StepId,
        ask: &engine::Ask,
        value: &str,
    ) -> Result<bool, Trouble> {
        if self.session.state().known().answer(&ask.id) == Some(value) {
            return Ok(false);
        }
        let answered = self
            .session
            .answer_until_stopped(id, ask, value, &self.cancel);
        match answered.await? {
            Some(said) if said.tone == app::views::Tone::Fail => {
                let title = format!(
                    "The answer to {} is refused: {} {}",
                    ask.id, said.strong, said.text
                );
                Err(Trouble::new(
                    TroubleKind::BadInput,
                    title,
                    "Nothing was changed.",
                ))
            }
            _ => Ok(true),
        }
    }

    /// Plans. What is asked on the way is answered from the file; an answer can bring up another question.
    async fn planned(&self, id: &StepId) -> Result<Proposal, Trouble> {
        let mut rounds = 0..MOST_QUESTIONS;
        loop {
            let (on, cancel) = (enter::on_progress(), self.cancel.clone());
            let proposal = self.session.plan(id, on, cancel).await?;
            let Plan::Asks { asks, .. } = &proposal.plan else {
                return Ok(proposal);
            };
            let mut given = false;
            for ask in asks {
                given |= self.give(id, ask).await?;
            }
            if !given || rounds.next().is_none() {
                return Ok(proposal);
            }
        }
    }

    async fn changes(&self, id: &StepId) -> Result<Option<Stop>, Trouble> {
        for _ in 0..MOST_MOVES {
            let proposal = self.planned(id).await?;
            match &proposal.plan {
                Plan::AlreadySo(_) | Plan::ByHand => return Ok(None),
                Plan::Asks { because, asks } => {
                    return Ok(stop(Ended::WaitsForPerson, self.asked(because, asks)));
                }
                Plan::Changes { .. } => {
                    let proposal = Some(&proposal);
                    self.session.misnamed(id, &self.answers, proposal)?;
                }
            }
            if self.session.lacks_right(id) {
                eprintln!("  The right to make changes is asked for now.");
                self.sign_in(id).await?;
            }
            let typed = match self.shown(id, &proposal) {
                Ok(typed) => typed,
                Err(stopped) => return Ok(Some(stopped)),
            };
            match self
                .session
                .apply(
                    id,
                    &proposal.fingerprint,
                    typed.as_deref(),
                    enter::on_progress(),
                    self.cancel.clone(),
                )
                .await?
            {
                Applied::Made if self.session.wants_sign_in(id) => {
                    // A registration was just made: from now on it is the one to sign in with.
                    self.sign_in(id).await?;
                    return Ok(None);
                }
                Applied::Made => return Ok(None),
                Applied::Moved(_) => eprintln!(
                    "  Something changed in Entra meanwhile. Nothing was changed; this is the plan now:"
                ),
            }
        }
        Ok(stop(
            Ended::Failed,
            "the live system moved each time before the changes were made".to_owned(),
        ))
    }

    /// Shows the changes and has them confirmed: by yes, or by the name of what can't be undone, which is what is typed.
    fn shown(&self, id: &StepId, proposal: &Proposal) -> Result<Option<String>, Stop> {
        let name = proposal.to_type();
        let Some(view) = app::step_view(&self.session, id, Some(proposal)) else {
            return Ok(name.filter(|_| self.yes));
        };
        if let Some(changes) = &view.changes {
            paint::changes(changes);
        }
        let primary = view.footer.primary.as_ref();
        let label = primary.map(|primary| primary.label.clone());
        let label = label.unwrap_or_default();
        let waits = |because: String| Stop {
            ended: Ended::WaitsForPerson,
            because: format!("{because} (or give --yes)"),
        };
        match name {
            // Who gave --yes was told that it asks nothing.
            name if self.yes => Ok(name),
            None if terminal::confirmed(&label) => Ok(None),
            None => Err(waits(format!("confirm: {label}"))),
            Some(name) => {
                let asks = format!("{label}? It can’t be undone. Type {name} to go on");
                let typed = terminal::typed(&asks);
                match engine::is_typed(&name, typed.as_deref()) {
                    true => Ok(typed),
                    false => Err(waits(format!(
                        "type {name}: {label}, which can’t be undone"
                    ))),
                }
            }
        }
    }

    fn asked(&self, because: &str, asks: &[engine::Ask]) -> String {
        let mut text = because.to_owned();
        for ask in asks {
            text.push_str(&format!("\n  {} ({})", ask.label, ask.id));
            text.push_str(&belongs_to(ask));
        }
        text
    }

    /// Whether the run can go on after a step was looked at.
    fn judge(&self, id: &StepId) -> Option<Stop> {
        let view: StepView = app::step_view(&self.session, id, None)?;
        if let Some(lock) = &view.lock {
            paint::checks(&lock.checks);
        }
        paint::checks(&view.checks);
        let (state, guide) = (self.session.state(), self.session.guide());
        if state.is_passed(guide, id) {
            return None;
        }
        let failed = view
            .checks
            .iter()
            .find(|check| check.state == Some(app::views::CheckState::Fail));
        match failed {
            Some(check) => stop(
                Ended::Failed,
                format!("{}: {}", self.title(id), check.title),
            ),
            None => {
                let open = view
                    .checks
                    .iter()
                    .find(|check| !matches!(check.state, Some(app::views::CheckState::Pass)));
                let what = open.map_or_else(String::new, |check| {
                    format!(": {}. {}", check.title, check.detail)
                });
                stop(Ended::WaitsForPerson, format!("{}{what}", self.title(id)))
            }
        }
    }

    fn title(&self, id: &StepId) -> String {
        let guide = self.session.guide();
        let title = guide.step(id).map(|step| step.title()).unwrap_or_default();
        format!("{} {title}", guide.number(id).unwrap_or_default())
    }
}

/// What an ask offers, and what is to be pasted elsewhere before it can be answered.
fn belongs_to(ask: &engine::Ask) -> String {
    let mut text = String::new();
    if let AskKind::Choice { options } = &ask.kind {
        for option in options {
            text.push_str(&format!(
                "\n    {} = {}. {}",
                option.value, option.label, option.hint
            ));
        }
    }
    for (label, note, value) in &ask.copies {
        text.push_str(&format!("\n    {label}: {note}\n{value}"));
    }
    text
}

fn stop(ended: Ended, because: String) -> Option<Stop> {
    Some(Stop { ended, because })
}

/// How it goes on. Practice that is built in ends with the command.
fn goes_on(practice: Option<&str>) -> String {
    match practice {
        None => {
            "The same command goes on from here. Answers are given in a file (--answers FILE); \
                 lockstep run --example-answers shows its form."
                .to_owned()
        }
        Some(scenario) => format!(
            "This practice ends with the command. To go on from here, keep one running:\n  \
             lockstep practice --scenario {scenario} --cloud-file here.toml\n  \
             lockstep run --cloud here.toml --connection practice-2 --new --autopilot --yes --answers answers.toml\n\
             lockstep run --example-answers shows the form of the answers."
        ),
    }
}

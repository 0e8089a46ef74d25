//! Misfortunes with a name: each of these was a fault once, or would be the first thing to go wrong.

use engine::{
    ChangeStanding, Entry, NextDo, Plan, Standing, Step, StepId, Trouble, TroubleKind, VerdictState,
};
use tokio_util::sync::CancellationToken;

use crate::guides::{SHUT_DOOR, Script, Want, guide, id};
use crate::lives::{Connection, End, Errand, entries};
use crate::world::{CALM, Cx, Deed, Fate, Weather};

fn creates(name: &str, needs: &[usize]) -> Script {
    Script {
        needs: needs.to_vec(),
        wants: vec![Want {
            name: name.into(),
            value: None,
            can_be_undone: true,
        }],
        checks: vec![vec![name.into()]],
        ..Script::default()
    }
}

fn puts(name: &str, value: u64) -> Script {
    let mut script = creates(name, &[]);
    script.wants[0].value = Some(value);
    script
}

fn connection(scripts: &[Script]) -> Connection {
    Connection::new(guide(scripts), &[("shared", 0)])
}

fn behind(seconds: &[u64]) -> Weather {
    Weather {
        behind: seconds.iter().map(|seconds| seconds * 1000).collect(),
        ..Weather::default()
    }
}

fn fate(fate: Fate) -> Weather {
    Weather {
        fates: [fate].into(),
        ..behind(&[0])
    }
}

fn climb() -> Errand {
    Errand::Climb(Vec::new())
}

/// Plans and makes one step.
async fn make(connection: &Connection, step: &StepId) -> Result<(), Trouble> {
    let journal = connection.open(connection.store.reopened());
    let run = connection.run(&journal, &CancellationToken::new());
    let proposal = run.plan(step).await?;
    if let Plan::Changes { changes, .. } = &proposal.plan {
        connection.world.show(step, changes);
    }
    let typed = proposal.to_type();
    let made = run.apply(step, &proposal.fingerprint, typed.as_deref());
    made.await.map(|_| ())
}

#[tokio::test]
async fn what_cannot_be_undone_is_made_only_by_who_typed_its_name() {
    let mut script = creates("Pilot", &[]);
    script.wants[0].can_be_undone = false;
    let connection = connection(&[script]);
    let step = id(0);
    let journal = connection.open(connection.store.reopened());
    let run = connection.run(&journal, &CancellationToken::new());
    let proposal = run.plan(&step).await.expect("a plan");
    if let Plan::Changes { changes, .. } = &proposal.plan {
        connection.world.show(&step, changes);
    }
    for typed in [None, Some(""), Some("pilot"), Some("Pilo")] {
        let refused = run.apply(&step, &proposal.fingerprint, typed).await;
        let refused = refused.expect_err("nothing is made");
        assert_eq!(refused.kind, TroubleKind::BadInput, "{typed:?}");
        assert!(refused.title.contains("“Pilot”"), "{}", refused.title);
        assert_eq!(connection.world.sent(), 0, "{typed:?}");
    }
    let made = run
        .apply(&step, &proposal.fingerprint, Some(" Pilot "))
        .await;
    assert_eq!(made, Ok(engine::Applied::Made));
    assert_eq!(connection.world.sent(), 1);
}

async fn undo(connection: &Connection, step: Option<&StepId>) -> Result<(), Trouble> {
    let journal = connection.open(connection.store.reopened());
    let run = connection.run(&journal, &CancellationToken::new());
    run.undo(step).await.map(|_| ())
}

/// Begins again and again, each time with the power on for a little longer, until the last record is the wanted one.
async fn cut_right_after(
    begin: impl AsyncFn() -> Connection,
    errand: &Errand,
    wanted: fn(&Entry) -> bool,
) -> Connection {
    for polls in 1..200 {
        let connection = begin().await;
        connection.live(errand, End::Cut(polls)).await;
        if entries(&connection.store).last().is_some_and(wanted) {
            return connection;
        }
    }
    panic!("the record was never the last one");
}

fn is_intended(entry: &Entry) -> bool {
    matches!(entry, Entry::Intended { .. })
}

#[tokio::test(start_paused = true)]
async fn made_but_not_read_back_is_not_made_again() {
    let begin = async || {
        let connection = connection(&[creates("application", &[])]);
        connection.world.set_weather(behind(&[10, 10]));
        connection
    };
    let connection = cut_right_after(begin, &climb(), |entry| {
        matches!(entry, Entry::Done { found: false, .. })
    })
    .await;
    connection
        .live(&climb(), End::Whole)
        .await
        .expect("the power is on")
        .expect("a life");
    tokio::time::sleep(CALM).await;
    assert_eq!(connection.world.named("application").len(), 1);
}

#[tokio::test(start_paused = true)]
async fn servers_that_are_behind_do_not_bring_an_undone_change_back() {
    let begin = async || {
        let connection = connection(&[creates("application", &[])]);
        make(&connection, &id(0)).await.expect("made");
        tokio::time::sleep(CALM).await;
        connection.world.set_weather(behind(&[10, 10]));
        connection
    };
    let connection = cut_right_after(begin, &Errand::Undo, |entry| {
        matches!(entry, Entry::Undoing { .. })
    })
    .await;
    // The write had left when the power went.
    let application = &connection.world.named("application")[0];
    let deed = Deed::Delete {
        id: application.id.clone(),
    };
    connection.world.somebody_else(&deed);
    let sent = connection.world.sent();
    undo(&connection, None).await.expect("undone");
    assert_eq!(connection.world.sent(), sent, "nothing is deleted twice");
    let state = connection.state();
    let records = &state.step(&id(0)).expect("a step").changes;
    assert_eq!(records[0].standing, ChangeStanding::Undone);
}

#[tokio::test(start_paused = true)]
async fn an_undo_that_got_no_answer_and_did_not_happen_is_told_and_can_be_done_again() {
    let connection = connection(&[creates("application", &[])]);
    make(&connection, &id(0)).await.expect("made");
    connection.world.set_weather(fate(Fate::LostNotDone));
    let trouble = undo(&connection, None).await.expect_err("not undone");
    assert_eq!(trouble.kind, TroubleKind::Refused);
    assert_eq!(trouble.next[0].act, NextDo::Retry);
    assert_eq!(connection.state().open_changes(&id(0)), Vec::new());
    undo(&connection, None).await.expect("undone");
    assert_eq!(connection.world.named("application"), Vec::new());
}

#[tokio::test(start_paused = true)]
async fn what_was_made_again_after_somebody_removed_it_is_undone_whole() {
    let connection = connection(&[creates("application", &[])]);
    make(&connection, &id(0)).await.expect("made");
    connection.world.somebody_else(&Deed::Clear {
        name: "application".into(),
    });
    make(&connection, &id(0)).await.expect("made again");
    undo(&connection, None).await.expect("undone");
    assert_eq!(connection.world.named("application"), Vec::new());
    let journal = connection.open(connection.store.reopened());
    let run = connection.run(&journal, &CancellationToken::new());
    assert_eq!(run.undo_plan(None).items, Vec::new(), "nothing is left");
    assert_eq!(connection.world.wrongs(), Vec::<String>::new());
}

#[tokio::test(start_paused = true)]
async fn of_two_steps_that_do_not_need_each_other_the_last_made_is_undone_first() {
    let connection = connection(&[puts("shared", 1), puts("shared", 2)]);
    make(&connection, &id(1)).await.expect("made");
    make(&connection, &id(0)).await.expect("made");
    undo(&connection, None).await.expect("undone");
    assert_eq!(connection.world.named("shared")[0].value, 0);
}

#[tokio::test(start_paused = true)]
async fn what_was_made_again_still_waits_for_what_rests_on_it() {
    let connection = connection(&[creates("application", &[]), creates("claim", &[0])]);
    make(&connection, &id(0)).await.expect("made");
    make(&connection, &id(1)).await.expect("made");
    connection.world.somebody_else(&Deed::Clear {
        name: "application".into(),
    });
    make(&connection, &id(0)).await.expect("made again");
    let journal = connection.open(connection.store.reopened());
    let run = connection.run(&journal, &CancellationToken::new());
    let steps: Vec<_> = run
        .undo_plan(None)
        .items
        .into_iter()
        .map(|item| item.step)
        .collect();
    assert_eq!(steps, [id(1), id(0), id(0)]);
}

#[tokio::test(start_paused = true)]
async fn undoing_one_step_does_not_ask_about_others() {
    let begin = async || {
        let connection = connection(&[creates("application", &[]), creates("group", &[])]);
        make(&connection, &id(0)).await.expect("made");
        connection
    };
    let connection = cut_right_after(begin, &climb(), is_intended).await;
    let before = connection.world.reads().len();
    undo(&connection, Some(&id(0))).await.expect("undone");
    let reads = &connection.world.reads()[before..];
    assert!(
        reads.iter().all(|(_, name)| name == "application"),
        "{reads:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_look_knows_what_was_found_out_just_before() {
    let begin = async || connection(&[creates("application", &[])]);
    let connection = cut_right_after(begin, &climb(), is_intended).await;
    // The write had left when the power went.
    connection.world.somebody_else(&Deed::Create {
        name: "application".into(),
    });
    let journal = connection.open(connection.store.reopened());
    let run = connection.run(&journal, &CancellationToken::new());
    run.look(&[id(0)]).await.expect("a look");
    let state = journal.state();
    let looked = &state.step(&id(0)).expect("a step").looked["check-0"];
    let seen = &looked.findings[0].verdict.detail;
    assert!(seen.starts_with("id of application"), "{seen}");
}

#[tokio::test(start_paused = true)]
async fn a_look_goes_on_where_one_change_can_not_be_found_out_about() {
    let begin = async || connection(&[creates("application", &[]), creates("group", &[])]);
    let connection = cut_right_after(begin, &climb(), is_intended).await;
    connection.world.set_weather(Weather {
        blind: [true].into(),
        ..behind(&[0])
    });
    let journal = connection.open(connection.store.reopened());
    let run = connection.run(&journal, &CancellationToken::new());
    let outcome = run.look(&[id(0), id(1)]).await;
    assert_eq!(outcome.expect_err("it is told").kind, TroubleKind::Refused);
    let state = journal.state();
    for step in [id(0), id(1)] {
        let looked = &state.step(&step).expect("looked at").looked["check-0"];
        assert_eq!(looked.findings[0].verdict.state, VerdictState::Pass);
    }
}

#[tokio::test(start_paused = true)]
async fn a_refused_change_that_is_done_by_hand_stops_nobody() {
    for said in [true, false] {
        let connection = connection(&[creates("application", &[])]);
        connection.world.set_weather(fate(Fate::Refused));
        make(&connection, &id(0)).await.expect_err("refused");
        let journal = connection.open(connection.store.reopened());
        let run = connection.run(&journal, &CancellationToken::new());
        assert_eq!(
            journal.state().standing(&connection.guide, &id(0)),
            Standing::Attention
        );
        connection.world.somebody_else(&Deed::Create {
            name: "application".into(),
        });
        if said {
            let step = id(0);
            journal
                .append(Entry::DoneByHand { step })
                .expect("recorded");
        } else {
            run.plan(&id(0)).await.expect("a plan that finds it so");
        }
        run.look(&[id(0)]).await.expect("a look");
        let state = journal.state();
        assert_eq!(state.standing(&connection.guide, &id(0)), Standing::Done);
        assert!(state.is_passed(&connection.guide, &id(0)));
    }
}

#[tokio::test(start_paused = true)]
async fn the_plan_of_another_object_makes_older_looks_stale() {
    let connection = connection(&[creates("application", &[])]);
    make(&connection, &id(0)).await.expect("made");
    let journal = connection.open(connection.store.reopened());
    let run = connection.run(&journal, &CancellationToken::new());
    run.look(&[id(0)]).await.expect("a look");
    assert!(
        !journal
            .state()
            .is_stale(&connection.guide, &id(0), "check-0")
    );
    connection.world.somebody_else(&Deed::Clear {
        name: "application".into(),
    });
    connection.world.somebody_else(&Deed::Create {
        name: "application".into(),
    });
    run.plan(&id(0)).await.expect("a plan that finds another");
    assert!(
        journal
            .state()
            .is_stale(&connection.guide, &id(0), "check-0")
    );
}

#[tokio::test(start_paused = true)]
async fn a_step_that_knows_no_changes_says_so() {
    struct Empty;
    #[async_trait::async_trait]
    impl Step<Cx> for Empty {
        fn id(&self) -> StepId {
            StepId::of("empty")
        }
        fn title(&self) -> &'static str {
            "Empty"
        }
        fn text(&self) -> &'static str {
            ""
        }
        async fn plan(&self, _: &Cx, _: &engine::Known) -> Result<Plan, Trouble> {
            Ok(Plan::ByHand)
        }
        fn checks(&self) -> &'static [&'static dyn engine::Check<Cx>] {
            &[]
        }
    }
    let connection = connection(&[creates("application", &[])]);
    make(&connection, &id(0)).await.expect("made");
    let state = connection.state();
    let change = &state.step(&id(0)).expect("a step").changes[0].change;
    let (cx, known) = (Cx::new(&connection.world), engine::Known::default());
    let written = Empty.apply(&cx, &known, change).await;
    assert_eq!(written.expect_err("no change").kind, TroubleKind::BadInput);
}

/// An application that was made, and a step that shuts people out once it is gone.
async fn behind_a_door() -> Connection {
    let enforcing = Script {
        needs: vec![0],
        undone_first: true,
        ..Script::default()
    };
    let connection = connection(&[creates("application", &[]), enforcing]);
    make(&connection, &id(0)).await.expect("made");
    connection
}

/// An undo of the application or of all waits for the person.
async fn nothing_is_undone(connection: &Connection) {
    for step in [Some(id(0)), None] {
        let refused = undo(connection, step.as_ref()).await.expect_err("refused");
        assert_eq!(refused.kind, TroubleKind::NeedsPerson);
        assert_eq!(refused.certain, "Nothing was undone.");
    }
    assert_eq!(connection.world.named("application").len(), 1);
}

#[tokio::test(start_paused = true)]
async fn what_shuts_people_out_is_seen_whatever_was_said_of_it() {
    let connection = behind_a_door().await;
    connection.world.somebody_else(&Deed::Create {
        name: SHUT_DOOR.into(),
    });
    nothing_is_undone(&connection).await;
    let back = || {
        let journal = connection.open(connection.store.reopened());
        journal.append(Entry::UndoneByHand { step: id(1) })
    };
    back().expect("recorded");
    undo(&connection, None).await.expect_err("it is only said");
    connection.world.somebody_else(&Deed::Clear {
        name: SHUT_DOOR.into(),
    });
    back().expect("recorded");
    undo(&connection, None).await.expect("undone");
    assert_eq!(connection.world.named("application").len(), 0);
}

#[tokio::test(start_paused = true)]
async fn what_shuts_people_out_is_taken_back_by_hand_before_anything_else() {
    let connection = behind_a_door().await;
    let journal = connection.open(connection.store.reopened());
    journal
        .append(Entry::DoneByHand { step: id(1) })
        .expect("recorded");
    nothing_is_undone(&connection).await;
    let journal = connection.open(connection.store.reopened());
    journal
        .append(Entry::UndoneByHand { step: id(1) })
        .expect("recorded");
    undo(&connection, None).await.expect("undone");
    assert_eq!(connection.world.named("application").len(), 0);
}

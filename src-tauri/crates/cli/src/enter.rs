//! Getting in: the connection, the sign-in, the organization key.

use std::sync::Arc;

use app::{Connection, Home, Session, SignInWay};
use connect::{Autopilot, Browser, CancellationToken, CommandBrowser, SignInStage, SystemBrowser};
use engine::{StepId, Trouble, TroubleKind};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::{Way, given, paint};

/// The data folder.
pub fn home() -> Result<Home, Trouble> {
    Home::open(app::data_folder())
}

/// Opens a connection. What keeps it from being opened is said with the command that helps, where there is one.
pub async fn open(home: &Home, connection: Connection) -> Result<Arc<Session>, Trouble> {
    let id = connection.id.clone();
    let opened = Session::open(home, connection, None).await;
    opened.map_err(|trouble| match app::is_damaged(home, &id) {
        true => trouble.next(
            "In the terminal",
            format!("lockstep connections --set-aside {id}"),
            engine::NextDo::Nothing,
        ),
        false => trouble,
    })
}

/// Takes the organization key from where it was given, when none is kept yet. Says what is wrong with it.
pub async fn key(session: &Session, way: &Way) -> Result<(), Trouble> {
    let Some(key) = given_key(session, way)? else {
        return Ok(());
    };
    let said = session.give_key(&key).await?;
    eprintln!("  Organization API key: {} {}", said.strong, said.text);
    if said.tone == app::views::Tone::Fail {
        let trouble = Trouble::new(
            TroubleKind::BadInput,
            format!("{} {}", said.strong, said.text),
            "Nothing was changed.",
        );
        return Err(trouble);
    }
    Ok(())
}

fn given_key(session: &Session, way: &Way) -> Result<Option<String>, Trouble> {
    if let Some(key) = &way.key_fd {
        return Ok(Some(key.secret().to_owned()));
    }
    if let Some(key) = given::key_in_variable()? {
        return Ok(Some(key));
    }
    if session.has_key() || !way.autopilot {
        return Ok(None);
    }
    let keys = session.cloud.practice.as_ref();
    Ok(keys
        .and_then(|keys| keys.organization_key.as_ref())
        .map(|key| key.secret().to_owned()))
}

/// Signs in with the rights that these steps want.
pub async fn sign_in(
    session: &Session,
    way: &Way,
    steps: &[StepId],
    cancel: &CancellationToken,
) -> Result<(), Trouble> {
    let browser = browser(session, way)?;
    let how = match (way.no_sign_in, way.code) {
        (true, _) => SignInWay::Silent,
        (false, true) => SignInWay::Code,
        (false, false) => SignInWay::Browser(&*browser),
    };
    session.sign_in(how, steps, stage, cancel).await
}

fn stage(stage: SignInStage) {
    match stage {
        SignInStage::Waiting {
            url,
            browser,
            until,
        } => {
            match browser {
                Some(fault) => eprintln!(
                    "  No browser could be opened: {}. Open this address to sign in:\n  {url}",
                    fault.because
                ),
                None => eprintln!(
                    "  Sign in in the browser. If none opened, open this address:\n  {url}"
                ),
            }
            waits(until);
        }
        SignInStage::Code {
            user_code,
            verification_uri,
            until,
        } => {
            eprintln!("  Open {verification_uri} on any device and enter the code {user_code}");
            waits(until);
        }
        SignInStage::Redeeming => eprintln!("  Signed in."),
    }
}

/// How long it waits, and how to end it: nobody should wonder whether it hangs.
fn waits(until: Timestamp) {
    let clock = until.to_zoned(TimeZone::system()).strftime("%H:%M");
    let minutes = until.duration_since(Timestamp::now()).as_secs_f64() / 60.0;
    eprintln!("  It waits until {clock}, {minutes:.0} minutes from now. Ctrl+C ends it.");
}

fn browser(session: &Session, way: &Way) -> Result<Arc<dyn Browser>, Trouble> {
    if way.autopilot {
        let autopilot = Autopilot::new(&session.cloud);
        return match autopilot {
            Ok(autopilot) => Ok(Arc::new(autopilot)),
            Err(error) => Err(Trouble::new(
                TroubleKind::BadInput,
                error.to_string(),
                "Nothing was sent.",
            )),
        };
    }
    Ok(match CommandBrowser::from_environment() {
        Some(command) => Arc::new(command),
        None => Arc::new(SystemBrowser),
    })
}

/// Hears how far a run is and prints it.
pub fn on_progress() -> app::OnProgress {
    Arc::new(paint::progress)
}

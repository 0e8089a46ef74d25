//! Which services a connection talks to, and what keeps it from being opened.

use super::*;

pub(super) async fn services(services: &Services) -> Result<(Cloud, Option<Practice>), Trouble> {
    match services {
        Services::Cloud(name) => match Cloud::named(name) {
            Some(cloud) => Ok((cloud, None)),
            None => Err(Trouble::new(
                TroubleKind::BadInput,
                format!("No cloud is called {name}"),
                "Nothing was sent.",
            )),
        },
        Services::File(path) => read_cloud(path).map(|cloud| (cloud, None)),
        Services::Practice(scenario) => {
            let practice = Practice::start(scenario).await?;
            Ok((practice.cloud()?, Some(practice)))
        }
    }
}

/// The services of a cloud file that can be read, with the path from the root: a later start from another folder finds it.
///
/// # Errors
/// Where the file can't be used; nothing is made over one that can't.
pub fn cloud_file(path: &Path) -> Result<Services, Trouble> {
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    read_cloud(&path)?;
    Ok(Services::File(path))
}

/// Reads a cloud file.
pub fn read_cloud(path: &Path) -> Result<Cloud, Trouble> {
    let bad = |words: String| Trouble {
        // The path was given by somebody, so also a file that can't be read is bad input.
        kind: TroubleKind::BadInput,
        ..local_trouble(
            &format!("The cloud file {} can’t be used", path.display()),
            "Nothing was sent.",
            &words,
        )
    };
    let absent = |error: std::io::Error| {
        bad(error.to_string()).next(
            "Look whether the file is there and may be read",
            "Then try again, or name another one.",
            NextDo::Retry,
        )
    };
    let wrong = |words: String| {
        bad(words).next(
            "Mend the file",
            "The line above says what is wrong with it.",
            NextDo::Retry,
        )
    };
    let text = std::fs::read_to_string(path).map_err(absent)?;
    let cloud = Cloud::from_toml(&text).map_err(|error| wrong(error.to_string()))?;
    // Every call would fail on it, also that of a connection which is only just being made.
    if let Some(ca) = &cloud.ca {
        std::fs::File::open(ca)
            .map_err(|error| wrong(format!("ca: {} can’t be read: {error}", ca.display())))?;
    }
    Ok(cloud)
}

/// Keeps a connection at the hosts that it was made with: what one tenant's key opens is never sent to others. Practice
/// is served on other ports each time, so on this machine the ports may be others; nothing of it goes to real hosts.
pub(super) fn keep_hosts(connection: &Connection, cloud: &Cloud) -> Result<(), Trouble> {
    let (Some(made_with), given) = (&connection.hosts, cloud.real_hosts()) else {
        return Ok(());
    };
    if *made_with == given {
        return Ok(());
    }
    let named = |hosts: &[String]| match hosts {
        [] => "this machine only".to_owned(),
        hosts => hosts.join(", "),
    };
    Err(Trouble::new(
        TroubleKind::BadInput,
        format!(
            "{} was made with other hosts than its cloud file names now",
            connection.name
        ),
        "Nothing was sent.",
    )
    .doing(format!(
        "It was made with {}. The file names {}.",
        named(made_with),
        named(&given)
    ))
    .next(
        "Use a file with the hosts that it was made with",
        "Or make another connection for the other hosts.",
        NextDo::Nothing,
    ))
}

/// A journal that can't be opened or written, in words.
pub(crate) fn journal_trouble(error: &JournalError, path: &Path) -> Trouble {
    let (title, certain, what, text) = match error {
        JournalError::Busy => (
            "This connection is open in another window",
            "Nothing was changed.",
            "Close the other window",
            "Two windows on one connection would not know of each other’s changes.",
        ),
        JournalError::Newer { .. } => (
            "This connection was used with a newer Lockstep",
            "Its journal is left as it is.",
            "Update Lockstep",
            "An older program can’t tell what the newer one did.",
        ),
        JournalError::Damaged { .. } => (
            "The journal of this connection is damaged",
            "Nothing was overwritten and nothing was sent.",
            "Set it aside and go on",
            "What can be read of it goes on; the damaged file is kept beside it. Lockstep then looks at what is there before it changes anything.",
        ),
        JournalError::Read(_) | JournalError::Write(_) => (
            "This computer’s disk refused the journal",
            "Nothing is sent that is not recorded first.",
            "Make room, or check the folder’s rights",
            "Then try again.",
        ),
    };
    let source = std::error::Error::source(error)
        .map(|source| format!(": {source}"))
        .unwrap_or_default();
    local_trouble(
        title,
        certain,
        &format!("{error}{source} ({})", path.display()),
    )
    .next(what, text, NextDo::Retry)
}

//! Which connection a command means. It never guesses: a name that fits none or several is said, with what there is.

use std::path::Path;

use app::{Connection, Home, Services};
use connect::Cloud;
use engine::{Trouble, TroubleKind};

use crate::Way;

/// Where a run happens.
pub enum Place {
    /// In a connection that is there.
    There(Connection),
    /// In a new one, made once everything else on the command line is right.
    New {
        /// Its name.
        name: String,
        /// Which services it connects.
        services: Services,
    },
}

/// The connection of a command that makes none.
pub fn existing(home: &Home, way: &Way) -> Result<Connection, Trouble> {
    let found = meant(home, way)?.ok_or_else(|| match &way.connection {
        Some(name) => bad(home, format!("There is no connection called {name}")),
        None => bad(home, "There is no connection yet".to_owned()),
    })?;
    over(home, found, way)
}

/// The connection of a run over real services, or over practice that is served elsewhere.
pub fn for_run(home: &Home, way: &Way, new: bool) -> Result<Place, Trouble> {
    if let Some(found) = meant(home, way)? {
        return Ok(Place::There(over(home, found, way)?));
    }
    let name = way.connection.as_deref().unwrap_or("lockstep");
    // With others beside it, a new name may well be a mistyped one.
    let alone = real(home).is_empty() && home.unreadable().is_empty();
    if !new && !alone {
        let title = format!("There is no connection called {name}");
        return Err(bad(home, title).next(
            "Write the name of one of them, or add --new",
            format!("With --new the connection {name} is made."),
            engine::NextDo::Nothing,
        ));
    }
    let services = match way.cloud.as_deref() {
        Some(file) => app::cloud_file(file)?,
        None => Services::Cloud(Services::FIRST_CLOUD.to_owned()),
    };
    let name = name.to_owned();
    Ok(Place::New { name, services })
}

/// A new connection over built-in practice; a real one of that name keeps it.
pub fn for_practice(home: &Home, way: &Way, scenario: &str) -> Result<Place, Trouble> {
    let name = way.connection.as_deref().unwrap_or("practice");
    let scenario = app::scenario(scenario)?.name;
    if real(home).iter().any(|real| real.name == name) {
        let title = format!("{name} is a connection to real services");
        return Err(bad(home, title).next(
            "Leave out --connection, or give practice another name",
            "Practice has a connection of its own, which ends with the command.",
            engine::NextDo::Nothing,
        ));
    }
    Ok(Place::New {
        name: name.to_owned(),
        services: Services::Practice(scenario),
    })
}

/// Over another cloud file, where one was given: one that stands in front of the same cloud. What is found in one cloud
/// must never come into the record of another.
fn over(home: &Home, connection: Connection, way: &Way) -> Result<Connection, Trouble> {
    let Some(file) = way.cloud.as_deref() else {
        return Ok(connection);
    };
    let services = app::cloud_file(file)?;
    if services == connection.services || is_same_cloud(&connection.services, file)? {
        let mut there = connection;
        there.services = services;
        return Ok(there);
    }
    let title = format!(
        "{} belongs to another cloud than {}",
        connection.name,
        file.display()
    );
    Err(bad(home, title).next(
        "Leave out --cloud, or name another connection",
        "A file of your own for the same cloud, such as that of a proxy, has the same name in it (name = \"…\").",
        engine::NextDo::Nothing,
    ))
}

/// Whether a cloud file stands for the cloud of a connection.
fn is_same_cloud(of: &Services, file: &Path) -> Result<bool, Trouble> {
    let given = app::read_cloud(file)?;
    let known = match of {
        Services::Cloud(name) => Cloud::named(name),
        // Its own file may have been moved here, so that only this one is left to read.
        Services::File(known) => match app::read_cloud(known) {
            Ok(known) => Some(known),
            Err(_) => return Ok(true),
        },
        Services::Practice(_) => None,
    };
    Ok(known.is_some_and(|known| {
        known.name == given.name && known.practice.is_some() == given.practice.is_some()
    }))
}

/// The connection that a command names, or the only one.
fn meant(home: &Home, way: &Way) -> Result<Option<Connection>, Trouble> {
    match &way.connection {
        Some(name) => called(home, name),
        None => the_only_one(home),
    }
}

fn called(home: &Home, name: &str) -> Result<Option<Connection>, Trouble> {
    let mut unreadable = home.unreadable().into_iter();
    if let Some(left) = unreadable.find(|left| left.id == name || left.name == name.trim()) {
        return Err(left.trouble);
    }
    let mut named = home.called(name);
    if named.len() > 1 {
        let title = format!("Several connections are called {name}");
        return Err(bad(home, title).next(
            "Say which by its id",
            "The id stands in brackets.",
            engine::NextDo::Nothing,
        ));
    }
    Ok(named.pop())
}

/// The one that a command without a name means. Built-in practice ended with its program and is none.
fn the_only_one(home: &Home) -> Result<Option<Connection>, Trouble> {
    let mut all = real(home);
    if all.len() > 1 || !home.unreadable().is_empty() {
        let title = "Which connection? Say it with --connection";
        return Err(bad(home, title.to_owned()));
    }
    Ok(all.pop())
}

fn real(home: &Home) -> Vec<Connection> {
    let all = home.connections().into_iter();
    all.filter(|connection| !matches!(connection.services, Services::Practice(_)))
        .collect()
}

/// Bad input, with what is there.
fn bad(home: &Home, title: String) -> Trouble {
    let all = home.connections();
    let names = all
        .iter()
        .map(|connection| format!("{} ({})", connection.name, connection.id));
    let unreadable = home.unreadable().into_iter();
    let unreadable = unreadable.map(|left| format!("{} ({}, can’t be read)", left.name, left.id));
    let names: Vec<_> = names.chain(unreadable).collect();
    let known = if names.is_empty() {
        "There is none on this computer yet.".to_owned()
    } else {
        format!("On this computer: {}.", names.join(", "))
    };
    Trouble::new(
        TroubleKind::BadInput,
        title,
        format!("Nothing was made or sent. {known}"),
    )
}

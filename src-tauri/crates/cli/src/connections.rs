//! `lockstep connections`: the list, and setting a damaged journal aside.

use app::Home;
use engine::{Trouble, TroubleKind};

use crate::ended::Ended;
use crate::{Way, enter, which};

/// Arguments of `lockstep connections`.
#[derive(clap::Args)]
pub struct Arguments {
    /// As JSON.
    #[arg(long)]
    pub json: bool,
    /// Set the damaged journal of this connection, by name or id, aside. What can be read of it goes on.
    #[arg(long, value_name = "NAME", conflicts_with = "json")]
    set_aside: Option<String>,
}

/// Lists the connections, or sets a journal aside.
pub fn connections(arguments: &Arguments) -> Result<Ended, Trouble> {
    let home = enter::home()?;
    match &arguments.set_aside {
        Some(name) => set_aside(&home, name),
        None => list(&home, arguments),
    }
}

fn set_aside(home: &Home, name: &str) -> Result<Ended, Trouble> {
    let way = Way {
        connection: Some(name.to_owned()),
        ..Way::default()
    };
    let connection = which::existing(home, &way)?;
    if !app::is_damaged(home, &connection.id) {
        return Err(Trouble::new(
            TroubleKind::BadInput,
            format!("The journal of {} is not damaged", connection.name),
            "Nothing was set aside.",
        ));
    }
    let kept = app::set_aside(home, &connection.id)?;
    println!(
        "The damaged journal is kept as {}\nWhat can be read of it goes on. Look at everything now: lockstep check --connection {}",
        kept.display(),
        connection.id
    );
    Ok(Ended::Verified)
}

fn list(home: &Home, arguments: &Arguments) -> Result<Ended, Trouble> {
    let cards = app::cards(home);
    if arguments.json {
        println!(
            "{}",
            serde_json::to_string_pretty(&cards).unwrap_or_default()
        );
        return Ok(Ended::Verified);
    }
    if cards.is_empty() {
        println!("No connection on this computer yet.");
    }
    for card in cards {
        let practice = if card.practice { " (practice)" } else { "" };
        println!(
            "{}{practice}\n  {}\n  {}\n  id {}",
            card.name, card.between, card.word, card.id
        );
    }
    Ok(Ended::Verified)
}

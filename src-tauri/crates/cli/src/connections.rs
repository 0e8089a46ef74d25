//! `lockstep connections`.

use engine::Trouble;

use crate::ended::Ended;
use crate::enter;

/// Arguments of `lockstep connections`.
#[derive(clap::Args)]
pub struct Arguments {
    /// As JSON.
    #[arg(long)]
    json: bool,
}

/// Lists the connections.
pub fn list(arguments: &Arguments) -> Result<Ended, Trouble> {
    let cards = app::cards(&enter::home()?);
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

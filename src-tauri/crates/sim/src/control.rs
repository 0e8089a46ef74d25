//! The control listener: the levers, the ledger and the dump over HTTP, for programs in other languages and for people.

use serde_json::{Value, json};

use crate::levers::{self, acts};
use crate::page::{escape, page, table, words};
use crate::scenarios::scenarios;
use crate::wire::{Answer, Call, Host};
use crate::world::World;

/// Answers a request to the control listener.
pub(crate) fn answer(world: &mut World, call: &Call) -> Answer {
    let segments = call.segments();
    let path: Vec<&str> = segments.iter().map(String::as_str).collect();
    match (call.method.as_str(), path.as_slice()) {
        ("GET", []) => overview(world),
        ("GET", ["ledger"]) => Answer::json(200, &json!(world.ledger.copy())),
        ("GET", ["dump"]) => Answer::json(200, &world.dump()),
        ("GET", ["scenarios"]) => Answer::json(200, &scenario_list()),
        ("POST", ["poke"]) => pulled(world, "poke", call),
        ("POST", ["levers", name]) => pulled(world, name, call),
        _ => Answer::json(404, &json!({"error": "There is no such address here."})),
    }
}

fn pulled(world: &mut World, name: &str, call: &Call) -> Answer {
    let sent = if call.body.is_empty() {
        Ok(json!({}))
    } else {
        call.json()
    };
    let pulled = sent
        .map_err(|error| error.to_string())
        .and_then(|sent| levers::pull(world, name, &sent).map_err(|error| error.to_string()));
    match pulled {
        Ok(()) => Answer::json(200, &json!({"pulled": name})),
        Err(error) => Answer::json(400, &json!({"error": error})),
    }
}

fn scenario_list() -> Value {
    scenarios().iter().map(|scenario| json!({"name": scenario.name, "title": scenario.title, "about": scenario.about})).collect()
}

fn overview(world: &World) -> Answer {
    let places: Vec<Vec<String>> = Host::ALL
        .iter()
        .map(|host| {
            vec![
                escape(host.name()),
                format!("<code>{}</code>", escape(&world.place(*host))),
            ]
        })
        .collect();
    let tenant = &world.tenants[0];
    let accounts: Vec<Vec<String>> = world
        .handover
        .accounts
        .iter()
        .map(|index| &tenant.accounts[*index])
        .map(|account| {
            vec![
                escape(&tenant.name_of(account)),
                escape(&account.password),
                escape(account.about),
            ]
        })
        .collect();
    let levers: Vec<Vec<String>> = acts::levers()
        .map(|lever| {
            vec![
                format!("<code>{}</code>", lever.name),
                escape(lever.about),
                format!("<code>{}</code>", escape(lever.example)),
            ]
        })
        .collect();
    let body = [
        words("The practice services run. Send POST to /levers/NAME with a JSON body to pull a lever; read /ledger, /dump and /scenarios."),
        table("Services", &["Service", "Address"], &places),
        table("Accounts", &["User name", "Password", "Role"], &accounts),
        table("Levers", &["Name", "What it does", "Example body"], &levers),
    ]
    .concat();
    Answer::html(200, page("the practice control", "Practice", &body))
}

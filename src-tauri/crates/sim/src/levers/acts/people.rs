//! What the levers about people and their sign-ins do.

use serde_json::Value;

use super::directory::pair;
use super::{Done, Lever, LeverError, lever, number, word};
use crate::tempo::Wait;
use crate::tenant::sign_ins::Attempt;
use crate::tenant::{Kind, Tenant, text};
use crate::world::World;

/// The levers of this file.
pub(crate) const LEVERS: &[Lever] = &[
    lever(
        "sign_in_log_slow",
        r#"{"seconds":600}"#,
        sign_in_log_slow,
        "The sign-in log shows entries only after so many seconds.",
    ),
    lever(
        "reports_throttled",
        "{}",
        reports_throttled,
        "Graph keeps to five reads of the logs in ten seconds and answers 429 to the sixth.",
    ),
    lever(
        "note_sign_in",
        r#"{"app":"Atlassian Cloud","person":"alex@contoso.com","code":50105}"#,
        note_sign_in,
        "Somebody tried to sign in to an application; code 0 when it went well.",
    ),
    lever(
        "disable_person",
        r#"{"person":"alex@contoso.com"}"#,
        disable_person,
        "A second administrator blocks a person's sign-in.",
    ),
    lever(
        "delete_person",
        r#"{"person":"alex@contoso.com"}"#,
        delete_person,
        "A second administrator deletes a person.",
    ),
    lever(
        "change_mail",
        r#"{"person":"alex@contoso.com","mail":"alex.wilber@contoso.com"}"#,
        change_mail,
        "A second administrator changes a person's mail address; empty: there is none any more.",
    ),
];

fn sign_in_log_slow(world: &mut World, sent: &Value) -> Done {
    world.quirks.sign_in_log_lag = Some(number(sent, "seconds")?);
    Ok(())
}

fn reports_throttled(world: &mut World, _: &Value) -> Done {
    world.quirks.reports_throttled = true;
    Ok(())
}

fn note_sign_in(world: &mut World, sent: &Value) -> Done {
    let (_, principal) = pair(world, sent)?;
    let person = person(&world.tenants[0], sent)?;
    let code = super::count(sent, "code")?;
    let app_id = world
        .home()
        .truth(Kind::ServicePrincipal, &principal)
        .map(|body| text(body, "appId").to_owned())
        .unwrap_or_default();
    world.note_sign_in(&Attempt {
        person: &person,
        app_id: &app_id,
        error_code: code,
        correlation_id: &crate::ids::guid(),
        ..Attempt::default()
    });
    Ok(())
}

/// The id of the person that a lever names.
fn person(tenant: &Tenant, sent: &Value) -> Result<String, LeverError> {
    let named = word(sent, "person")?;
    let known = tenant
        .person_named(named)
        .or_else(|| tenant.person(named))
        .map(|person| person.id);
    known.ok_or_else(|| LeverError::NoSuch(named.to_owned()))
}

fn disable_person(world: &mut World, sent: &Value) -> Done {
    let id = person(&world.tenants[0], sent)?;
    world.home().change_person(&id, Wait::Nothing, |body| {
        body.insert("accountEnabled".into(), false.into());
    });
    Ok(())
}

fn delete_person(world: &mut World, sent: &Value) -> Done {
    let id = person(&world.tenants[0], sent)?;
    let now = world.clock.shown();
    let home = world.home();
    home.write_down(&id);
    home.delete(Kind::User, &id, now, &Wait::Nothing);
    Ok(())
}

fn change_mail(world: &mut World, sent: &Value) -> Done {
    let id = person(&world.tenants[0], sent)?;
    let mail = word(sent, "mail")?.to_owned();
    world.home().change_person(&id, Wait::Nothing, |body| {
        let mail = if mail.is_empty() {
            Value::Null
        } else {
            mail.into()
        };
        body.insert("mail".into(), mail);
    });
    Ok(())
}

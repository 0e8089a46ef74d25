//! Situations in which somebody began with single sign-on before, well or badly.

use jiff::SignedDuration;
use serde_json::{Value, json};

use super::add_namesake;
use crate::entra::graph::{assignments::Principal, certificates};
use crate::groups;
use crate::levers::acts::single_sign_on::{assign_to, map_claims};
use crate::people::Mix;
use crate::saml::keys::SUBJECT;
use crate::tempo::{Tempo, Wait};
use crate::tenant::{Kind, text};
use crate::{company, world::World};

/// The name of every application here.
const NAME: &str = "Atlassian Cloud";

pub(super) fn expired_certificate(tempo: Tempo) -> World {
    let (mut world, principal) = in_saml_mode(tempo);
    let ended = certificate(&mut world, &principal, (-1100, -5));
    activate(&mut world, &principal, &ended);
    world
}

pub(super) fn certificates_of_all_ages(tempo: Tempo) -> World {
    let (mut world, principal) = in_saml_mode(tempo);
    certificate(&mut world, &principal, (-1100, -5));
    let ending = certificate(&mut world, &principal, (-1075, 20));
    certificate(&mut world, &principal, (-30, 1065));
    activate(&mut world, &principal, &ending);
    world
}

pub(super) fn claims_policy_in_place(tempo: Tempo) -> World {
    let (mut world, principal) = in_saml_mode(tempo);
    let good = certificate(&mut world, &principal, (-30, 1065));
    activate(&mut world, &principal, &good);
    map_claims(world.home(), &principal, "Claims for HR", "employeeid");
    world
}

pub(super) fn half_done_saml(tempo: Tempo) -> World {
    let (mut world, principal) = in_saml_mode(tempo);
    certificate(&mut world, &principal, (-30, 1065));
    // An address of the company's old server, an entity id made up from the organization id, and a pilot.
    let built = format!("https://auth.example.com/saml/{}", world.organization.id);
    let old = "https://jira.contoso.com/plugins/servlet/samlsso";
    let home = world.home();
    let app_id = home
        .truth(Kind::ServicePrincipal, &principal)
        .map(|body| text(body, "appId").to_owned())
        .unwrap_or_default();
    let application = home
        .by_app_id(Kind::Application, &app_id)
        .map(|body| text(body, "id").to_owned())
        .unwrap_or_default();
    home.change(Kind::Application, &application, Wait::Nothing, |body| {
        body.insert("identifierUris".into(), json!([built]));
        body["web"]["redirectUris"] = json!([old]);
        body["web"]["redirectUriSettings"] = json!([{"uri": old, "index": 0}]);
    });
    home.change(Kind::ServicePrincipal, &principal, Wait::Nothing, |body| {
        body.insert("servicePrincipalNames".into(), json!([built, app_id]));
        body.insert("replyUrls".into(), json!([old]));
        body.insert(
            "notificationEmailAddresses".into(),
            json!(["left.us@contoso.com"]),
        );
    });
    let group = groups::id(home, groups::PILOT);
    if let Some(pilot) = Principal::known(home, &group) {
        assign_to(home, &principal, &pilot, "2026-05-11T09:40:00Z");
    }
    world
}

pub(super) fn mail_missing(tempo: Tempo) -> World {
    let mut world = company::contoso(tempo);
    world.home().people.mix = Mix::MailElsewhere;
    world
}

fn in_saml_mode(tempo: Tempo) -> (World, String) {
    let mut world = company::contoso(tempo);
    let principal = add_namesake(&mut world, NAME, "2026-05-11T09:12:44Z");
    let home = world.home();
    home.change(Kind::ServicePrincipal, &principal, Wait::Nothing, |body| {
        body.insert("preferredSingleSignOnMode".into(), "saml".into());
    });
    (world, principal)
}

/// Makes a certificate that is good from one day to another, counted from today, and gives its thumbprint. It is active
/// only when somebody makes it so.
fn certificate(world: &mut World, principal: &str, days: (i64, i64)) -> String {
    let now = world.clock.now();
    let day = |days: i64| now + SignedDuration::from_hours(24 * days);
    let name = format!("CN={SUBJECT}");
    let life = (day(days.0), day(days.1));
    let made = certificates::make(world.home(), principal, &name, life, Wait::Nothing);
    set_active(world, principal, Value::Null);
    made.key.thumbprint
}

fn activate(world: &mut World, principal: &str, thumbprint: &str) {
    set_active(world, principal, thumbprint.into());
}

fn set_active(world: &mut World, principal: &str, active: Value) {
    world
        .home()
        .change(Kind::ServicePrincipal, principal, Wait::Nothing, |body| {
            body.insert("preferredTokenSigningKeyThumbprint".into(), active);
        });
}

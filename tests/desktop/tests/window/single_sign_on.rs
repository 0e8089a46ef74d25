//! Single sign-on in the real window, by clicks: from nothing and from what somebody began to an enforced pilot, and back to
//! what was there before.

use desktop::{Failure, Practice, Spent, Start, Told, Window, differences, guide, in_window, see};
use serde_json::Value;

/// What the pages at Atlassian and the private window need anyway: three values copied and three addresses pasted, a click
/// each; a log-in opened and told, the policy looked at, enforcing told, the log-in after it told. A paste is one key.
const BY_HAND: Spent = Spent {
    clicks: 11,
    letters: 0,
    keys: 3,
};
/// What the rest may cost.
const MOST_CLICKS: u32 = 20;
/// "alex", to find the pilot, and the policy's name, typed before people are put into it and before it is enforced.
const TYPED: &str = "alexPilot SSOPilot SSO";

#[tokio::test]
async fn a_fresh_tenant_comes_to_an_enforced_pilot_and_back_by_clicks() -> Told {
    let practice = Practice::serve("fresh")?;
    in_window(Start::over(&practice), async |window| {
        guide::begin_over(window, &practice).await?;
        let found = practice.dump()?;
        guide::add_app(window).await?;
        println!("to the application by mouse: {}", window.effort());

        let begin = window.effort().spent();
        guide::to_an_enforced_pilot(window).await?;
        is_little(window, window.effort().spent().since(begin))?;
        and_back(window, &practice, &found).await
    })
    .await
}

/// Says what the phase cost, and that it was little: every value carried once, and next to nothing to do beside what is done
/// by hand.
fn is_little(window: &Window, spent: Spent) -> Told {
    println!("single sign-on by mouse: {spent}; of these by hand: {BY_HAND}");
    println!("from the start page to the end: {}", window.effort());
    let beside = spent.since(BY_HAND);
    see(
        beside.clicks <= MOST_CLICKS,
        format!("{} clicks beside what is done by hand", beside.clicks),
    )?;
    let letters = TYPED.chars().count();
    see(
        usize::try_from(beside.letters)? == letters && beside.keys == 0,
        format!("{beside} beside what is done by hand, where {letters} are typed"),
    )?;
    let repeated = window.effort().repeated();
    see(
        repeated.is_empty(),
        format!("carried more than once: {repeated:?}"),
    )?;
    let values = window.effort().values();
    see(
        values == (3, 4),
        format!(
            "three values go to Atlassian, two addresses, a policy's address and a key come back, but these did: {values:?}"
        ),
    )
}

/// Whom the program put into the policy, as the organization has it.
fn members(practice: &Practice) -> Told<Vec<String>> {
    let dump = practice.dump()?;
    let policies = dump["organization"]["policies"].as_array();
    let ours = policies
        .into_iter()
        .flatten()
        .find(|policy| policy["name"] == "Pilot SSO");
    let members = ours.and_then(|policy| policy["members"].as_array());
    let members = members.ok_or_else(|| Failure::new("there is no policy Pilot SSO"))?;
    Ok(members
        .iter()
        .filter_map(|member| member.as_str().map(str::to_owned))
        .collect())
}

/// Everything taken back: tenant and organization are as they were found.
async fn and_back(window: &Window, practice: &Practice, found: &Value) -> Told {
    see(
        !differences(found, &practice.dump()?).is_empty(),
        "the dump does not show what was set up",
    )?;
    guide::take_back_by_hand(window, &members(practice)?).await?;
    guide::undo_all(window).await?;
    let left = differences(found, &practice.dump()?);
    if left.is_empty() {
        return Ok(());
    }
    Err(Failure::new(format!("left behind:\n{}", left.join("\n"))))
}

#[tokio::test]
async fn what_somebody_began_comes_to_an_enforced_pilot_and_back_by_clicks() -> Told {
    let practice = Practice::serve("half-done-saml")?;
    in_window(Start::over(&practice), async |window| {
        guide::begin_until_the_app(window, &practice).await?;
        let found = practice.dump()?;
        guide::take_over_app(window).await?;
        guide::certificate(window).await?;
        guide::saml_details(window).await?;
        guide::basic_saml_beside_others(window).await?;
        guide::email_attribute(window).await?;
        guide::claims(window).await?;
        guide::pilot_as_it_is(window, "Jira Pilot").await?;
        guide::to_enforced_for_a_group(window).await?;
        and_back(window, &practice, &found).await
    })
    .await
}

#[tokio::test]
async fn a_log_in_that_fails_is_led_back_to_its_cause() -> Told {
    let practice = Practice::serve("fresh")?;
    in_window(Start::over(&practice), async |window| {
        guide::begin_over(window, &practice).await?;
        guide::add_app(window).await?;
        guide::to_a_pilot(window).await?;
        practice.pull("disable_app", r#"{"app":"Atlassian Cloud"}"#)?;
        guide::go_on(window, "Continue to 1.8", "Test log-in").await?;
        window
            .press("button", "Sign in to allow reading this")
            .await?;
        window.press("button", "From the site*").await?;
        window.press("radio", "There was an error page*").await?;
        window.read("disabled").await?;
        let barriers = window.violations().await?;
        see(barriers.is_empty(), barriers.join("\n"))
    })
    .await
}

//! The site that people log in to, and the address where its sign-in answers arrive. So far both only say what they are.

use serde_json::json;

use crate::page::{page, words};
use crate::wire::{Answer, Call};
use crate::world::World;

/// Answers a request to the site.
pub(crate) fn answer(world: &World, call: &Call) -> Answer {
    match (call.method.as_str(), call.path.as_str()) {
        ("GET", "/_edge/tenant_info") => {
            Answer::json(200, &json!({"cloudId": world.organization.cloud_id}))
        }
        ("GET", "/") => {
            let body = words(
                "This stands in for contoso.atlassian.net, the site of the practice organization. People would log in to Jira and Confluence here.",
            );
            Answer::html(
                200,
                page("an Atlassian site", "contoso.atlassian.net", &body),
            )
        }
        _ => Answer::html(
            404,
            page(
                "an Atlassian site",
                "Page not found",
                &words("The site has no such page."),
            ),
        ),
    }
}

/// Answers a request to Atlassian's sign-in service.
pub(crate) fn auth(_world: &World, call: &Call) -> Answer {
    let status = if call.method == "GET" && call.path == "/" {
        200
    } else {
        404
    };
    let body = words(
        "This stands in for Atlassian's sign-in service. No single sign-on is set up, so nobody is sent here yet.",
    );
    Answer::html(
        status,
        page("Atlassian's sign-in service", "Atlassian sign-in", &body),
    )
}

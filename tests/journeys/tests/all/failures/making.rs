//! What goes wrong while changes are made.

use sim::{Effect, Host, Visibility};

use super::{Row, always, once, row};

pub(super) const MAKING: &[Row] = &[
    row(
        "404 though it was created",
        "add-app",
        |bench| {
            bench
                .practice
                .levers()
                .instantiate_answers_404_though_created()
        },
        "",
    ),
    row(
        "it is seen late",
        "add-app",
        |bench| {
            bench
                .practice
                .levers()
                .visibility_delay(Visibility::Reads(4))
        },
        "",
    ),
    row(
        "the replicas disagree",
        "add-app",
        |bench| bench.practice.levers().replicas_disagree(6),
        "",
    ),
    row(
        "the answer to the creation is lost",
        "add-app",
        |bench| {
            once(
                bench,
                Host::Graph,
                "POST",
                "instantiate",
                Effect::LoseAnswer,
            )
        },
        "",
    ),
    row(
        "the answer to the tag is lost",
        "add-app",
        |bench| {
            once(
                bench,
                Host::Graph,
                "PATCH",
                "applications",
                Effect::LoseAnswer,
            )
        },
        "",
    ),
    row(
        "the answer to the owner is lost",
        "add-app",
        |bench| once(bench, Host::Graph, "POST", "owners", Effect::LoseAnswer),
        "",
    ),
    row(
        "the creation is reset",
        "add-app",
        |bench| {
            once(
                bench,
                Host::Graph,
                "POST",
                "instantiate",
                Effect::ResetBefore,
            )
        },
        "The connection to Microsoft broke | Application was not changed: Lockstep looked for it afterwards, and it is not there. | Look at the network; Try again",
    ),
    row(
        "the tag is reset",
        "add-app",
        |bench| {
            once(
                bench,
                Host::Graph,
                "PATCH",
                "applications",
                Effect::ResetBefore,
            )
        },
        "",
    ),
    row(
        "the owner is reset",
        "add-app",
        |bench| once(bench, Host::Graph, "POST", "owners", Effect::ResetBefore),
        "The connection to Microsoft broke | Owner was not changed: Lockstep looked for it afterwards, and it is not there. | Look at the network; Try again",
    ),
    row(
        "a proxy answers to the creation",
        "add-app",
        |bench| once(bench, Host::Graph, "POST", "instantiate", Effect::Html(200)),
        "The answer did not come from Microsoft | Application was not changed: Lockstep looked for it afterwards, and it is not there. | Look at the network; Try again",
    ),
    row(
        "a gateway fails on the creation",
        "add-app",
        |bench| once(bench, Host::Graph, "POST", "instantiate", Effect::Html(504)),
        "Microsoft has trouble of its own | Application was not changed: Lockstep looked for it afterwards, and it is not there. | Wait, then try again",
    ),
    row(
        "the creation is throttled",
        "add-app",
        |bench| {
            once(
                bench,
                Host::Graph,
                "POST",
                "instantiate",
                Effect::Throttle {
                    retry_after: Some(1),
                    as_date: false,
                },
            )
        },
        "",
    ),
    row(
        "the role ended meanwhile",
        "add-app",
        |bench| {
            bench
                .practice
                .levers()
                .deactivate_role("adele@contoso.com", "Cloud Application Administrator")
                .expect("a role");
        },
        "An administrator has to approve Lockstep | Nothing was changed. | Send the link to an administrator; Sign in as someone who may approve; Go on without signing in",
    ),
    row(
        "the gallery does not offer it",
        "add-app",
        |bench| bench.practice.levers().gallery_without_atlassian(),
        "asks: Make an application without template",
    ),
    row(
        "its template offers no provisioning",
        "add-app",
        |bench| bench.practice.levers().no_provisioning_in_template(),
        "",
    ),
    row(
        "Graph is gone while planning",
        "add-app",
        |bench| {
            always(
                bench,
                Host::Graph,
                "applicationTemplates",
                Effect::ResetBefore,
            )
        },
        "The connection to Microsoft broke | Nothing was changed. | Look at the network; Try again",
    ),
];

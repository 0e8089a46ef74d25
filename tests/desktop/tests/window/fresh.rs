//! From nothing to the verified application with a mouse, and all the way without one, in the fresh practice tenant.

use desktop::{Practice, Start, Told, guide, in_window, see};

/// Practice as a person starts it: inside the window, and in the time that things take.
#[tokio::test]
async fn a_fresh_tenant_is_connected_by_clicks() -> Told {
    in_window(Start::default(), async |window| {
        guide::start_practice(window, "A fresh start").await?;
        guide::plan(window).await?;
        guide::sign_in(window).await?;
        guide::before_entra(window).await?;
        guide::before_atlassian(window).await?;
        guide::allow_changes(window).await?;
        guide::add_app(window).await?;
        println!("to the application by mouse: {}", window.effort());
        see(
            window.effort().spent().clicks <= 20,
            "more than twenty clicks to the verified application",
        )
    })
    .await
}

#[tokio::test]
async fn a_fresh_tenant_comes_to_an_enforced_pilot_without_a_mouse() -> Told {
    let practice = Practice::serve("fresh")?;
    let start = Start::over(&practice).without_a_mouse();
    in_window(start, async |window| {
        guide::begin_over(window, &practice).await?;
        guide::add_app(window).await?;
        guide::to_an_enforced_pilot(window).await?;
        println!("by keyboard: {}", window.effort());
        see(window.effort().spent().clicks == 0, "the mouse was used")
    })
    .await
}

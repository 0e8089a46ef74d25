//! A service that refuses in the middle: the window says what is certain, what was said, and what to do.

use desktop::{Practice, Start, Told, guide, in_window, see};

const ROLE: &str = r#"{"account":"adele@contoso.com","role":"Cloud Application Administrator"}"#;

#[tokio::test]
async fn a_role_that_ends_meanwhile_is_told_as_trouble() -> Told {
    let practice = Practice::serve("fresh")?;
    in_window(Start::over(&practice), async |window| {
        guide::begin_over(window, &practice).await?;
        practice.pull("deactivate_role", ROLE)?;
        window.press("button", "Make 3 changes in Entra").await?;
        window.see("heading", "Microsoft refused*").await?;
        for words in [
            "Nothing was changed.",
            "403 Authorization_RequestDenied",
            "Activate your role",
        ] {
            window.read(words).await?;
        }
        let barriers = window.violations().await?;
        see(barriers.is_empty(), barriers.join("\n"))?;

        // What the page advises, helps.
        practice.pull("activate_role", ROLE)?;
        window.press("button", "Try the 3 changes again").await?;
        window.see("heading", "What changed*").await?;
        window.read("Everything here is verified.").await
    })
    .await
}

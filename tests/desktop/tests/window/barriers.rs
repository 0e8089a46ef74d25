//! axe-core in the real web view: no page has a barrier, light or dark.

use desktop::{Failure, Practice, Start, Told, in_window, see, tour};

#[tokio::test]
async fn no_page_has_a_barrier_in_either_theme() -> Told {
    let practice = Practice::serve("fresh")?;
    in_window(Start::over(&practice), async |window| {
        let mut found = Vec::new();
        let mut pages = 0;
        tour(window, &practice, async |window, name| {
            window.settle().await?;
            found.extend(
                window
                    .violations()
                    .await?
                    .into_iter()
                    .map(|line| format!("{name}: {line}")),
            );
            pages += 1;
            Ok(())
        })
        .await?;
        println!("axe-core: {pages} pages, {} barriers", found.len());
        if found.is_empty() {
            Ok(())
        } else {
            Err(Failure::new(found.join("\n")))
        }
    })
    .await
}

#[tokio::test]
async fn a_planted_barrier_is_found() -> Told {
    in_window(Start::default(), async |window| {
        let plant = "document.querySelector('main').append(document.createElement('button'))";
        window.web().execute(plant, vec![]).await?;
        let found = window.violations().await?;
        see(
            found.len() == 1 && found[0].starts_with("button-name"),
            format!("found {found:?}"),
        )
    })
    .await
}

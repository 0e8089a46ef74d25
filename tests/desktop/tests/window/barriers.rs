//! axe-core in the real web view: no page has a barrier, light or dark.

use desktop::{Failure, Start, Told, in_window, tour};

#[tokio::test]
async fn no_page_has_a_barrier_in_either_theme() -> Told {
    in_window(Start::default(), async |window| {
        let mut found = Vec::new();
        let mut pages = 0;
        tour(window, async |window, name| {
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

//! Every page, light and dark, as two pictures of the real window: as it opens, and high enough to show the whole page.
//! `cargo xtask screenshots` starts it.

use std::path::PathBuf;

use desktop::{Failure, Practice, Start, Told, in_window, tour};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Told {
    let folder = std::env::args_os().nth(1).map(PathBuf::from);
    let folder = folder.ok_or_else(|| Failure::new("name the folder for the pictures"))?;
    let practice = Practice::serve("fresh")?;
    in_window(Start::over(&practice), async |window| {
        tour(window, &practice, async |window, name| {
            window.settle().await?;
            window.picture(&folder.join(format!("{name}.png"))).await?;
            window
                .whole_picture(&folder.join(format!("{name}-whole.png")))
                .await
        })
        .await
    })
    .await
}

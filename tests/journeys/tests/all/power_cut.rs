//! The power fails: at every record of the journal and at every request, heard or unheard. Whatever was running is gone
//! at once, with no chance to tidy up; then the program starts again from the disk and goes on to the end.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use app::{Opening, OverFile};
use engine::{FileStore, Store};
use journeys::{Bench, Cut, Ended, Walk};
use serde_json::Value;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

/// Longer than any walk takes, also on a machine that is busy.
const LONGEST: Duration = Duration::from_secs(120);
/// More walks beside each other would only wait for the two cores that a small machine has.
const BESIDE: usize = 4;

/// How a walk without a power cut ends, and how long it is.
struct Uncut {
    /// The step where it ends.
    until: &'static str,
    stand: Value,
    requests: Vec<String>,
    records: usize,
}

impl Uncut {
    async fn of(until: &'static str) -> Self {
        let bench = Bench::of("fresh").await;
        let line = bench.lines().await;
        let walk = bench.open().await;
        assert_eq!(walk.until(until).await, Ok(Ended::Verified));
        Self {
            until,
            stand: bench.stand(),
            requests: line
                .seen()
                .into_iter()
                .map(|seen| format!("{} {}", seen.method, journeys::plain(&seen.path)))
                .collect(),
            records: bench.journal().lines().count(),
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn at_every_request() {
    let uncut = Arc::new(Uncut::of("add-app").await);
    assert!(uncut.requests.len() > 50, "{:#?}", uncut.requests);
    let cuts = (1..=uncut.requests.len()).flat_map(|at| [Cut::Before(at), Cut::After(at)]);
    let cuts: Vec<_> = cuts.filter(|cut| worth_it(*cut, &uncut.requests)).collect();
    beside_each_other(cuts, move |cut| cut_at_request(cut, uncut.clone())).await;
}

/// A read leaves nothing behind at the service, so that losing its answer is the same as cutting the next request
/// unheard. Everything else is cut both ways.
fn worth_it(cut: Cut, requests: &[String]) -> bool {
    match cut {
        Cut::Before(_) => true,
        Cut::After(at) => {
            at == requests.len()
                || !requests[at - 1].starts_with("GET /v1.0")
                    && !requests[at - 1].starts_with("GET /admin")
        }
    }
}

async fn cut_at_request(cut: Cut, uncut: Arc<Uncut>) {
    let bench = Bench::of("fresh").await;
    let line = bench.lines().await;
    line.cut(cut);
    let walk = bench.open().await;
    if !until_dark(walk, uncut.until, line.dark()).await {
        // Which of several reads comes last differs from run to run, so the last of all may not come at all.
        assert_eq!(bench.stand(), uncut.stand, "{cut:?}: nothing was cut");
        return;
    }
    starts_again(&bench, &uncut, &format!("{cut:?}")).await;
}

/// The rest of single sign-on has hundreds of reads, and a read that is cut leaves nothing behind, as the walk before
/// shows: here each write is cut, heard and unheard.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn at_every_write_of_single_sign_on() {
    let uncut = Arc::new(Uncut::of("pilot").await);
    let owner = |request: &&String| request.starts_with("POST") && request.ends_with("owners/$ref");
    let app = uncut.requests.iter().rposition(|request| owner(&request));
    let app = app.expect("the application stands");
    let writes: Vec<_> = (app + 2..=uncut.requests.len())
        .filter(|at| is_write(&uncut.requests[at - 1]))
        .collect();
    assert!(writes.len() >= 6, "{writes:?}");
    let cuts = writes
        .into_iter()
        .flat_map(|at| [Cut::Before(at), Cut::After(at)]);
    beside_each_other(cuts, move |cut| cut_at_request(cut, uncut.clone())).await;
}

fn is_write(request: &str) -> bool {
    let signs_in = request.contains("/oauth2/") || request.contains("/common/");
    let looks_up = ["/workspaces", "/bulk-fetch"];
    let reads = looks_up.iter().any(|end| request.ends_with(end));
    !request.starts_with("GET") && !signs_in && !reads
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn at_every_record() {
    let uncut = Arc::new(Uncut::of("add-app").await);
    assert!(uncut.records > 30, "{}", uncut.records);
    let records = 1..=uncut.records;
    beside_each_other(records, move |record| cut_at_record(record, uncut.clone())).await;
}

async fn cut_at_record(record: usize, uncut: Arc<Uncut>) {
    let bench = Bench::of("fresh").await;
    let dark = CancellationToken::new();
    // Half a line reaches the disk every other time. A whole line of which nobody heard is what the next record's cut
    // with nothing written leaves behind.
    let disk = Disk {
        left: AtomicUsize::new(record - 1),
        torn: record % 2 == 1,
        dark: dark.clone(),
    };
    let disk = Arc::new(disk);
    let over_file: OverFile = Arc::new(move |file| {
        Box::new(Dying {
            file,
            disk: disk.clone(),
        })
    });
    let opening = Opening {
        over_file: Some(over_file),
        ..bench.opening()
    };
    let walk = bench.try_open(opening).await.expect("opens");
    if until_dark(walk, uncut.until, dark).await {
        starts_again(&bench, &uncut, &format!("record {record}")).await;
    }
}

/// Walks until the power fails; then everything that ran is gone. False when the walk came to its end before.
async fn until_dark(walk: Walk, until: &'static str, dark: CancellationToken) -> bool {
    let walking = async move {
        let ended = walk.until(until).await;
        drop(walk);
        ended
    };
    tokio::select! {
        biased;
        () = dark.cancelled() => true,
        ended = walking => dark.is_cancelled() || { assert_eq!(ended, Ok(Ended::Verified)); false },
        () = tokio::time::sleep(LONGEST) => panic!("it hangs"),
    }
}

/// Starts from what the disk, the keyring and the services hold, goes to the end, and compares.
async fn starts_again(bench: &Bench, uncut: &Uncut, when: &str) {
    let before = bench.journal();
    let walk = bench.open().await;
    let whole: Vec<_> = before
        .split_inclusive('\n')
        .filter(|line| line.ends_with('\n'))
        .collect();
    assert!(
        bench.journal().starts_with(&whole.concat()),
        "{when}: nothing recorded is lost"
    );
    let ended = tokio::time::timeout(LONGEST, walk.goes_on_until(uncut.until)).await;
    assert_eq!(ended, Ok(Ok(Ended::Verified)), "{when}");
    assert_eq!(
        bench.applications().len(),
        1,
        "{when}: exactly one application"
    );
    assert_eq!(
        bench.stand(),
        uncut.stand,
        "{when}: it ends as without a cut"
    );
}

/// Runs the work for each item, a few beside each other; the first panic is the test's.
async fn beside_each_other<I, F>(items: impl IntoIterator<Item = I>, work: impl Fn(I) -> F)
where
    F: Future<Output = ()> + Send + 'static,
{
    let free = Arc::new(Semaphore::new(BESIDE));
    let mut running = JoinSet::new();
    for item in items {
        let (free, working) = (free.clone(), work(item));
        running.spawn(async move {
            let _place = free.acquire_owned().await.expect("the places stay open");
            working.await;
        });
    }
    while let Some(ended) = running.join_next().await {
        if let Err(error) = ended {
            std::panic::resume_unwind(error.into_panic());
        }
    }
}

/// What is left of a disk whose power fails.
struct Disk {
    left: AtomicUsize,
    torn: bool,
    dark: CancellationToken,
}

/// The journal's file on that disk.
struct Dying {
    file: FileStore,
    disk: Arc<Disk>,
}

impl Store for Dying {
    fn load(&mut self) -> io::Result<Vec<u8>> {
        self.file.load()
    }

    fn cut(&mut self, len: u64) -> io::Result<()> {
        if self.disk.dark.is_cancelled() {
            return Err(io::Error::other("the power failed"));
        }
        self.file.cut(len)
    }

    fn append(&mut self, line: &[u8]) -> io::Result<()> {
        if self.disk.dark.is_cancelled() {
            return Err(io::Error::other("the power failed"));
        }
        let left = self
            .disk
            .left
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| {
                left.checked_sub(1)
            });
        if left.is_ok() {
            return self.file.append(line);
        }
        if self.disk.torn {
            self.file.append(&line[..line.len() / 2])?;
        }
        self.disk.dark.cancel();
        Err(io::Error::other("the power failed"))
    }
}

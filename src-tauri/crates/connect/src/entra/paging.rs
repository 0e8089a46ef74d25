//! Lists of Graph: how they are asked for, and how they are read to their end (entra.md 8.4).
//!
//! A list is either gathered, for what has a few pages, or handed on page by page and dropped. Both end at a page without a
//! next one; an address elsewhere, one that repeats, or too many pages are a fault. It must not know what is listed.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::ops::ControlFlow;
use std::sync::Arc;

use futures::FutureExt;
use serde::de::DeserializeOwned;
use serde_json::Value;
use url::Url;

use super::{Graph, typed};
use crate::answer::decode;
use crate::fault::{Fault, FaultKind, Seen};
use crate::http::Answer;
use crate::met::Met;
use crate::pass::without_nulls;
use crate::progress::Progress;

/// One kind of list, as it is asked for.
#[derive(Debug, Clone)]
pub(super) struct List {
    pub(super) path: String,
    pub(super) query: Vec<(&'static str, String)>,
    /// Advanced queries want `ConsistencyLevel: eventual` and `$count=true` (entra.md 8.4).
    pub(super) advanced: bool,
}

/// Two thousand pages of 999 are two million people. What is gathered has a few; a hundred means that it does not end.
const MOST_PAGES: usize = 2_000;
const MOST_GATHERED: usize = 100;

pub(super) fn select(fields: &str) -> (&'static str, String) {
    ("$select", fields.into())
}

pub(super) fn list(path: &str, query: Vec<(&'static str, String)>) -> List {
    List {
        path: path.into(),
        query,
        advanced: false,
    }
}

pub(super) fn advanced(path: &str, query: Vec<(&'static str, String)>) -> List {
    List {
        advanced: true,
        ..list(path, query)
    }
}

/// A page of a list, and where it came from.
struct Page {
    items: Vec<Value>,
    /// How many there are in all; only the first page of an advanced list says so.
    count: Option<u64>,
    next: Option<String>,
    answer: Answer,
}

/// The way through a list. Of the pages behind it knows only their addresses' hashes: a long list has long addresses.
struct Way {
    at: Url,
    ended: bool,
    visited: HashSet<u64>,
    met: Met,
    most: usize,
}

impl Way {
    fn along(first: Url, most: usize) -> Self {
        Self {
            at: first,
            ended: false,
            visited: HashSet::new(),
            met: Met::default(),
            most,
        }
    }

    fn leads_in_circles(&self, next: &Url) -> bool {
        self.visited.contains(&hash_of(next)) || self.visited.len() >= self.most
    }
}

fn hash_of(url: &Url) -> u64 {
    let mut hasher = DefaultHasher::new();
    url.hash(&mut hasher);
    hasher.finish()
}

impl Graph {
    /// Every item, page by page, never holding more than one. `each` may stop it. Gives how many were seen.
    pub(super) async fn each<T: DeserializeOwned>(
        &self,
        list: &List,
        mut each: impl FnMut(Vec<T>, Progress) -> ControlFlow<()> + Send,
    ) -> Result<Seen<u64>, Fault> {
        let mut way = Way::along(self.first_page(list), MOST_PAGES);
        let (mut seen, mut total) = (0, None);
        loop {
            let page = self.page(&mut way, list.advanced).await?;
            seen += page.items.len() as u64;
            total = total.or(page.count);
            let items = without_nulls(&Value::Array(page.items));
            let items = decode(&items, &page.answer.call)?;
            if each(items, Progress { seen, total }).is_break() || way.ended {
                return Ok(page.answer.seen(seen));
            }
        }
    }

    /// Every page of a list, gathered.
    pub(super) async fn all<T: DeserializeOwned>(&self, list: List) -> Result<Seen<Vec<T>>, Fault> {
        let key = format!(
            "LIST {}{}",
            self.url(&list.path, &list.query),
            list.advanced
        );
        let graph = self.clone();
        let seen = self.pass.once(key, move || {
            async move {
                graph
                    .pages_or_advanced(list)
                    .await
                    .map(Arc::new)
                    .map_err(Arc::new)
            }
            .boxed()
        });
        typed(&*seen.await?)
    }

    /// The first page alone, for a search: whoever wants to see more types more.
    pub(super) async fn first<T: DeserializeOwned>(
        &self,
        list: &List,
    ) -> Result<Seen<Vec<T>>, Fault> {
        let page = page_of(self.get(self.first_page(list), list.advanced).await?)?;
        let items = without_nulls(&Value::Array(page.items));
        Ok(page.answer.seen(decode(&items, &page.answer.call)?))
    }

    /// Some filters need the advanced form only in some tenants: then Graph says so by code, and it is asked once more.
    async fn pages_or_advanced(&self, mut list: List) -> Result<Seen<Value>, Fault> {
        match self.pages(&list).await {
            Err(fault)
                if !list.advanced && fault.code.as_deref() == Some("Request_UnsupportedQuery") =>
            {
                list.advanced = true;
                self.pages(&list).await
            }
            other => other,
        }
    }

    async fn pages(&self, list: &List) -> Result<Seen<Value>, Fault> {
        let mut way = Way::along(self.first_page(list), MOST_GATHERED);
        let mut items = Vec::new();
        loop {
            let page = self.page(&mut way, list.advanced).await?;
            items.extend(page.items);
            if way.ended {
                return Ok(page.answer.seen(Value::Array(items)));
            }
        }
    }

    fn first_page(&self, list: &List) -> Url {
        let mut query = list.query.clone();
        if list.advanced {
            query.push(("$count", "true".into()));
        }
        self.url(&list.path, &query)
    }

    /// Reads the page that the way leads to. Headers have to be repeated for each.
    async fn page(&self, way: &mut Way, advanced: bool) -> Result<Page, Fault> {
        let mut page = page_of(self.get(way.at.clone(), advanced).await?)?;
        way.met.only_new(&mut page.items);
        way.visited.insert(hash_of(&way.at));
        match &page.next {
            Some(next) => way.at = self.next_page(next, way, &page.answer)?,
            None => way.ended = true,
        }
        Ok(page)
    }

    /// The next page's address: on Graph's own host, and not one that was already read.
    fn next_page(&self, next: &str, way: &Way, answer: &Answer) -> Result<Url, Fault> {
        let stop = |kind| Fault::new(kind).at(answer.call.clone()).saying(next);
        let url = Url::parse(next).map_err(|error| {
            stop(FaultKind::Unreadable {
                path: "@odata.nextLink".into(),
            })
            .because(&error)
        })?;
        if url.origin() != self.cloud.graph.origin() {
            return Err(stop(FaultKind::ForeignAddress));
        }
        if way.leads_in_circles(&url) {
            return Err(stop(FaultKind::TooManyPages));
        }
        Ok(url)
    }
}

fn page_of(answer: Answer) -> Result<Page, Fault> {
    let mut page = answer.json()?;
    let Some(Value::Array(items)) = page.get_mut("value").map(Value::take) else {
        return Err(Fault::new(FaultKind::Unreadable {
            path: "value".into(),
        })
        .at(answer.call));
    };
    Ok(Page {
        items,
        count: page.get("@odata.count").and_then(Value::as_u64),
        next: page
            .get("@odata.nextLink")
            .and_then(Value::as_str)
            .map(str::to_owned),
        answer,
    })
}

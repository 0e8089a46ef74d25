//! The dialects of Atlassian's paging (atlassian.md 1.1), with the rules by which a list ends.
//!
//! v1 gives the next page's address, v2 a bare cursor after which every other parameter is dropped, and v2 searches carry the
//! cursor alone in the body. The events' stream gives a bare cursor beside the list, also behind its last event: it ends at an
//! empty page. Every list ends at an empty cursor; one that repeats a cursor or never ends is a fault.

use std::collections::HashSet;

use serde_json::{Value, json};
use url::Url;

use crate::fault::{Fault, FaultKind};
use crate::http::Answer;
use crate::met::Met;
use crate::pace::Pace;

/// 10,000 accounts in pages of 100 are a hundred pages; an organization of 200,000 still ends before this.
const MOST_PAGES: usize = 2_000;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Dialect {
    V1,
    V2,
    V2Search,
    Stream,
}

/// Where a list is being read.
#[derive(Debug, Clone)]
pub(super) struct Pages {
    dialect: Dialect,
    first: Url,
    cursor: Option<String>,
    seen: HashSet<String>,
    met: Met,
}

impl Pages {
    pub(super) fn v1(first: Url) -> Self {
        Self {
            dialect: Dialect::V1,
            first,
            cursor: None,
            seen: HashSet::new(),
            met: Met::default(),
        }
    }

    pub(super) fn v2(first: Url) -> Self {
        Self {
            dialect: Dialect::V2,
            ..Self::v1(first)
        }
    }

    pub(super) fn v2_search(first: Url) -> Self {
        Self {
            dialect: Dialect::V2Search,
            ..Self::v1(first)
        }
    }

    pub(super) fn stream(first: Url) -> Self {
        Self {
            dialect: Dialect::Stream,
            ..Self::v1(first)
        }
    }

    /// The limit that these pages count for.
    pub(super) fn pace(&self) -> Pace {
        match self.dialect {
            Dialect::Stream => Pace::Events,
            _ => Pace::Free,
        }
    }

    pub(super) fn first(&self) -> &Url {
        &self.first
    }

    /// The present page's address.
    pub(super) fn url(&self) -> Url {
        let mut url = self.first.clone();
        let Some(cursor) = self
            .cursor
            .as_deref()
            .filter(|_| self.dialect != Dialect::V2Search)
        else {
            return url;
        };
        let kept: Vec<_> = match self.dialect {
            Dialect::V1 | Dialect::Stream => url
                .query_pairs()
                .filter(|(name, _)| name != "cursor")
                .map(|(name, value)| (name.into_owned(), value.into_owned()))
                .collect(),
            _ => vec![],
        };
        url.query_pairs_mut()
            .clear()
            .extend_pairs(kept)
            .append_pair("cursor", cursor);
        url
    }

    /// The present page's body, for a search.
    pub(super) fn body(&self) -> Option<Value> {
        (self.dialect == Dialect::V2Search).then(|| match &self.cursor {
            Some(cursor) => json!({ "cursor": cursor }),
            None => json!({}),
        })
    }

    /// Leaves in a page what was on none before. An event stream ends at an empty page, so its pages stay as they are; an
    /// event that comes twice is one all the same to whoever looks for it.
    pub(super) fn only_new(&mut self, page: &mut Value) {
        let items = page.get_mut("data").and_then(Value::as_array_mut);
        if let Some(items) = items.filter(|_| self.dialect != Dialect::Stream) {
            self.met.only_new(items);
        }
    }

    /// Goes on to the next page; false when this was the last.
    pub(super) fn advance(
        &mut self,
        page: &Value,
        answer: &Answer,
        api: &Url,
    ) -> Result<bool, Fault> {
        let stop = |kind| Err(Fault::new(kind).at(answer.call.clone()));
        let (path, next) = match self.dialect {
            Dialect::Stream if is_empty(page) => return Ok(false),
            Dialect::Stream => ("meta.next", page.pointer("/meta/next")),
            _ => ("links.next", page.pointer("/links/next")),
        };
        let next = match next {
            None | Some(Value::Null) => return Ok(false),
            Some(Value::String(next)) if next.trim().is_empty() => return Ok(false),
            Some(Value::String(next)) => next.trim(),
            Some(_) => {
                return stop(FaultKind::Unreadable { path: path.into() });
            }
        };
        let cursor = match Url::parse(next) {
            Ok(url) if url.has_host() && url.origin() != api.origin() => {
                return stop(FaultKind::ForeignAddress);
            }
            Ok(url) if url.has_host() => match url.query_pairs().find(|(name, _)| name == "cursor")
            {
                Some((_, cursor)) => cursor.into_owned(),
                None => return stop(FaultKind::Unreadable { path: path.into() }),
            },
            _ => next.to_owned(),
        };
        if !self.seen.insert(cursor.clone()) || self.seen.len() >= MOST_PAGES {
            return stop(FaultKind::TooManyPages);
        }
        self.cursor = Some(cursor);
        Ok(true)
    }
}

fn is_empty(page: &Value) -> bool {
    page.get("data")
        .and_then(Value::as_array)
        .is_none_or(Vec::is_empty)
}

//! Atlassian's two dialects of paging. The older API leads on with a whole address, the newer one with a bare cursor, and
//! there a cursor carries everything: whatever else is sent with it counts for nothing.

use serde_json::{Value, json};

use super::errors::ApiError;
use crate::wire::{Answer, Call, opaque, unopaque, with_query};

/// What a page needs to know.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Page {
    pub offset: usize,
    pub limit: usize,
    /// The search that the cursor carries on, if any.
    pub search: Option<String>,
}

impl Page {
    /// The first page of so many rows.
    pub fn first(limit: usize) -> Page {
        Page {
            offset: 0,
            limit,
            search: None,
        }
    }

    /// The page that a cursor means.
    pub fn at(cursor: &str) -> Result<Page, ApiError> {
        let bad = || ApiError::bad("The cursor is not valid");
        let value = unopaque(cursor).ok_or_else(bad)?;
        let number = |name: &str| {
            value[name]
                .as_u64()
                .and_then(|number| usize::try_from(number).ok())
                .ok_or_else(bad)
        };
        Ok(Page {
            offset: number("offset")?,
            limit: number("limit")?,
            search: value["search"].as_str().map(str::to_owned),
        })
    }

    /// The cursor of this page.
    pub fn cursor(&self) -> String {
        opaque(&json!({"offset": self.offset, "limit": self.limit, "search": self.search}))
    }

    /// The page after this one, when there are more rows than it ends at.
    pub fn next(&self, total: usize) -> Option<Page> {
        let offset = self.offset + self.limit;
        (offset < total).then(|| Page {
            offset,
            ..self.clone()
        })
    }
}

/// The page of a call in the newer dialect: `limit` is 20 unless said, 100 at most, and only counts without a cursor.
pub(crate) fn newer(call: &Call) -> Result<Page, ApiError> {
    match call.asked("cursor") {
        Some(cursor) => Page::at(&cursor),
        None => Ok(Page::first(limit(call.asked("limit").as_deref())?)),
    }
}

/// A limit as the newer dialect reads it.
pub(crate) fn limit(text: Option<&str>) -> Result<usize, ApiError> {
    let limit = text
        .map_or(Ok(20), str::parse)
        .map_err(|_| ApiError::bad("The limit must be a number"))?;
    if (1..=100).contains(&limit) {
        Ok(limit)
    } else {
        Err(ApiError::bad("The limit must be between 1 and 100"))
    }
}

/// A page in the newer dialect.
pub(crate) fn newer_answer(page: &Page, total: usize, data: Vec<Value>) -> Answer {
    let previous = page.offset.checked_sub(page.limit).map(|offset| {
        Page {
            offset,
            ..page.clone()
        }
        .cursor()
    });
    let next = page.next(total).map(|next| next.cursor());
    Answer::json(
        200,
        &json!({"data": data, "links": {"self": page.cursor(), "prev": previous, "next": next}}),
    )
}

/// A page in the older dialect; there is no `next` on the last one.
pub(crate) fn older_answer(call: &Call, page: &Page, total: usize, data: Vec<Value>) -> Answer {
    let address = format!("{}{}", call.base, call.path);
    let mut links = json!({"self": format!("{}{}", call.base, call.target())});
    if let Some(next) = page.next(total) {
        links["next"] = with_query(&address, &[("cursor", &next.cursor())]).into();
    }
    Answer::json(
        200,
        &json!({"data": data, "links": links, "meta": {"total": total}}),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_carries_everything() {
        let page = Page {
            offset: 40,
            limit: 20,
            search: Some("ada".into()),
        };
        assert_eq!(Page::at(&page.cursor()), Ok(page.clone()));
        assert_eq!(page.next(61).map(|next| next.offset), Some(60));
        assert_eq!(page.next(60), None);
        assert!(Page::at("https://not/a/cursor").is_err());
    }

    #[test]
    fn limits_have_an_end() {
        assert_eq!(limit(None), Ok(20));
        assert!(
            limit(Some("101")).is_err() && limit(Some("0")).is_err() && limit(Some("x")).is_err()
        );
    }
}

//! Query options and answers in OData's form: `$select`, `$filter`, `$top`, `$count`, `$orderby`, `$expand`, pages with a
//! next link, and the rule that some queries must be asked for as advanced ones.

use serde_json::{Map, Value, json};

use super::Cx;
use super::errors::GraphError;
use super::filter::Filter;
use super::properties::{Properties, holds};
use super::search::Search;
use crate::wire::{Answer, opaque, unopaque, with_query};

/// What a client asked of a list or an object.
#[derive(Clone, Debug, Default)]
pub(crate) struct Options {
    pub filter: Option<Filter>,
    pub select: Vec<String>,
    pub expand: Vec<String>,
    pub orderby: Option<String>,
    pub search: Option<Search>,
    pub top: Option<usize>,
    pub skip: usize,
    pub count: bool,
    /// `ConsistencyLevel: eventual` was sent.
    pub eventual: bool,
}

/// A list that is answered: how it is called, how long its pages are, and what may be asked of it.
pub(crate) struct Listing {
    /// The entity set in `@odata.context`.
    pub set: &'static str,
    /// The properties that may be selected and filtered by; empty for whatever the rows have.
    pub properties: Properties,
    /// The properties that `$filter` allows; empty for all.
    pub filterable: &'static [&'static str],
    /// Rows on a page when the client does not say.
    pub page: usize,
    /// The longest page.
    pub longest: usize,
    /// Whether the directory's rules for advanced queries apply.
    pub directory: bool,
}

impl Options {
    /// Reads the query of a call.
    pub fn of(cx: &Cx) -> Result<Options, GraphError> {
        let eventual = cx
            .call
            .header("consistencylevel")
            .is_some_and(|level| level.eq_ignore_ascii_case("eventual"));
        let mut options = Options {
            eventual,
            ..Options::default()
        };
        let list = |value: &str| {
            value
                .split(',')
                .map(|part| part.trim().to_owned())
                .filter(|part| !part.is_empty())
                .collect()
        };
        for (name, value) in cx.call.asked_all() {
            match name.as_str() {
                "$filter" => {
                    let parsed = Filter::parse(&value).map_err(|rest| {
                        GraphError::new(400, "BadRequest", format!("Invalid filter clause: {rest}"))
                    })?;
                    options.filter = Some(parsed);
                }
                "$select" => options.select = list(&value),
                "$expand" => options.expand = list(&value),
                "$orderby" => options.orderby = Some(value),
                "$search" => options.search = Some(Search::parse(&value)?),
                "$top" => options.top = Some(number(&name, &value)?),
                "$skip" => options.skip = number(&name, &value)?,
                "$skiptoken" => options.skip = skipped(&value)?,
                "$count" => options.count = value == "true",
                other if other.starts_with('$') => {
                    return Err(GraphError::new(
                        400,
                        "BadRequest",
                        format!("The query parameter '{other}' is not supported."),
                    ));
                }
                _ => {}
            }
        }
        Ok(options)
    }

    /// Keeps the selected properties, and those that were expanded.
    pub fn selected(&self, mut row: Map<String, Value>) -> Map<String, Value> {
        if !self.select.is_empty() {
            row.retain(|name, _| {
                name.starts_with('@')
                    || self.select.contains(name)
                    || self
                        .expand
                        .iter()
                        .any(|part| part.split('(').next() == Some(name))
            });
        }
        row
    }

    fn names(&self) -> String {
        if self.select.is_empty() {
            String::new()
        } else {
            format!("({})", self.select.join(","))
        }
    }
}

/// Answers one object.
pub(crate) fn entity(
    cx: &Cx,
    options: &Options,
    set: &str,
    properties: Properties,
    row: Map<String, Value>,
) -> Result<Answer, GraphError> {
    check_select(options, properties, set)?;
    let mut body = Map::new();
    body.insert(
        "@odata.context".into(),
        format!("{}/$metadata#{set}{}/$entity", cx.root(), options.names()).into(),
    );
    body.extend(options.selected(row));
    Ok(Answer::json(200, &Value::Object(body)))
}

/// Answers a list: checks the query, filters, sorts, cuts a page and leads on to the next.
pub(crate) fn list(
    cx: &Cx,
    options: &Options,
    listing: &Listing,
    rows: impl Iterator<Item = Map<String, Value>>,
) -> Result<Answer, GraphError> {
    check(options, listing)?;
    let page = length(options, listing);
    let needs_all = options.count || options.orderby.is_some();
    let passing = rows.filter(|row| {
        options
            .filter
            .as_ref()
            .is_none_or(|filter| filter.passes(row))
            && options
                .search
                .as_ref()
                .is_none_or(|search| search.finds(row))
    });
    // Without a count or an order nobody needs the rows behind the page and the one that shows that there is more.
    let mut rows: Vec<Map<String, Value>> = if needs_all {
        passing.collect()
    } else {
        passing.take(options.skip + page + 1).collect()
    };
    sort(&mut rows, options.orderby.as_deref());
    let total = rows.len();
    let page: Vec<_> = rows.into_iter().skip(options.skip).take(page).collect();
    Ok(sheet(cx, options, listing, total, page))
}

/// Answers a list that nobody filters, sorts or searches: only the rows of the page are made. A tenant of ten thousand is
/// read in eleven pages, and each would else be made up from the start.
pub(crate) fn straight<Rows: Iterator<Item = Map<String, Value>>>(
    cx: &Cx,
    options: &Options,
    listing: &Listing,
    total: usize,
    from: impl FnOnce(usize) -> Rows,
) -> Result<Answer, GraphError> {
    if options.filter.is_some() || options.orderby.is_some() || options.search.is_some() {
        return list(cx, options, listing, from(0));
    }
    check(options, listing)?;
    let page = from(options.skip).take(length(options, listing)).collect();
    Ok(sheet(cx, options, listing, total, page))
}

/// Answers how many rows pass, as plain text.
pub(crate) fn count(
    options: &Options,
    listing: &Listing,
    rows: impl Iterator<Item = Map<String, Value>>,
) -> Result<Answer, GraphError> {
    if !options.eventual {
        return Err(GraphError::bad("$count is not currently supported."));
    }
    // The path says that this is a count, so that the query needs not say it again.
    let asked = Options {
        count: true,
        ..options.clone()
    };
    check(&asked, listing)?;
    let passing = rows.filter(|row| {
        let filter = options.filter.as_ref();
        filter.is_none_or(|filter| filter.passes(row))
            && options
                .search
                .as_ref()
                .is_none_or(|search| search.finds(row))
    });
    Ok(Answer::text(200, passing.count().to_string()))
}

fn length(options: &Options, listing: &Listing) -> usize {
    options
        .top
        .unwrap_or(listing.page)
        .clamp(1, listing.longest)
}

/// One page of a list; `total` counts at least one row more than were shown so far when there is more.
fn sheet(
    cx: &Cx,
    options: &Options,
    listing: &Listing,
    total: usize,
    page: Vec<Map<String, Value>>,
) -> Answer {
    let mut body = Map::new();
    body.insert(
        "@odata.context".into(),
        format!("{}/$metadata#{}{}", cx.root(), listing.set, options.names()).into(),
    );
    if options.count && cx.call.asked("$skiptoken").is_none() {
        body.insert("@odata.count".into(), total.into());
    }
    if total > options.skip + page.len() {
        body.insert(
            "@odata.nextLink".into(),
            next_link(cx, options.skip + page.len()).into(),
        );
    }
    let value: Vec<Value> = page
        .into_iter()
        .map(|row| Value::Object(options.selected(row)))
        .collect();
    body.insert("value".into(), value.into());
    Answer::json(200, &Value::Object(body))
}

/// Refuses a `$select` of something that the type does not have.
pub(crate) fn check_select(
    options: &Options,
    properties: Properties,
    set: &str,
) -> Result<(), GraphError> {
    match options
        .select
        .iter()
        .find(|name| !properties.is_empty() && holds(properties, name).is_none())
    {
        Some(name) => Err(GraphError::new(
            400,
            "BadRequest",
            format!(
                "Parsing OData Select and Expand failed: Could not find a property named '{name}' on type 'microsoft.graph.{}'.",
                set.trim_end_matches('s')
            ),
        )),
        None => Ok(()),
    }
}

fn check(options: &Options, listing: &Listing) -> Result<(), GraphError> {
    check_select(options, listing.properties, listing.set)?;
    if let Some(filter) = &options.filter {
        for path in filter.properties() {
            let name = path.split('/').next().unwrap_or_default();
            let known = listing.properties.is_empty() || holds(listing.properties, name).is_some();
            if !known || !(listing.filterable.is_empty() || listing.filterable.contains(&name)) {
                return Err(GraphError::unsupported(format!(
                    "Unsupported or invalid query filter clause specified for property '{name}' of resource '{}'.",
                    listing.set
                )));
            }
        }
    }
    if !listing.directory {
        return Ok(());
    }
    let filter = options.filter.as_ref();
    if filter.is_some_and(Filter::contains) {
        return Err(GraphError::unsupported(
            "The function 'contains' is not supported for this resource.",
        ));
    }
    let both = filter.is_some() && options.orderby.is_some();
    let advanced = both || options.search.is_some() || filter.is_some_and(Filter::is_advanced);
    if advanced && !(options.eventual && (options.count || options.search.is_some())) {
        return Err(GraphError::unsupported(
            "Request contains an operator or a combination of parameters that needs the 'ConsistencyLevel:eventual' header and '$count=true'.",
        ));
    }
    if options.count && !options.eventual {
        return Err(GraphError::bad("$count is not currently supported."));
    }
    Ok(())
}

fn sort(rows: &mut [Map<String, Value>], orderby: Option<&str>) {
    let Some(orderby) = orderby else { return };
    let (name, descending) = match orderby.split_once(' ') {
        Some((name, direction)) => (name, direction.trim() == "desc"),
        None => (orderby, false),
    };
    rows.sort_by_cached_key(|row| {
        row.get(name)
            .map(|value| value.to_string().to_lowercase())
            .unwrap_or_default()
    });
    if descending {
        rows.reverse();
    }
}

fn next_link(cx: &Cx, skip: usize) -> String {
    let kept: Vec<(String, String)> = cx
        .call
        .asked_all()
        .into_iter()
        .filter(|(name, _)| name != "$skiptoken" && name != "$skip")
        .collect();
    let token = opaque(&json!({"skip": skip}));
    let mut parameters: Vec<(&str, &str)> = kept
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    parameters.push(("$skiptoken", &token));
    with_query(&format!("{}{}", cx.call.base, cx.call.path), &parameters)
}

fn skipped(token: &str) -> Result<usize, GraphError> {
    let skip = unopaque(token)
        .and_then(|value| value["skip"].as_u64())
        .and_then(|skip| usize::try_from(skip).ok());
    skip.ok_or_else(|| GraphError::new(400, "Directory_ExpiredPageToken", "The specified page token value has expired and can no longer be included in your request."))
}

fn number(name: &str, value: &str) -> Result<usize, GraphError> {
    let bad = || {
        GraphError::new(
            400,
            "BadRequest",
            format!(
                "Invalid value '{value}' for {name} query option found. The {name} query option requires a non-negative integer value."
            ),
        )
    };
    value.parse().map_err(|_| bad())
}

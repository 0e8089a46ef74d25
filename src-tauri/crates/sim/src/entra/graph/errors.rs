//! Graph's error form, and the errors that many calls share.

use serde_json::json;

use crate::ids;
use crate::wire::{Answer, Call};
use crate::world::World;

/// An error as Graph says it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct GraphError {
    pub status: u16,
    pub code: &'static str,
    pub message: String,
    /// The property that another object has the same value of.
    pub taken: Option<&'static str>,
    /// The seconds after which to ask again.
    pub retry_after: Option<u32>,
}

impl GraphError {
    /// An error with any status.
    pub fn new(status: u16, code: &'static str, message: impl Into<String>) -> GraphError {
        GraphError {
            status,
            code,
            message: message.into(),
            taken: None,
            retry_after: None,
        }
    }

    /// Another object has that value.
    pub fn taken(property: &'static str) -> GraphError {
        GraphError {
            taken: Some(property),
            ..GraphError::bad(format!(
                "Another object with the same value for property {property} already exists."
            ))
        }
    }

    /// Too many requests of a kind in too short a time.
    pub fn throttled(seconds: u32) -> GraphError {
        GraphError {
            retry_after: Some(seconds),
            ..GraphError::new(429, "TooManyRequests", "Please retry again later.")
        }
    }

    /// The request itself is wrong.
    pub fn bad(message: impl Into<String>) -> GraphError {
        GraphError::new(400, "Request_BadRequest", message)
    }

    /// The query is one that the directory can't answer, at least not in this form.
    pub fn unsupported(message: impl Into<String>) -> GraphError {
        GraphError::new(400, "Request_UnsupportedQuery", message)
    }

    /// There is no such object, or this replica has not heard of it.
    pub fn not_found(id: &str) -> GraphError {
        GraphError::new(
            404,
            "Request_ResourceNotFound",
            format!(
                "Resource '{id}' does not exist or one of its queried reference-property objects are not present."
            ),
        )
    }

    /// A scope or a role is missing; the service does not say which.
    pub fn denied() -> GraphError {
        GraphError::new(
            403,
            "Authorization_RequestDenied",
            "Insufficient privileges to complete the operation.",
        )
    }

    /// The path leads nowhere.
    pub fn no_segment(segment: &str) -> GraphError {
        GraphError::new(
            400,
            "BadRequest",
            format!("Resource not found for the segment '{segment}'."),
        )
    }

    /// The documented JSON form.
    pub fn answer(&self, world: &World, call: &Call, request_id: &str) -> Answer {
        let client = call
            .header("client-request-id")
            .map_or_else(ids::guid, str::to_owned);
        let date = world
            .clock
            .shown()
            .strftime("%Y-%m-%dT%H:%M:%S")
            .to_string();
        let inner = json!({"date": date, "request-id": request_id, "client-request-id": client});
        let mut error = json!({"code": self.code, "message": self.message, "innerError": inner});
        if let Some(property) = self.taken {
            error["details"] =
                json!([{"code": "ObjectConflict", "message": self.message, "target": property}]);
        }
        let answer = Answer::json(self.status, &json!({"error": error}));
        match self.retry_after {
            Some(seconds) => answer.with("retry-after", seconds.to_string()),
            None => answer,
        }
    }
}

//! The organization API's errors, in the forms that clients have met: a list of errors, the gateway's short form, nothing.

use serde_json::json;

use crate::ids;
use crate::wire::Answer;
use crate::world::Unauthorized;

/// An error of the organization API.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ApiError {
    pub status: u16,
    pub code: &'static str,
    pub title: &'static str,
    pub detail: String,
}

impl ApiError {
    /// The key is missing, dead, mistyped, or of another kind: the service does not say which.
    pub fn unauthorized() -> ApiError {
        ApiError {
            status: 401,
            code: "UNAUTHORIZED",
            title: "Unauthorized",
            detail: "Unauthorized".into(),
        }
    }

    /// The key is alive and may not do this.
    pub fn forbidden(scope: &str) -> ApiError {
        let detail =
            format!("The API key does not carry the scope needed for this operation: {scope}");
        ApiError {
            status: 403,
            code: "FORBIDDEN",
            title: "Forbidden",
            detail,
        }
    }

    /// There is no such thing, or it is another organization's.
    pub fn not_found(detail: &str) -> ApiError {
        ApiError {
            status: 404,
            code: "NOT_FOUND",
            title: "Not Found",
            detail: detail.to_owned(),
        }
    }

    /// The request is wrong.
    pub fn bad(detail: &str) -> ApiError {
        ApiError {
            status: 400,
            code: "BAD_REQUEST",
            title: "Bad Request",
            detail: detail.to_owned(),
        }
    }

    /// Too many requests in a time.
    pub fn too_many(detail: &str) -> ApiError {
        ApiError {
            status: 429,
            code: "TOO_MANY_REQUESTS",
            title: "Too Many Requests",
            detail: detail.to_owned(),
        }
    }

    /// The error as JSON; 401 has a form of its own, which a lever chooses.
    pub fn answer(&self, unauthorized: Unauthorized) -> Answer {
        match (self.status, unauthorized) {
            (401, Unauthorized::Gateway) => {
                Answer::json(401, &json!({"code": 401, "message": "Unauthorized"}))
            }
            (401, Unauthorized::Empty) => Answer::empty(401),
            _ => Answer::json(
                self.status,
                &json!({"errors": [{"id": ids::guid(), "status": self.status.to_string(), "code": self.code,
                "title": self.title, "detail": self.detail}]}),
            ),
        }
    }
}

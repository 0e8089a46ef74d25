//! People and groups of the tenant: counted page by page, found by a few letters, made and deleted (entra.md 2.6, 5.2, 5.3).
//!
//! It must not keep people: whoever counts drops each page.

use std::ops::ControlFlow;

use http::Method;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::paging::{List, advanced, select};
use super::{Graph, escaped, made};
use crate::fault::{Call, Fault, Seen};
use crate::http::Body;
use crate::progress::Progress;
use crate::retry::Safety;

/// What is read of a person: what may become the name at Atlassian, and whether they count.
const PERSON: &str =
    "id,displayName,userPrincipalName,mail,accountEnabled,userType,givenName,surname";
/// What is read of a group.
const GROUP: &str =
    "id,displayName,description,securityEnabled,mailEnabled,groupTypes,onPremisesSyncEnabled";
/// The largest page (entra.md 8.4).
const LARGEST_PAGE: &str = "999";
/// As many as a person looks through.
const SEARCHED: &str = "25";

/// A person of the tenant.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Person {
    /// Object id.
    pub id: String,
    /// Name.
    #[serde(default)]
    pub display_name: Option<String>,
    /// What they sign in with.
    #[serde(default)]
    pub user_principal_name: Option<String>,
    /// E-mail address; absent without a mailbox.
    #[serde(default)]
    pub mail: Option<String>,
    /// Whether they can sign in. Absent without User.Read.All.
    #[serde(default)]
    pub account_enabled: Option<bool>,
    /// `Member` or `Guest`. Absent without User.Read.All.
    #[serde(default)]
    pub user_type: Option<String>,
    /// Given name.
    #[serde(default)]
    pub given_name: Option<String>,
    /// Family name.
    #[serde(default)]
    pub surname: Option<String>,
}

impl Person {
    /// True for somebody from another tenant.
    pub fn is_guest(&self) -> bool {
        self.user_type
            .as_deref()
            .is_some_and(|kind| kind.eq_ignore_ascii_case("guest"))
    }
}

/// A group of the tenant.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Group {
    /// Object id.
    pub id: String,
    /// Name.
    #[serde(default)]
    pub display_name: Option<String>,
    /// What it is for.
    #[serde(default)]
    pub description: Option<String>,
    /// Whether rights can be given to it: only such groups can be assigned.
    #[serde(default)]
    pub security_enabled: Option<bool>,
    /// Whether it has an address.
    #[serde(default)]
    pub mail_enabled: Option<bool>,
    /// `DynamicMembership`, `Unified`.
    #[serde(default)]
    pub group_types: Vec<String>,
    /// Whether it comes from a local directory.
    #[serde(default)]
    pub on_premises_sync_enabled: Option<bool>,
}

impl Group {
    /// True when a rule decides who belongs to it; then nobody is added by hand, and changes take their time.
    pub fn is_dynamic(&self) -> bool {
        self.group_types
            .iter()
            .any(|kind| kind.eq_ignore_ascii_case("DynamicMembership"))
    }
}

impl Graph {
    /// Every person of the tenant, guests and disabled ones too, page by page. `each` may stop it. Scope User.Read.All. An index
    /// answers: people made a moment ago may be missing.
    ///
    /// # Errors
    /// Any [`Fault`]; as for every read here.
    pub async fn each_user(
        &self,
        each: impl FnMut(Vec<Person>, Progress) -> ControlFlow<()> + Send,
    ) -> Result<Seen<u64>, Fault> {
        self.each(&people("/v1.0/users"), each).await
    }

    /// The people who are direct members of a group, page by page; those of nested groups do not count for an assignment
    /// (entra.md 5.2). Scope GroupMember.Read.All, with User.Read.All for what a person is.
    ///
    /// # Errors
    /// Any [`Fault`].
    pub async fn each_member(
        &self,
        group: &str,
        each: impl FnMut(Vec<Person>, Progress) -> ControlFlow<()> + Send,
    ) -> Result<Seen<u64>, Fault> {
        self.each(&people(&members(group, "user")), each).await
    }

    /// One person by object id or user name.
    ///
    /// # Errors
    /// [`crate::FaultKind::NotFound`] when there is nobody, or soon after they were made.
    pub async fn user(&self, id_or_name: &str) -> Result<Seen<Person>, Fault> {
        self.one(
            &format!("/v1.0/users/{}", escaped(id_or_name)),
            &[select(PERSON)],
        )
        .await
    }

    /// One group by object id.
    ///
    /// # Errors
    /// As for [`Graph::user`].
    pub async fn group(&self, id: &str) -> Result<Seen<Group>, Fault> {
        self.one(&format!("/v1.0/groups/{}", escaped(id)), &[select(GROUP)])
            .await
    }

    /// The first people whose name, address or user name has words that begin like this; without a text simply the first. Scope
    /// User.ReadBasic.All.
    ///
    /// # Errors
    /// Any [`Fault`].
    pub async fn search_users(&self, text: &str) -> Result<Seen<Vec<Person>>, Fault> {
        let mut query = vec![select(PERSON), ("$top", SEARCHED.to_owned())];
        query.extend(searched(
            text,
            &["displayName", "mail", "userPrincipalName"],
        ));
        self.first(&advanced("/v1.0/users", query)).await
    }

    /// The first groups whose name has words that begin like this, those too that can't be assigned: somebody who looks for
    /// one of them has to be told why. Scope GroupMember.Read.All.
    ///
    /// # Errors
    /// Any [`Fault`].
    pub async fn search_groups(&self, text: &str) -> Result<Seen<Vec<Group>>, Fault> {
        let mut query = vec![select(GROUP), ("$top", SEARCHED.to_owned())];
        query.extend(searched(text, &["displayName"]));
        self.first(&advanced("/v1.0/groups", query)).await
    }

    /// The groups that are direct members of a group: an assignment does not reach their people. Scope GroupMember.Read.All.
    ///
    /// # Errors
    /// Any [`Fault`].
    pub async fn nested_groups(&self, group: &str) -> Result<Seen<Vec<Group>>, Fault> {
        self.all(advanced(&members(group, "group"), vec![select(GROUP)]))
            .await
    }

    /// How many people are direct members of a group. Scope GroupMember.Read.All.
    ///
    /// # Errors
    /// Any [`Fault`].
    pub async fn user_members_count(&self, group: &str) -> Result<Seen<u64>, Fault> {
        self.count(&format!("{}/$count", members(group, "user")), &[])
            .await
    }

    /// Makes a person. Scope User.ReadWrite.All.
    ///
    /// # Errors
    /// [`crate::Meaning::DuplicateUser`], [`crate::Meaning::UnverifiedDomain`], [`crate::Meaning::WeakPassword`]. After a
    /// doubtful failure look for the user name before trying again.
    pub async fn create_user(&self, body: Value) -> Result<Seen<Person>, Fault> {
        made(
            &self
                .write(Method::POST, "/v1.0/users", Body::Json(body), Safety::Once)
                .await?,
        )
    }

    /// Deletes a person; they can be restored for 30 days. Scope User.ReadWrite.All.
    ///
    /// # Errors
    /// [`crate::FaultKind::NotFound`]: gone already, or not visible yet.
    pub async fn delete_user(&self, id: &str) -> Result<Call, Fault> {
        self.delete(&format!("/v1.0/users/{}", escaped(id))).await
    }
}

/// People are listed in the advanced form, which alone tells at the beginning how many there are.
fn people(path: &str) -> List {
    advanced(
        path,
        vec![select(PERSON), ("$top", LARGEST_PAGE.to_owned())],
    )
}

fn members(group: &str, kind: &str) -> String {
    format!(
        "/v1.0/groups/{}/members/microsoft.graph.{kind}",
        escaped(group)
    )
}

/// The search for a text in any of these fields. Inside the quotes of a search, quotes and backslashes are escaped.
fn searched(text: &str, fields: &[&str]) -> Option<(&'static str, String)> {
    let text = text.trim().replace('\\', r"\\").replace('"', "\\\"");
    let of = |field: &&str| format!("\"{field}:{text}\"");
    let any: Vec<_> = fields.iter().map(of).collect();
    (!text.is_empty()).then(|| ("$search", any.join(" OR ")))
}

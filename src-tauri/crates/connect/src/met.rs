//! Lists whose items come twice: each is counted once. It must not know what is listed.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};

use serde_json::Value;

/// Which items of a list were there already. A page that comes twice, or a list that moves while it is read, gives some of
/// them again, and nobody is to be counted twice. It knows their ids' hashes only, eight bytes each, however long the list.
#[derive(Debug, Clone, Default)]
pub(crate) struct Met(HashSet<u64>);

impl Met {
    /// Leaves what was not there before. What has no id can't be told apart and stays.
    pub(crate) fn only_new(&mut self, items: &mut Vec<Value>) {
        items.retain(|item| match id_of(item) {
            Some(id) => {
                let mut hasher = DefaultHasher::new();
                id.hash(&mut hasher);
                self.0.insert(hasher.finish())
            }
            None => true,
        });
    }
}

/// Graph and Atlassian's later APIs call it `id`, the earlier ones `account_id` (atlassian.md 1.1).
fn id_of(item: &Value) -> Option<&str> {
    ["id", "accountId", "account_id"]
        .iter()
        .find_map(|name| item.get(name)?.as_str())
}

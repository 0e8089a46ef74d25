//! One checking pass: each resource is read once, also when several ask at the same time, and never again from memory later.
//!
//! Invariant 5 of the architecture in code. It must not know what the resources are: they are keyed by method and address.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use futures::FutureExt;
use futures::future::{BoxFuture, Shared};

use crate::fault::{Fault, Seen};

use serde_json::Value;

/// What a read brought, shared by everybody who asked.
pub(crate) type Got = Result<Arc<Seen<Value>>, Arc<Fault>>;

type Reading = Shared<BoxFuture<'static, Got>>;

/// The memory of one pass, or of none: then every read goes out.
#[derive(Clone, Default)]
pub(crate) struct Pass(Option<Arc<Mutex<HashMap<String, Reading>>>>);

impl Pass {
    /// A new, empty memory.
    pub(crate) fn fresh() -> Self {
        Self(Some(Arc::default()))
    }

    /// The reading under this key: the one that runs or ran in this pass, or a new one.
    pub(crate) async fn once(
        &self,
        key: String,
        work: impl FnOnce() -> BoxFuture<'static, Got>,
    ) -> Result<Arc<Seen<Value>>, Fault> {
        let got = match &self.0 {
            None => work().await,
            Some(memory) => {
                let reading = {
                    let mut memory = memory
                        .lock()
                        .unwrap_or_else(|poisoned| poisoned.into_inner());
                    memory.entry(key).or_insert_with(|| work().shared()).clone()
                };
                reading.await
            }
        };
        got.map_err(|fault| Fault::clone(&fault))
    }

    /// Forgets everything: something was written.
    pub(crate) fn forget(&self) {
        if let Some(memory) = &self.0 {
            memory
                .lock()
                .unwrap_or_else(|poisoned| poisoned.into_inner())
                .clear();
        }
    }
}

impl std::fmt::Debug for Pass {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(if self.0.is_some() {
            "Pass"
        } else {
            "Pass(none)"
        })
    }
}

/// The JSON without its nulls: services write null where documentation says the field is absent, and an absent field has a default.
pub(crate) fn without_nulls(value: &Value) -> Value {
    match value {
        Value::Array(items) => items
            .iter()
            .filter(|item| !item.is_null())
            .map(without_nulls)
            .collect(),
        Value::Object(fields) => {
            let kept = fields.iter().filter(|(_, value)| !value.is_null());
            Value::Object(
                kept.map(|(name, value)| (name.clone(), without_nulls(value)))
                    .collect(),
            )
        }
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;
    use crate::fault::FaultKind;

    fn counted(count: &Arc<AtomicU32>) -> BoxFuture<'static, Got> {
        let count = count.clone();
        async move {
            tokio::task::yield_now().await;
            count.fetch_add(1, Ordering::SeqCst);
            Err(Arc::new(Fault::new(FaultKind::NotFound)))
        }
        .boxed()
    }

    #[tokio::test]
    async fn one_reading_for_all_who_ask_in_a_pass() {
        let count = Arc::new(AtomicU32::new(0));
        let pass = Pass::fresh();
        let ask = |key: &str| pass.once(key.to_owned(), || counted(&count));
        let (one, two) = tokio::join!(ask("a"), ask("a"));
        assert!(one.is_err_and(|fault| fault.is_not_found()) && two.is_err());
        assert_eq!(count.load(Ordering::SeqCst), 1);
        assert!(ask("b").await.is_err());
        assert_eq!(count.load(Ordering::SeqCst), 2);
        pass.forget();
        assert!(ask("a").await.is_err());
        assert_eq!(count.load(Ordering::SeqCst), 3);
    }

    #[tokio::test]
    async fn without_a_pass_every_read_goes_out() {
        let count = Arc::new(AtomicU32::new(0));
        let pass = Pass::default();
        for _ in 0..2 {
            assert!(pass.once("a".into(), || counted(&count)).await.is_err());
        }
        assert_eq!(count.load(Ordering::SeqCst), 2);
    }

    #[test]
    fn nulls_go_at_every_depth() {
        let value = serde_json::json!({"a": null, "b": [null, {"c": null, "d": 1}]});
        assert_eq!(without_nulls(&value), serde_json::json!({"b": [{"d": 1}]}));
    }
}

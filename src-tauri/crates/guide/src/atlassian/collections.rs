//! Lists that several people write to. Graph replaces them as a whole, so what is there is read, ours is added, and an
//! undo takes out what was added and puts back what was removed, and leaves alone what others wrote meanwhile. Pure.

/// `now` with what is missing of `wanted`.
pub(super) fn with(now: &[String], wanted: &[String]) -> Vec<String> {
    let mut all = now.to_vec();
    for one in wanted {
        if !all.contains(one) {
            all.push(one.clone());
        }
    }
    all
}

/// What `now` becomes when the change from `before` to `after` is undone.
pub(super) fn taken_back(now: &[String], before: &[String], after: &[String]) -> Vec<String> {
    if now == after {
        return before.to_vec();
    }
    let ours = |one: &&String| after.contains(one) && !before.contains(one);
    let left: Vec<_> = now.iter().filter(|one| !ours(one)).cloned().collect();
    let removed: Vec<_> = before
        .iter()
        .filter(|one| !after.contains(one))
        .cloned()
        .collect();
    with(&left, &removed)
}

/// Whether the change from `before` to `after` is undone in `now`.
pub(super) fn is_taken_back(now: &[String], before: &[String], after: &[String]) -> bool {
    let added_is_out = after
        .iter()
        .filter(|one| !before.contains(one))
        .all(|one| !now.contains(one));
    let removed_is_in = before
        .iter()
        .filter(|one| !after.contains(one))
        .all(|one| now.contains(one));
    added_is_out && removed_is_in
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(text: &str) -> Vec<String> {
        text.split_whitespace().map(str::to_owned).collect()
    }

    #[test]
    fn an_undo_puts_back_exactly_and_leaves_alone_what_others_wrote() {
        let cases = [
            // now, before, after, then
            ("a b", "a", "a b", "a"),
            ("b a", "a", "b a", "a"),
            ("b", "a", "b", "a"),
            ("a b c", "a", "a b", "a c"),
            ("b c", "a", "b", "c a"),
            ("", "a", "b", "a"),
            ("a", "a", "a b", "a"),
        ];
        for (now, before, after, then) in cases {
            let (before, after) = (list(before), list(after));
            let undone = taken_back(&list(now), &before, &after);
            assert_eq!(undone, list(then), "{now}");
            assert!(is_taken_back(&undone, &before, &after), "{now}");
            // A second time changes nothing.
            assert_eq!(taken_back(&undone, &before, &after), undone, "{now}");
        }
    }

    #[test]
    fn what_still_holds_ours_or_lacks_what_was_removed_is_not_undone() {
        assert!(!is_taken_back(&list("a b"), &list("a"), &list("a b")));
        assert!(!is_taken_back(&list("c"), &list("a"), &list("b")));
    }

    #[test]
    fn nothing_is_added_twice() {
        assert_eq!(with(&list("a b"), &list("b c")), list("a b c"));
    }
}

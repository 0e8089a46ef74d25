//! Which way the claims are set, decided from what is found. Pure: a table of cases, tested as one.
//!
//! There are three ways (entra.md 4.6). The object of the portal's page (beta) comes first where Microsoft has it,
//! because the page then goes on to show and change what is sent; it is a preview, so a claims mapping policy takes its
//! place where it is refused. By hand is always possible. And where what Microsoft sends is right already, nothing is done.

use people::Attribute;

use super::sent_claims::Sent;

/// How the claims are set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// Microsoft's defaults.
    Default,
    /// The object that the portal's page edits.
    ClaimsPolicy,
    /// A claims mapping policy of ours, or one that was kept.
    MappingPolicy,
}

impl Way {
    /// As the fact says it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Default => "default",
            Self::ClaimsPolicy => "claims-policy",
            Self::MappingPolicy => "mapping-policy",
        }
    }
}

/// The object of the portal's page, as it was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Preview {
    /// This cloud has not got it, or Microsoft refused the call.
    Refused,
    /// Nothing was ever set.
    Unset,
    /// It says this.
    Set(Sent),
}

/// The claims mapping policy that is assigned. There can be one only (entra.md 4.6).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Mapping {
    pub id: String,
    pub name: String,
    /// Whether this connection made it.
    pub ours: bool,
    /// What it says; `None` when it can't be read.
    pub sent: Option<Sent>,
}

/// What is decided from.
#[derive(Debug, Clone)]
pub(super) struct Case {
    pub email: Attribute,
    pub preview: Preview,
    pub mapping: Option<Mapping>,
    /// What becomes of a policy that others assigned, as answered.
    pub theirs: Option<Theirs>,
    /// The way that was chosen after the first one was refused.
    pub instead: Option<Way>,
}

/// What becomes of a policy that others assigned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Theirs {
    /// It stays, as it is.
    Keep,
    /// It is taken off this application.
    Detach,
}

/// One write, in the order in which they are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Move {
    /// Takes the assigned claims mapping policy off the application.
    Detach,
    /// Writes the object of the portal's page.
    ClaimsPolicy,
    /// Makes a claims mapping policy.
    Make,
    /// Assigns it.
    Assign,
}

/// What is to be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Decision {
    /// It is so already, in this way.
    Fits(Way),
    /// Somebody has to say what becomes of the policy that others assigned.
    Ask,
    /// These writes.
    Do(Vec<Move>),
}

impl Case {
    /// Decides.
    pub fn decide(&self) -> Decision {
        let mut moves = Vec::new();
        if let Some(mapping) = &self.mapping {
            match (mapping.ours, self.theirs) {
                (true, _) if self.keeps(mapping) => return Decision::Fits(Way::MappingPolicy),
                (false, None) => return Decision::Ask,
                (false, Some(Theirs::Keep)) => return Decision::Fits(Way::MappingPolicy),
                (true, _) | (false, Some(Theirs::Detach)) => moves.push(Move::Detach),
            }
        }
        if !self.is_right(&self.beneath()) {
            match self.way() {
                Way::MappingPolicy => moves.extend([Move::Make, Move::Assign]),
                Way::ClaimsPolicy | Way::Default => moves.push(Move::ClaimsPolicy),
            }
        }
        if moves.is_empty() {
            Decision::Fits(match self.preview {
                Preview::Set(_) => Way::ClaimsPolicy,
                Preview::Refused | Preview::Unset => Way::Default,
            })
        } else {
            Decision::Do(moves)
        }
    }

    /// What is sent now.
    pub fn sent(&self) -> Option<Sent> {
        match &self.mapping {
            Some(mapping) => mapping.sent.clone(),
            None => Some(self.beneath()),
        }
    }

    /// Whether log-ins work with what is sent. That the other attribute is the same for everybody today does not do: it
    /// need not be for who joins later.
    pub fn is_right(&self, sent: &Sent) -> bool {
        sent.fits(self.email)
    }

    /// Ours stays when it says the right thing, and nobody chose the other way since.
    fn keeps(&self, ours: &Mapping) -> bool {
        let right = ours.sent.as_ref().is_some_and(|sent| sent.fits(self.email));
        right && self.instead != Some(Way::ClaimsPolicy)
    }

    /// What is sent once no claims mapping policy is in the way.
    fn beneath(&self) -> Sent {
        match &self.preview {
            Preview::Set(sent) => sent.clone(),
            Preview::Refused | Preview::Unset => Sent::by_default(),
        }
    }

    fn way(&self) -> Way {
        match (self.instead, &self.preview) {
            (Some(way), _) => way,
            (None, Preview::Refused) => Way::MappingPolicy,
            (None, Preview::Unset | Preview::Set(_)) => Way::ClaimsPolicy,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Attribute::{Mail, UserPrincipalName};

    fn mapping(ours: bool, sent: Sent) -> Option<Mapping> {
        Some(Mapping {
            id: "m".into(),
            name: "policy".into(),
            ours,
            sent: Some(sent),
        })
    }

    fn case(email: Attribute, preview: Preview) -> Case {
        Case {
            email,
            preview,
            mapping: None,
            theirs: None,
            instead: None,
        }
    }

    #[test]
    fn every_case_has_one_answer() {
        use Decision::{Ask, Do, Fits};
        use Preview::{Refused, Set, Unset};
        let right = || Sent::wanted(Mail);
        let wrong = || Sent::wanted(UserPrincipalName);
        let base = |preview| case(Mail, preview);
        let table = [
            (
                "upn by default",
                case(UserPrincipalName, Unset),
                Fits(Way::Default),
            ),
            (
                "upn, unseen",
                case(UserPrincipalName, Refused),
                Fits(Way::Default),
            ),
            ("mail, new", base(Unset), Do(vec![Move::ClaimsPolicy])),
            (
                "mail, set by hand",
                base(Set(right())),
                Fits(Way::ClaimsPolicy),
            ),
            (
                "another set by hand",
                base(Set(wrong())),
                Do(vec![Move::ClaimsPolicy]),
            ),
            (
                "no preview",
                base(Refused),
                Do(vec![Move::Make, Move::Assign]),
            ),
            (
                "preview refused when written",
                Case {
                    instead: Some(Way::MappingPolicy),
                    ..base(Unset)
                },
                Do(vec![Move::Make, Move::Assign]),
            ),
            (
                "ours, right",
                Case {
                    mapping: mapping(true, right()),
                    ..base(Unset)
                },
                Fits(Way::MappingPolicy),
            ),
            (
                "ours, after another choice",
                Case {
                    mapping: mapping(true, wrong()),
                    ..base(Refused)
                },
                Do(vec![Move::Detach, Move::Make, Move::Assign]),
            ),
            (
                "theirs, undecided, even when it is right",
                Case {
                    mapping: mapping(false, right()),
                    ..base(Unset)
                },
                Ask,
            ),
            (
                "theirs, kept",
                Case {
                    mapping: mapping(false, wrong()),
                    theirs: Some(Theirs::Keep),
                    ..base(Unset)
                },
                Fits(Way::MappingPolicy),
            ),
            (
                "theirs, detached",
                Case {
                    mapping: mapping(false, wrong()),
                    theirs: Some(Theirs::Detach),
                    ..base(Unset)
                },
                Do(vec![Move::Detach, Move::ClaimsPolicy]),
            ),
            (
                "theirs, detached, and beneath it all is right",
                Case {
                    mapping: mapping(false, wrong()),
                    theirs: Some(Theirs::Detach),
                    ..base(Set(right()))
                },
                Do(vec![Move::Detach]),
            ),
        ];
        for (what, case, decision) in table {
            assert_eq!(case.decide(), decision, "{what}");
        }
    }

    #[test]
    fn a_mapping_policy_hides_what_is_beneath_it() {
        let mut over = case(Mail, Preview::Set(Sent::wanted(Mail)));
        over.mapping = mapping(false, Sent::wanted(UserPrincipalName));
        let sent = over.sent().expect("it is read");
        assert!(!over.is_right(&sent));
        over.mapping = None;
        assert!(over.sent().is_some_and(|sent| over.is_right(&sent)));
    }
}

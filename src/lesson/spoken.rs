//! What a trigger speaks of: the program, the segment, the TCP state that a spotlight falls on.
//!
//! In: a trigger. Out: what it names, in the order it names it. Pure.

use super::trigger::{Clause, Fact, SegmentKind, Subject, Trigger};
use crate::packet::Kind;
use crate::trace::Name;

/// Something that can be seen on the stage. `None` is any host or program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Spoken {
    /// Where this program stands in its code.
    Line(Option<Name>),
    /// A socket of this host in this state.
    State { host: Option<Name>, state: String },
    /// A segment of this kind that this host sent.
    Segment { from: Option<Name>, kind: Kind },
    /// A queue of this host's listening socket.
    Queue(Option<Name>),
}

impl Trigger {
    pub fn speaks_of(&self) -> Vec<Spoken> {
        let mut clauses = Vec::new();
        self.rule.clauses(&mut clauses);
        let mut spoken: Vec<Spoken> = Vec::new();
        for each in clauses.into_iter().filter_map(spoken_of) {
            if !spoken.contains(&each) {
                spoken.push(each);
            }
        }
        spoken
    }
}

fn spoken_of(clause: &Clause) -> Option<Spoken> {
    let who = match &clause.subject {
        Subject::Any => None,
        Subject::Named(name) => Some(name.clone()),
    };
    match &clause.fact {
        Fact::InState { state, .. } => Some(Spoken::State {
            host: who,
            state: state.clone(),
        }),
        Fact::CallBlocked(_)
        | Fact::CallReturned { .. }
        | Fact::CallFailed { .. }
        | Fact::Prints(_)
        | Fact::Asks
        | Fact::Exits { .. } => Some(Spoken::Line(who)),
        Fact::Sent { segment, .. } | Fact::Segment { segment, .. } => Some(Spoken::Segment {
            from: who,
            kind: kind(segment.kind),
        }),
        Fact::QueueIs { .. } => Some(Spoken::Queue(who)),
        Fact::Always | Fact::Never => None,
    }
}

fn kind(kind: SegmentKind) -> Kind {
    match kind {
        SegmentKind::Syn => Kind::Syn,
        SegmentKind::SynAck => Kind::SynAck,
        SegmentKind::Ack => Kind::Ack,
        SegmentKind::Data => Kind::Data,
        SegmentKind::Fin => Kind::Fin,
        SegmentKind::Rst => Kind::Rst,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trigger_says_what_it_speaks_of() {
        let spoken = |text| Trigger::parse(text).expect("sound").speaks_of();
        let server = || Some("server".to_owned());
        assert_eq!(
            spoken("server sends SYN+ACK"),
            [Spoken::Segment {
                from: server(),
                kind: Kind::SynAck
            }]
        );
        assert_eq!(
            spoken("client TIME_WAIT"),
            [Spoken::State {
                host: Some("client".to_owned()),
                state: "TIME_WAIT".to_owned()
            }]
        );
        assert_eq!(spoken("server accept returns"), [Spoken::Line(server())]);
        assert_eq!(spoken("never"), []);
    }
}

//! The figure of RFC 9293 section 3.3.2: eleven states and the ways between them. Pure.
//!
//! Laid out wide: a connection's life goes from left to right, the side that closes first along
//! the top, the other along the bottom. CLOSED stands at both ends, as in the RFC's figure.

/// A state and where it stands, in shares of the width and of the height.
pub struct Node {
    /// As the RFC spells it.
    pub name: &'static str,
    /// As Linux does.
    pub kernel: &'static str,
    pub at: (f32, f32),
}

impl Node {
    /// In the lower row.
    pub fn is_low(&self) -> bool {
        self.at.1 >= 0.9
    }
}

const fn node(name: &'static str, kernel: &'static str, x: f32, y: f32) -> Node {
    Node {
        name,
        kernel,
        at: (x, y),
    }
}

pub const CLOSED: usize = 0;
pub const LISTEN: usize = 1;
const SYN_SENT: usize = 2;
const SYN_RECEIVED: usize = 3;
const ESTABLISHED: usize = 4;
const FIN_WAIT_1: usize = 5;
const FIN_WAIT_2: usize = 6;
const CLOSING: usize = 7;
const TIME_WAIT: usize = 8;
const CLOSE_WAIT: usize = 9;
const LAST_ACK: usize = 10;
pub const CLOSED_AGAIN: usize = 11;

pub const NODES: [Node; 12] = [
    node("CLOSED", "CLOSE", 0.0, 0.5),
    node("LISTEN", "LISTEN", 0.155, 1.0),
    node("SYN-SENT", "SYN_SENT", 0.155, 0.0),
    node("SYN-RECEIVED", "SYN_RECV", 0.335, 1.0),
    node("ESTABLISHED", "ESTABLISHED", 0.46, 0.2),
    node("FIN-WAIT-1", "FIN_WAIT1", 0.655, 0.0),
    node("FIN-WAIT-2", "FIN_WAIT2", 0.83, 0.0),
    node("CLOSING", "CLOSING", 0.81, 0.5),
    node("TIME-WAIT", "TIME_WAIT", 1.0, 0.0),
    node("CLOSE-WAIT", "CLOSE_WAIT", 0.625, 1.0),
    node("LAST-ACK", "LAST_ACK", 0.815, 1.0),
    node("CLOSED", "CLOSE", 1.0, 1.0),
];

pub struct Edge {
    pub from: usize,
    pub to: usize,
    /// What happens, and what is done: `rcv SYN`, `snd SYN,ACK`.
    pub event: &'static str,
    pub action: &'static str,
    pub label: Label,
}

/// Where the words of an edge stand, seen from its middle.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Label {
    /// The event above the line, the action below.
    Around,
    /// Both above, or below: there is a way back.
    Above,
    Below,
    /// So far aside, in points of the smallest figure.
    Aside(f32, f32),
}

use Label::{Above, Around, Aside, Below};

const fn edge(
    from: usize,
    to: usize,
    (event, action): (&'static str, &'static str),
    label: Label,
) -> Edge {
    Edge {
        from,
        to,
        event,
        action,
        label,
    }
}

pub const EDGES: [Edge; 21] = [
    edge(CLOSED, LISTEN, ("passive", "OPEN"), Aside(-40.0, 10.0)),
    edge(LISTEN, CLOSED, ("CLOSE", ""), Aside(14.0, -9.0)),
    edge(
        CLOSED,
        SYN_SENT,
        ("active OPEN", "snd SYN"),
        Aside(-40.0, -12.0),
    ),
    edge(SYN_SENT, CLOSED, ("CLOSE", ""), Aside(8.0, 11.0)),
    edge(LISTEN, SYN_SENT, ("SEND", "snd SYN"), Aside(26.0, 0.0)),
    edge(LISTEN, SYN_RECEIVED, ("rcv SYN", "snd SYN,ACK"), Above),
    edge(SYN_RECEIVED, LISTEN, ("rcv RST", ""), Below),
    edge(
        SYN_SENT,
        SYN_RECEIVED,
        ("rcv SYN", "snd SYN,ACK"),
        Aside(22.0, -3.0),
    ),
    edge(SYN_SENT, ESTABLISHED, ("rcv SYN,ACK", "snd ACK"), Around),
    edge(
        SYN_RECEIVED,
        ESTABLISHED,
        ("rcv ACK", "of SYN"),
        Aside(-30.0, 0.0),
    ),
    edge(
        SYN_RECEIVED,
        FIN_WAIT_1,
        ("CLOSE", "snd FIN"),
        Aside(-34.0, 6.0),
    ),
    edge(ESTABLISHED, FIN_WAIT_1, ("CLOSE", "snd FIN"), Around),
    edge(
        ESTABLISHED,
        CLOSE_WAIT,
        ("rcv FIN", "snd ACK"),
        Aside(32.0, 4.0),
    ),
    edge(FIN_WAIT_1, FIN_WAIT_2, ("rcv ACK", "of FIN"), Around),
    edge(
        FIN_WAIT_1,
        CLOSING,
        ("rcv FIN", "snd ACK"),
        Aside(-24.0, 12.0),
    ),
    edge(FIN_WAIT_2, TIME_WAIT, ("rcv FIN", "snd ACK"), Around),
    edge(CLOSING, TIME_WAIT, ("rcv ACK", "of FIN"), Aside(14.0, 16.0)),
    edge(CLOSE_WAIT, LAST_ACK, ("CLOSE", "snd FIN"), Around),
    edge(LAST_ACK, CLOSED_AGAIN, ("rcv ACK", "of FIN"), Around),
    edge(
        TIME_WAIT,
        CLOSED_AGAIN,
        ("2MSL", "timeout"),
        Aside(-2.0, 12.0),
    ),
    // Note 2 to the figure: the FIN and the ACK of our own one arrive together.
    edge(FIN_WAIT_1, TIME_WAIT, ("", ""), Aside(0.0, 24.0)),
];

/// The node of a state as Linux spells it. CLOSED at the end is for what had another state before.
pub fn node_of(kernel: &str, has_lived: bool) -> usize {
    let found = NODES.iter().position(|node| node.kernel == kernel);
    match found {
        Some(CLOSED) | None if has_lived => CLOSED_AGAIN,
        Some(index) => index,
        None => CLOSED,
    }
}

/// The edge between two nodes; `None` where the figure has none.
pub fn edge_of(from: usize, to: usize) -> Option<&'static Edge> {
    EDGES.iter().find(|edge| (edge.from, edge.to) == (from, to))
}

/// There is a way back, too: both are drawn beside the middle.
pub fn has_way_back(edge: &Edge) -> bool {
    edge_of(edge.to, edge.from).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_figure_has_every_state_and_no_way_out_of_nowhere() {
        let names: std::collections::BTreeSet<_> = NODES.iter().map(|node| node.name).collect();
        assert_eq!(names.len(), 11, "CLOSED stands there twice");
        for (index, node) in NODES.iter().enumerate() {
            let out = EDGES.iter().any(|edge| edge.from == index);
            let into = EDGES.iter().any(|edge| edge.to == index);
            assert!(out || index == CLOSED_AGAIN, "no way out of {}", node.name);
            assert!(into, "no way into {}", node.name);
        }
    }

    #[test]
    fn the_kernels_names_find_their_state() {
        assert_eq!(NODES[node_of("SYN_RECV", false)].name, "SYN-RECEIVED");
        assert_eq!(node_of("CLOSE", false), CLOSED);
        assert_eq!(node_of("CLOSE", true), CLOSED_AGAIN);
        assert_eq!(node_of("NEW_IN_THIS_KERNEL", true), CLOSED_AGAIN);
    }
}

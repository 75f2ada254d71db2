//! What is looked at of an opened capture.
//!
//! In: the learner's commands. Out: what the panels read. What is in the capture never changes.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

use crate::capture::Capture;

/// A capture on the desk.
#[derive(Clone, Debug)]
pub struct Survey {
    pub path: PathBuf,
    pub capture: Arc<Capture>,
    pub of: Of,
    pub form: Form,
    /// The packet that the inspector takes apart, by its number from 0.
    pub selected: Option<usize>,
    pub arranged: Arranged,
    /// The conversations that are shown, in their order.
    pub list: Arc<Vec<u32>>,
    /// What was asked for and is still being made.
    pub pending: Pending,
}

/// Which packets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Of {
    #[default]
    All,
    One(usize),
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Form {
    /// Row by row, however many there are.
    #[default]
    List,
    /// As a recorded run: ladder, hosts, inspector.
    Stage,
}

/// Which conversations, and in which order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Arranged {
    pub filter: String,
    pub by: Column,
    pub is_turned: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Column {
    /// When it began.
    #[default]
    Start,
    Client,
    Server,
    Packets,
    Bytes,
    /// What was sent again.
    Again,
}

impl Column {
    pub const ALL: [Self; 6] = [
        Self::Start,
        Self::Client,
        Self::Server,
        Self::Packets,
        Self::Bytes,
        Self::Again,
    ];

    /// The largest numbers come first, the smallest addresses and times.
    pub fn falls(self) -> bool {
        match self {
            Self::Start | Self::Client | Self::Server => false,
            Self::Packets | Self::Bytes | Self::Again => true,
        }
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pending {
    pub list: bool,
    pub stage: Option<Of>,
}

/// What a learner can ask of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Surveying {
    /// These packets: on the stage, where they are few enough.
    Show(Of),
    /// The same, row by row.
    List(Of),
    /// A packet, by its number from 0.
    Select(usize),
    Filter(String),
    Sort(Column),
    /// Back to the lesson.
    Close,
}

/// So many packets are a run; more are looked at row by row. The ladder plans all of a run's
/// segments whenever the cursor moves.
pub const MOST_ON_STAGE: usize = 20_000;
/// A capture with no more packets than this opens on the stage.
const SMALL: usize = 2_000;
/// More hosts than this have no room beside each other.
const FEW_HOSTS: usize = 3;

impl Survey {
    pub fn of(path: PathBuf, capture: Arc<Capture>) -> Self {
        let count = capture.conversations().len() as u32;
        Self {
            path,
            of: Of::All,
            form: Form::List,
            selected: (!capture.is_empty()).then_some(0),
            arranged: Arranged::default(),
            list: Arc::new((0..count).collect()),
            pending: Pending::default(),
            capture,
        }
    }

    /// How many packets are shown.
    pub fn len(&self) -> usize {
        match self.of {
            Of::All => self.capture.len(),
            Of::One(conversation) => self.capture.packets_of(conversation).len(),
        }
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The packet of a row.
    pub fn packet_at(&self, row: usize) -> Option<usize> {
        match self.of {
            Of::All => (row < self.capture.len()).then_some(row),
            Of::One(conversation) => {
                let packets = self.capture.packets_of(conversation);
                packets.get(row).map(|packet| *packet as usize)
            }
        }
    }

    /// The row of a packet; of the next one, where it is not among those that are shown.
    pub fn row_of(&self, packet: usize) -> usize {
        match self.of {
            Of::All => packet,
            Of::One(conversation) => {
                let packets = self.capture.packets_of(conversation);
                packets.partition_point(|each| (*each as usize) < packet)
            }
        }
    }

    /// The row of the selected packet.
    pub fn selected_row(&self) -> Option<usize> {
        self.selected.map(|packet| self.row_of(packet))
    }

    /// The name of its file.
    pub fn file(&self) -> String {
        let name = self.path.file_name().unwrap_or(self.path.as_os_str());
        name.to_string_lossy().into_owned()
    }

    /// How many packets these are.
    pub fn count(&self, of: Of) -> usize {
        match of {
            Of::All => self.capture.len(),
            Of::One(conversation) => self.capture.packets_of(conversation).len(),
        }
    }

    /// Whether these packets can stand on the stage.
    pub fn fits_stage(&self, of: Of) -> bool {
        let has_few = match of {
            Of::All => self.has_few_hosts(),
            Of::One(_) => true,
        };
        has_few && (1..=MOST_ON_STAGE).contains(&self.count(of))
    }

    fn has_few_hosts(&self) -> bool {
        let mut hosts = BTreeSet::new();
        let all = self.capture.conversations().iter();
        let ends = all.flat_map(|conversation| conversation.ends);
        // Never more than a few are counted, however many there are.
        ends.map(|end| end.ip()).all(|host| {
            hosts.insert(host);
            hosts.len() <= FEW_HOSTS
        })
    }

    /// Whether it opens on the stage.
    pub fn is_small(&self) -> bool {
        self.capture.len() <= SMALL && self.fits_stage(Of::All)
    }
}

impl PartialEq for Survey {
    /// A capture is the same when it is the same one.
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.capture, &other.capture)
            && Arc::ptr_eq(&self.list, &other.list)
            && self.path == other.path
            && (self.of, self.form, self.selected) == (other.of, other.form, other.selected)
            && self.arranged == other.arranged
            && self.pending == other.pending
    }
}

//! Which hosts a capture tells of, and what they are called.
//!
//! In: packets and their conversations. Out: a host for each address: `client` and `server` where
//! it is known who opened, and all opened to one; else the addresses. Where both ends have the
//! same address, as in what a machine says to itself, each end is a host.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use super::conversation::{Conversation, Opener, Protocol, Side};
use crate::trace::{HostSetup, Name};

/// An address; and which end, where both ends have it.
type Who = (IpAddr, Option<Side>);

#[derive(Debug, Default)]
pub struct Roles {
    names: BTreeMap<Who, Name>,
    /// Addresses that talk with themselves.
    twofold: BTreeSet<IpAddr>,
    hosts: Vec<HostSetup>,
}

impl Roles {
    /// `conversations` in the order they began; `more`: addresses outside of all of them.
    pub fn new<'a>(
        conversations: impl Iterator<Item = &'a Conversation> + Clone,
        more: impl Iterator<Item = IpAddr>,
    ) -> Self {
        let with_itself = conversations
            .clone()
            .filter(|c| c.ends[0].ip() == c.ends[1].ip());
        let mut roles = Self {
            twofold: with_itself.map(|c| c.ends[0].ip()).collect(),
            ..Self::default()
        };
        let (mut openers, mut answerers) = (Vec::new(), Vec::new());
        let mut is_known = true;
        for conversation in conversations {
            let who = |side: Side| roles.who(conversation.ends[side.index()].ip(), Some(side));
            remember(&mut openers, who(Side::First));
            remember(&mut answerers, who(Side::Second));
            is_known &=
                conversation.opener == Opener::Syn || conversation.protocol == Protocol::Udp;
        }
        let more: Vec<Who> = more.map(|address| roles.who(address, None)).collect();
        let is_apart = !openers.iter().any(|who| answerers.contains(who));
        match answerers.as_slice() {
            [server] if is_known && is_apart => {
                roles.add(*server, "server".to_owned());
                for (index, client) in openers.iter().enumerate() {
                    let name = match openers.len() {
                        1 => "client".to_owned(),
                        _ => format!("client{}", index + 1),
                    };
                    roles.add(*client, name);
                }
            }
            _ => {
                for who in answerers.into_iter().chain(openers) {
                    roles.add_by_address(who);
                }
            }
        }
        for who in more {
            roles.add_by_address(who);
        }
        roles
    }

    pub fn hosts(&self) -> Vec<HostSetup> {
        self.hosts.clone()
    }

    /// The host of an address; of its one or its other end, where it talks with itself.
    pub fn name(&self, address: IpAddr, side: Option<Side>) -> Option<&Name> {
        let who = self.who(address, side);
        self.names.get(&who)
    }

    fn who(&self, address: IpAddr, side: Option<Side>) -> Who {
        let is_twofold = self.twofold.contains(&address);
        (address, is_twofold.then(|| side.unwrap_or(Side::First)))
    }

    fn add_by_address(&mut self, who: Who) {
        let name = match who.1 {
            None => who.0.to_string(),
            Some(Side::First) => format!("{} (1)", who.0),
            Some(Side::Second) => format!("{} (2)", who.0),
        };
        self.add(who, name);
    }

    fn add(&mut self, who: Who, name: Name) {
        if self.names.contains_key(&who) {
            return;
        }
        self.hosts.push(HostSetup {
            name: name.clone(),
            addresses: vec![who.0],
        });
        self.names.insert(who, name);
    }
}

fn remember(list: &mut Vec<Who>, who: Who) {
    if !list.contains(&who) {
        list.push(who);
    }
}

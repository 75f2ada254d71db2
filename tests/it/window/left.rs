//! What a process and its children are, and what is left of them later.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::process::CommandExt as _;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use super::screen::lines;

/// A process and its descendants, with the network namespaces that their threads are in.
pub struct Family {
    pids: BTreeSet<u32>,
    namespaces: BTreeSet<String>,
}

impl Family {
    pub fn of(pid: u32) -> Self {
        let mut pids = BTreeSet::from([pid]);
        let mut parents = vec![pid];
        while let Some(parent) = parents.pop() {
            let news = children(parent).into_iter().filter(|pid| pids.insert(*pid));
            parents.extend(news.collect::<Vec<_>>());
        }
        let ours = namespaces(std::process::id());
        let theirs = pids.iter().copied().flat_map(namespaces);
        let namespaces = theirs.filter(|space| !ours.contains(space)).collect();
        Self { pids, namespaces }
    }

    pub fn and(mut self, later: Self) -> Self {
        self.pids.extend(later.pids);
        self.namespaces.extend(later.namespaces);
        self
    }

    /// How many network namespaces there are besides the test's own.
    pub fn namespaces(&self) -> usize {
        self.namespaces.len()
    }

    /// Members that live, and members' namespaces that anybody is in.
    pub fn left(&self) -> Vec<String> {
        let lives = |pid: &&u32| fs::exists(format!("/proc/{pid}")).unwrap_or(true);
        let processes = self.pids.iter().filter(lives);
        let mut left: Vec<String> = processes.map(|pid| format!("process {pid}")).collect();
        let everyone: BTreeSet<String> = all().into_iter().flat_map(namespaces).collect();
        left.extend(self.namespaces.intersection(&everyone).cloned());
        left
    }
}

fn all() -> Vec<u32> {
    let entries = fs::read_dir("/proc").expect("/proc").flatten();
    let pids = entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    pids.collect()
}

/// The folders of a process's threads; none when it has gone.
fn threads(pid: u32) -> Vec<std::path::PathBuf> {
    let entries = fs::read_dir(format!("/proc/{pid}/task"));
    let entries = entries.into_iter().flatten().flatten();
    entries.map(|entry| entry.path()).collect()
}

/// Those it has now.
pub fn children(pid: u32) -> Vec<u32> {
    let lists = threads(pid)
        .into_iter()
        .filter_map(|thread| fs::read_to_string(thread.join("children")).ok());
    let all = lists.collect::<Vec<_>>().join(" ");
    all.split_whitespace()
        .map(|pid| pid.parse().expect("a number"))
        .collect()
}

/// As `/proc` names them: `net:[4026531833]`.
fn namespaces(pid: u32) -> BTreeSet<String> {
    let links = threads(pid)
        .into_iter()
        .filter_map(|thread| fs::read_link(thread.join("ns/net")).ok());
    links
        .map(|link| link.to_string_lossy().into_owned())
        .collect()
}

#[test]
fn what_lives_is_left_and_what_has_ended_is_not() {
    let mut holder = Command::new("unshare")
        .args([
            "--user",
            "--net",
            "sh",
            "-c",
            "sleep 1000 & echo ready; wait",
        ])
        .stdout(Stdio::piped())
        .process_group(0)
        .spawn()
        .expect("util-linux has unshare");
    let said = lines(holder.stdout.take().expect("piped"));
    assert!(said.recv().is_ok_and(|line| line == "ready"));
    let family = Family::of(holder.id());
    assert_eq!((family.pids.len(), family.namespaces()), (2, 1));
    assert_eq!(family.left().len(), 3, "{:?}", family.left());
    let group = format!("-{}", holder.id());
    let killed = Command::new("kill").args(["-9", "--", &group]).status();
    assert!(killed.expect("kill is there").success());
    holder.wait().expect("it was killed");
    // The pipe closes with its last holder.
    assert!(said.recv().is_err());
    let began = Instant::now();
    while !family.left().is_empty() {
        assert!(
            began.elapsed() < Duration::from_secs(20),
            "{:?}",
            family.left()
        );
        std::thread::yield_now();
    }
}

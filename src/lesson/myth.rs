//! A `myth` block to a [`Myth`].
//!
//! ```text
//! accept() performs the handshake.
//! shows: server SYN_RECV without descriptor and server accept blocked
//! The SYN-ACK left while accept() was still waiting: the kernel answered by itself.
//! ```
//!
//! Before `shows:` stands the claim, after it what the kernel did; either may take several lines.

use super::parse::Fence;
use super::problem::Problems;
use super::prose::read_line;
use super::quiz::{Seen, strip_words};
use super::trigger::Trigger;
use super::types::{Expect, Myth};

const SHOWS: &[&str] = &["shows:", "shows：", "表明:", "表明："];
const EXAMPLE: &str = "write e.g. shows: server SYN_RECV without descriptor";

pub(super) fn read(
    fence: &Fence<'_>,
    seen: &mut Vec<Seen>,
    problems: &mut Problems,
) -> Option<Myth> {
    let (mut claim, mut fact) = (String::new(), String::new());
    let mut fact_line = fence.line;
    let mut shows = None;
    for (index, content) in fence.text.lines().enumerate() {
        let (content, line) = (content.trim(), fence.text_line + index);
        if let Some(trigger) = strip_words(content, SHOWS) {
            if shows.replace((trigger.trim(), line)).is_some() {
                let remedy = "join the two triggers with \"and\"";
                problems.add(line, "a second `shows:` in one `myth` block", remedy);
            }
            continue;
        }
        let part = match shows {
            None => &mut claim,
            Some(_) => &mut fact,
        };
        if part.is_empty() && shows.is_some() {
            fact_line = line;
        }
        part.push_str(content);
        part.push('\n');
    }
    let (claim, fact) = (claim.trim(), fact.trim());
    if claim.is_empty() {
        let remedy = "begin the block with what many people say";
        problems.add(fence.line, "a `myth` block without a claim", remedy);
    }
    let Some((trigger, line)) = shows else {
        let message = "a `myth` block without `shows:`: nothing in the run would answer it";
        problems.add(fence.line, message, EXAMPLE);
        return None;
    };
    if fact.is_empty() {
        let remedy = "write below it what the kernel has done then";
        problems.add(line, "nothing follows `shows:`", remedy);
    }
    let trigger = match Trigger::parse(trigger) {
        Ok(trigger) => trigger,
        Err(error) => {
            problems.add(line, error.message, error.remedy);
            return None;
        }
    };
    seen.push((trigger.clone(), line));
    Some(Myth {
        claim: read_line(claim, fence.text_line, problems),
        shows: Expect { trigger, line },
        fact: read_line(fact, fact_line, problems),
        line: fence.line,
    })
}

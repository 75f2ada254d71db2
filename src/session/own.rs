//! What no lesson tells of: programs of the learner's own, recorded runs, captures.
//!
//! In: hosts and programs. Out: a lesson whose prose says that there is none, for a [`Course`] of
//! its own or as the guest of one. It is parsed like any other, so that the window needs no second
//! road.

use std::fmt::Write as _;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::Path;

use super::course::Shelved;
use super::{Course, Origin};
use crate::lesson::{Language, Lesson, parse};
use crate::trace::{HostSetup, ProgramSetup, Setup};

/// In each language.
type Prose = [(Language, &'static str); 2];

const PROSE: Prose = [
    (Language::English, include_str!("../../assets/own.en.md")),
    (Language::Chinese, include_str!("../../assets/own.zh.md")),
];
const RECORDED: Prose = [
    (
        Language::English,
        include_str!("../../assets/recorded.en.md"),
    ),
    (
        Language::Chinese,
        include_str!("../../assets/recorded.zh.md"),
    ),
];
const CAPTURED: Prose = [
    (
        Language::English,
        include_str!("../../assets/captured.en.md"),
    ),
    (
        Language::Chinese,
        include_str!("../../assets/captured.zh.md"),
    ),
];

impl Course {
    /// What is wrong with the hosts is said in a sentence.
    pub fn of_own(setup: &Setup) -> Result<Self, String> {
        let [english, chinese] = PROSE.map(|(language, prose)| {
            let text = text_of(setup, prose);
            let read = parse(&text, Path::new("own"), language);
            let read = read.map(|lesson| with_programs(lesson, setup));
            read.map_err(|problems| {
                let first = problems.first().map(ToString::to_string);
                first.unwrap_or_default()
            })
        });
        Ok(Self::of(english?, chinese?))
    }

    /// What is told of a run that no lesson of the course tells of stands beside it.
    pub(super) fn invite(&mut self, origin: Origin, setup: &Setup) {
        let prose = match origin {
            Origin::Run => RECORDED,
            Origin::Capture => CAPTURED,
        };
        let [english, chinese] = prose.map(|(language, prose)| {
            // A file may name its hosts as it likes, and the parser would not have them.
            let text = text_of(&stand_in(), prose);
            let read = parse(&text, Path::new("recorded"), language);
            let lesson = read.expect("it is in this repository, and a test reads it");
            let hosts = setup.hosts.clone();
            let lesson = with_programs(lesson, setup);
            Lesson { hosts, ..lesson }
        });
        self.guest = Some(Box::new(Shelved::of(english, chinese)));
    }
}

/// Any host and program at all.
fn stand_in() -> Setup {
    let name = "server".to_owned();
    Setup {
        hosts: vec![HostSetup {
            name: name.clone(),
            addresses: vec![[10, 0, 0, 2].into()],
        }],
        programs: vec![ProgramSetup {
            host: name.clone(),
            file: "server.py".to_owned(),
            source: String::new(),
            name,
        }],
        ..Setup::default()
    }
}

/// The programs stand in the text only by name: their own text may hold anything.
fn text_of(setup: &Setup, prose: &str) -> String {
    let (front, prose) = prose
        .split_once("\n+++\n")
        .expect("it is in this repository");
    let mut text = format!("{front}\n");
    for host in &setup.hosts {
        let addresses = host.addresses.iter().map(ToString::to_string);
        let addresses: Vec<String> = addresses.collect();
        let (name, addresses) = (&host.name, addresses);
        write!(
            text,
            "[[hosts]]\nname = \"{name}\"\naddresses = {addresses:?}\n"
        )
        .expect("a string takes all");
    }
    write!(text, "+++\n{prose}").expect("a string takes all");
    for program in &setup.programs {
        let (name, host) = (&program.name, &program.host);
        write!(text, "\n```python {name} on {host}\npass\n```\n").expect("a string takes all");
    }
    // The parser wants a passage; it is taken out again.
    text.push_str("\n## -\n\n```when\nserver listens\n```\n");
    text
}

/// Edits are kept under this: other programs, or the same after a change, have edits of their own.
pub(super) fn id_of(setup: &Setup) -> String {
    let mut hasher = DefaultHasher::new();
    for program in &setup.programs {
        (&program.name, &program.file, &program.source).hash(&mut hasher);
    }
    format!("own-{:016x}", hasher.finish())
}

fn with_programs(mut lesson: Lesson, setup: &Setup) -> Lesson {
    lesson.id = id_of(setup);
    lesson.beats.clear();
    lesson.minutes = 0;
    lesson.programs.clone_from(&setup.programs);
    lesson.timers = setup.timers;
    lesson.low_ports = setup.low_ports;
    lesson
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::{HostSetup, ProgramSetup, Timers, WireKind};

    fn setup(source: &str) -> Setup {
        let host = |name: &str, n: u8| HostSetup {
            name: name.to_owned(),
            addresses: vec![[10, 0, 0, n].into()],
        };
        let program = |name: &str| ProgramSetup {
            name: name.to_owned(),
            host: name.to_owned(),
            file: "我的.py".to_owned(),
            source: source.to_owned(),
        };
        Setup {
            hosts: vec![host("server", 2), host("client1", 11)],
            programs: vec![program("server"), program("client1")],
            timers: Timers::Natural,
            wire: WireKind::Held,
            ..Setup::default()
        }
    }

    #[test]
    fn any_programs_make_a_lesson_that_says_it_tells_nothing() {
        for source in [
            "",
            "```\n+++\n```when\nserver listens\n```\n",
            "print('好')",
        ] {
            let setup = setup(source);
            let course = Course::of_own(&setup).expect("sound");
            for (language, _) in PROSE {
                let lesson = course.lesson(language);
                assert_eq!(lesson.language, language);
                assert_eq!(lesson.programs, setup.programs);
                assert_eq!((&lesson.hosts, lesson.timers), (&setup.hosts, setup.timers));
                assert!(lesson.beats.is_empty() && !lesson.opening.is_empty());
            }
            assert_eq!(course.problem(), None);
        }
    }

    #[test]
    fn a_run_that_no_lesson_tells_of_stands_beside_prose_whatever_its_hosts_are_called() {
        let mut strange = setup("```\n+++\n");
        strange.hosts[0].name = "\"]\n[[hosts]]".to_owned();
        for origin in [Origin::Run, Origin::Capture] {
            let mut course = Course::open(None).expect("what is built in is sound");
            let (open, lessons) = (course.opened(), course.entries().len());
            course.invite(origin, &strange);
            assert_eq!(course.opened(), lessons, "it is none of them");
            for (language, _) in PROSE {
                let lesson = course.lesson(language);
                assert_eq!((lesson.language, &lesson.hosts), (language, &strange.hosts));
                assert!(lesson.beats.is_empty() && !lesson.opening.is_empty());
            }
            let id = course.entries()[open].id.clone();
            assert!(course.turn_to(&id));
            assert_eq!(course.opened(), open);
        }
    }

    #[test]
    fn other_programs_have_edits_of_their_own() {
        let id = |source| id_of(&setup(source));
        assert_eq!(id("a"), id("a"));
        assert_ne!(id("a"), id("b"));
    }
}

//! A window on a display of its own, with folders of its own: keys go in through the display,
//! and what comes out is seen as anybody else would see it: in its file, its title, its pixels.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crossbeam_channel::Receiver;
use sockstep::director::{self, Next};
use sockstep::model::State;
use sockstep::trace::{Trace, load};
use x11rb::protocol::xproto::{
    AtomEnum, ClientMessageEvent, ConnectionExt as _, EventMask, ImageFormat, Window as Id,
};
use x11rb::rust_connection::RustConnection;

use super::left::{Family, children};
use super::screen::{Ended, Screen, lines, missing, screen};

/// Longer than anything takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);
/// How long nothing may be painted before files are looked at again.
const GLANCE: Duration = Duration::from_millis(100);

/// A window that paints nothing for so long has nothing more to do.
const STILL: Duration = Duration::from_secs(1);

pub struct Driven {
    window: Ended,
    id: Id,
    x: RustConnection,
    screen: Screen,
    said: Receiver<String>,
    home: tempfile::TempDir,
}

/// Opens a window with these arguments, on folders with nothing in them. `None`, said aloud, where
/// there is no display to be had.
pub fn open(arguments: &[&str]) -> Option<Driven> {
    opened(arguments, Frames::Reported)
}

/// As a learner gets it who has just installed it.
pub fn open_as_a_learner(arguments: &[&str]) -> Option<Driven> {
    opened(arguments, Frames::Silent)
}

/// Whoever measures frames is not shown the tour.
#[derive(Clone, Copy, PartialEq)]
enum Frames {
    Reported,
    Silent,
}

fn opened(arguments: &[&str], frames: Frames) -> Option<Driven> {
    if Command::new("xdotool").arg("version").output().is_err() {
        missing("no xdotool");
        return None;
    }
    let screen = screen(1280, 800)?;
    let home = tempfile::tempdir().expect("a folder");
    let mut command = Command::new(env!("CARGO_BIN_EXE_sockstep"));
    command.args(arguments);
    if frames == Frames::Reported {
        command.arg("--report-frames");
    }
    for (variable, folder) in [
        ("HOME", "home"),
        ("XDG_DATA_HOME", "data"),
        ("XDG_CONFIG_HOME", "config"),
        ("XDG_CACHE_HOME", "cache"),
        ("TMPDIR", "tmp"),
    ] {
        let folder = home.path().join(folder);
        fs::create_dir(&folder).expect("a folder");
        command.env(variable, folder);
    }
    let mut window = command
        .env("DISPLAY", &screen.name)
        .env_remove("WAYLAND_DISPLAY")
        .env_remove("DBUS_SESSION_BUS_ADDRESS")
        .env("LC_ALL", "C.UTF-8")
        .stdout(Stdio::piped())
        .spawn()
        .expect("it starts");
    let said = lines(window.stdout.take().expect("piped"));
    let window = Ended(window);
    if frames == Frames::Reported {
        let first = said.recv_timeout(PATIENCE);
        assert_eq!(first.as_deref(), Ok("first frame"));
    }
    let (x, _) = x11rb::connect(Some(&screen.name)).expect("the display takes another client");
    let mut driven = Driven {
        window,
        id: 0,
        x,
        screen,
        said,
        home,
    };
    let found = driven.xdotool(&["search", "--sync", "--onlyvisible", "--name", "^Sockstep"]);
    driven.id = found.trim().parse().expect("one window, by its number");
    driven.xdotool(&["windowfocus", "--sync", &driven.id.to_string()]);
    Some(driven)
}

impl Driven {
    /// As a keyboard: the display says it to whichever window has the focus. Keys of one frame
    /// would all be judged by what that frame shows, so the next key has to wait for its own.
    pub fn press(&self, key: &str) {
        while self.said.try_recv().is_ok() {}
        self.xdotool(&["key", key]);
        for _the_one_under_way_and_the_next in 0..2 {
            self.said.recv_timeout(STILL).ok();
        }
    }

    fn xdotool(&self, arguments: &[&str]) -> String {
        let mut command = Command::new("xdotool");
        command.args(arguments).env("DISPLAY", &self.screen.name);
        let output = command.output().expect("it was there before");
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(output.status.success(), "xdotool {arguments:?}: {said}");
        said
    }

    /// Looks again whenever the window paints, and now and then besides.
    #[track_caller]
    pub fn until<T>(&self, what: &str, look: impl Fn(&Self) -> Option<T>) -> T {
        let began = Instant::now();
        loop {
            if let Some(found) = look(self) {
                return found;
            }
            let state = self.state().map(|state| state.programs);
            assert!(began.elapsed() < PATIENCE, "never: {what}; {state:#?}");
            self.said.recv_timeout(GLANCE).ok();
        }
    }

    /// Lets the director's choices happen, with the space bar, until there are none.
    pub fn step_to_the_end(&self) {
        const MORE_THAN_ANY_LESSON_HAS: usize = 300;
        for _ in 0..MORE_THAN_ANY_LESSON_HAS {
            let orders = self.until("it rests", |window| {
                let state = window.state().filter(|state| state.is_at_rest)?;
                let can_go = matches!(director::next(&state), Next::Give(_));
                (can_go || have_ended(&state)).then_some(state.orders)
            });
            if self.state().is_some_and(|state| have_ended(&state)) {
                return;
            }
            self.press("space");
            self.until("the next step", |window| {
                window.state().filter(|state| state.orders > orders)
            });
        }
        panic!("it never ends");
    }

    /// The newest run, as its file has it.
    pub fn trace(&self) -> Option<Trace> {
        let text = fs::read_to_string(self.runs().pop()?).ok()?;
        load(&text).ok().map(|loaded| loaded.trace)
    }

    pub fn state(&self) -> Option<State> {
        let trace = self.trace()?;
        Some(State::at(&trace, trace.end()))
    }

    /// The files of runs, oldest first.
    pub fn runs(&self) -> Vec<PathBuf> {
        let mut runs: Vec<PathBuf> = self
            .files()
            .into_iter()
            .filter(|path| path.extension().is_some_and(|end| end == "jsonl"))
            .collect();
        runs.sort();
        runs
    }

    /// Whatever it has written anywhere.
    pub fn files(&self) -> BTreeSet<PathBuf> {
        let mut files = BTreeSet::new();
        let mut folders = vec![self.home.path().to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
                match entry.path() {
                    path if path.is_dir() => folders.push(path),
                    path => drop(files.insert(path)),
                }
            }
        }
        files
    }

    pub fn folder(&self) -> &Path {
        self.home.path()
    }

    /// What stands in its frame.
    pub fn title(&self) -> String {
        let name = self.atom("_NET_WM_NAME");
        let title = self
            .x
            .get_property(false, self.id, name, AtomEnum::ANY, 0, 256);
        let title = title.expect("the display lives").reply();
        String::from_utf8(title.expect("the window lives").value).expect("UTF-8")
    }

    /// How many pixels there are of each colour.
    pub fn colours(&self) -> BTreeMap<[u8; 3], usize> {
        let geometry = self.x.get_geometry(self.id).expect("the display lives");
        let geometry = geometry.reply().expect("the window lives");
        let (width, height) = (geometry.width, geometry.height);
        let image = self
            .x
            .get_image(ImageFormat::Z_PIXMAP, self.id, 0, 0, width, height, !0);
        let image = image.expect("the display lives").reply();
        let pixels = image.expect("the window is in sight").data;
        let mut colours = BTreeMap::new();
        for pixel in pixels.chunks_exact(4) {
            *colours.entry([pixel[2], pixel[1], pixel[0]]).or_default() += 1;
        }
        colours
    }

    pub fn family(&self) -> Family {
        Family::of(self.window.0.id())
    }

    /// The lab that runs now.
    pub fn lab(&self) -> Option<u32> {
        children(self.window.0.id()).pop()
    }

    /// As the button in its frame does.
    pub fn close(&self) {
        let [protocols, delete] = ["WM_PROTOCOLS", "WM_DELETE_WINDOW"].map(|name| self.atom(name));
        let message = ClientMessageEvent::new(32, self.id, protocols, [delete, 0, 0, 0, 0]);
        let sent = self
            .x
            .send_event(false, self.id, EventMask::NO_EVENT, message);
        sent.expect("the display lives")
            .check()
            .expect("the window lives");
    }

    /// Waits for the process to end, well, and for everything of it to be gone.
    pub fn leaves_nothing(&mut self, family: &Family) {
        let began = Instant::now();
        let status = loop {
            if let Some(status) = self.window.0.try_wait().expect("it is our child") {
                break status;
            }
            assert!(began.elapsed() < PATIENCE, "it does not end");
            self.said.recv_timeout(GLANCE).ok();
        };
        assert!(
            status.success(),
            "code {:?}, signal {:?}",
            status.code(),
            status.signal()
        );
        while !family.left().is_empty() {
            assert!(began.elapsed() < PATIENCE, "left: {:?}", family.left());
            // Nobody speaks any more, so this only lets the time pass in which others work.
            crossbeam_channel::never::<()>().recv_timeout(GLANCE).ok();
        }
    }

    fn atom(&self, name: &str) -> u32 {
        let atom = self.x.intern_atom(false, name.as_bytes());
        atom.expect("the display lives")
            .reply()
            .expect("a name")
            .atom
    }
}

fn have_ended(state: &State) -> bool {
    state.programs.values().all(|program| program.has_ended()) && state.held.is_empty()
}

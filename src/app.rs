//! eframe glue: `logic` drains events and runs commands, `ui` only draws.
//!
//! In: whatever plays a run ([`Run`]: a live session, a saved trace). Out: a window.

use std::panic::resume_unwind;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use directories::ProjectDirs;
use eframe::egui;

use crate::lesson::Language;
use crate::session::{Command, Course, Kept, Session, View};
use crate::trace::{Setup, WireKind};
use crate::ui;

/// What the window shows and drives.
pub trait Run {
    /// Takes in what has happened since the last call. Never waits.
    fn drain(&mut self);
    /// Does what the learner asked for.
    fn update(&mut self, command: Command);
    fn view(&self) -> View<'_>;
}

/// The window's program.
pub struct App<R: Run> {
    run: R,
    commands: Vec<Command>,
    /// What stands in the window's frame.
    title: String,
    reports_frames: bool,
    frames: u64,
}

impl<R: Run> App<R> {
    /// Whoever feeds `run` wakes the window with `ctx.request_repaint()`.
    pub fn new(ctx: &egui::Context, run: R) -> Self {
        let view = run.view();
        ui::prepare(ctx, &view.desk.settings);
        Self {
            run,
            commands: Vec::new(),
            title: String::new(),
            reports_frames: false,
            frames: 0,
        }
    }
}

impl<R: Run> eframe::App for App<R> {
    fn logic(&mut self, ctx: &egui::Context, _frame: &mut eframe::Frame) {
        for command in self.commands.drain(..) {
            self.run.update(command);
        }
        self.run.drain();
        let view = self.run.view();
        ui::prepare(ctx, &view.desk.settings);
    }

    fn ui(&mut self, ui: &mut egui::Ui, _frame: &mut eframe::Frame) {
        let view = self.run.view();
        ui::stage_ui(ui, &view, &mut self.commands);
        let title = title(&view);
        if title != self.title {
            let set = egui::ViewportCommand::Title(title.clone());
            ui.ctx().send_viewport_cmd(set);
            self.title = title;
        }
        self.frames += 1;
        match self.frames {
            1 if self.reports_frames => ui.ctx().request_repaint(),
            // A second frame begins: the first one is on the screen.
            2 if self.reports_frames => println!("first frame"),
            later if self.reports_frames => println!("frame {later}"),
            _ => {}
        }
        if !self.commands.is_empty() {
            // `logic` runs them before the next frame.
            ui.ctx().request_repaint();
        }
    }
}

/// The program, and what is learnt, in the learner's language.
fn title(view: &View<'_>) -> String {
    if let Some(recorded) = view.recorded {
        let file = recorded.path.file_name().unwrap_or_default();
        return format!("Sockstep — {}", file.to_string_lossy());
    }
    match view.lesson {
        Some(lesson) => format!("Sockstep — {}", lesson.title),
        None => "Sockstep".to_owned(),
    }
}

impl Run for Session {
    fn drain(&mut self) {
        Session::drain(self);
    }

    fn update(&mut self, command: Command) {
        Session::update(self, command);
    }

    fn view(&self) -> View<'_> {
        Session::view(self)
    }
}

/// What the command line asks of the window.
pub struct Wanted {
    /// A lesson's folder; `None` opens the one that is built in.
    pub lesson: Option<PathBuf>,
    /// Programs of one's own instead of a lesson.
    pub own: Option<Setup>,
    /// A recorded run or a capture, before anything else.
    pub file: Option<PathBuf>,
    /// `None`: as it was the last time, else the system's.
    pub language: Option<Language>,
    pub system_language: Language,
    pub wire: WireKind,
    /// Say on standard output when the first frame has been painted, and each later one that
    /// begins: for measuring.
    pub reports_frames: bool,
}

/// The window's size when it first opens, in points.
const SIZE: [f32; 2] = [1280.0, 800.0];
/// Smaller, and panels would cover each other.
const SMALLEST: [f32; 2] = [960.0, 600.0];

/// Opens the window and returns when it is closed. An error is one sentence.
pub fn open(wanted: Wanted) -> Result<(), String> {
    const INSTEAD: &str = "`sockstep run` plays in a terminal";
    if !has_display() {
        return Err(format!(
            "there is no display to open a window on; {INSTEAD}"
        ));
    }
    let reading = match (&wanted.own, &wanted.lesson) {
        (Some(setup), _) => Reading::Done(Course::of_own(setup)?),
        // What is wrong with what was named is said without a window.
        (None, Some(path)) => Reading::Done(Course::open(Some(path))?),
        (None, None) => Reading::built_in()?,
    };
    let binary = std::env::current_exe()
        .map_err(|error| format!("cannot find this program's own file: {error}"))?;
    let folder = data_folder();
    let runs = folder.as_deref().map(|folder| folder.join("runs"));
    let kept = kept(&wanted, folder.as_deref());
    let options = eframe::NativeOptions {
        viewport: egui::ViewportBuilder::default()
            .with_title("Sockstep")
            .with_app_id("sockstep")
            .with_inner_size(SIZE)
            .with_min_inner_size(SMALLEST),
        ..Default::default()
    };
    let start = move |creation: &eframe::CreationContext<'_>| {
        let ctx = creation.egui_ctx.clone();
        let wake = Arc::new({
            let ctx = ctx.clone();
            move || ctx.request_repaint()
        });
        let names_nothing = wanted.own.is_none() && wanted.lesson.is_none();
        let mut course = reading.finish()?;
        // Whoever names nothing goes on where they were.
        if let (true, Some(last)) = (names_nothing, &kept.progress.last) {
            course.turn_to(last);
        }
        let wire = wanted.wire;
        let session = match wanted.file {
            Some(file) => Session::start_with_file(wire, binary, course, kept, runs, wake, file),
            None => Session::start_again(wire, binary, course, kept, runs, wake),
        };
        let mut app = App::new(&ctx, session);
        app.reports_frames = wanted.reports_frames;
        Ok(Box::new(app) as Box<dyn eframe::App>)
    };
    quietly(|| eframe::run_native("sockstep", options, Box::new(start)))
        .map_err(|why| format!("the window could not be opened: {why}; {INSTEAD}"))
}

/// A course on its way: the built-in one, of many lessons, is read while the window is made.
enum Reading {
    Done(Course),
    Going(JoinHandle<Result<Course, String>>),
}

impl Reading {
    fn built_in() -> Result<Self, String> {
        let reader = thread::Builder::new().name("course".to_owned());
        match reader.spawn(|| Course::open(None)) {
            Ok(going) => Ok(Self::Going(going)),
            Err(_) => Course::open(None).map(Self::Done),
        }
    }

    fn finish(self) -> Result<Course, String> {
        match self {
            Self::Done(course) => Ok(course),
            Self::Going(reader) => reader.join().unwrap_or_else(|panic| resume_unwind(panic)),
        }
    }
}

/// Where this program keeps what outlives it: `XDG_DATA_HOME/sockstep` on Linux.
pub fn data_folder() -> Option<PathBuf> {
    let folders = ProjectDirs::from("", "", "sockstep")?;
    Some(folders.data_local_dir().to_owned())
}

/// Read before there is a window, so that its first frame has the right language and size.
fn kept(wanted: &Wanted, folder: Option<&Path>) -> Kept {
    let system = wanted.system_language;
    let mut kept = match folder {
        Some(folder) => Kept::load(folder, system),
        None => Kept::nothing(system),
    };
    if let Some(language) = wanted.language {
        kept.settings.language = language;
    }
    // Whoever measures wants the stage, not the tour.
    kept.is_first &= !wanted.reports_frames;
    kept
}

fn has_display() -> bool {
    let is_set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    !cfg!(all(unix, not(target_os = "macos"))) || is_set("DISPLAY") || is_set("WAYLAND_DISPLAY")
}

/// A missing system library makes the window's toolkit panic; the learner gets a sentence.
fn quietly(run: impl FnOnce() -> eframe::Result) -> Result<(), String> {
    const LIBRARIES: &str = "install libxkbcommon-x11-0 libx11-xcb1 libxcursor1 libxi6 libegl1 \
                             libgl1-mesa-dri, or what your system calls them";
    let is_missing = |text: &str| text.contains("could not be loaded") || text.contains(".so");
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        let text = panic.payload_as_str().unwrap_or_default();
        if !is_missing(text) {
            usual(panic);
        }
    }));
    match std::panic::catch_unwind(std::panic::AssertUnwindSafe(run)) {
        Ok(Ok(())) => Ok(()),
        Ok(Err(error)) => Err(format!("{error}; if a library is missing, {LIBRARIES}")),
        Err(panic) => {
            let text = panic.downcast_ref::<String>().map(String::as_str);
            let text = text.or(panic.downcast_ref::<&str>().copied());
            match text.filter(|text| is_missing(text)) {
                Some(text) => Err(format!("{text}; {LIBRARIES}")),
                None => resume_unwind(panic),
            }
        }
    }
}
